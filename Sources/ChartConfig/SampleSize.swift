/// How many reports give a share its wanted precision, and so which part of the
/// installations is asked.
public struct WantedError: Sendable, Equatable {
  /// Half the width of the interval, as a part of 1.
  public let margin: Double
  /// How often the interval holds the truth.
  public let confidence: Double

  public init(margin: Double, confidence: Double) {
    self.margin = margin
    self.confidence = confidence
  }

  /// For a share of one half, where it takes most: z² / 4 e².
  public var reports: Int {
    let z = WantedError.quantile(confidence)
    return max(1, Int((z * z / (4 * margin * margin)).rounded(.up)))
  }

  /// Half the width that so many reports give.
  public func margin(of reports: Int) -> Double { WantedError.quantile(confidence) / (2 * Double(max(1, reports)).squareRoot()) }

  /// The part of the installations, rounded up to three digits: never fewer
  /// reports than are wanted. 1 if there are not enough.
  public func rate(of installations: Int) -> Double {
    let exact = Double(reports) / Double(max(1, installations))
    if exact >= 1 { return 1 }
    var scale = 1.0
    while exact * scale < 100 { scale *= 10 }
    return min(1, (exact * scale).rounded(.up) / scale)
  }

  /// How far from the middle of a normal distribution, in standard deviations,
  /// that part of it reaches to both sides.
  static func quantile(_ part: Double) -> Double {
    var (low, high) = (0.0, 8.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if within(middle) < part { low = middle } else { high = middle }
    }
    return high
  }

  /// The part within so many standard deviations: a series of positive terms.
  private static func within(_ z: Double) -> Double {
    var (term, sum, k) = (z, z, 1.0)
    while term > sum * 1e-17, k < 1000 {
      term *= z * z / (2 * k + 1)
      sum += term
      k += 1
    }
    // The same for e to z²/2. No function of libm, which differ.
    var (power, exponential, n) = (1.0, 1.0, 1.0)
    while power > exponential * 1e-17, n < 1000 {
      power *= z * z / 2 / n
      exponential += power
      n += 1
    }
    return sum * 2 / (2 * Double.pi).squareRoot() / exponential
  }
}
