import Dates
import Store

/// What of one day, or one week of seven days, is published.
public struct TimeSpan: Hashable, Sendable, Comparable {
  public enum Kind: String, Sendable { case day, week }
  public var kind: Kind
  public var end: Day
  public var begin: Day { kind == .day ? end : end.advanced(by: -6) }

  public init(_ kind: Kind, ending end: Day) { (self.kind, self.end) = (kind, end) }

  /// `weeks/2026-11-22`, the name of its document and its address.
  public var name: String { (kind == .day ? "days/" : "weeks/") + String(decoding: end.text, as: UTF8.self) }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(end.number)
  }

  public static func < (a: TimeSpan, b: TimeSpan) -> Bool { a.end < b.end }
}

/// All that is published of a span by default: sums of at least `least` reports.
public struct Publication: Sendable, Equatable {
  public var span: TimeSpan
  public var edition: Int
  /// No more reports of it are taken: it will not change.
  public var isFinal: Bool
  public var made: Day
  /// k.
  public var least: Int
  public var reports: Int
  /// In the order of their names.
  public var programs: [ProgramData]

  public init(span: TimeSpan, edition: Int, isFinal: Bool, made: Day, least: Int, reports: Int, programs: [ProgramData]) {
    (self.span, self.edition, self.isFinal, self.made) = (span, edition, isFinal, made)
    (self.least, self.reports, self.programs) = (least, reports, programs)
  }
}

public struct ProgramData: Sendable, Equatable {
  public var name: [UInt8]
  /// That had the program at all.
  public var reports: Int
  /// In the order of the upload config; then stacks.
  public var charts: [ChartData]

  public init(name: [UInt8], reports: Int, charts: [ChartData]) { (self.name, self.reports, self.charts) = (name, reports, charts) }
}

/// `version`, `os`, `arch` and `toolchain` of the reports themselves are charts, too.
public struct ChartData: Sendable, Equatable {
  public enum Kind: String, Sendable { case partition, histogram, stack, about }
  public var name: [UInt8]
  public var kind: Kind
  /// Reports that could have it, by rate. A bucket that the upload config lists
  /// and that has no row is in none of them, or in fewer than `least`.
  public var asked: [Stratum]
  /// For `dimension` `all` first, in the order of buckets; then by dimension and value.
  public var rows: [DataRow]

  public init(name: [UInt8], kind: Kind, asked: [Stratum] = [], rows: [DataRow]) { (self.name, self.kind, self.asked, self.rows) = (name, kind, asked, rows) }
}

/// Reports that were drawn at one rate: each stands for 1 / rate installations.
public struct Stratum: Sendable, Equatable {
  public var rate: Double
  /// That have it, and that could have it.
  public var reports, of: Int

  public init(rate: Double, reports: Int, of: Int) { (self.rate, self.reports, self.of) = (rate, reports, of) }
}

/// One bucket, in all reports or in one part of them.
public struct DataRow: Sendable, Equatable {
  /// Nil: what was too few to be shown, taken together.
  public var bucket: [UInt8]?
  public var dimension: Dimension
  /// Nil as above.
  public var value: [UInt8]?
  /// Reports that have it, and those that could have it (X ≤ rate).
  public var reports, of: Int
  /// The same, each report counting 1 / rate: an estimate of how many
  /// installations there are among those that send at all.
  public var weighted, weightedOf: Double
  /// Kish's number: so many reports of equal weight say as much as these.
  public var effective: Double
  /// The sum of what was counted.
  public var total: UInt64
  /// What the numbers above are made of; empty if nobody said.
  public var strata: [Stratum] = []
  /// All but a few reports have it, and how many is not told: the numbers are
  /// those that it would have without `least` more.
  public var isAtLeast = false

  public init(bucket: [UInt8]?, dimension: Dimension, value: [UInt8]?, strata: [Stratum], total: UInt64, isAtLeast: Bool = false) {
    (self.bucket, self.dimension, self.value, self.total, self.isAtLeast) = (bucket, dimension, value, total, isAtLeast)
    self.strata = strata
    (reports, of) = (strata.reduce(0) { $0 + $1.reports }, strata.reduce(0) { $0 + $1.of })
    weighted = strata.reduce(0) { $0 + Double($1.reports) / $1.rate }
    weightedOf = strata.reduce(0) { $0 + Double($1.of) / $1.rate }
    // Of equal weights it is exactly their number.
    let asked = strata.filter { $0.of > 0 }
    let squares = asked.reduce(0) { $0 + Double($1.of) / ($1.rate * $1.rate) }
    effective = asked.count < 2 || squares == 0 ? Double(of) : weightedOf * weightedOf / squares
  }

  public init(bucket: [UInt8]?, dimension: Dimension, value: [UInt8]?, reports: Int, of: Int, weighted: Double, weightedOf: Double, effective: Double, total: UInt64) {
    (self.bucket, self.dimension, self.value, self.reports, self.of) = (bucket, dimension, value, reports, of)
    (self.weighted, self.weightedOf, self.effective, self.total) = (weighted, weightedOf, effective, total)
  }

  /// What is put together may count a report several times: it is no more than all.
  public var estimate: Estimate {
    let estimate = Estimate(share: weightedOf > 0 ? min(1, weighted / weightedOf) : 0, of: effective)
    return isAtLeast ? Estimate(share: estimate.share, low: estimate.low, high: 1, of: effective) : estimate
  }
}
