import Files

extension String {
  public var bytes: [UInt8] { Array(utf8) }

  /// The bytes that these hexadecimal digits stand for.
  public var unhexed: [UInt8] {
    var bytes: [UInt8] = []
    var digits = utf8.makeIterator()
    while let high = digits.next(), let low = digits.next() { bytes.append(hexValue(high)! << 4 | hexValue(low)!) }
    return bytes
  }
}

extension Sequence<UInt8> {
  /// For messages, and for comparison where a difference should be readable.
  public var string: String { String(decoding: Array(self), as: UTF8.self) }
}

/// The same numbers on every run: what fails once fails again.
public struct Dice: RandomNumberGenerator {
  private var state: UInt64
  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    // SplitMix64
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  public mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
  public mutating func chance(_ oneIn: Int) -> Bool { number(1...oneIn) == 1 }
  public mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(0...elements.count - 1)] }
  public mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}
