import Files

/// Names as people may see them. Whatever a name has, it stays one line, and
/// steers neither a terminal nor the direction of text.
public enum Label {
  /// Valid UTF-8 without controls: what is neither a character nor printable is
  /// written as `\x1b`, and what cannot be seen as `\u{202e}`.
  public static func shown(_ name: [UInt8]) -> [UInt8] {
    if name.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return name }
    var shown: [UInt8] = []
    name.withUnsafeBufferPointer { text in
      var index = 0
      while index < text.count {
        let byte = text[index]
        if byte >= 0x20, byte < 0x7f {
          shown.append(byte)
          index += 1
        } else if byte >= 0x80, let (scalar, length) = Text.scalar(text, at: index) {
          if Text.isControl(scalar) {
            shown += Array("\\u{\(String(scalar, radix: 16))}".utf8)
          } else {
            shown += name[index..<index + length]
          }
          index += length
        } else {
          shown += [UInt8(ascii: "\\"), UInt8(ascii: "x"), hexDigit(byte >> 4), hexDigit(byte & 15)]
          index += 1
        }
      }
    }
    return shown
  }

  /// How wide a character is in pictures, in pixels: of the widest fonts that
  /// systems have for text 11 high.
  static let digit = 7.0
  /// The same of names, which have wider characters than numbers.
  static let letter = 7.8

  /// At most that many columns of a shown name: the middle goes, since beginning
  /// and end are what tells names apart.
  public static func shortened(_ shown: [UInt8], to columns: Int, isUnicode: Bool = true) -> [UInt8] {
    if shown.count <= columns { return shown }
    let scalars = Array(String(decoding: shown, as: UTF8.self).unicodeScalars)
    if scalars.reduce(0, { $0 + width($1) }) <= columns { return shown }
    let gap = isUnicode ? "…" : "..."
    let room = columns - gap.unicodeScalars.count
    guard room >= 2 else { return take(scalars[...], columns) }
    let tail = room / 2
    return take(scalars[...], room - tail) + Array(gap.utf8) + take(scalars.reversed()[...], tail, isReversed: true)
  }

  private static func take(_ scalars: ArraySlice<Unicode.Scalar>, _ columns: Int, isReversed: Bool = false) -> [UInt8] {
    var used = 0
    let taken = scalars.prefix { scalar in
      used += width(scalar)
      return used <= columns
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: isReversed ? Array(taken.reversed()) : Array(taken))
    return Array(String(text).utf8)
  }

  /// How wide a shown text is in a terminal.
  public static func columns(_ shown: [UInt8]) -> Int {
    if shown.allSatisfy({ $0 < 0x80 }) { return shown.count }
    return String(decoding: shown, as: UTF8.self).unicodeScalars.reduce(0) { $0 + width($1) }
  }

  /// Two columns for East Asian wide characters and emoji, none for marks that
  /// sit on the character before.
  static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case ..<0x300: 1
    case 0x300...0x36f, 0x483...0x489, 0x591...0x5bd, 0x610...0x61a, 0x64b...0x65f, 0x1ab0...0x1aff, 0x1dc0...0x1dff, 0x20d0...0x20ff, 0xfe00...0xfe0f, 0xfe20...0xfe2f: 0
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f,
      0x1f900...0x1f9ff, 0x20000...0x3fffd: 2
    default: 1
    }
  }
}
