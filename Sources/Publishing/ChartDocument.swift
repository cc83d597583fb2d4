import Charts
import Dates
import Files
import JSON
import Store

/// All that is said of one chart in one span: made of published documents and of the
/// texts in the chart config, and of nothing else, so that who has those can make it
/// again, byte for byte.
public struct ChartDocument: Sendable {
  /// Where in a histogram so many of all values are.
  public struct Quantiles: Sendable {
    public var dimension: Dimension
    public var value: [UInt8]?
    /// Values in all shown buckets: what was counted, not who counted it. A report
    /// that counted much weighs much.
    public var values: UInt64
    public var median, ninetieth: Distribution.Quantile
    public var unit: BucketUnit
  }

  public let program: [UInt8]
  public let data: ChartData
  public let publication: Publication
  /// What people wrote of it; nil if nobody did.
  public let text: ChartText?
  /// Weeks up to this span, oldest first.
  public let series: [Series]
  /// The week before, bucket by bucket; empty if there is none.
  public let changes: [(bucket: [UInt8], comparison: Comparison?)]
  public let quantiles: [Quantiles]

  /// `weeks` are other publications; those that are no weeks, or later than this, are not looked at.
  public init?(of program: [UInt8], _ chart: [UInt8], _ kind: ChartData.Kind, in publication: Publication, among weeks: [Publication] = [], texts: [ChartText] = []) {
    guard let data = publication.programs.first(where: { $0.name == program })?.charts.first(where: { $0.name == chart && $0.kind == kind }) else { return nil }
    (self.program, self.data, self.publication) = (program, data, publication)
    text = kind == .about ? nil : texts.last { $0.program == program && $0.name == chart && ($0.kind == .stack) == (kind == .stack) }
    let before = weeks.filter { $0.span.kind == .week && $0.span < publication.span }
    series = publication.span.kind == .week ? Series.of(program, chart, kind, in: before + [publication]) : []
    let last = before.first { $0.span.end.advanced(by: 7) == publication.span.end }
    let sameProgram = last?.programs.first { $0.name == program }
    let old = sameProgram?.charts.first { $0.name == chart && $0.kind == kind }
    changes = publication.span.kind == .week ? old.map { Comparison.of(data.rows(), $0.rows()) } ?? [] : []
    quantiles = kind == .histogram ? ChartDocument.quantiles(of: data) : []
  }

  /// Of parts in which the numbers of all shown buckets are told.
  private static func quantiles(of data: ChartData) -> [Quantiles] {
    var parts: [(Dimension, [UInt8]?)] = []
    for row in data.rows where !parts.contains(where: { $0 == row.dimension && $1 == row.value }) { parts.append((row.dimension, row.value)) }
    return parts.compactMap { dimension, value in
      let rows = data.rows(dimension, value)
      // Where buckets are put together it is not known between which they lie; what
      // was counted at several rates cannot be added up.
      guard rows.allSatisfy({ $0.bucket != nil && !$0.isAtLeast && $0.strata.count < 2 }), let distribution = Distribution(rows.map { (name: $0.bucket!, value: $0.total) }) else { return nil }
      guard let median = distribution.quantile(0.5), let ninetieth = distribution.quantile(0.9) else { return nil }
      return Quantiles(dimension: dimension, value: value, values: distribution.total, median: median, ninetieth: ninetieth, unit: distribution.unit)
    }
  }

  public static let notes = [
    "Shares are of the reports of those who have decided to send any: who does not may be different.",
    "A report is of up to seven days; an installation's first is of one to seven, so that in a span of seven days it can be counted twice.",
    "low and high: between them the share of all installations that could send is 95 times in 100, by Wilson's score interval. In 100 of them 5 are wrong.",
  ]
}

extension ChartDocument {
  public var json: [UInt8] {
    var json = JSONWriter(indent: [])
    json.beginObject()
    json.key("format")
    json.integer(Int64(Publication.format))
    json.pair("program", program)
    json.pair("chart", data.name)
    json.pair("kind", Array(data.kind.rawValue.utf8))
    describe(&json)
    json.pair("span", Array(publication.span.name.utf8))
    json.key("edition")
    json.integer(Int64(publication.edition))
    json.key("final")
    json.bool(publication.isFinal)
    json.pair("made", publication.made.text)
    json.key("least")
    json.integer(Int64(publication.least))
    json.key("reports")
    json.integer(Int64(data.asked.reduce(0) { $0 + $1.of }))
    let counted = counted
    json.list("rows", data.rows) { json, row in
      row.write(to: &json)
      row.estimate.write(to: &json)
      if let all = counted[Part(row)], all > 0 { json.numbers([("total_share", Double(row.total) / all)]) }
    }
    if data.kind == .histogram { json.list("quantiles", quantiles) { json, quantiles in quantiles.write(to: &json) } }
    json.list("series", series) { json, series in
      json.pair("bucket", series.bucket)
      json.list("points", series.points) { json, point in
        json.pair("span", Array(point.span.name.utf8))
        if let row = point.row {
          json.key("reports")
          json.integer(Int64(row.reports))
          json.key("of")
          json.integer(Int64(row.of))
          row.estimate.write(to: &json)
        }
      }
    }
    json.list("changes", changes) { json, change in
      json.pair("bucket", change.bucket)
      guard let comparison = change.comparison else { return }
      json.numbers([("difference", comparison.difference), ("low", comparison.low), ("high", comparison.high)])
      json.key("too_few")
      json.bool(comparison.isTooFew)
    }
    json.key("notes")
    json.beginArray()
    for note in ChartDocument.notes { json.string(Array(note.utf8)) }
    json.endArray()
    json.endObject()
    return json.bytes + [0x0a]
  }

  private struct Part: Hashable {
    var dimension: Dimension
    var value: [UInt8]?

    init(_ row: DataRow) { (dimension, value) = (row.dimension, row.value) }
  }

  /// What was counted in all buckets together, by part: of that a bucket has its
  /// share, which is not the share of those who counted. Where reports were drawn at
  /// several rates, sums of what they counted cannot be compared.
  private var counted: [Part: Double] {
    guard data.kind == .partition || data.kind == .histogram, data.rows().count > 1 else { return [:] }
    var counted: [Part: Double] = [:]
    for row in data.rows { counted[Part(row), default: 0] += row.strata.count < 2 && !row.isAtLeast ? Double(row.total) : .nan }
    return counted
  }

  private func describe(_ json: inout JSONWriter) {
    guard let text else { return }
    for (key, value) in [("title", text.title), ("description", text.description), ("owner", text.owner), ("why", text.why), ("unit", text.unit)] as [(StaticString, [UInt8])] where !value.isEmpty {
      json.pair(key, value)
    }
    if let expires = text.expires { json.pair("expires", expires.text) }
    guard !text.issues.isEmpty else { return }
    json.key("issues")
    json.beginArray()
    for issue in text.issues { json.string(issue) }
    json.endArray()
  }
}

extension Estimate {
  /// To six places: more say nothing, and could differ between machines.
  func write(to json: inout JSONWriter) {
    json.numbers([("share", share), ("low", low), ("high", high)])
    json.key("too_few")
    json.bool(isTooFew)
  }
}

extension ChartDocument.Quantiles {
  func write(to json: inout JSONWriter) {
    json.pair("dimension", Array(dimension.rawValue.utf8))
    json.key("value")
    json.text(value)
    json.pair("of", [UInt8]("values"))
    json.key("values")
    json.unsigned(values)
    for (key, quantile) in [("median", median), ("p90", ninetieth)] as [(StaticString, Distribution.Quantile)] {
      json.key(key)
      json.beginObject()
      json.key("at_least")
      json.number(quantile.lower)
      if let upper = quantile.upper {
        json.key("less_than")
        json.number(upper)
      }
      json.endObject()
    }
  }
}

extension JSONWriter {
  mutating func pair(_ key: StaticString, _ value: [UInt8]) {
    self.key(key)
    string(value)
  }

  mutating func numbers(_ numbers: [(StaticString, Double)]) {
    for (key, value) in numbers {
      self.key(key)
      number((value * 1e6).rounded() / 1e6)
    }
  }
}
