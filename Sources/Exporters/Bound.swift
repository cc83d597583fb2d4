import Files

/// The upper bound of a histogram's bucket, as `Counting.Histogram` names it:
/// `<10ms`, `<4KiB`, `<100`, `<inf`.
enum Bound: Equatable {
  enum Unit: Sendable { case none, seconds, bytes }

  /// In nanoseconds, bytes or as it is.
  case finite(UInt64, Unit)
  case infinite

  /// Nil for a bucket that is not named by a bound.
  init?(_ bucket: [UInt8]) {
    guard bucket.first == UInt8(ascii: "<") else { return nil }
    if bucket == "<inf" {
      self = .infinite
      return
    }
    var value: UInt64 = 0
    var at = 1
    while at < bucket.count, bucket[at] >= UInt8(ascii: "0"), bucket[at] <= UInt8(ascii: "9") {
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = product.addingReportingOverflow(UInt64(bucket[at] - UInt8(ascii: "0")))
      if tooLarge || overflow { return nil }
      value = sum
      at += 1
    }
    // Neither 0 nor a number that is written in another way.
    guard value > 0, bucket[1] != UInt8(ascii: "0"), let (size, unit) = Bound.unit(Array(bucket[at...])) else { return nil }
    let (product, tooLarge) = value.multipliedReportingOverflow(by: size)
    if tooLarge { return nil }
    self = .finite(product, unit)
  }

  private static func unit(_ name: [UInt8]) -> (UInt64, Unit)? {
    let ms: UInt64 = 1_000_000
    if name.isEmpty { return (1, .none) }
    if name == "ns" { return (1, .seconds) }
    if name == "us" { return (1000, .seconds) }
    if name == "ms" { return (ms, .seconds) }
    if name == "s" { return (1000 * ms, .seconds) }
    if name == "m" { return (60 * 1000 * ms, .seconds) }
    if name == "h" { return (3600 * 1000 * ms, .seconds) }
    if name == "B" { return (1, .bytes) }
    if name == "KiB" { return (1 << 10, .bytes) }
    if name == "MiB" { return (1 << 20, .bytes) }
    if name == "GiB" { return (1 << 30, .bytes) }
    if name == "TiB" { return (1 << 40, .bytes) }
    return nil
  }

  /// The bound in the base unit, as readers of its text take it.
  static func number(_ bound: UInt64, _ unit: Unit) -> Double { Text.number(text(bound, unit)) }

  /// In the base unit, exactly.
  static func text(_ bound: UInt64, _ unit: Unit) -> [UInt8] {
    var text: [UInt8] = []
    guard unit == .seconds else {
      text.append(decimal: bound)
      return text
    }
    text.append(decimal: bound / 1_000_000_000)
    let rest = bound % 1_000_000_000
    if rest == 0 { return text }
    var digits: [UInt8] = []
    // The digit before them keeps their zeros.
    digits.append(decimal: 1_000_000_000 + rest)
    digits[0] = UInt8(ascii: ".")
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return text + digits
  }
}
