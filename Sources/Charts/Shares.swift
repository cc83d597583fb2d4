/// Parts of a whole.
public enum Shares {
  /// Each value's share of all, 0 to 1; zeros if all are 0.
  public static func of(_ values: [UInt64]) -> [Double] {
    let total = values.reduce(0.0) { $0 + Double($1) }
    return values.map { total > 0 ? Double($0) / total : 0 }
  }

  /// `12.3%`; what is there is never shown as 0%, nor as all when it is not.
  public static func text(_ share: Double) -> String {
    if share <= 0 { return "0%" }
    if share >= 1 { return "100%" }
    if share < 0.001 { return "<0.1%" }
    if share > 0.999 { return ">99.9%" }
    let tenths = Int((share * 1000).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
  }

  /// Wilson's score interval: where a proportion lies of which `count` among
  /// `total` independent ones were seen. `z` is 1.96 for 95 of 100 such intervals.
  public static func interval(of count: UInt64, among total: UInt64, z: Double = 1.959964) -> ClosedRange<Double> {
    guard total > 0 else { return 0...1 }
    let n = Double(total)
    let p = Double(min(count, total)) / n
    let square = z * z
    let scale = 1 + square / n
    let centre = (p + square / (2 * n)) / scale
    let half = z / scale * (p * (1 - p) / n + square / (4 * n * n)).squareRoot()
    // Exactly 0 and 1 at the ends, which rounding would miss.
    let low = count == 0 ? 0 : max(0, centre - half)
    let high = count >= total ? 1 : min(1, centre + half)
    return low...high
  }
}
