import Files

/// Where a shell script gives names: `tel inc NAME`, and the functions of tel.sh.
/// A variable is constant if all that the script assigns to it is.
struct ShellSource {
  private(set) var uses: [Use] = []
  let notes: [Note]
  /// From where to where each word is, in order.
  let commands: [(start: Int, end: Int)]

  private let wrappers: [Wrapper]
  private var assigned: [[UInt8]: [[TextPart]]] = [:]
  private var known: [[UInt8]: Outcome] = [:]
  private var found: [(kind: NameKind, word: ShellLexer.Word, call: Range<Int>)] = []

  init(_ bytes: [UInt8], _ wrappers: [Wrapper]) {
    self.wrappers = wrappers
    let lexer = ShellLexer(bytes)
    notes = lexer.source.notes.sorted { $0.start < $1.start }
    commands = lexer.commands.flatMap { $0.map { ($0.start, $0.end) } }.sorted { $0.0 < $1.0 }
    for command in lexer.commands { look(at: command) }
    for (kind, word, call) in found.sorted(by: { $0.word.start < $1.word.start }) {
      uses.append(Use(kind: kind, outcome: outcome(word.parts, 0), offset: word.start, call: call))
    }
  }

  private static let reserved: Set<[UInt8]> = Set(["if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "time", "command", "exec", "builtin", "env", "nohup"].map { Array($0.utf8) })
  private static let declaring: Set<[UInt8]> = Set(["export", "readonly", "local", "declare", "typeset"].map { Array($0.utf8) })
  private static let reading: Set<[UInt8]> = Set(["read", "getopts", "mapfile", "readarray", "printf", "let"].map { Array($0.utf8) })
  private static let withValue: Set<[UInt8]> = Set(["--program", "--program-version", "--toolchain", "--as-of", "--vendor", "--dir"].map { Array($0.utf8) })

  private mutating func look(at command: [ShellLexer.Word]) {
    var words = command[...]
    while let first = words.first {
      if let literal = first.literal, ShellSource.reserved.contains(literal) || literal.isEmpty {
        words.removeFirst()
      } else if assign(first) {
        words.removeFirst()
      } else {
        break
      }
    }
    guard let first = words.first else { return }
    let rest = words.dropFirst()
    let end = words.last?.end ?? first.end
    func add(_ kind: NameKind, _ word: ShellLexer.Word?) { if let word { found.append((kind, word, first.start..<end)) } }
    if let literal = first.literal {
      if literal == "for" || literal == "select" { return loop(rest) }
      if ShellSource.declaring.contains(literal) { return rest.forEach { _ = assign($0) } }
      if ShellSource.reading.contains(literal) {
        for word in rest { if let name = word.literal, name.first.map({ isWord($0) && !isDigit($0) }) == true { assigned[name, default: []].append([.unknown]) } }
      }
      if literal == "tel_inc" { return add(.counter, rest.first.flatMap { $0.literal == [UInt8(ascii: "-")] ? nil : $0 }) }
      if literal == "tel_count_flags" { return add(.options, rest.first) }
      if let wrapper = wrappers.first(where: { $0.name == literal }) {
        return add(.counter, rest.count > wrapper.argument ? rest[rest.startIndex + wrapper.argument] : nil)
      }
    }
    if isTel(first) { add(.counter, name(ofInc: rest)) }
  }

  /// The command by its name, by its path, or in a variable that is called as it is.
  private func isTel(_ word: ShellLexer.Word) -> Bool {
    if let literal = word.literal { return literal == "tel" || literal.ends(with: "/tel") }
    guard word.parts.count == 1 || word.parts.count == 2, let part = word.parts.last, case .name(let name) = part else { return false }
    return name == "TEL" || name == "tel" || name == "TEL_COMMAND"
  }

  private func name(ofInc words: ArraySlice<ShellLexer.Word>) -> ShellLexer.Word? {
    var isInc = false
    var at = words.startIndex
    while at < words.endIndex {
      let literal = words[at].literal
      if let literal, literal == "--" { return isInc && at + 1 < words.endIndex ? words[at + 1] : nil }
      if let literal, literal.first == UInt8(ascii: "-"), literal.count > 1 {
        at += ShellSource.withValue.contains(literal) ? 2 : 1
        continue
      }
      // --program=$name
      if case .bytes(let text)? = words[at].parts.first, literal == nil, text.begins(with: "--") {
        at += 1
        continue
      }
      if isInc { return literal == [UInt8(ascii: "-")] ? nil : words[at] }
      guard let literal, literal == "inc" else { return nil }
      isInc = true
      at += 1
    }
    return nil
  }

  /// `name=value`.
  private mutating func assign(_ word: ShellLexer.Word) -> Bool {
    guard case .bytes(let text)? = word.parts.first, let equals = text.firstIndex(of: UInt8(ascii: "=")), equals > 0 else { return false }
    var name = text[..<equals]
    let isAdded = name.last == UInt8(ascii: "+")
    if isAdded { name.removeLast() }
    guard let first = name.first, !isDigit(first), name.allSatisfy({ isWord($0) && $0 < 0x80 }) else { return false }
    let rest = text[(equals + 1)...]
    var parts = Array(word.parts.dropFirst())
    if !rest.isEmpty || parts.isEmpty { parts.insert(.bytes(Array(rest)), at: 0) }
    assigned[Array(name), default: []].append(isAdded ? [.unknown] : parts)
    return true
  }

  /// `for name in a b c`.
  private mutating func loop(_ words: ArraySlice<ShellLexer.Word>) {
    guard let name = words.first?.literal else { return }
    let rest = words.dropFirst()
    if let word = rest.first?.literal, word == "in" {
      for word in rest.dropFirst().prefix(Outcome.limit + 1) { assigned[name, default: []].append(word.parts.isEmpty ? [.bytes([])] : word.parts) }
    } else {
      assigned[name, default: []].append([.unknown])
    }
  }

  // MARK: Values

  private mutating func outcome(_ parts: [TextPart], _ depth: Int) -> Outcome {
    var whole = Outcome([])
    for part in parts {
      switch part {
      case .bytes(let text): whole = whole + Outcome(text)
      case .name(let name): whole = whole + variable(name, depth)
      case .unknown: whole = whole + Outcome(unknown: [UInt8]("it is filled in"))
      }
      if !whole.isConstant { break }
    }
    return whole
  }

  private mutating func variable(_ name: [UInt8], _ depth: Int) -> Outcome {
    if let outcome = known[name] { return outcome }
    let unknown = Outcome(unknown: sentence(["\"", .bytes(name), "\" is a variable"]))
    guard depth < 20, let values = assigned[name] else { return unknown }
    known[name] = unknown
    if values.count > Outcome.limit { return unknown }
    let outcomes = values.map { outcome($0, depth + 1) }
    let all = outcomes.allSatisfy { $0.isConstant } ? Outcome.any(outcomes) : unknown
    known[name] = all
    return all
  }
}
