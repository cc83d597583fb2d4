/// What the counters of one histogram say together.
public struct Distribution: Sendable {
  public struct Bar: Sendable {
    /// The bucket's name.
    public var name: [UInt8]
    /// Its values are at least this...
    public var lower: Double
    /// ...and less than this; nil if there is no bound.
    public var upper: Double?
    public var count: UInt64
  }

  public let unit: BucketUnit
  /// In order of magnitude.
  public let bars: [Bar]
  public let total: UInt64

  /// Nil if these are not the buckets of a histogram.
  ///
  /// A bucket in which nothing was ever counted may be missing. Then the one
  /// above it seems wider than it is: what is said of it stays true.
  public init?(_ buckets: [(name: [UInt8], value: UInt64)]) {
    guard let (unit, order) = Distribution.order(buckets.map { $0.name }) else { return nil }
    var bars: [Bar] = []
    var lower = 0.0
    var total: UInt64 = 0
    for (index, bound) in order {
      let (name, value) = buckets[index]
      if !bound.isUpper { lower = max(lower, bound.magnitude) }
      let upper = bound.isUpper && bound.magnitude.isFinite ? bound.magnitude : nil
      bars.append(Bar(name: name, lower: lower, upper: upper, count: value))
      if let upper { lower = upper }
      total = total.adding(value)
    }
    self.unit = unit
    self.bars = bars
    self.total = total
  }

  /// The order of these names by magnitude; nil if they are not the buckets of
  /// one histogram: all bounds, of one unit, and only the last without an upper one.
  static func order(_ names: [[UInt8]]) -> (BucketUnit, [(index: Int, bound: BucketBound)])? {
    guard !names.isEmpty else { return nil }
    var unit: BucketUnit?
    var order: [(index: Int, bound: BucketBound)] = []
    order.reserveCapacity(names.count)
    for (index, name) in names.enumerated() {
      guard let bound = BucketBound(name) else { return nil }
      if let own = bound.unit {
        if let unit, unit != own { return nil }
        unit = own
      }
      order.append((index, bound))
    }
    order.sort { $0.bound.precedes($1.bound) || ($0.bound == $1.bound && $0.index < $1.index) }
    guard order.dropLast().allSatisfy({ $0.bound.isUpper && $0.bound.magnitude.isFinite }) else { return nil }
    return (unit ?? .plain, order)
  }

  /// A quantile as far as buckets know it.
  public struct Quantile: Sendable, Equatable {
    /// 0.5 for the median.
    public let fraction: Double
    /// It is at least this: known for sure.
    public let lower: Double
    /// It is less than this, for sure; nil if only `lower` is known.
    public let upper: Double?
    /// A guess between the two, as if the bucket's values were spread evenly; nil
    /// where there is no upper bound: then nothing is guessed.
    public let estimate: Double?
    /// The bar in which it lies, and where in it, 0 to 1.
    public let bar: Int
    public let position: Double
  }

  /// Nil if nothing was counted. The fraction is between 0 and 1.
  public func quantile(_ fraction: Double) -> Quantile? {
    guard total > 0 else { return nil }
    let rank = min(max(fraction, 0), 1) * Double(total)
    var before = 0.0
    for (index, bar) in bars.enumerated() where bar.count > 0 {
      let after = before + Double(bar.count)
      if after >= rank || index == bars.lastIndex(where: { $0.count > 0 }) {
        let position = min(1, max(0, (rank - before) / Double(bar.count)))
        let estimate = bar.upper.map { bar.lower + ($0 - bar.lower) * position }
        return Quantile(fraction: fraction, lower: bar.lower, upper: bar.upper, estimate: estimate, bar: index, position: position)
      }
      before = after
    }
    return nil
  }

  /// `about 37ms (10ms to 50ms)`, `about 5ms (less than 10ms)`, or `at least 5s`.
  public func text(_ quantile: Quantile) -> String {
    guard let upper = quantile.upper, let estimate = quantile.estimate else { return "at least " + unit.text(quantile.lower) }
    if quantile.lower == 0 { return "about \(unit.text(estimate)) (less than \(unit.text(upper)))" }
    return "about \(unit.text(estimate)) (\(unit.text(quantile.lower)) to \(unit.text(upper)))"
  }
}

extension UInt64 {
  /// A sum beyond the greatest number is that number, as counters have it.
  func adding(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
