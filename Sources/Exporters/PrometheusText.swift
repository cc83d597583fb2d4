import CounterFile
import Files

/// Prometheus' text format, 0.0.4, as node_exporter's textfile collector reads
/// it: no times, each family once, every name in a label.
///
/// Names of families begin with `tel_`, so that no counter's name can meet
/// another program's family, and end with what they are: `_total` a counter,
/// `_seconds`, `_bytes` or `_values` a histogram. Between them are the chart's
/// letters and digits. Two charts may share a family: the label `counter` has
/// the whole name, and tells them apart.
struct PrometheusText {
  private let exported: Exported
  private var text: [UInt8] = []

  static func text(of exported: Exported) -> [UInt8] {
    var writer = PrometheusText(exported)
    writer.write()
    return writer.text
  }

  private init(_ exported: Exported) { self.exported = exported }

  private mutating func write() {
    family([UInt8]("tel_week_info"), "gauge", "The week of the counts in this file.")
    put([UInt8]("tel_week_info"), [("vendor", exported.vendor), ("begin", exported.begin), ("end", exported.end)], 1)
    let charts = Chart.all(of: exported)
    write(charts.filter { !$0.points.isEmpty }, "counter", "Counted by libtel, under the name in the label counter.", { _ in "_total" }) { $0.write($1, $2) }
    write(
      charts.filter { !$0.distributions.isEmpty }, "histogram",
      "Counted by libtel, under the name in the label counter; the sum of the values is not known.", { PrometheusText.suffix($0.unit) }
    ) { $0.writeDistributions($1, $2) }
  }

  private mutating func write(
    _ charts: [Chart], _ type: StaticString, _ help: StaticString, _ suffix: (Chart) -> StaticString, _ body: (inout PrometheusText, Chart, [UInt8]) -> Void
  ) {
    let names = charts.map { PrometheusText.name($0.name, suffix($0)) }
    var last: [UInt8] = []
    for index in names.orderOfBytes {
      if names[index] != last { family(names[index], type, help) }
      last = names[index]
      body(&self, charts[index], names[index])
    }
  }

  private mutating func write(_ chart: Chart, _ name: [UInt8]) {
    for point in chart.points {
      var labels: [Label] = [("counter", point.count.head), ("bucket", point.bucket ?? [])]
      if point.count.isStack {
        labels.append(("stack", PrometheusText.hash(point.count.name)))
        labels.append(("frame", point.count.frames.first ?? []))
      }
      put(name, labels + about(point.program), point.count.value)
    }
  }

  private mutating func writeDistributions(_ chart: Chart, _ name: [UInt8]) {
    for distribution in chart.distributions {
      let labels = [("counter", chart.name)] + about(distribution.program)
      var sum: UInt64 = 0
      for bucket in distribution.buckets {
        sum = saturating(sum, bucket.count)
        put(name + [UInt8]("_bucket"), labels + [("le", Bound.text(bucket.bound, chart.unit))], sum)
      }
      put(name + [UInt8]("_bucket"), labels + [("le", [UInt8]("+Inf"))], distribution.count)
      // Left out, it would be read as 0, and an average as a number.
      begin(name + [UInt8]("_sum"), labels)
      text += [UInt8](" NaN\n")
      put(name + [UInt8]("_count"), labels, distribution.count)
    }
  }

  private func about(_ program: Int) -> [Label] {
    let who = exported.programs[program].identity
    return [
      ("vendor", exported.vendor), ("program", who.program), ("version", who.version), ("toolchain", who.toolchain), ("os", who.os), ("arch", who.arch),
    ]
  }

  // MARK: Lines

  private typealias Label = (name: StaticString, value: [UInt8])

  private mutating func family(_ name: [UInt8], _ type: StaticString, _ help: StaticString) {
    text += [UInt8]("# HELP ") + name
    text += [UInt8](" ")
    text.append(help)
    text += [UInt8]("\n# TYPE ") + name
    text += [UInt8](" ")
    text.append(type)
    text += [UInt8]("\n")
  }

  private mutating func put(_ name: [UInt8], _ labels: [Label], _ value: UInt64) {
    begin(name, labels)
    text.append(0x20)
    text.append(decimal: value)
    text.append(0x0a)
  }

  /// A label that is empty is none.
  private mutating func begin(_ name: [UInt8], _ labels: [Label]) {
    text += name
    var mark = UInt8(ascii: "{")
    for label in labels where !label.value.isEmpty {
      text.append(mark)
      mark = UInt8(ascii: ",")
      text.append(label.name)
      text += [UInt8]("=\"")
      for byte in label.value {
        switch byte {
        case UInt8(ascii: "\\"): text += [UInt8]("\\\\")
        case UInt8(ascii: "\""): text += [UInt8]("\\\"")
        case 0x0a: text += [UInt8]("\\n")
        default: text.append(byte)
        }
      }
      text.append(UInt8(ascii: "\""))
    }
    if mark == UInt8(ascii: ",") { text.append(UInt8(ascii: "}")) }
  }

  // MARK: Names

  private static func suffix(_ unit: Bound.Unit) -> StaticString {
    switch unit {
    case .none: "_values"
    case .seconds: "_seconds"
    case .bytes: "_bytes"
    }
  }

  private static func name(_ chart: [UInt8], _ suffix: StaticString) -> [UInt8] {
    var name = [UInt8]("tel_")
    for byte in chart {
      let isPlain =
        byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") || byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
        || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
      name.append(isPlain ? byte : UInt8(ascii: "_"))
    }
    name.append(suffix)
    return name
  }

  /// 64 bits of a stack's whole name, by FNV-1a.
  private static func hash(_ name: [UInt8]) -> [UInt8] {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    var text: [UInt8] = []
    text.append(hex: (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64(56 - 8 * $0)) })
    return text
  }
}
