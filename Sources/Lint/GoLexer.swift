/// Go. A line's end is a statement's where Go's own rule has it so.
enum GoLexer {
  static func lex(_ bytes: [UInt8]) -> Lexed {
    var source = Lexed(bytes)
    var at = 0
    while at < source.count {
      let byte = source.bytes[at]
      switch byte {
      case 0x0a:
        if endsStatement(source) { source.add(.newline, at, at + 1) }
        at += 1
      case _ where isBlank(byte): at += 1
      case UInt8(ascii: "/") where source.at(at + 1) == UInt8(ascii: "/"):
        let end = source.lineEnd(at)
        source.comment(at, end)
        at = end
      case UInt8(ascii: "/") where source.at(at + 1) == UInt8(ascii: "*"):
        let end = source.blockCommentEnd(at)
        source.comment(at, end)
        if source.bytes[at..<end].contains(0x0a), endsStatement(source) { source.add(.newline, at, end) }
        at = end
      case UInt8(ascii: "\""), UInt8(ascii: "`"): at = text(&source, at)
      case UInt8(ascii: "'"):
        var end = at + 1
        while end < source.count, source.bytes[end] != byte, source.bytes[end] != 0x0a { end += source.bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
        end = min(end + 1, source.count)
        source.add(.number, at, end)
        at = end
      case _ where isDigit(byte):
        let end = source.numberEnd(at)
        source.add(.number, at, end)
        at = end
      case _ where isWord(byte):
        let end = source.wordEnd(at)
        source.add(.name, at, end)
        at = end
      default:
        source.addMark(at)
        at += 1
      }
    }
    return source
  }

  private static func text(_ source: inout Lexed, _ start: Int) -> Int {
    let quote = source.bytes[start]
    var text: [UInt8] = []
    var at = start + 1
    while at < source.count, source.bytes[at] != quote, quote == UInt8(ascii: "`") || source.bytes[at] != 0x0a {
      if source.bytes[at] == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        at = Escapes(isLenient: false).decode(source, at, into: &text)
      } else {
        if source.bytes[at] != 0x0d || quote != UInt8(ascii: "`") { text.append(source.bytes[at]) }
        at += 1
      }
    }
    if source.at(at) == quote { at += 1 }
    source.add(text: [.bytes(text)], start, at)
    return at
  }

  private static func endsStatement(_ source: Lexed) -> Bool {
    guard let last = source.tokens.last else { return false }
    switch last.kind {
    case .name:
      // Of the keywords, four end a statement; the others cannot be a line's last word.
      return true
    case .text, .number: return true
    case .mark:
      switch UInt8(truncatingIfNeeded: last.value) {
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): return true
      case UInt8(ascii: "+"), UInt8(ascii: "-"):
        // `++` and `--`
        guard source.tokens.count > 1 else { return false }
        let before = source.tokens[source.tokens.count - 2]
        return before.kind == .mark && before.value == last.value && before.end == last.start
      default: return false
      }
    default: return false
    }
  }
}
