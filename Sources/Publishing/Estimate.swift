/// A share of installations, and between which shares it is 95 times in 100.
///
/// The interval is Wilson's (1927, score with no correction): it is right for
/// small numbers and for shares near 0 and 1, where the usual one is not.
public struct Estimate: Sendable, Equatable {
  /// From 0 to 1.
  public let share, low, high: Double
  /// Reports of equal weight that it is drawn from.
  public let effective: Double

  /// Fewer reports than this say nothing worth a picture.
  public static let fewest = 10.0
  /// Of the normal distribution, for 95 %.
  static let z = 1.959963984540054

  public init(share: Double, low: Double, high: Double, of effective: Double) { (self.share, self.low, self.high, self.effective) = (share, low, high, effective) }

  public init(share: Double, of effective: Double) {
    (self.share, self.effective) = (share, effective)
    guard effective > 0 else {
      (low, high) = (0, 1)
      return
    }
    let z2 = Estimate.z * Estimate.z
    let middle = (share + z2 / (2 * effective)) / (1 + z2 / effective)
    let half = Estimate.z / (1 + z2 / effective) * (share * (1 - share) / effective + z2 / (4 * effective * effective)).squareRoot()
    low = share == 0 ? 0 : max(0, middle - half)
    high = share == 1 ? 1 : min(1, middle + half)
  }

  public var isTooFew: Bool { effective < Estimate.fewest }
}
