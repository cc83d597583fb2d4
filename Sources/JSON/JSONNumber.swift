/// Numbers as encoding/json writes them.
enum JSONNumber {
  /// Plain from 1e-6 up to 1e21, else with an exponent that has a sign and no
  /// leading zeros. Infinity and NaN, which JSON has not, become 0.
  static func text(of value: Double) -> [UInt8] {
    guard value.isFinite, value != 0 else { return [UInt8(ascii: "0")] }
    var (digits, exponent) = shortest(value.magnitude)
    // `digits` is 0.d₁d₂… times 10^exponent.
    var text: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
    let zero = UInt8(ascii: "0")
    let dot = UInt8(ascii: ".")
    if value.magnitude >= 1e-6, value.magnitude < 1e21 {
      if exponent <= 0 {
        text += [zero, dot]
        while exponent < 0 {
          text.append(zero)
          exponent += 1
        }
        return text + digits
      }
      for index in 0..<max(exponent, digits.count) {
        if index == exponent { text.append(dot) }
        text.append(index < digits.count ? digits[index] : zero)
      }
      return text
    }
    text.append(digits[0])
    if digits.count > 1 { text += [dot] + digits[1...] }
    text += [UInt8(ascii: "e"), exponent - 1 < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")]
    return text + [UInt8](unsafeUninitializedCapacity: 20) { to, count in
      count = decimal(UInt64((exponent - 1).magnitude), to: to.baseAddress.unsafelyUnwrapped)
    }
  }

  /// The fewest digits that read back as the same number, and of those the
  /// closest: Steele and White's algorithm, in exact arithmetic. The number is
  /// 0.d₁d₂… times 10^exponent. (Double's own description would bring 10 KB of
  /// String into what ships, for one number in a report.)
  private static func shortest(_ value: Double) -> (digits: [UInt8], exponent: Int) {
    let mantissa = value.significandBitPattern | (value.exponentBitPattern > 0 ? 1 << 52 : 0)
    let power = Int(max(value.exponentBitPattern, 1)) - 1075
    // What lies within half the gap to the next number reads back as this one;
    // and what lies just there, if the mantissa is even. Below a power of two
    // the gap is half as wide.
    let isEven = mantissa % 2 == 0
    let narrow = value.significandBitPattern == 0 && value.exponentBitPattern > 1 ? 1 : 0
    var rest = Natural(mantissa, shifted: max(power, 0) + 1 + narrow)
    var scale = Natural(1, shifted: max(-power, 0) + 1 + narrow)
    var above = Natural(1, shifted: max(power, 0) + narrow)
    var below = Natural(1, shifted: max(power, 0))
    func reaches(_ sum: Natural) -> Bool { isEven ? !(sum < scale) : scale < sum }

    var exponent = 0
    while reaches(rest + above) {
      scale.multiply(by: 10)
      exponent += 1
    }
    var digits: [UInt8] = []
    while true {
      rest.multiply(by: 10)
      above.multiply(by: 10)
      below.multiply(by: 10)
      var digit: UInt8 = 0
      while !(rest < scale) {
        rest.subtract(scale)
        digit += 1
      }
      if digits.isEmpty, digit == 0, !reaches(rest + above) {
        exponent -= 1  // a zero behind the point
        continue
      }
      let isLow = isEven ? !(below < rest) : rest < below
      let isHigh = reaches(rest + above)
      if isLow || isHigh {
        // Between the two, the even one.
        let twice = rest + rest
        let isUp = isHigh && (!isLow || scale < twice || !(twice < scale) && digit % 2 == 1)
        digits.append(UInt8(ascii: "0") + digit + (isUp ? 1 : 0))
        return (digits, exponent)
      }
      digits.append(UInt8(ascii: "0") + digit)
    }
  }
}

/// A whole number of any size, from the least 32 bits up.
private struct Natural {
  private var words: [UInt32]

  init(_ value: UInt64, shifted: Int) {
    words = [UInt32](repeating: 0, count: shifted / 32)
    let bits = UInt32(shifted % 32)
    var carry: UInt64 = 0
    for part in [value & 0xffff_ffff, value >> 32] {
      let moved = part << bits | carry
      words.append(UInt32(truncatingIfNeeded: moved))
      carry = moved >> 32
    }
    words.append(UInt32(carry))
  }

  private func word(_ index: Int) -> UInt32 { index < words.count ? words[index] : 0 }

  static func < (a: Natural, b: Natural) -> Bool {
    for index in stride(from: max(a.words.count, b.words.count) - 1, through: 0, by: -1) where a.word(index) != b.word(index) {
      return a.word(index) < b.word(index)
    }
    return false
  }

  static func + (a: Natural, b: Natural) -> Natural {
    var sum = a
    var carry: UInt64 = 0
    for index in 0...max(a.words.count, b.words.count) {
      carry += UInt64(a.word(index)) + UInt64(b.word(index))
      if index < sum.words.count { sum.words[index] = UInt32(truncatingIfNeeded: carry) } else { sum.words.append(UInt32(truncatingIfNeeded: carry)) }
      carry >>= 32
    }
    return sum
  }

  mutating func multiply(by factor: UInt32) {
    var carry: UInt64 = 0
    for index in words.indices {
      carry += UInt64(words[index]) * UInt64(factor)
      words[index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
    if carry > 0 { words.append(UInt32(carry)) }
  }

  /// `other` is not greater.
  mutating func subtract(_ other: Natural) {
    var borrow: Int64 = 0
    for index in words.indices {
      borrow += Int64(words[index]) - Int64(other.word(index))
      words[index] = UInt32(truncatingIfNeeded: borrow)
      borrow >>= 32
    }
  }
}
