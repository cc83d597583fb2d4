import Files
import Store

/// How much one share is above another, and between what that is 95 times in 100.
///
/// The interval is Newcombe's (1998, method 10): it is made of the two shares' own
/// score intervals, so that it is right where those are. The two are taken to be of
/// different installations: true of two versions or systems but for those that have
/// both, and not of two weeks, where most are the same; then it is too wide rather
/// than too narrow, if who uses something one week mostly does so in the next.
public struct Comparison: Sendable, Equatable {
  public let one, other: Estimate
  /// From -1 to 1: `one` less `other`.
  public let difference, low, high: Double

  public init(_ one: Estimate, _ other: Estimate) {
    (self.one, self.other) = (one, other)
    func length(_ a: Double, _ b: Double) -> Double { (a * a + b * b).squareRoot() }
    difference = one.share - other.share
    low = max(-1, difference - length(one.share - one.low, other.high - other.share))
    high = min(1, difference + length(one.high - one.share, other.share - other.low))
  }

  public var isTooFew: Bool { one.isTooFew || other.isTooFew }
  /// The interval is on one side of 0.
  public var isDifferent: Bool { !isTooFew && (low > 0 || high < 0) }

  /// Two rows, bucket by bucket, in the order of the first; nil where one of them
  /// has none: it was in no report, or in too few to be told.
  public static func of(_ one: [DataRow], _ other: [DataRow]) -> [(bucket: [UInt8], comparison: Comparison?)] {
    var buckets: [[UInt8]] = []
    for row in one + other { if let bucket = row.bucket, !buckets.contains(bucket) { buckets.append(bucket) } }
    return buckets.map { bucket in
      guard let a = one.first(where: { $0.bucket == bucket }), let b = other.first(where: { $0.bucket == bucket }) else { return (bucket, nil) }
      return (bucket, Comparison(a.estimate, b.estimate))
    }
  }
}

extension ChartData {
  /// Rows of all reports, or of one part of them.
  public func rows(_ dimension: Dimension = .all, _ value: [UInt8]? = []) -> [DataRow] { rows.filter { $0.dimension == dimension && $0.value == value } }
}

/// One bucket over spans, oldest first.
public struct Series: Sendable, Equatable {
  public struct Point: Sendable, Equatable {
    public var span: TimeSpan
    /// Nil: it was in no report then, or in too few to be told.
    public var row: DataRow?

    public init(span: TimeSpan, row: DataRow?) { (self.span, self.row) = (span, row) }
    public var estimate: Estimate? { row?.estimate }
  }

  public var bucket: [UInt8]
  public var points: [Point]

  public init(bucket: [UInt8], points: [Point]) { (self.bucket, self.points) = (bucket, points) }

  /// Every bucket that is in one of them, in the order of the newest and then of
  /// older ones. Spans without the chart have no point.
  public static func of(_ program: [UInt8], _ chart: [UInt8], _ kind: ChartData.Kind, in publications: [Publication], by dimension: Dimension = .all, _ value: [UInt8] = []) -> [Series] {
    let found = publications.sorted { $0.span < $1.span }.compactMap { publication -> (TimeSpan, [DataRow])? in
      let data = publication.programs.first { $0.name == program }?.charts.first { $0.name == chart && $0.kind == kind }
      return data.map { (publication.span, $0.rows(dimension, value)) }
    }
    var buckets: [[UInt8]] = []
    var known: Set<[UInt8]> = []
    for (_, rows) in found.reversed() { for row in rows { if let bucket = row.bucket, known.insert(bucket).inserted { buckets.append(bucket) } } }
    return buckets.map { bucket in Series(bucket: bucket, points: found.map { span, rows in Point(span: span, row: rows.first { $0.bucket == bucket }) }) }
  }
}
