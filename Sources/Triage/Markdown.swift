import Files

/// Text from reports in Markdown, where it can be nothing but text; and which
/// lines of a Markdown text are not in a code block.
enum Markdown {
  /// Of one piece of text in an issue.
  static let longest = 16 << 10

  /// Control characters written out, and what begins a comment: it would look
  /// like a mark of ours.
  static func visible(_ text: [UInt8], keepsLines: Bool = false) -> [UInt8] {
    var out: [UInt8] = []
    let end = min(text.count, longest)
    text.withUnsafeBufferPointer { text in
      var at = 0
      while at < end {
        let byte = text[at]
        if byte < 0x80 {
          if byte == 0x0a && keepsLines || byte >= 0x20 && byte != 0x7f {
            let isComment = byte == UInt8(ascii: "!") && out.last == UInt8(ascii: "<")
            out += isComment ? [UInt8]("\\x21")[...] : [byte][...]
          } else {
            out += [UInt8]("\\x") + [hexDigit(byte >> 4), hexDigit(byte & 15)]
          }
          at += 1
        } else if let (scalar, length) = Text.scalar(text, at: at) {
          if Text.isControl(scalar) { out += Array("\\u{\(String(scalar, radix: 16))}".utf8) } else { out += text[at..<(at + length)] }
          at += length
        } else {
          out += [UInt8]("\\x") + [hexDigit(byte >> 4), hexDigit(byte & 15)]
          at += 1
        }
      }
    }
    if text.count > longest { out += Array("…".utf8) }
    return out
  }

  /// A code block whose fence is longer than any run of backticks inside.
  static func fenced(_ text: [UInt8]) -> [UInt8] {
    let inside = visible(text, keepsLines: true)
    let fence = [UInt8](repeating: UInt8(ascii: "`"), count: max(3, longestRun(inside) + 1))
    return fence + [0x0a] + inside + (inside.last == 0x0a ? [] : [0x0a]) + fence + [0x0a]
  }

  /// Text inside a line.
  static func code(_ text: [UInt8]) -> [UInt8] {
    let inside = visible(text)
    let fence = [UInt8](repeating: UInt8(ascii: "`"), count: longestRun(inside) + 1)
    let tick = UInt8(ascii: "`")
    let space: [UInt8] = inside.isEmpty || inside.first == tick || inside.last == tick ? [0x20] : []
    return fence + space + inside + space + fence
  }

  private static func longestRun(_ text: [UInt8]) -> Int {
    var (longest, run) = (0, 0)
    for byte in text {
      run = byte == UInt8(ascii: "`") ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }

  /// A fence at a line's beginning: its sign and its length.
  static func fence(_ line: ArraySlice<UInt8>) -> (sign: UInt8, length: Int, rest: ArraySlice<UInt8>)? {
    let indent = line.prefix { $0 == 0x20 }.count
    let line = line.dropFirst(indent)
    guard indent <= 3, let sign = line.first, sign == UInt8(ascii: "`") || sign == UInt8(ascii: "~") else { return nil }
    let length = line.prefix { $0 == sign }.count
    return length >= 3 ? (sign, length, line.dropFirst(length)) : nil
  }

  /// The lines that are in no fenced block, with where each begins.
  static func outside(_ text: [UInt8]) -> [(start: Int, line: ArraySlice<UInt8>)] { read(text).outside }

  /// What must be behind the text so that the next line is in no block: its line
  /// feed, the fence of a block that does not end, and an empty line.
  static func ending(of text: [UInt8]) -> [UInt8] {
    if text.isEmpty { return [] }
    var ending: [UInt8] = text.last == 0x0a ? [] : [0x0a]
    if let (sign, length) = read(text).open { ending += [UInt8](repeating: sign, count: length) + [0x0a] }
    return ending + (ending.isEmpty && text.ends(with: "\n\n") ? [] : [0x0a])
  }

  private static func read(_ text: [UInt8]) -> (outside: [(start: Int, line: ArraySlice<UInt8>)], open: (sign: UInt8, length: Int)?) {
    var lines: [(Int, ArraySlice<UInt8>)] = []
    var open: (sign: UInt8, length: Int)?
    for line in text.split(separator: 0x0a, omittingEmptySubsequences: false) {
      if let fence = fence(line) {
        if let (sign, length) = open {
          if fence.sign == sign, fence.length >= length, Array(fence.rest).trimmed.isEmpty { open = nil }
          continue
        }
        // Backticks behind backticks: then it is text in a line.
        if fence.sign != UInt8(ascii: "`") || !fence.rest.contains(UInt8(ascii: "`")) {
          open = (fence.sign, fence.length)
          continue
        }
      }
      if open == nil { lines.append((line.startIndex, line)) }
    }
    return (lines, open)
  }
}
