import Charts
import Files
import Publishing
import Store

/// One chart in one span, of all reports or of a part of them: rows as pictures
/// and tables show them.
struct ChartView: Sendable {
  struct Row: Sendable {
    /// Nil for what is folded.
    var bucket: [UInt8]?
    var label: [UInt8]
    var estimate: Estimate
    var reports, of: Int
    /// More have it, perhaps all.
    var isAtLeast: Bool
    var data: DataRow?

    var interval: Interval { Interval(estimate) }
    /// `12.3%`, or `at least 12.3%`.
    var share: String { (isAtLeast ? "at least " : "") + Shares.text(interval.share) }
  }

  let key: ChartKey
  let kind: ChartData.Kind
  /// In the order in which they are shown.
  let rows: [Row]
  /// Reports that could have it.
  var of: Int { rows.reduce(0) { max($0, $1.of) } }
  /// A counter without buckets: how many have it at all.
  var isPlain: Bool { rows.count == 1 && (rows[0].bucket?.isEmpty ?? false) }

  /// Of all reports, as the history has it.
  init(_ chart: History.Chart, _ rows: [History.Row]) {
    (key, kind) = (chart.key, chart.kind)
    self.rows = ChartView.ordered(
      rows.map { Row(bucket: chart.buckets[Int($0.bucket)], label: ChartView.label(chart.buckets[Int($0.bucket)], chart.key), estimate: $0.estimate, reports: Int($0.reports), of: Int($0.of), isAtLeast: $0.isAtLeast) }, kind)
  }

  /// Of a part, as the publication has it.
  init(_ data: ChartData, _ dimension: Dimension, _ value: [UInt8]) {
    key = ChartKey(data.name, data.kind)
    kind = data.kind
    let key = key
    rows = ChartView.ordered(
      data.rows.filter { $0.dimension == dimension && (dimension == .all || $0.value == value) }.map {
        Row(bucket: $0.bucket, label: ChartView.label($0.bucket, key), estimate: $0.estimate, reports: $0.reports, of: $0.of, isAtLeast: $0.isAtLeast, data: $0)
      }, data.kind)
  }

  private static func label(_ bucket: [UInt8]?, _ key: ChartKey) -> [UInt8] {
    guard let bucket else { return Words.folded }
    return bucket.isEmpty ? [UInt8]("have it") : bucket
  }

  /// Histograms keep their order; of others the most frequent come first, and
  /// what is folded last.
  private static func ordered(_ rows: [Row], _ kind: ChartData.Kind) -> [Row] {
    if kind == .histogram { return rows.filter { $0.bucket != nil } + rows.filter { $0.bucket == nil } }
    return rows.enumerated().sorted { a, b in
      if (a.element.bucket == nil) != (b.element.bucket == nil) { return b.element.bucket == nil }
      if a.element.interval.share != b.element.interval.share { return a.element.interval.share > b.element.interval.share }
      return a.offset < b.offset
    }.map { $0.element }
  }

  func bars(title: [UInt8], most: Int) -> IntervalBars {
    IntervalBars(
      title: title, rows: rows.prefix(most).map { IntervalBars.Row(label: $0.label, interval: $0.interval, count: UInt64(clamping: $0.reports), isOther: $0.bucket == nil) }, isOrdered: kind == .histogram)
  }

  /// Values in buckets of a histogram: what was counted, not who counted it.
  var distribution: Distribution? {
    guard kind == .histogram else { return nil }
    return Distribution(rows.compactMap { row in row.bucket.flatMap { bucket in row.data.map { (name: bucket, value: $0.total) } } })
  }
}
