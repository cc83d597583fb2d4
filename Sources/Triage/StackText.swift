import Files
import Frames

/// A stack's text, read: its counter and its frames, from the innermost out,
/// with what changes from build to build left out.
public struct StackText: Sendable, Equatable {
  public struct Frame: Sendable, Equatable {
    /// `path.function`, without line, offset, type arguments and what compilers append.
    public let symbol: [UInt8]
    /// Package, module or library: the symbol's part before the function.
    public let scope: [UInt8]
    public let function: [UInt8]
    /// As it is written: `+8`, `=8`, `-8`; empty if there is none.
    public let line: [UInt8]
  }

  public let counter: [UInt8]
  public let frames: [Frame]

  /// `isGo`: a function begins behind the first dot of the path's last element;
  /// elsewhere behind the last dot.
  public init(_ text: [UInt8], isGo: Bool) {
    let lines = StackName.decode(text).split(separator: 0x0a, omittingEmptySubsequences: false).map { Array($0) }
    counter = lines.first ?? []
    frames = lines.dropFirst().filter { !$0.isEmpty && $0 != "truncated" }.map { Frame($0, isGo: isGo) }
  }
}

extension StackText.Frame {
  init(_ text: [UInt8], isGo: Bool) {
    var rest = text[...]
    for mark in [" (inlined)", " [inlined]"] as [StaticString] where Array(rest).ends(with: mark) { rest = rest.dropLast(mark.utf8CodeUnitCount) }
    let end = StackText.Frame.position(in: rest)
    let position = rest[end...]
    line = position.first == UInt8(ascii: ":") ? Array(position.dropFirst().prefix { $0 != UInt8(ascii: ",") }) : []
    var symbol = StackText.Frame.withoutArguments(Array(rest[..<end]))
    while let shorter = StackText.Frame.withoutSuffix(symbol) { symbol = shorter }
    let dot = UInt8(ascii: ".")
    let element = (symbol.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1
    let cut = isGo ? symbol[element...].firstIndex(of: dot) : symbol.lastIndex(of: dot)
    scope = cut.map { Array(symbol[..<$0]) } ?? []
    function = cut.map { Array(symbol[($0 + 1)...]) } ?? symbol
    self.symbol = symbol.first == dot ? Array(symbol.dropFirst()) : symbol
  }

  /// Where `:+8,+0x75` begins, of which either part may be missing.
  private static func position(in text: ArraySlice<UInt8>) -> Int {
    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    var end = text.endIndex
    var at = end
    while at > text.startIndex, hexValue(text[at - 1]) != nil { at -= 1 }
    if at < end, at - 3 >= text.startIndex, text[(at - 3)..<at] == [UInt8](",+0x")[1...] {
      end = at - 3
      if end > text.startIndex, text[end - 1] == UInt8(ascii: ",") { end -= 1 }
    }
    at = end
    while at > text.startIndex, isDigit(text[at - 1]) { at -= 1 }
    if at == end { return end }
    if at > text.startIndex, [UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "-")].contains(text[at - 1]) { at -= 1 }
    return at > text.startIndex && text[at - 1] == UInt8(ascii: ":") ? at - 1 : end
  }

  /// Without `[…]` and `<…>` behind a name: type arguments. What is not closed
  /// stays, and so do operators.
  private static func withoutArguments(_ text: [UInt8]) -> [UInt8] {
    var kept: [UInt8] = []
    var at = 0
    while at < text.count {
      let open = text[at]
      let close = open == UInt8(ascii: "[") ? UInt8(ascii: "]") : UInt8(ascii: ">")
      if open == UInt8(ascii: "[") || open == UInt8(ascii: "<"), let last = kept.last, isWord(last), !kept.ends(with: "operator") {
        var depth = 0
        var end: Int?
        for index in at..<text.count {
          if text[index] == open { depth += 1 }
          if text[index] == close { depth -= 1 }
          if depth == 0 {
            end = index
            break
          }
        }
        guard let end else { return kept + text[at...] }
        at = end + 1
      } else {
        kept.append(open)
        at += 1
      }
    }
    return kept
  }

  /// Without one of the suffixes that compilers give to copies of a function:
  /// `.isra.0`, `.cold`, `::h0123456789abcdef`, ` [clone .cold]`; nil if there is none.
  private static func withoutSuffix(_ text: [UInt8]) -> [UInt8]? {
    if text.last == UInt8(ascii: "]"), let open = text.lastIndex(of: UInt8(ascii: "[")), open > 1, text[open...].starts(with: [UInt8]("[clone ")) {
      return Array(text[..<(open - 1)])
    }
    if text.count > 19, text[text.count - 19] == UInt8(ascii: ":"), text[(text.count - 18)...].starts(with: [UInt8](":h")), text.suffix(16).allSatisfy({ hexValue($0) != nil }) {
      return Array(text.dropLast(19))
    }
    var rest = text[...]
    while let last = rest.last, last >= UInt8(ascii: "0"), last <= UInt8(ascii: "9") { rest.removeLast() }
    let isNumbered = rest.count < text.count && rest.last == UInt8(ascii: ".")
    let named = isNumbered ? Array(rest.dropLast()) : text
    for suffix in [".isra", ".constprop", ".part", ".cold", ".lto_priv", ".llvm"] as [StaticString] where named.ends(with: suffix) && named.count > suffix.utf8CodeUnitCount {
      return Array(named.dropLast(suffix.utf8CodeUnitCount))
    }
    return nil
  }
}

/// Of a word in a predicate, and of a name: ASCII's letters, digits and `_`.
func isWord(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
  default: false
  }
}
