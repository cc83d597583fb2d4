import Files

/// C and C++. Of directives, `#define` becomes tokens and `#include "…"` is noted;
/// both sides of an `#if` are read.
enum CLexer {
  static func lex(_ bytes: [UInt8]) -> Lexed {
    var source = Lexed(bytes)
    var at = 0
    var isLineStart = true
    var isInDefine = false
    while at < source.count {
      let byte = source.bytes[at]
      switch byte {
      case 0x0a:
        if isInDefine {
          source.add(.endDefine, at, at)
          isInDefine = false
        }
        isLineStart = true
        at += 1
      case UInt8(ascii: "\\") where source.at(at + 1) == 0x0a: at += 2
      case UInt8(ascii: "\\") where source.at(at + 1) == 0x0d && source.at(at + 2) == 0x0a: at += 3
      case _ where isBlank(byte): at += 1
      case UInt8(ascii: "/") where source.at(at + 1) == UInt8(ascii: "/"):
        let end = lineEnd(source, at)
        source.comment(at, end)
        at = end
      case UInt8(ascii: "/") where source.at(at + 1) == UInt8(ascii: "*"):
        let end = source.blockCommentEnd(at)
        source.comment(at, end)
        at = end
      case UInt8(ascii: "#") where isLineStart:
        isLineStart = false
        at = directive(&source, at, &isInDefine)
      default:
        isLineStart = false
        at = token(&source, at)
      }
    }
    if isInDefine { source.add(.endDefine, source.count, source.count) }
    return source
  }

  /// A backslash at its end makes the line go on.
  private static func lineEnd(_ source: Lexed, _ from: Int) -> Int {
    var end = source.lineEnd(from)
    while end < source.count, source.at(end - 1) == UInt8(ascii: "\\") || (source.at(end - 1) == 0x0d && source.at(end - 2) == UInt8(ascii: "\\")) {
      end = source.lineEnd(end + 1)
    }
    return end
  }

  private static func directive(_ source: inout Lexed, _ hash: Int, _ isInDefine: inout Bool) -> Int {
    var at = hash + 1
    while isBlank(source.at(at)), at < source.count { at += 1 }
    let end = source.wordEnd(at)
    if source.matches(at, "define"), end - at == 6 {
      isInDefine = true
      source.add(.define, hash, end)
      return end
    }
    let line = lineEnd(source, hash)
    if source.matches(at, "include") {
      at = end
      while at < line, source.bytes[at] != UInt8(ascii: "\"") { at += 1 }
      if at < line, let close = source.bytes[(at + 1)..<line].firstIndex(of: UInt8(ascii: "\"")) {
        source.includes.append(Array(source.bytes[(at + 1)..<close]))
      }
    }
    // Behind other directives there may be a comment.
    at = end
    while at < line {
      if source.matches(at, "//") || source.matches(at, "/*") { return at }
      at += 1
    }
    return line
  }

  private static func token(_ source: inout Lexed, _ at: Int) -> Int {
    let byte = source.bytes[at]
    if isDigit(byte) {
      let end = source.numberEnd(at)
      source.add(.number, at, end)
      return end
    }
    if isWord(byte) {
      let end = source.wordEnd(at)
      if source.at(end) == UInt8(ascii: "\""), let isRaw = prefix(source, at, end) {
        return isRaw ? raw(&source, at, end) : text(&source, at, end)
      }
      source.add(.name, at, end)
      return end
    }
    if byte == UInt8(ascii: "\"") { return text(&source, at, at) }
    if byte == UInt8(ascii: "'") {
      var end = at + 1
      while end < source.count, source.bytes[end] != byte, source.bytes[end] != 0x0a { end += source.bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
      end = min(end + 1, source.count)
      source.add(.number, at, end)
      return end
    }
    source.addMark(at)
    return at + 1
  }

  /// Whether a raw string begins here, or another; nil for a name.
  private static func prefix(_ source: Lexed, _ start: Int, _ end: Int) -> Bool? {
    switch end - start {
    case 1:
      if source.bytes[start] == UInt8(ascii: "R") { return true }
      return source.bytes[start] == UInt8(ascii: "L") || source.bytes[start] == UInt8(ascii: "u") || source.bytes[start] == UInt8(ascii: "U") ? false : nil
    case 2:
      if source.matches(start, "u8") { return false }
      return source.matches(start, "LR") || source.matches(start, "uR") || source.matches(start, "UR") ? true : nil
    case 3: return source.matches(start, "u8R") ? true : nil
    default: return nil
    }
  }

  private static func text(_ source: inout Lexed, _ start: Int, _ quote: Int) -> Int {
    var text: [UInt8] = []
    var at = quote + 1
    while at < source.count, source.bytes[at] != UInt8(ascii: "\""), source.bytes[at] != 0x0a {
      if source.bytes[at] == UInt8(ascii: "\\") {
        at = Escapes().decode(source, at, into: &text)
      } else {
        text.append(source.bytes[at])
        at += 1
      }
    }
    if source.at(at) == UInt8(ascii: "\"") { at += 1 }
    at = suffix(source, at)
    source.add(text: [.bytes(text)], start, at)
    return at
  }

  /// `R"mark(…)mark"`.
  private static func raw(_ source: inout Lexed, _ start: Int, _ quote: Int) -> Int {
    var open = quote + 1
    while open < min(source.count, quote + 18), source.bytes[open] != UInt8(ascii: "(") { open += 1 }
    guard source.at(open) == UInt8(ascii: "(") else { return text(&source, start, quote) }
    let mark = [UInt8(ascii: ")")] + source.bytes[(quote + 1)..<open] + [UInt8(ascii: "\"")]
    var at = open + 1
    while at + mark.count <= source.count, source.bytes[at] != mark[0] || source.bytes[at..<(at + mark.count)] != mark[...] { at += 1 }
    let isClosed = at + mark.count <= source.count
    let content = Array(source.bytes[(open + 1)..<(isClosed ? at : max(open + 1, source.count))])
    let end = suffix(source, isClosed ? at + mark.count : source.count)
    source.add(text: [.bytes(content)], start, end)
    return end
  }

  /// `"…"s` and `"…"sv` of C++. Anything else there is a macro's name.
  private static func suffix(_ source: Lexed, _ at: Int) -> Int {
    let end = source.wordEnd(at)
    return (end == at + 1 && source.at(at) == UInt8(ascii: "s")) || (end == at + 2 && source.matches(at, "sv")) ? end : at
  }
}
