import Files

/// Python. A newline token ends a statement; within brackets there is none.
enum PythonLexer {
  static func lex(_ bytes: [UInt8]) -> Lexed {
    var source = Lexed(bytes)
    var at = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    var depth = 0
    while at < source.count {
      let byte = source.bytes[at]
      switch byte {
      case 0x0a:
        if depth == 0, let last = source.tokens.last, last.kind != .newline { source.add(.newline, at, at + 1) }
        at += 1
      case _ where isBlank(byte): at += 1
      case UInt8(ascii: "\\") where source.at(at + 1) == 0x0a: at += 2
      case UInt8(ascii: "\\") where source.at(at + 1) == 0x0d && source.at(at + 2) == 0x0a: at += 3
      case UInt8(ascii: "#"):
        let end = source.lineEnd(at)
        source.comment(at, end)
        at = end
      case UInt8(ascii: "\""), UInt8(ascii: "'"): at = text(&source, at, at)
      case _ where isDigit(byte):
        let end = source.numberEnd(at)
        source.add(.number, at, end)
        at = end
      case _ where isWord(byte):
        let end = source.wordEnd(at)
        let quote = source.at(end)
        if end - at <= 2, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"), source.bytes[at..<end].allSatisfy(isPrefix) {
          at = text(&source, at, end)
        } else {
          source.add(.name, at, end)
          at = end
        }
      default:
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
        default: break
        }
        source.addMark(at)
        at += 1
      }
    }
    source.add(.newline, source.count, source.count)
    return source
  }

  private static func isPrefix(_ byte: UInt8) -> Bool {
    switch byte | 0x20 {
    case UInt8(ascii: "r"), UInt8(ascii: "b"), UInt8(ascii: "u"), UInt8(ascii: "f"), UInt8(ascii: "t"): true
    default: false
    }
  }

  private static func text(_ source: inout Lexed, _ start: Int, _ quote: Int) -> Int {
    let prefix = source.bytes[start..<quote].map { $0 | 0x20 }
    let isRaw = prefix.contains(UInt8(ascii: "r"))
    let isFormatted = prefix.contains(UInt8(ascii: "f")) || prefix.contains(UInt8(ascii: "t"))
    let mark = source.bytes[quote]
    let isTriple = source.at(quote + 1) == mark && source.at(quote + 2) == mark
    var at = quote + (isTriple ? 3 : 1)
    var parts: [TextPart] = []
    var text: [UInt8] = []
    while at < source.count {
      let byte = source.bytes[at]
      if byte == mark, !isTriple || (source.at(at + 1) == mark && source.at(at + 2) == mark) { break }
      if byte == 0x0a, !isTriple { break }
      if byte == UInt8(ascii: "\\") {
        if !isRaw {
          at = source.matches(at, "\\N{") ? named(source, at, &text) : Escapes().decode(source, at, into: &text)
        } else {
          text += source.bytes[at..<min(at + 2, source.count)]
          at += 2
        }
      } else if isFormatted, byte == UInt8(ascii: "{"), source.at(at + 1) != byte {
        if !text.isEmpty { parts.append(.bytes(text)) }
        text = []
        let end = field(source, at, mark, isTriple)
        parts.append(content(source, at + 1, end - 1))
        at = end
      } else {
        text.append(byte)
        at += isFormatted && (byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}")) && source.at(at + 1) == byte ? 2 : 1
      }
    }
    if !text.isEmpty || parts.isEmpty { parts.append(.bytes(text)) }
    at = min(at, source.count)
    if source.at(at) == mark { at = min(at + (isTriple ? 3 : 1), source.count) }
    source.add(text: parts, start, at)
    return at
  }

  /// `\N{LATIN SMALL LETTER A}`: no name of a counter needs it.
  private static func named(_ source: Lexed, _ at: Int, _ text: inout [UInt8]) -> Int {
    text += [0xef, 0xbf, 0xbd]
    var end = at + 3
    while end < source.count, source.bytes[end] != UInt8(ascii: "}"), source.bytes[end] != 0x0a { end += 1 }
    return source.at(end) == UInt8(ascii: "}") ? end + 1 : end
  }

  /// Behind the brace that closes a replacement field. A quotation mark in it
  /// begins another text, which may be the same one since Python 3.12.
  private static func field(_ source: Lexed, _ open: Int, _ mark: UInt8, _ isTriple: Bool) -> Int {
    var (at, depth) = (open, 0)
    var within: UInt8 = 0
    while at < source.count {
      let byte = source.bytes[at]
      if byte == 0x0a, !isTriple { return at }
      if within != 0 {
        if byte == UInt8(ascii: "\\") { at += 1 } else if byte == within { within = 0 }
      } else {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
          // Three at once end the text: what is open has been forgotten.
          if isTriple, byte == mark, source.at(at + 1) == mark, source.at(at + 2) == mark { return at }
          within = byte
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "("): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ")"):
          depth -= 1
          if depth <= 0 { return at + 1 }
        default: break
        }
      }
      at += 1
    }
    return source.count
  }

  /// A name alone may stand for a constant.
  private static func content(_ source: Lexed, _ start: Int, _ end: Int) -> TextPart {
    guard start < end else { return .unknown }
    let name = Array(source.bytes[start..<end]).trimmed
    return !name.isEmpty && name.allSatisfy(isWord) && !isDigit(name[0]) ? .name(name) : .unknown
  }
}
