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
    return text + decimal(UInt64((exponent - 1).magnitude))
  }

  /// The digits of Swift's own shortest description, without zeros at either
  /// end, and where the point stands before them.
  private static func shortest(_ value: Double) -> (digits: [UInt8], exponent: Int) {
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    var isExponent = false
    var isNegative = false
    for byte in value.description.utf8 {
      switch byte {
      case UInt8(ascii: "."): point = digits.count
      case UInt8(ascii: "e"): isExponent = true
      case UInt8(ascii: "-"): isNegative = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if isExponent { exponent = exponent * 10 + Int(byte - UInt8(ascii: "0")) } else { digits.append(byte) }
      default: break
      }
    }
    var position = (point ?? digits.count) + (isNegative ? -exponent : exponent)
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    while digits.count > 1, digits.first == UInt8(ascii: "0") {
      digits.removeFirst()
      position -= 1
    }
    return (digits, position)
  }
}
