import Files

/// The languages that are read.
public enum Language: Sendable, Equatable {
  case c, cPlusPlus, python, go, shell

  var isC: Bool { self == .c || self == .cPlusPlus }
}

/// The smallest part of a source that means something.
struct Token {
  enum Kind: UInt8 {
    case name, text, number, mark
    /// The end of a statement, where the language has lines.
    case newline
    /// A `#define`, and where it ends.
    case define, endDefine
  }

  var kind: Kind
  var start: Int
  var end: Int
  /// Of a mark its byte; of a text its number among `Lexed.texts`.
  var value = 0
}

/// A part of a literal: what is written, what a name stands for, or what only
/// the running program knows.
enum TextPart: Equatable {
  case bytes([UInt8])
  case name([UInt8])
  case unknown
}

/// A comment to this command.
struct Note {
  var start: Int
  var end: Int
  var text: [UInt8]
}

/// What a lexer makes of a source. Each reads every source to its end: what is no
/// source of its language gives tokens, too.
struct Lexed {
  let bytes: [UInt8]
  var tokens: [Token] = []
  var texts: [[TextPart]] = []
  var notes: [Note] = []
  /// C: what is included in quotation marks.
  var includes: [[UInt8]] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var count: Int { bytes.count }

  /// 0 behind the end.
  @inline(__always)
  func at(_ index: Int) -> UInt8 { index >= 0 && index < bytes.count ? bytes[index] : 0 }

  func matches(_ index: Int, _ text: StaticString) -> Bool {
    guard index >= 0, bytes.count - index >= text.utf8CodeUnitCount else { return false }
    for offset in 0..<text.utf8CodeUnitCount where bytes[index + offset] != text.utf8Start[offset] { return false }
    return true
  }

  /// Behind the "*/" of the comment whose "/*" is here; the end of all, if there is none.
  func blockCommentEnd(_ start: Int) -> Int {
    var end = start + 2
    while end < count, !matches(end, "*/") { end += 1 }
    return min(end + 2, count)
  }

  /// From here to the line feed or the end.
  func lineEnd(_ from: Int) -> Int {
    var at = from
    while at < bytes.count, bytes[at] != 0x0a { at += 1 }
    return at
  }

  mutating func add(_ kind: Token.Kind, _ start: Int, _ end: Int, _ value: Int = 0) {
    tokens.append(Token(kind: kind, start: start, end: end, value: value))
  }

  mutating func add(text parts: [TextPart], _ start: Int, _ end: Int) {
    add(.text, start, end, texts.count)
    texts.append(parts)
  }

  mutating func addMark(_ index: Int) { add(.mark, index, index + 1, Int(bytes[index])) }

  /// Keeps a comment if it is for this command.
  mutating func comment(_ start: Int, _ end: Int) {
    var at = start
    while at < end {
      if bytes[at] == UInt8(ascii: "t"), matches(at, "tel-lint:") {
        var last = end
        if end - start >= 4, matches(start, "/*"), matches(end - 2, "*/") { last = end - 2 }
        notes.append(Note(start: start, end: end, text: Array(bytes[min(at + 9, last)..<last]).trimmed))
        return
      }
      at += 1
    }
  }

  /// The end of a number that begins here: exponents and digits of any base.
  func numberEnd(_ from: Int) -> Int {
    var at = from
    while at < bytes.count, isWord(bytes[at]) || bytes[at] == UInt8(ascii: ".") { at += 1 }
    return max(at, from + 1)
  }

  func wordEnd(_ from: Int) -> Int {
    var at = from
    while at < bytes.count, isWord(bytes[at]) { at += 1 }
    return at
  }
}

/// Part of a name; what is not ASCII is taken for a letter.
@inline(__always)
func isWord(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: true
  default: false
  }
}

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

@inline(__always)
func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0b || byte == 0x0c }

/// The text between two quotation marks, whose escapes C, Python and Go have in common.
struct Escapes {
  /// Octal digits need not be three, and a line may go on behind a backslash: not in Go.
  var isLenient = true

  /// What the escape at this backslash stands for, and where the next byte is.
  func decode(_ source: Lexed, _ backslash: Int, into text: inout [UInt8]) -> Int {
    let letter = source.at(backslash + 1)
    switch letter {
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "a"): text.append(0x07)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "v"): text.append(0x0b)
    case UInt8(ascii: "e") where isLenient: text.append(0x1b)
    case 0x0a where isLenient: break
    case 0x0d where isLenient && source.at(backslash + 2) == 0x0a: return backslash + 3
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var (at, value) = (backslash + 1, 0)
      while at < backslash + 4, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(source.at(at)) {
        value = value * 8 + Int(source.at(at) - UInt8(ascii: "0"))
        at += 1
      }
      text.append(UInt8(truncatingIfNeeded: value))
      return at
    case UInt8(ascii: "x"): return hex(source, backslash + 2, isLenient ? 8 : 2, isCharacter: false, &text)
    case UInt8(ascii: "u"): return hex(source, backslash + 2, 4, isCharacter: true, &text)
    case UInt8(ascii: "U"): return hex(source, backslash + 2, 8, isCharacter: true, &text)
    default:
      if backslash + 1 < source.count { text.append(letter) }
    }
    return min(backslash + 2, source.count)
  }

  private func hex(_ source: Lexed, _ from: Int, _ limit: Int, isCharacter: Bool, _ text: inout [UInt8]) -> Int {
    var (at, value) = (from, UInt64(0))
    while at < from + limit, let digit = Escapes.digit(source.at(at)) {
      value = value << 4 | UInt64(digit)
      at += 1
    }
    if isCharacter {
      text += Array(String(Unicode.Scalar(UInt32(truncatingIfNeeded: value)) ?? "\u{fffd}").utf8)
    } else {
      text.append(UInt8(truncatingIfNeeded: value))
    }
    return at
  }

  static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
