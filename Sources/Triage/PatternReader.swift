import Files

/// Why a pattern is none, and at which of its bytes.
struct PatternFault: Error {
  let offset: Int
  let message: String
  var hint = ""
}

extension Pattern {
  /// Of the whole text: `*` is anything, `?` one byte, `\` takes the next for itself.
  init(glob text: [UInt8]) throws(PatternFault) {
    guard text.count <= Pattern.longest else { throw PatternFault(offset: Pattern.longest, message: "a pattern has at most \(Pattern.longest) bytes") }
    var steps: [Step] = [.start]
    var at = 0
    while at < text.count {
      switch text[at] {
      case UInt8(ascii: "*"): steps += [.fork(steps.count + 1, steps.count + 3), .bytes(.all), .jump(steps.count)]
      case UInt8(ascii: "?"): steps.append(.bytes(.all))
      case UInt8(ascii: "\\"):
        at += 1
        guard at < text.count else { throw PatternFault(offset: at - 1, message: "nothing is behind the last \\", hint: "a backslash itself is \\\\") }
        steps.append(.bytes(ByteSet([text[at]])))
      default: steps.append(.bytes(ByteSet([text[at]])))
      }
      at += 1
    }
    self.init(steps: steps + [.end, .match])
  }

  /// Of any part of the text: `.` `[a-z]` `[^a-z]` `\d \w \s \b` and their
  /// opposites, `* + ?`, `|`, `( )`, `^` and `$` for the ends of the text.
  init(expression text: [UInt8]) throws(PatternFault) {
    guard text.count <= Pattern.longest else { throw PatternFault(offset: Pattern.longest, message: "a pattern has at most \(Pattern.longest) bytes") }
    var reader = ExpressionReader(text: text)
    let steps = try reader.choice(depth: 0)
    if reader.at < text.count { throw PatternFault(offset: reader.at, message: "no ( belongs to this )") }
    self.init(steps: steps + [.match])
  }
}

/// Makes steps whose jumps count from their own first step; `joined` moves them.
private struct ExpressionReader {
  typealias Step = Pattern.Step

  static let deepest = 32

  let text: [UInt8]
  var at = 0

  init(text: [UInt8]) { self.text = text }

  private var next: UInt8? { at < text.count ? text[at] : nil }

  private func fault(_ message: String, hint: String = "") -> PatternFault { PatternFault(offset: at, message: message, hint: hint) }

  private static func join(_ steps: inout [Step], _ more: [Step]) {
    let base = steps.count
    for step in more {
      switch step {
      case .fork(let one, let other): steps.append(.fork(one + base, other + base))
      case .jump(let to): steps.append(.jump(to + base))
      default: steps.append(step)
      }
    }
  }

  mutating func choice(depth: Int) throws(PatternFault) -> [Step] {
    if depth > ExpressionReader.deepest { throw fault("parentheses are nested more than \(ExpressionReader.deepest) deep") }
    var steps = try sequence(depth)
    while next == UInt8(ascii: "|") {
      at += 1
      let other = try sequence(depth)
      var both: [Step] = [.fork(1, steps.count + 2)]
      // The jumps of each count from where it begins.
      ExpressionReader.join(&both, steps)
      both.append(.jump(both.count + 1 + other.count))
      ExpressionReader.join(&both, other)
      steps = both
    }
    return steps
  }

  private mutating func sequence(_ depth: Int) throws(PatternFault) -> [Step] {
    var steps: [Step] = []
    while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
      var piece = try self.piece(depth)
      if let sign = next, [UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?")].contains(sign) {
        at += 1
        var repeated: [Step] = []
        if sign == UInt8(ascii: "+") {
          repeated = piece + [.fork(0, piece.count + 1)]
        } else {
          let isMany = sign == UInt8(ascii: "*")
          repeated = [.fork(1, piece.count + (isMany ? 2 : 1))]
          ExpressionReader.join(&repeated, piece)
          if isMany { repeated.append(.jump(0)) }
        }
        piece = repeated
        if let again = next, [UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?")].contains(again) { throw fault("what is repeated is not repeated again") }
      }
      ExpressionReader.join(&steps, piece)
    }
    return steps
  }

  private mutating func piece(_ depth: Int) throws(PatternFault) -> [Step] {
    let byte = text[at]
    switch byte {
    case UInt8(ascii: "("):
      let open = at
      at += 1
      if next == UInt8(ascii: "?") { throw fault("groups have no flags and no names", hint: "\\? is a question mark") }
      let inner = try choice(depth: depth + 1)
      guard next == UInt8(ascii: ")") else { throw PatternFault(offset: open, message: "no ) belongs to this (", hint: "\\( is a parenthesis") }
      at += 1
      return inner
    case UInt8(ascii: "["): return [.bytes(try set())]
    case UInt8(ascii: "\\"): return [try escape()]
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): throw fault("nothing is here to repeat", hint: "\\\(Character(Unicode.Scalar(byte))) is the sign itself")
    case UInt8(ascii: "{"): throw fault("repetitions have no numbers", hint: "\\{ is a brace")
    default:
      at += 1
      switch byte {
      case UInt8(ascii: "."): return [.bytes(ByteSet([0x0a]).inverted)]
      case UInt8(ascii: "^"): return [.start]
      case UInt8(ascii: "$"): return [.end]
      default: return [.bytes(ByteSet([byte]))]
      }
    }
  }

  private static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
  private static let words = ByteSet((0...255).filter { isWord($0) })
  private static let spaces = ByteSet([0x20, 0x09, 0x0a, 0x0d, 0x0c])

  /// Behind the backslash.
  private mutating func escape() throws(PatternFault) -> Step {
    at += 1
    guard let byte = next else { throw PatternFault(offset: at - 1, message: "nothing is behind the last \\", hint: "a backslash itself is \\\\") }
    at += 1
    switch byte {
    case UInt8(ascii: "d"): return .bytes(ExpressionReader.digits)
    case UInt8(ascii: "D"): return .bytes(ExpressionReader.digits.inverted)
    case UInt8(ascii: "w"): return .bytes(ExpressionReader.words)
    case UInt8(ascii: "W"): return .bytes(ExpressionReader.words.inverted)
    case UInt8(ascii: "s"): return .bytes(ExpressionReader.spaces)
    case UInt8(ascii: "S"): return .bytes(ExpressionReader.spaces.inverted)
    case UInt8(ascii: "b"): return .boundary(true)
    case UInt8(ascii: "B"): return .boundary(false)
    case UInt8(ascii: "n"): return .bytes(ByteSet([0x0a]))
    case UInt8(ascii: "t"): return .bytes(ByteSet([0x09]))
    default:
      if isWord(byte) { throw PatternFault(offset: at - 2, message: "\\\(shown([byte])) means nothing here", hint: "there are \\d \\w \\s \\b, their opposites, \\n and \\t") }
      return .bytes(ByteSet([byte]))
    }
  }

  private mutating func set() throws(PatternFault) -> ByteSet {
    let open = at
    at += 1
    let isOpposite = next == UInt8(ascii: "^")
    if isOpposite { at += 1 }
    var set = ByteSet()
    var isFirst = true
    while let byte = next, isFirst || byte != UInt8(ascii: "]") {
      isFirst = false
      var low = byte
      if byte == UInt8(ascii: "\\") {
        guard case .bytes(let escaped) = try escape() else { throw PatternFault(offset: at - 2, message: "a boundary is no byte") }
        let single = (0...255 as ClosedRange<UInt8>).filter { escaped.contains($0) }
        guard single.count == 1 else {
          set.formUnion(escaped)
          continue
        }
        low = single[0]
      } else {
        at += 1
      }
      if next == UInt8(ascii: "-"), at + 1 < text.count, text[at + 1] != UInt8(ascii: "]") {
        at += 1
        if next == UInt8(ascii: "\\") { at += 1 }
        guard let high = next else { break }
        if high < low { throw fault("a range ends before it begins") }
        at += 1
        set.formUnion(ByteSet(low...high))
      } else {
        set.insert(low)
      }
    }
    guard next == UInt8(ascii: "]") else { throw PatternFault(offset: open, message: "no ] belongs to this [", hint: "\\[ is a bracket") }
    at += 1
    return isOpposite ? set.inverted : set
  }
}
