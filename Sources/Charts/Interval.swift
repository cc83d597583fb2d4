/// A share of a whole that was not seen whole, and between which shares it is
/// 95 times in 100: what pictures of samples are drawn from.
public struct Interval: Sendable, Equatable {
  /// From 0 to 1.
  public var share, low, high: Double
  /// So few were seen that a picture of them would say nothing.
  public var isTooFew: Bool

  public init(share: Double, low: Double, high: Double, isTooFew: Bool = false) {
    // Whatever they are made of, they are in order, and shares.
    self.share = min(max(share.isFinite ? share : 0, 0), 1)
    self.low = min(max(low.isFinite ? low : 0, 0), self.share)
    self.high = max(min(high.isFinite ? high : 1, 1), self.share)
    self.isTooFew = isTooFew
  }

  /// `41.2% to 46%`.
  public var range: String { "\(Shares.text(low)) to \(Shares.text(high))" }
}

extension Axis {
  /// An axis from 0, for shares: the lowest round percentage that is not less.
  init(ofShares greatest: Double) {
    let tops: [(Double, Int)] = [(0.002, 2), (0.005, 5), (0.01, 2), (0.02, 2), (0.05, 5), (0.1, 2), (0.15, 3), (0.2, 2), (0.3, 3), (0.4, 2), (0.5, 5), (0.6, 3), (0.8, 4), (1, 4)]
    let (top, steps) = tops.first { $0.0 >= greatest } ?? tops[tops.count - 1]
    self.top = top
    labels = (0...steps).map { Shares.text(top * Double($0) / Double(steps)) }
  }

  /// In so many pixels.
  func length(_ share: Double, _ pixels: Int) -> Int { Int((min(share, top) / top * Double(pixels)).rounded()) }
}
