/// RFC 3492, as Rust writes names that are not ASCII: with "_" before the deltas.
enum Punycode {
  private static let most = 256

  /// Nil if it is none.
  static func decoded(_ text: [UInt8]) -> [UInt8]? {
    var characters: [UInt32] = []
    var at = 0
    if let mark = text.lastIndex(of: UInt8(ascii: "_")) {
      characters = text[..<mark].map { UInt32($0) }
      at = mark + 1
    }
    var (code, place, bias): (UInt32, UInt32, UInt32) = (128, 0, 72)
    var isFirst = true
    guard at < text.count, characters.count < most else { return nil }
    while at < text.count {
      let before = place
      var weight: UInt32 = 1
      var position: UInt32 = 36
      while true {
        guard at < text.count, let digit = digit(text[at]) else { return nil }
        at += 1
        let (product, overflow) = digit.multipliedReportingOverflow(by: weight)
        let (sum, overflow2) = place.addingReportingOverflow(product)
        if overflow || overflow2 { return nil }
        place = sum
        let threshold = position <= bias ? 1 : position >= bias + 26 ? 26 : position - bias
        if digit < threshold { break }
        let (next, overflow3) = weight.multipliedReportingOverflow(by: 36 - threshold)
        if overflow3 || position > 4096 { return nil }
        weight = next
        position += 36
      }
      let count = UInt32(characters.count) + 1
      bias = adapted(place - before, count, isFirst)
      isFirst = false
      let (sum, overflow) = code.addingReportingOverflow(place / count)
      if overflow || characters.count >= most { return nil }
      code = sum
      place %= count
      characters.insert(code, at: Int(place))
      place += 1
    }
    var bytes: [UInt8] = []
    for character in characters {
      guard let scalar = Unicode.Scalar(character) else { return nil }
      bytes += Array(UTF8.encode(scalar)!)
    }
    return bytes
  }

  private static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x61...0x7a: UInt32(byte) - 0x61
    case 0x30...0x39: UInt32(byte) - 0x30 + 26
    default: nil
    }
  }

  private static func adapted(_ delta: UInt32, _ count: UInt32, _ isFirst: Bool) -> UInt32 {
    var delta = isFirst ? delta / 700 : delta / 2
    delta += delta / count
    var bias: UInt32 = 0
    while delta > 455 {
      delta /= 35
      bias += 36
    }
    return bias + 36 * delta / (delta + 38)
  }
}
