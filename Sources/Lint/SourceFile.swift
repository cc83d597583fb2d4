import Files

/// A source that was lexed, and where things are in it. Indices are those of tokens.
final class SourceFile {
  let path: Path
  let language: Language
  let lexed: Lexed
  /// Of a bracket the other one, else -1.
  private(set) var partner: [Int]
  /// The innermost bracket around each token that is open there, else -1.
  private(set) var around: [Int]
  /// The innermost function around each token, else -1.
  private(set) var owner: [Int]
  private(set) var functions: [Function] = []
  /// C: what `#define` says of names without parameters, and with.
  private(set) var macros: [[UInt8]: [Range<Int>]] = [:]
  private(set) var functionMacros: [(name: [UInt8], parameters: [[UInt8]], body: Range<Int>)] = []
  /// Where each name stands.
  lazy var places: [[UInt8]: [Int]] = {
    var places: [[UInt8]: [Int]] = [:]
    for index in tokens.indices where tokens[index].kind == .name { places[text(index), default: []].append(index) }
    return places
  }()
  lazy var imports: [Import] = findImports()
  private lazy var lines = Lines(lexed.bytes)

  /// How far has been gone so far: what bounds the work on one file.
  private(set) var steps = 0

  struct Function {
    /// Parameters are between the start and the body.
    var start: Int
    var body: Int
    var end: Int
    var parent: Int
  }

  var tokens: [Token] { lexed.tokens }

  init(path: Path, language: Language, bytes: [UInt8]) {
    self.path = path
    self.language = language
    lexed =
      switch language {
      case .c, .cPlusPlus: CLexer.lex(bytes)
      case .python: PythonLexer.lex(bytes)
      case .go: GoLexer.lex(bytes)
      case .shell: Lexed(bytes)
      }
    partner = Array(repeating: -1, count: lexed.tokens.count)
    around = partner
    owner = partner
    findBrackets()
    if language.isC { findMacros() }
    findFunctions()
  }

  // MARK: Tokens

  func isMark(_ index: Int, _ mark: Unicode.Scalar) -> Bool {
    index >= 0 && index < lexed.tokens.count && lexed.tokens[index].kind == .mark && lexed.tokens[index].value == Int(mark.value)
  }

  func isKind(_ index: Int, _ kind: Token.Kind) -> Bool { index >= 0 && index < lexed.tokens.count && lexed.tokens[index].kind == kind }

  func isName(_ index: Int, _ name: StaticString) -> Bool {
    guard isKind(index, .name) else { return false }
    let token = lexed.tokens[index]
    return token.end - token.start == name.utf8CodeUnitCount && lexed.matches(token.start, name)
  }

  func isName(_ index: Int, anyOf names: [StaticString]) -> Bool { isKind(index, .name) && names.contains { isName(index, $0) } }

  /// `=`, and no part of another operator.
  func isAssignment(_ index: Int) -> Bool {
    guard isMark(index, "="), !isMark(index + 1, "=") || !touches(index) else { return false }
    return !["=", "!", "<", ">", "+", "-", "*", "/", "%", "&", "|", "^", ":", "@"].contains { isMark(index - 1, $0) && touches(index - 1) }
  }

  /// Whether nothing stands between this token and the next.
  func touches(_ index: Int) -> Bool { index + 1 < lexed.tokens.count && lexed.tokens[index].end == lexed.tokens[index + 1].start }

  func text(_ index: Int) -> [UInt8] { Array(lexed.bytes[lexed.tokens[index].start..<lexed.tokens[index].end]) }

  /// Behind this token; behind the bracket that closes it if it opens one.
  func after(_ index: Int) -> Int { index < partner.count && partner[index] > index ? partner[index] + 1 : index + 1 }

  /// The parts between commas, or other marks, that are in no brackets of their own.
  func split(_ range: Range<Int>, by mark: Unicode.Scalar) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var (start, at) = (range.lowerBound, range.lowerBound)
    while at < range.upperBound {
      if isMark(at, mark) {
        parts.append(start..<at)
        start = at + 1
      }
      at = after(at)
    }
    if start < range.upperBound { parts.append(start..<range.upperBound) }
    steps += range.count
    return parts
  }

  /// The first token in the range, in no brackets of its own, for which this holds.
  func first(in range: Range<Int>, where holds: (Int) -> Bool) -> Int? {
    var at = range.lowerBound
    while at < range.upperBound {
      steps += 1
      if holds(at) { return at }
      at = after(at)
    }
    return nil
  }

  /// From here to the end of the statement, or of the brackets that this is in.
  func statement(from: Int) -> Range<Int> {
    var at = from
    while at < lexed.tokens.count {
      let token = lexed.tokens[at]
      if token.kind == .newline || token.kind == .endDefine || token.kind == .define { break }
      if isMark(at, ";") || isMark(at, ")") || isMark(at, "]") || isMark(at, "}") { break }
      steps += 1
      at = after(at)
    }
    return from..<max(from, min(at, lexed.tokens.count))
  }

  // MARK: Structure

  private func findBrackets() {
    var open: [Int] = []
    for index in lexed.tokens.indices {
      let token = lexed.tokens[index]
      around[index] = open.last ?? -1
      // What a macro's body leaves open is not open behind it.
      if token.kind == .define || token.kind == .endDefine { open = [] }
      guard token.kind == .mark else { continue }
      switch UInt8(truncatingIfNeeded: token.value) {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): open.append(index)
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
        guard let last = open.last else { continue }
        let pair = (lexed.tokens[last].value, token.value)
        guard pair == (0x28, 0x29) || pair == (0x5b, 0x5d) || pair == (0x7b, 0x7d) else { continue }
        open.removeLast()
        partner[last] = index
        partner[index] = last
        around[index] = open.last ?? -1
      default: break
      }
    }
  }

  private func findMacros() {
    var at = 0
    while at < lexed.tokens.count {
      guard lexed.tokens[at].kind == .define else {
        at += 1
        continue
      }
      var end = at + 1
      while end < lexed.tokens.count, lexed.tokens[end].kind != .endDefine { end += 1 }
      if isKind(at + 1, .name), end > at + 1 {
        if isMark(at + 2, "("), touches(at + 1), partner[at + 2] > 0 {
          let parameters = split((at + 3)..<partner[at + 2], by: ",").compactMap { $0.isEmpty ? nil : text($0.lowerBound) }
          functionMacros.append((text(at + 1), parameters, (partner[at + 2] + 1)..<max(partner[at + 2] + 1, end)))
        } else {
          macros[text(at + 1), default: []].append((at + 2)..<max(at + 2, end))
        }
      }
      at = end + 1
    }
  }

  private func findFunctions() {
    switch language {
    case .c, .cPlusPlus: findBracedFunctions()
    case .go: findGoFunctions()
    case .python: findIndentedFunctions()
    case .shell: break
    }
  }

  private func add(_ function: Function) {
    functions.append(function)
    for index in function.start..<min(function.end, owner.count) { owner[index] = functions.count - 1 }
  }

  /// A block behind parentheses is a function's, unless it is within one.
  private func findBracedFunctions() {
    var (at, start) = (0, 0)
    while at < lexed.tokens.count {
      if lexed.tokens[at].kind == .define {
        while at < lexed.tokens.count, lexed.tokens[at].kind != .endDefine { at += 1 }
        start = at + 1
      } else if isMark(at, "{"), partner[at] > at {
        let isFunction = isMark(at - 1, ")") || isName(at - 1, anyOf: ["const", "noexcept", "override", "final"])
        if isFunction {
          add(Function(start: start, body: at, end: partner[at] + 1, parent: -1))
          at = partner[at]
        } else if isMark(at - 1, "="), start < at {
          at = partner[at]  // the value of a table
        }
        start = at + 1
      } else if isMark(at, ";") || isMark(at, "}") {
        start = at + 1
      }
      at += 1
    }
  }

  private func findGoFunctions() {
    var at = 0
    while at < lexed.tokens.count {
      if isName(at, "func"), around[at] == -1 {
        // Results may be interfaces: the body is the last block of the declaration.
        var (next, body) = (at + 1, -1)
        while next < lexed.tokens.count, lexed.tokens[next].kind != .newline {
          if isMark(next, "{"), partner[next] > next { body = next }
          next = after(next)
        }
        if body > 0 { add(Function(start: at, body: body, end: partner[body] + 1, parent: -1)) }
        at = next
      }
      at = after(at)
    }
  }

  /// A `def` has the lines behind it that are indented more.
  private func findIndentedFunctions() {
    var open: [(function: Int, indentation: Int)] = []
    var isLineStart = true
    for index in lexed.tokens.indices {
      if lexed.tokens[index].kind == .newline {
        isLineStart = true
        if let inner = open.last { owner[index] = inner.function }
        continue
      }
      if isLineStart {
        let indentation = lines.indentation(lexed.tokens[index].start)
        while let inner = open.last, indentation <= inner.indentation {
          functions[inner.function].end = index
          open.removeLast()
        }
        let word = isName(index, "async") ? index + 1 : index
        // Deeper than people nest, a function is a part of the one around it.
        if isName(word, "def"), open.count < 64 {
          let body = first(in: word..<lexed.tokens.count) { isMark($0, ":") || lexed.tokens[$0].kind == .newline } ?? lexed.tokens.count
          functions.append(Function(start: index, body: body, end: lexed.tokens.count, parent: open.last?.function ?? -1))
          open.append((functions.count - 1, indentation))
        }
        isLineStart = false
      }
      owner[index] = open.last?.function ?? -1
    }
  }
}
