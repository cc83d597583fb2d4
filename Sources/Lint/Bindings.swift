/// What a name is given, where it stands.
enum Binding {
  /// What this expression says.
  case value(Range<Int>)
  /// One of the elements of this expression, in turn.
  case element(Range<Int>)
  /// A table of these elements.
  case table(Range<Int>)
  case parameter
  case unknown
}

extension SourceFile {
  /// nil where the name is only used.
  func binding(at index: Int) -> Binding? {
    switch language {
    case .c, .cPlusPlus: cBinding(index)
    case .python: pythonBinding(index)
    case .go: goBinding(index)
    case .shell: nil
    }
  }

  private func isInHeader(_ index: Int) -> Bool {
    guard owner[index] >= 0 else { return false }
    let function = functions[owner[index]]
    return index >= function.start && index < function.body && around[index] >= function.start && isMark(around[index], "(")
  }

  private func upToComma(_ range: Range<Int>) -> Range<Int> { range.lowerBound..<(first(in: range) { isMark($0, ",") } ?? range.upperBound) }

  // MARK: C

  private func cBinding(_ index: Int) -> Binding? {
    if isMark(index - 1, ".") || (isMark(index - 1, ">") && isMark(index - 2, "-")) { return nil }
    if isInHeader(index) { return .parameter }
    if isAssignment(index + 1) {
      if isMark(index + 2, "{") { return .table((index + 2)..<after(index + 2)) }
      return .value(upToComma(statement(from: index + 2)))
    }
    if isMark(index + 1, "["), partner[index + 1] > index {
      let close = partner[index + 1]
      let isDeclared = isMark(index - 1, "*") || isKind(index - 1, .name)
      if isAssignment(close + 1) {
        guard isDeclared else { return .unknown }
        if isMark(close + 2, "{") { return .table((close + 2)..<after(close + 2)) }
        return .value(upToComma(statement(from: close + 2)))
      }
      // A buffer, to be filled.
      return isDeclared && !isName(index - 1, "return") && (isMark(close + 1, ";") || isMark(close + 1, ",")) ? .unknown : nil
    }
    if ["+", "-"].contains(where: { isMark(index + 1, $0) && (isMark(index + 2, "=") || isMark(index + 2, $0)) && touches(index + 1) }) { return .unknown }
    if isMark(index - 1, "&"), !isKind(index - 2, .name), !isKind(index - 2, .number), !isMark(index - 2, ")"), !isMark(index - 2, "]"), !isMark(index - 2, "&") {
      return .unknown
    }
    guard language == .cPlusPlus else { return nil }
    if isMark(index + 1, ":"), !isMark(index + 2, ":"), around[index] >= 0, isName(around[index] - 1, "for"), isMark(around[index], "(") {
      return .element(statement(from: index + 2))
    }
    if isMark(index - 1, "&") || isKind(index - 1, .name), isMark(index + 1, "{") || isMark(index + 1, "("), isName(index - 1, anyOf: ["string", "string_view"]),
      partner[index + 1] > index
    {
      return .value((index + 2)..<partner[index + 1])
    }
    return nil
  }

  // MARK: Python

  private func pythonBinding(_ index: Int) -> Binding? {
    if isMark(index - 1, ".") { return nil }
    // What is imported is looked up where it comes from.
    if isName(index - 1, "import") || (isName(index - 1, "as") && isName(lineStart(index), anyOf: ["import", "from"])) { return nil }
    if isName(index - 1, anyOf: ["as", "global", "nonlocal", "def", "class"]) { return .unknown }
    if isInHeader(index) {
      let isFirst = isMark(index - 1, "(") || isMark(index - 1, ",") || isMark(index - 1, "*")
      return isFirst && around[index] == headerParenthesis(index) ? .parameter : nil
    }
    if isName(index - 1, "for"), isName(index + 1, "in") {
      let rest = statement(from: index + 2)
      return .element(rest.lowerBound..<(first(in: rest) { isMark($0, ":") || isName($0, anyOf: ["if", "for", "async"]) } ?? rest.upperBound))
    }
    if isMark(index + 1, ":"), isMark(index + 2, "="), touches(index + 1) { return .unknown }
    if around[index] >= 0 { return nil }
    let isStart = index == 0 || isKind(index - 1, .newline) || isMark(index - 1, ";")
    if isAssignment(index + 1) {
      // a = b = "x"
      var rest = statement(from: index + 2)
      while let next = first(in: rest, where: isAssignment) { rest = (next + 1)..<rest.upperBound }
      return isMark(index - 1, ",") ? .unknown : .value(rest)
    }
    if isStart, isMark(index + 1, ":") {
      let rest = statement(from: index + 2)
      return first(in: rest, where: isAssignment).map { .value(($0 + 1)..<rest.upperBound) }
    }
    if isKind(index + 1, .mark), isMark(index + 2, "="), touches(index + 1), !isMark(index + 3, "=") || !touches(index + 2),
      ["+", "*", "%", "|", "&", "-", "/", "@", "^"].contains(where: { isMark(index + 1, $0) })
    {
      return .unknown
    }
    if isMark(index + 1, ",") || isMark(index - 1, ",") {
      // a, b = …   for a, b in …
      let rest = statement(from: index + 1)
      let start = lineStart(index)
      if isName(start, "for"), first(in: rest, where: { isName($0, "in") }) != nil { return .unknown }
      if first(in: rest, where: isAssignment) != nil { return .unknown }
    }
    return nil
  }

  private func headerParenthesis(_ index: Int) -> Int {
    let function = functions[owner[index]]
    return first(in: function.start..<function.body) { isMark($0, "(") } ?? -1
  }

  /// The first token of the statement, a little before; far from it, this one.
  private func lineStart(_ index: Int) -> Int {
    var at = index
    while at > 0, index - at < 32, !isKind(at - 1, .newline), !isMark(at - 1, ";") { at -= 1 }
    return at
  }

  // MARK: Go

  private func goBinding(_ index: Int) -> Binding? {
    if isMark(index - 1, ".") { return nil }
    if isInHeader(index) { return .parameter }
    // A parameter of a function within: (name string, …
    if isMark(around[index], "("), isMark(index - 1, "(") || isMark(index - 1, ","), isKind(index + 1, .name), isName(around[index] - 1, "func") {
      return .parameter
    }
    let isShort = isMark(index + 1, ":") && isMark(index + 2, "=") && touches(index + 1)
    if isShort || isAssignment(index + 1) {
      let from = index + (isShort ? 3 : 2)
      if isMark(index - 1, ",") {
        guard isName(index - 3, "for"), isName(from, "range") else { return .unknown }
        return .element(statement(from: from + 1))
      }
      if isName(from, "range") || isMark(index - 1, "*") { return .unknown }
      let rest = statement(from: from)
      return .value(upToComma(rest))
    }
    if isMark(index + 1, ",") {
      // name, err := …
      let rest = statement(from: index + 1)
      let assigned = first(in: rest) { isAssignment($0) || (isMark($0, ":") && isMark($0 + 1, "=")) }
      return assigned != nil && around[index] < 0 || assigned != nil && isMark(around[index], "{") ? .unknown : nil
    }
    if isName(index + 1, "string"), isAssignment(index + 2), isName(index - 1, anyOf: ["var", "const"]) || isKind(index - 1, .newline) || isMark(index - 1, "(") {
      return .value(upToComma(statement(from: index + 3)))
    }
    if isMark(index + 1, "+"), isMark(index + 2, "=") { return .unknown }
    if isMark(index - 1, "&"), !isKind(index - 2, .name), !isMark(index - 2, ")"), !isMark(index - 2, "&") { return .unknown }
    return nil
  }
}
