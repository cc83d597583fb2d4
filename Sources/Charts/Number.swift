/// Numbers for people.
public enum Number {
  /// `1,234,567`.
  public static func grouped(_ number: UInt64) -> String {
    let digits = Array(String(number).utf8)
    if digits.count < 4 { return String(number) }
    var text: [UInt8] = []
    text.reserveCapacity(digits.count + digits.count / 3)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(UInt8(ascii: ",")) }
      text.append(digit)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static let sizes: [(Double, String)] = [(1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]

  /// At most four characters or so: `950`, `1.2k`, `34M`.
  public static func short(_ number: Double) -> String {
    for (size, name) in sizes where number >= size * 0.9995 { return rounded(number / size) + name }
    return rounded(number)
  }

  public static func short(_ number: UInt64) -> String { number < 1000 ? String(number) : short(Double(number)) }

  /// Three digits, and no zeros behind the point.
  static func rounded(_ number: Double) -> String {
    if number >= 99.95 { return number < 1e15 ? String(Int64(number.rounded())) : "\(number)" }
    let steps = number >= 9.995 ? 10.0 : 100.0
    let scaled = Int64((number * steps).rounded())
    let (whole, part) = scaled.quotientAndRemainder(dividingBy: Int64(steps))
    if part == 0 { return String(whole) }
    if steps == 10 { return "\(whole).\(part)" }
    return part % 10 == 0 ? "\(whole).\(part / 10)" : "\(whole)." + (part < 10 ? "0" : "") + String(part)
  }
}
