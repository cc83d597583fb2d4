import Files

/// Commands of a shell script, as POSIX and bash write them, those within `$(…)`
/// too. Here-documents are passed over.
struct ShellLexer {
  struct Word {
    var parts: [TextPart]
    var start: Int
    var end: Int

    /// The text, if there is nothing but text.
    var literal: [UInt8]? {
      if parts.isEmpty { return [] }
      guard parts.count == 1, case .bytes(let text) = parts[0] else { return nil }
      return text
    }
  }

  private(set) var source: Lexed
  private(set) var commands: [[Word]] = []
  private var words: [Word] = []
  private var documents: [(delimiter: [UInt8], isIndented: Bool)] = []
  /// Parts of the source that are scripts of their own, and how deep they are.
  private var inner: [(range: Range<Int>, depth: Int)] = []
  private var depth = 0
  /// Deeper ones are not looked into.
  private static let deepest = 24

  init(_ bytes: [UInt8]) {
    source = Lexed(bytes)
    inner = [(0..<bytes.count, 0)]
    while let (range, depth) = inner.popLast() {
      self.depth = depth
      script(range)
    }
  }

  private mutating func script(_ range: Range<Int>) {
    var at = range.lowerBound
    documents = []
    while at < range.upperBound {
      let byte = source.bytes[at]
      switch byte {
      case 0x0a:
        endCommand()
        at = passDocuments(at + 1, range.upperBound)
      case _ where isBlank(byte): at += 1
      case UInt8(ascii: "\\") where source.at(at + 1) == 0x0a: at += 2
      case UInt8(ascii: "#"):
        let end = min(source.lineEnd(at), range.upperBound)
        source.comment(at, end)
        at = end
      case UInt8(ascii: "&") where source.at(at + 1) == UInt8(ascii: ">"): at += 1
      case UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"):
        endCommand()
        at += 1
      case UInt8(ascii: "<"), UInt8(ascii: ">"): at = redirection(at, range.upperBound)
      default:
        let word = word(at, range.upperBound)
        at = max(word.end, at + 1)
        // 2>file
        let isNumber = (source.at(at) == UInt8(ascii: "<") || source.at(at) == UInt8(ascii: ">")) && source.bytes[word.start..<word.end].allSatisfy(isDigit)
        if !isNumber { words.append(word) }
      }
    }
    endCommand()
  }

  private mutating func endCommand() {
    if !words.isEmpty { commands.append(words) }
    words = []
  }

  private mutating func redirection(_ start: Int, _ end: Int) -> Int {
    var at = start + 1
    if source.matches(start, "<<"), !source.matches(start, "<<<") {
      let isIndented = source.at(start + 2) == UInt8(ascii: "-")
      at = start + (isIndented ? 3 : 2)
      while at < end, isBlank(source.bytes[at]) { at += 1 }
      guard at < end, source.bytes[at] != 0x0a else { return min(at, end) }
      let delimiter = word(at, end)
      documents.append((delimiter.literal ?? [], isIndented))
      return max(delimiter.end, at)
    }
    if source.at(at) == UInt8(ascii: "(") { return at }
    while at < end, [UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "|")].contains(source.bytes[at]) || isBlank(source.bytes[at]) { at += 1 }
    guard at < end, source.bytes[at] != 0x0a, source.bytes[at] != UInt8(ascii: ";"), source.bytes[at] != UInt8(ascii: ")") else { return min(at, end) }
    return max(word(at, end).end, at)
  }

  private mutating func passDocuments(_ start: Int, _ end: Int) -> Int {
    var at = start
    for document in documents {
      while at < end {
        let line = min(source.lineEnd(at), end)
        var text = source.bytes[at..<line]
        if document.isIndented { text = text.drop { $0 == 0x09 } }
        at = min(line + 1, end)
        if text.elementsEqual(document.delimiter) { break }
      }
    }
    documents = []
    return at
  }

  // MARK: Words

  private static func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x0a, UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"): true
    default: isBlank(byte)
    }
  }

  private mutating func word(_ start: Int, _ end: Int) -> Word {
    var parts = Parts()
    var at = start
    while at < end, !ShellLexer.endsWord(source.bytes[at]) {
      switch source.bytes[at] {
      case UInt8(ascii: "'"):
        let close = source.bytes[(at + 1)..<end].firstIndex(of: UInt8(ascii: "'")) ?? end
        parts.add(source.bytes[(at + 1)..<close])
        at = min(close + 1, end)
      case UInt8(ascii: "\""): at = quoted(at + 1, end, &parts)
      case UInt8(ascii: "\\"):
        if at + 1 < end, source.bytes[at + 1] != 0x0a { parts.add(source.bytes[(at + 1)..<(at + 2)]) }
        at = min(at + 2, end)
      case UInt8(ascii: "$"): at = dollar(at, end, &parts)
      case UInt8(ascii: "`"): at = backquoted(at, end, &parts)
      default:
        parts.add(source.bytes[at..<(at + 1)])
        at += 1
      }
    }
    return Word(parts: parts.list, start: start, end: at)
  }

  /// Behind the quotation mark that closes it.
  private mutating func quoted(_ start: Int, _ end: Int, _ parts: inout Parts) -> Int {
    var at = start
    parts.add([])
    while at < end {
      switch source.bytes[at] {
      case UInt8(ascii: "\""): return at + 1
      case UInt8(ascii: "\\"):
        let next = source.at(at + 1)
        if next == 0x0a {
        } else if [UInt8(ascii: "$"), UInt8(ascii: "`"), UInt8(ascii: "\""), UInt8(ascii: "\\")].contains(next) {
          parts.add([next])
        } else {
          parts.add(source.bytes[at..<min(at + 2, end)])
        }
        at = min(at + 2, end)
      case UInt8(ascii: "$"): at = dollar(at, end, &parts)
      case UInt8(ascii: "`"): at = backquoted(at, end, &parts)
      default:
        parts.add(source.bytes[at..<(at + 1)])
        at += 1
      }
    }
    return end
  }

  private mutating func backquoted(_ start: Int, _ end: Int, _ parts: inout Parts) -> Int {
    var at = start + 1
    while at < end, source.bytes[at] != UInt8(ascii: "`") { at += source.bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
    at = min(at, end)
    script(within: (start + 1)..<at)
    parts.unknown()
    return min(at + 1, end)
  }

  private mutating func script(within range: Range<Int>) { if depth < ShellLexer.deepest { inner.append((range, depth + 1)) } }

  private mutating func dollar(_ start: Int, _ end: Int, _ parts: inout Parts) -> Int {
    let next = start + 1 < end ? source.bytes[start + 1] : 0
    switch next {
    case UInt8(ascii: "'"):
      var at = start + 2
      var text: [UInt8] = []
      while at < end, source.bytes[at] != next {
        if source.bytes[at] == UInt8(ascii: "\\") {
          at = Escapes().decode(source, at, into: &text)
        } else {
          text.append(source.bytes[at])
          at += 1
        }
      }
      parts.add(text[...])
      return min(at + 1, end)
    case UInt8(ascii: "("):
      let close = self.close(start + 2, end)
      if source.at(start + 2) != UInt8(ascii: "(") { script(within: (start + 2)..<max(start + 2, close - 1)) }
      parts.unknown()
      return close
    case UInt8(ascii: "{"):
      let close = self.close(start + 2, end, closing: UInt8(ascii: "}"))
      let name = source.bytes[(start + 2)..<max(start + 2, close - 1)]
      if let first = name.first, !isDigit(first), name.allSatisfy(isWord) { parts.name(Array(name)) } else { parts.unknown() }
      return close
    case _ where isWord(next) && !isDigit(next) && next < 0x80:
      let close = min(source.wordEnd(start + 1), end)
      parts.name(Array(source.bytes[(start + 1)..<close]))
      return close
    case _ where isDigit(next), UInt8(ascii: "@"), UInt8(ascii: "*"), UInt8(ascii: "#"), UInt8(ascii: "?"), UInt8(ascii: "-"), UInt8(ascii: "$"), UInt8(ascii: "!"):
      parts.unknown()
      return start + 2
    default:
      parts.add([UInt8(ascii: "$")])
      return start + 1
    }
  }

  /// Behind the bracket that closes the one before `start`; the end if there is none.
  private func close(_ start: Int, _ end: Int, closing: UInt8 = UInt8(ascii: ")")) -> Int {
    var open = [closing]
    var at = start
    while at < end {
      let byte = source.bytes[at]
      if byte == UInt8(ascii: "\\") {
        at += 2
        continue
      }
      let isQuoted = open.last == UInt8(ascii: "\"")
      if byte == open.last {
        open.removeLast()
        if open.isEmpty { return at + 1 }
      } else if byte == UInt8(ascii: "\"") {
        open.append(byte)
      } else if byte == UInt8(ascii: "$"), source.at(at + 1) == UInt8(ascii: "(") || source.at(at + 1) == UInt8(ascii: "{") {
        open.append(source.bytes[at + 1] == UInt8(ascii: "(") ? UInt8(ascii: ")") : UInt8(ascii: "}"))
        at += 1
      } else if !isQuoted, byte == UInt8(ascii: "'") {
        at = source.bytes[(at + 1)..<end].firstIndex(of: byte) ?? end
      } else if !isQuoted, byte == UInt8(ascii: "("), open.last == UInt8(ascii: ")") {
        open.append(UInt8(ascii: ")"))
      } else if open.last == UInt8(ascii: ")"), byte == UInt8(ascii: "#"), isBlank(source.at(at - 1)) || source.at(at - 1) == 0x0a {
        at = source.lineEnd(at)
        continue
      }
      at += 1
    }
    return end
  }

  /// Text that stands together is one part.
  private struct Parts {
    private(set) var list: [TextPart] = []

    mutating func add(_ text: ArraySlice<UInt8>) {
      if case .bytes(var before)? = list.last {
        list.removeLast()
        before += text
        list.append(.bytes(before))
      } else {
        list.append(.bytes(Array(text)))
      }
    }

    mutating func name(_ name: [UInt8]) { list.append(.name(name)) }
    mutating func unknown() { list.append(.unknown) }
  }
}
