import Files

/// What comments of a file say to this command:
///
///     tel-lint: allow REASON         of the call on this line, or on the next
///     tel-lint: one of NAME NAME…    the names that it may be
///     tel-lint: allow-file REASON    of every call of the file
struct Exceptions {
  enum Effect {
    case allow
    case oneOf([[UInt8]])
  }

  private(set) var problems: [(offset: Int, message: [UInt8])] = []
  private var effects: [(lines: ClosedRange<Int>, offset: Int, effect: Effect, isUsed: Bool)] = []
  private var ofFile: (offset: Int, isUsed: Bool)?

  init(_ notes: [Note], line: (Int) -> Int, nextCode: (Int) -> Int?, isAlone: (Note) -> Bool) {
    for note in notes {
      let words = note.text.split(whereSeparator: { isBlank($0) || $0 == 0x0a }).map { Array($0) }
      let rest = Array(words.dropFirst())
      switch words.first {
      case [UInt8]("allow")?, [UInt8]("allow-file")?:
        if rest.isEmpty {
          problems.append((note.start, [UInt8]("an exception needs a reason: say behind \"allow\" why the name may be what it is")))
          continue
        }
        if words[0] == "allow-file" {
          ofFile = (note.start, false)
        } else {
          add(note, .allow, line, nextCode, isAlone)
        }
      case [UInt8]("one")? where rest.first == [UInt8]("of") && rest.count > 1:
        add(note, .oneOf(rest.dropFirst().flatMap { Exceptions.names($0) }), line, nextCode, isAlone)
      default:
        problems.append(
          (note.start, [UInt8]("this is not understood: write \"tel-lint: allow REASON\", \"tel-lint: allow-file REASON\" or \"tel-lint: one of NAME NAME\"")))
      }
    }
  }

  /// `chart:{a,b}`, as an upload config has it, and commas between names.
  private static func names(_ word: [UInt8]) -> [[UInt8]] {
    var word = word
    if word.last == UInt8(ascii: ",") { word.removeLast() }
    guard let brace = word.firstIndex(of: UInt8(ascii: "{")), word.last == UInt8(ascii: "}") else { return [word] }
    return word[(brace + 1)..<(word.count - 1)].split(separator: UInt8(ascii: ",")).map { Array(word[..<brace]) + Array($0) }
  }

  private mutating func add(_ note: Note, _ effect: Effect, _ line: (Int) -> Int, _ nextCode: (Int) -> Int?, _ isAlone: (Note) -> Bool) {
    let first = line(note.start)
    let last = isAlone(note) ? nextCode(note.end).map(line) ?? first : line(note.end)
    effects.append((first...max(first, last), note.start, effect, false))
  }

  /// What is said of the call on these lines.
  mutating func effect(on lines: ClosedRange<Int>) -> Effect? {
    // In byte order of the source: the last that begins no later than the call ends.
    var (low, high) = (0, effects.count)
    while low < high {
      let middle = (low + high) / 2
      if effects[middle].lines.lowerBound <= lines.upperBound { low = middle + 1 } else { high = middle }
    }
    if low > 0, effects[low - 1].lines.upperBound >= lines.lowerBound {
      effects[low - 1].isUsed = true
      return effects[low - 1].effect
    }
    if ofFile != nil {
      ofFile?.isUsed = true
      return .allow
    }
    return nil
  }

  /// Exceptions of which nothing was excepted.
  var unused: [Int] { effects.filter { !$0.isUsed }.map { $0.offset } + (ofFile.map { $0.isUsed ? [] : [$0.offset] } ?? []) }
}
