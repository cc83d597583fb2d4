import ChartConfig
import Files

/// Where and why a text is no predicate. Line and column count from 1, the
/// column in bytes.
public struct PredicateFault: Error, Sendable, Equatable {
  public var line: Int
  public var column: Int
  public let message: String
  /// What to do; empty if the message says it.
  public let hint: String
}

extension Predicate {
  /// Bytes of a predicate; texts and tests in it; how deep parentheses and `!` go.
  static let longest = 16 << 10
  static let mostTerms = 500
  static let deepest = 64

  public init(_ source: [UInt8]) throws(PredicateFault) {
    var reader = PredicateReader(source)
    guard source.count <= Predicate.longest else { throw reader.fault(at: 0, "a predicate has at most \(Predicate.longest) bytes") }
    root = try reader.whole()
    self.source = source
  }
}

/// Lexer and parser in one: Go's string literals, `! && || ( )`, and tests.
private struct PredicateReader {
  private let text: [UInt8]
  private var at = 0
  private var terms = 0

  init(_ text: [UInt8]) { self.text = text }

  func fault(at offset: Int, _ message: String, hint: String = "") -> PredicateFault {
    let before = text[..<min(offset, text.count)]
    let start = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    return PredicateFault(line: before.reduce(1) { $1 == 0x0a ? $0 + 1 : $0 }, column: before.count - start + 1, message: message, hint: hint)
  }

  private var next: UInt8? { at < text.count ? text[at] : nil }

  private func comes(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    return at + count <= text.count && Array(text[at..<(at + count)]) == word
  }

  private mutating func take(_ word: StaticString) throws(PredicateFault) -> Bool {
    try skipSpace()
    guard comes(word) else { return false }
    at += word.utf8CodeUnitCount
    return true
  }

  /// White space and Go's comments.
  private mutating func skipSpace() throws(PredicateFault) {
    while let byte = next {
      if byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
        at += 1
      } else if comes("//") {
        while let byte = next, byte != 0x0a { at += 1 }
      } else if comes("/*") {
        let start = at
        at += 2
        while at < text.count, !comes("*/") { at += 1 }
        if at >= text.count { throw fault(at: start, "a comment does not end") }
        at += 2
      } else {
        return
      }
    }
  }

  mutating func whole() throws(PredicateFault) -> Predicate.Node {
    try skipSpace()
    if at == text.count { throw fault(at: at, "there is no predicate", hint: "such as \"golang.hover:+170\", or frame[0] == \"f\"") }
    let node = try either(0)
    try skipSpace()
    if at < text.count {
      let hint = next == UInt8(ascii: "&") || next == UInt8(ascii: "|") ? "and is &&, or is ||" : "terms are joined by && or ||"
      throw fault(at: at, next == UInt8(ascii: ")") ? "no ( belongs to this )" : "the predicate has ended before this", hint: next == UInt8(ascii: ")") ? "" : hint)
    }
    return node
  }

  private mutating func either(_ depth: Int) throws(PredicateFault) -> Predicate.Node {
    var nodes = [try both(depth)]
    while try take("||") { nodes.append(try both(depth)) }
    return nodes.count == 1 ? nodes[0] : .or(nodes)
  }

  private mutating func both(_ depth: Int) throws(PredicateFault) -> Predicate.Node {
    var nodes = [try term(depth)]
    while try take("&&") { nodes.append(try term(depth)) }
    return nodes.count == 1 ? nodes[0] : .and(nodes)
  }

  private mutating func term(_ depth: Int) throws(PredicateFault) -> Predicate.Node {
    try skipSpace()
    if depth > Predicate.deepest { throw fault(at: at, "the predicate is nested more than \(Predicate.deepest) deep") }
    let start = at
    guard let byte = next else { throw fault(at: at, "the predicate ends where a term should be", hint: "a term is a text in quotation marks, or a test such as os == \"linux\"") }
    switch byte {
    case UInt8(ascii: "!"):
      at += 1
      return .not(try term(depth + 1))
    case UInt8(ascii: "("):
      at += 1
      let inner = try either(depth + 1)
      guard try take(")") else { throw fault(at: start, "no ) belongs to this (") }
      return inner
    case UInt8(ascii: "\""), UInt8(ascii: "`"):
      try count(start)
      return .text(try literal())
    default:
      guard isWord(byte) else { throw fault(at: at, "this is no term", hint: "a term is a text in quotation marks, or a test such as os == \"linux\"") }
      try count(start)
      return .test(try test())
    }
  }

  private mutating func count(_ start: Int) throws(PredicateFault) {
    terms += 1
    if terms > Predicate.mostTerms { throw fault(at: start, "a predicate has at most \(Predicate.mostTerms) terms") }
  }

  private mutating func test() throws(PredicateFault) -> Predicate.Test {
    let start = at
    while let byte = next, isWord(byte) { at += 1 }
    let word = String(decoding: text[start..<at], as: UTF8.self)
    guard let field = Predicate.Field(rawValue: word) else {
      throw fault(at: start, "there is no field \(shown(Array(text[start..<at]), limit: 40))", hint: "there are \(Predicate.Field.allCases.map(\.rawValue).joined(separator: ", ")); a text stands in quotation marks")
    }
    var index: Int?
    if field == .frame, try take("[") {
      try skipSpace()
      let digits = at
      while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
      guard (1...4).contains(at - digits), let number = Int(String(decoding: text[digits..<at], as: UTF8.self)) else { throw fault(at: digits, "a frame's number should be here", hint: "frame[0] is the innermost that is no wrapper") }
      index = number
      guard try take("]") else { throw fault(at: at, "a ] should be here") }
    }
    try skipSpace()
    let sign = at
    var operation: Predicate.Operation?
    for candidate in [.equal, .unequal, .lessOrEqual, .greaterOrEqual, .expression, .less, .greater, .glob] as [Predicate.Operation] {
      let bytes = Array(candidate.rawValue.utf8)
      if text[at...].starts(with: bytes) {
        operation = candidate
        at += bytes.count
        break
      }
    }
    guard let operation else { throw fault(at: sign, "a comparison should be here", hint: "there are ==, !=, ~ for a glob, =~ for a regular expression, and <, <=, >, >= of versions") }
    if operation.isOrder, field != .version, field != .toolchain {
      throw fault(at: sign, "only version and toolchain have an order", hint: "there are ==, !=, ~ for a glob and =~ for a regular expression")
    }
    try skipSpace()
    let quote = at
    guard next == UInt8(ascii: "\"") || next == UInt8(ascii: "`") else { throw fault(at: at, "a text in quotation marks should be here") }
    let value = try literal()
    if operation.isOrder, Version(value).kind == .other { throw fault(at: quote, "\(shown(value, limit: 40)) is no version that has an order", hint: "such as \"v1.2.3\" or \"go1.27.3\"") }
    var pattern: Pattern?
    do throws(PatternFault) {
      if operation == .glob { pattern = try Pattern(glob: value) }
      if operation == .expression { pattern = try Pattern(expression: value) }
    } catch {
      // Escapes make a text shorter than it is written: then the place is the text's beginning.
      let isPlain = at - quote == value.count + 2
      throw fault(at: isPlain ? quote + 1 + error.offset : quote, error.message, hint: error.hint)
    }
    return Predicate.Test(field: field, index: index, operation: operation, value: value, pattern: pattern)
  }

  // MARK: Go's string literals

  private mutating func literal() throws(PredicateFault) -> [UInt8] {
    let start = at
    let quote = text[at]
    at += 1
    var value: [UInt8] = []
    while let byte = next {
      at += 1
      if byte == quote { return value }
      if quote == UInt8(ascii: "`") {
        if byte != 0x0d { value.append(byte) }
      } else if byte == 0x0a {
        throw fault(at: start, "a text does not end in its line", hint: "texts of several lines stand in backquotes")
      } else if byte == UInt8(ascii: "\\") {
        try escape(into: &value)
      } else {
        value.append(byte)
      }
    }
    throw fault(at: start, "a text does not end")
  }

  private mutating func escape(into value: inout [UInt8]) throws(PredicateFault) {
    let start = at - 1
    guard let byte = next else { throw fault(at: start, "a text does not end") }
    at += 1
    switch byte {
    case UInt8(ascii: "a"): value.append(0x07)
    case UInt8(ascii: "b"): value.append(0x08)
    case UInt8(ascii: "f"): value.append(0x0c)
    case UInt8(ascii: "n"): value.append(0x0a)
    case UInt8(ascii: "r"): value.append(0x0d)
    case UInt8(ascii: "t"): value.append(0x09)
    case UInt8(ascii: "v"): value.append(0x0b)
    case UInt8(ascii: "\\"), UInt8(ascii: "\""): value.append(byte)
    case UInt8(ascii: "x"): value.append(UInt8(truncatingIfNeeded: try number(2, 16, start, 255)))
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      at -= 1
      value.append(UInt8(truncatingIfNeeded: try number(3, 8, start, 255)))
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      let scalar = Unicode.Scalar(try number(byte == UInt8(ascii: "u") ? 4 : 8, 16, start, 0x10ffff))
      guard let scalar else { throw fault(at: start, "there is no such character") }
      value += Array(String(Character(scalar)).utf8)
    default: throw fault(at: start, "there is no such escape in a text", hint: "a backslash itself is \\\\, or stands in backquotes")
    }
  }

  private mutating func number(_ digits: Int, _ base: UInt32, _ start: Int, _ most: UInt32) throws(PredicateFault) -> UInt32 {
    var value: UInt64 = 0
    for _ in 0..<digits {
      guard let byte = next, let digit = hexValue(byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "F") ? byte | 0x20 : byte), UInt32(digit) < base else {
        throw fault(at: start, "there are too few digits behind the backslash")
      }
      value = value * UInt64(base) + UInt64(digit)
      at += 1
    }
    guard value <= UInt64(most) else { throw fault(at: start, "there is no such character") }
    return UInt32(value)
  }
}
