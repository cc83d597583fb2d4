/// The bound of a histogram's bucket: `<50ms`, `<64KiB`, `<10`, `<inf`, `>=1s`.
/// libtel names buckets so, from the least on.
struct Bound: Comparable {
  let value: Double
  /// `>=`: all that is beyond the last bound. (libtel itself says `<inf`.)
  let isRest: Bool

  private static let units: [(name: String, value: Double)] = [
    ("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9), ("B", 1), ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824),
    ("TiB", 1_099_511_627_776), ("", 1),
  ]

  /// Nil for one with another unit, whose order nobody knows here.
  init?(_ bucket: [UInt8]) {
    isRest = bucket.starts(with: [UInt8](">="))
    guard isRest || bucket.first == UInt8(ascii: "<") else { return nil }
    let text = bucket.dropFirst(isRest ? 2 : 1)
    if Array(text) == [UInt8]("inf") {
      value = .infinity
      return
    }
    let digits = text.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 == UInt8(ascii: ".") }
    let unit = String(decoding: text.dropFirst(digits.count), as: UTF8.self)
    guard let number = Values.part(Array(digits)), let factor = Bound.units.first(where: { $0.name == unit })?.value else { return nil }
    value = number * factor
  }

  /// Whether nothing lies beyond.
  var isLast: Bool { isRest || value == .infinity }

  static func < (a: Bound, b: Bound) -> Bool { a.value != b.value ? a.value < b.value : !a.isRest && b.isRest }
}

extension Values {
  /// The order is that of the chart; and what is beyond the last bound counts too.
  mutating func checkBounds(of chart: Chart, _ at: Position) {
    let bounds = chart.buckets.map { Bound($0) }
    for (index, bound) in bounds.enumerated().dropFirst() {
      guard let bound, let before = bounds[index - 1], !(before < bound) else { continue }
      problems.warning(
        at, "the bounds of this histogram do not ascend: \(shown(chart.buckets[index - 1])) is before \(shown(chart.buckets[index]))",
        hint: "its buckets are charted in this order")
      return
    }
    if !bounds.contains(nil), let last = bounds.last, last?.isLast == false {
      problems.warning(at, "what is beyond the last bound of this histogram is not sent", hint: "add its bucket, which libtel calls <inf")
    }
  }
}
