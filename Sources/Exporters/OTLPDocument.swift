import CounterFile
import Files
import JSON

/// OpenTelemetry's protocol in its JSON form: an ExportMetricsServiceRequest,
/// as a collector takes it at /v1/metrics. A program is a resource, a chart a
/// metric of its own name. Whole numbers of 64 bits are strings there.
struct OTLPDocument {
  private let exported: Exported
  private let version: [UInt8]
  private var json = JSONWriter(indent: [0x20])

  static func text(of exported: Exported, version: [UInt8]) -> [UInt8] {
    var document = OTLPDocument(exported, version)
    document.write()
    return document.json.bytes + [0x0a]
  }

  private init(_ exported: Exported, _ version: [UInt8]) {
    self.exported = exported
    self.version = version
  }

  private mutating func write() {
    // By program.
    var parts = [[Part]](repeating: [], count: exported.programs.count)
    for chart in Chart.all(of: exported) {
      var start = 0
      for end in 1..<(chart.points.count + 1) where end == chart.points.count || chart.points[end].program != chart.points[start].program {
        parts[chart.points[start].program].append(.points(chart, start..<end))
        start = end
      }
      for distribution in chart.distributions { parts[distribution.program].append(.distribution(chart, distribution)) }
    }
    json.beginObject()
    json.key("resourceMetrics")
    json.beginArray()
    for (index, program) in exported.programs.enumerated() {
      json.beginObject()
      json.key("resource")
      json.beginObject()
      json.key("attributes")
      json.beginArray()
      about(program.identity)
      json.endArray()
      json.endObject()
      json.key("scopeMetrics")
      json.beginArray()
      json.beginObject()
      json.key("scope")
      json.beginObject()
      text("name", [UInt8]("libtel"))
      text("version", version)
      json.endObject()
      json.key("metrics")
      json.beginArray()
      for part in parts[index] { write(part) }
      json.endArray()
      json.endObject()
      json.endArray()
      text("schemaUrl", [UInt8]("https://opentelemetry.io/schemas/1.37.0"))
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }

  // MARK: Resources

  private mutating func about(_ who: Identity) {
    attribute("service.name", who.program)
    attribute("service.namespace", exported.vendor)
    attribute("service.version", who.version)
    attribute("os.type", OTLPDocument.system(who.os))
    attribute("host.arch", OTLPDocument.architecture(who.arch))
    // "cpython3.11" is a name and a version.
    let number = who.toolchain.firstIndex { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } ?? who.toolchain.count
    attribute("process.runtime.name", Array(who.toolchain[..<number]))
    attribute("process.runtime.version", Array(who.toolchain[number...]))
  }

  /// Go's names are those of the conventions, but for these.
  private static func system(_ name: [UInt8]) -> [UInt8] {
    if name == "dragonfly" { return [UInt8]("dragonflybsd") }
    if name == "zos" { return [UInt8]("z_os") }
    return name
  }

  private static func architecture(_ name: [UInt8]) -> [UInt8] {
    if name == "386" { return [UInt8]("x86") }
    if name == "arm" { return [UInt8]("arm32") }
    return name
  }

  // MARK: Metrics

  /// What one program has of a chart.
  private enum Part {
    case points(Chart, Range<Int>)
    case distribution(Chart, Chart.Distribution)
  }

  private mutating func write(_ part: Part) {
    switch part {
    case .points(let chart, let range):
      metric(chart, unit: "1", "sum") { document in
        for point in chart.points[range] { document.write(point) }
      }
      json.key("isMonotonic")
      json.bool(true)
    case .distribution(let chart, let distribution):
      metric(chart, unit: OTLPDocument.unit(chart.unit), "histogram") { $0.write(distribution, chart.unit) }
    }
    json.endObject()
    json.endObject()
  }

  /// UCUM's.
  private static func unit(_ unit: Bound.Unit) -> StaticString {
    switch unit {
    case .none: "1"
    case .seconds: "s"
    case .bytes: "By"
    }
  }

  private mutating func metric(_ chart: Chart, unit: StaticString, _ kind: StaticString, _ points: (inout OTLPDocument) -> Void) {
    json.beginObject()
    text("name", chart.name)
    text("unit", [UInt8](unit))
    json.key(kind)
    json.beginObject()
    json.key("dataPoints")
    json.beginArray()
    points(&self)
    json.endArray()
    // Enumerations are numbers in this form of JSON: 1 is delta, 2 cumulative.
    json.key("aggregationTemporality")
    json.unsigned(exported.isRunning ? 2 : 1)
  }

  private mutating func write(_ point: Chart.Point) {
    json.beginObject()
    json.key("attributes")
    json.beginArray()
    if let bucket = point.bucket { attribute("bucket", bucket, evenIfEmpty: true) }
    if point.count.isStack { attribute("code.stacktrace", Array(point.count.name[(point.count.head.count + 1)...]), evenIfEmpty: true) }
    json.endArray()
    times(point.program)
    if let value = Int64(exactly: point.count.value) {
      number("asInt", UInt64(value))
    } else {
      // The protocol's whole numbers have a sign.
      json.key("asDouble")
      json.number(Double(point.count.value))
    }
    json.endObject()
  }

  private mutating func write(_ distribution: Chart.Distribution, _ unit: Bound.Unit) {
    json.beginObject()
    times(distribution.program)
    number("count", distribution.count)
    json.key("bucketCounts")
    json.beginArray()
    for bucket in distribution.buckets { json.string(OTLPDocument.digits(bucket.count)) }
    json.string(OTLPDocument.digits(distribution.beyond))
    json.endArray()
    json.key("explicitBounds")
    json.beginArray()
    for bucket in distribution.buckets { json.number(Bound.number(bucket.bound, unit)) }
    json.endArray()
    json.endObject()
  }

  // MARK: Members

  private mutating func times(_ program: Int) {
    nanoseconds("startTimeUnixNano", exported.programs[program].begin)
    nanoseconds("timeUnixNano", exported.moment)
  }

  /// Times before 1970 and after 2554 do not fit.
  private mutating func nanoseconds(_ key: StaticString, _ seconds: Int64) {
    let (value, tooLarge) = UInt64(max(0, seconds)).multipliedReportingOverflow(by: 1_000_000_000)
    number(key, tooLarge ? .max : value)
  }

  private mutating func number(_ key: StaticString, _ value: UInt64) { text(key, OTLPDocument.digits(value)) }

  private static func digits(_ value: UInt64) -> [UInt8] {
    var text: [UInt8] = []
    text.append(decimal: value)
    return text
  }

  private mutating func text(_ key: StaticString, _ text: [UInt8]) {
    json.key(key)
    json.string(text)
  }

  private mutating func attribute(_ key: StaticString, _ value: [UInt8], evenIfEmpty: Bool = false) {
    if value.isEmpty, !evenIfEmpty { return }
    json.beginObject()
    text("key", [UInt8](key))
    json.key("value")
    json.beginObject()
    text("stringValue", value)
    json.endObject()
    json.endObject()
  }
}
