import Files

/// A line of a small text file: a word, white space, and the rest. Lines that
/// are empty or begin with # say nothing.
struct Entry {
  var key: [UInt8]
  var value: [UInt8]
  /// Counted from 1.
  var line: Int

  static func all(in text: [UInt8]) -> [Entry] {
    var entries: [Entry] = []
    var (line, start) = (0, 0)
    while start < text.count {
      line += 1
      let end = text[start...].firstIndex(of: 0x0a) ?? text.count
      let words = Array(text[start..<end]).trimmed
      start = end + 1
      if words.isEmpty || words[0] == UInt8(ascii: "#") { continue }
      let space = words.firstIndex { $0 == 0x20 || $0 == 0x09 } ?? words.count
      entries.append(Entry(key: Array(words[..<space]), value: Array(words[space...]).trimmed, line: line))
    }
    return entries
  }
}
