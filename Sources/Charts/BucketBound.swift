/// What a histogram counts in. Magnitudes are nanoseconds, bytes, or plain numbers.
public enum BucketUnit: Sendable, Equatable {
  case plain, time, bytes

  private static let times: [(name: StaticString, size: Double)] = [("h", 3.6e12), ("m", 6e10), ("s", 1e9), ("ms", 1e6), ("us", 1e3), ("ns", 1)]
  private static let sizes: [(name: StaticString, size: Double)] = [
    ("TiB", 1_099_511_627_776), ("GiB", 1_073_741_824), ("MiB", 1_048_576), ("KiB", 1024), ("B", 1),
  ]

  /// The unit of this name, and how many of the smallest it has.
  static func named(_ name: ArraySlice<UInt8>) -> (BucketUnit, Double)? {
    if name.isEmpty { return (.plain, 1) }
    if Array(name) == [0xc2, 0xb5, UInt8(ascii: "s")] { return (.time, 1e3) }  // µs, as Go writes it
    for (unit, names) in [(BucketUnit.time, times), (.bytes, sizes)] {
      for (text, size) in names where UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount).elementsEqual(name) { return (unit, size) }
    }
    return nil
  }

  /// A magnitude for people: `37ms`, `1.5KiB`, `24h`, `1.2k`. Two or three digits
  /// are what buckets can know.
  public func text(_ magnitude: Double) -> String {
    guard magnitude.isFinite else { return "inf" }
    switch self {
    case .plain: return Number.short(magnitude)
    case .time: return BucketUnit.text(magnitude, BucketUnit.times)
    case .bytes: return BucketUnit.text(magnitude, BucketUnit.sizes)
    }
  }

  private static func text(_ magnitude: Double, _ names: [(name: StaticString, size: Double)]) -> String {
    // 999.6ms is 1s; and 90s is easier to read than 1.5m, 36h than 1.5d.
    let unit = names.first { magnitude >= $0.size * 0.9995 } ?? names[names.count - 1]
    return Number.rounded(magnitude / unit.size) + unit.name.description
  }
}

/// What the name of a bucket of a histogram says: `<10ms`, `<4KiB`, `<100`,
/// `<inf`, `>=1s`; see "Histograms" in tel.h.
public struct BucketBound: Sendable, Equatable {
  /// Nil for `<inf`, which goes with every unit.
  public let unit: BucketUnit?
  /// Values of the bucket are less than this, or at least this.
  public let magnitude: Double
  public let isUpper: Bool

  /// Nil if the name is none of a histogram's.
  public init?(_ name: [UInt8]) {
    guard name.count >= 2, name.count <= 64, name[0] == UInt8(ascii: "<") || name[0] == UInt8(ascii: ">") else { return nil }
    isUpper = name[0] == UInt8(ascii: "<")
    let isEqual = name[1] == UInt8(ascii: "=")
    var at = isEqual ? 2 : 1
    if isUpper, name[at...].elementsEqual("inf".utf8) || name[at...].elementsEqual("+Inf".utf8) {
      unit = nil
      magnitude = .infinity
      return
    }
    var number = 0.0
    let start = at
    while at < name.count, case let digit = name[at] &- UInt8(ascii: "0"), digit < 10 {
      number = number * 10 + Double(digit)
      at += 1
    }
    guard at > start else { return nil }
    if at + 1 < name.count, name[at] == UInt8(ascii: "."), name[at + 1] &- UInt8(ascii: "0") < 10 {
      at += 1
      var place = 0.1
      while at < name.count, case let digit = name[at] &- UInt8(ascii: "0"), digit < 10 {
        number += Double(digit) * place
        place /= 10
        at += 1
      }
    }
    guard let (unit, size) = BucketUnit.named(name[at...]) else { return nil }
    self.unit = unit
    // "<=10" is all that is less than what comes behind 10.
    magnitude = isEqual == isUpper ? (number * size).nextUp : number * size
  }

  /// By magnitude; what is at least a bound comes behind what is less than it.
  func precedes(_ other: BucketBound) -> Bool {
    magnitude != other.magnitude ? magnitude < other.magnitude : isUpper && !other.isUpper
  }
}
