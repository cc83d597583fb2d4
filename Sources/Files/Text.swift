import CPosix

/// UTF-8 as people see it. Allocates nothing: recording comes here too.
public enum Text {
  /// The double that is nearest to a number in JSON's spelling.
  public static func number(_ text: [UInt8]) -> Double { Path(text).withCString { posix_number($0) } }

  /// The multi-byte character that starts here and its length; nil if it is
  /// malformed.
  public static func scalar(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> (UInt32, Int)? {
    let first = text[index]
    let length: Int
    var value: UInt32
    let least: UInt32
    switch first {
    case 0xc2...0xdf: (length, value, least) = (2, UInt32(first & 0x1f), 0x80)
    case 0xe0...0xef: (length, value, least) = (3, UInt32(first & 0x0f), 0x800)
    case 0xf0...0xf4: (length, value, least) = (4, UInt32(first & 0x07), 0x10000)
    default: return nil
    }
    guard index &+ length <= text.count else { return nil }
    var next = 1
    while next < length {
      let byte = text[index &+ next]
      guard byte & 0xc0 == 0x80 else { return nil }
      value = value << 6 | UInt32(byte & 0x3f)
      next &+= 1
    }
    guard value >= least, value <= 0x10ffff, !(0xd800...0xdfff).contains(value) else { return nil }
    return (value, length)
  }

  /// Of those above ASCII: C1 controls, format characters (Unicode's Cf: they
  /// turn the direction of text, or are not to be seen at all), line and
  /// paragraph separators, noncharacters.
  public static func isControl(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x80...0x9f, 0xad, 0x600...0x605, 0x61c, 0x6dd, 0x70f, 0x180e, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff: true
    case 0xfdd0...0xfdef, 0xfff9...0xfffb, 0xe0000...0xe007f: true
    default: scalar & 0xfffe == 0xfffe
    }
  }

  /// Of those above ASCII.
  public static func isSpace(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0xa0, 0x1680, 0x2000...0x200a, 0x202f, 0x205f, 0x3000: true
    default: false
    }
  }

  public static func isUTF8(_ text: [UInt8]) -> Bool { allScalars(text) { _ in true } }

  /// UTF-8 without control characters; spaces are printable.
  public static func isPrintable(_ text: [UInt8]) -> Bool {
    allScalars(text) { $0 < 0x80 ? $0 >= 0x20 && $0 != 0x7f : !isControl($0) }
  }

  private static func allScalars(_ text: [UInt8], _ isGood: (UInt32) -> Bool) -> Bool {
    text.withUnsafeBufferPointer { buffer in
      var index = 0
      while index < buffer.count {
        if buffer[index] < 0x80 {
          guard isGood(UInt32(buffer[index])) else { return false }
          index += 1
        } else {
          guard let (scalar, length) = scalar(buffer, at: index), isGood(scalar) else { return false }
          index += length
        }
      }
      return true
    }
  }

  /// Hands out the text for one line of a terminal or a log, whole characters
  /// up to `limit` bytes: "?" stands for what is malformed or a control.
  public static func forEachPrintable(_ text: UnsafeBufferPointer<UInt8>, limit: Int = .max, _ take: (UInt8) -> Void) {
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte < 0x80 {
        guard index < limit else { return }
        take(byte < 0x20 || byte == 0x7f ? UInt8(ascii: "?") : byte)
        index &+= 1
      } else if let (scalar, length) = scalar(text, at: index) {
        guard index &+ length <= limit else { return }
        if isControl(scalar) {
          take(UInt8(ascii: "?"))
        } else {
          var offset = 0
          while offset < length {
            take(text[index &+ offset])
            offset &+= 1
          }
        }
        index &+= length
      } else {
        guard index < limit else { return }
        take(UInt8(ascii: "?"))
        index &+= 1
      }
    }
  }
}
