import Files

/// A place in a source where a name is given.
struct Use {
  var kind: NameKind
  var outcome: Outcome
  /// Where the name stands.
  var offset: Int
  /// The call, from its first byte to its last.
  var call: Range<Int>
}

/// The uses in C, Python and Go.
struct CallFinder {
  let file: SourceFile
  let calls: KnownCalls
  let evaluator: Evaluator
  private var uses: [Use] = []
  /// Macros of the file whose argument becomes a name.
  private var macros: [[UInt8]: Macro] = [:]

  /// Static functions whose callers are still to be looked at, and all there were.
  private var passing: [(function: [UInt8], parameter: Int, kind: NameKind)] = []
  private var passed: Set<[UInt8]> = []

  private struct Macro {
    var kind: NameKind
    var parameters: [[UInt8]]
    var name: Range<Int>
  }

  init(_ file: SourceFile, _ calls: KnownCalls, _ evaluator: Evaluator) { (self.file, self.calls, self.evaluator) = (file, calls, evaluator) }

  mutating func find() -> [Use] {
    // A macro may be made of one that comes behind it.
    for _ in 0..<2 { for macro in file.functionMacros { learn(macro) } }
    var isInDefine = false
    for index in file.tokens.indices {
      switch file.tokens[index].kind {
      case .define: isInDefine = true
      case .endDefine: isInDefine = false
      case .name: look(at: index, isInDefine)
      default: break
      }
    }
    while let passing = passing.popLast() {
      for index in file.places[passing.function] ?? [] where file.isMark(index + 1, "(") && file.partner[index + 1] > index {
        let close = file.partner[index + 1]
        let inner = (index + 2)..<max(index + 2, close)
        guard !isDeclaration(index, close, inner), let argument = element(file.split(inner, by: ","), passing.parameter) else { continue }
        if let macro = macro(around: argument) {
          expandEverywhere(macro.name, Macro(kind: passing.kind, parameters: macro.parameters, name: argument))
        } else {
          judge(argument, passing.kind, index, close)
        }
      }
    }
    return uses
  }

  /// Whether a static function hands this parameter of its own on, unchanged. Then
  /// its callers, who are all in this file, are looked at instead.
  private mutating func passesOnParameter(_ argument: Range<Int>, _ kind: NameKind) -> Bool {
    let place = argument.lowerBound
    // A header's functions have callers elsewhere.
    guard file.language.isC, !Tree.isHeader(file.path.name), argument.count == 1, file.isKind(place, .name), file.owner[place] >= 0, passed.count < 1000 else { return false }
    let function = file.functions[file.owner[place]]
    let close = function.body - 1
    guard file.isMark(close, ")"), file.partner[close] > function.start, file.isKind(file.partner[close] - 1, .name),
      (function.start..<close).contains(where: { file.isName($0, "static") })
    else { return false }
    let open = file.partner[close]
    let (name, called) = (file.text(place), file.text(open - 1))
    guard let parameter = file.split((open + 1)..<close, by: ",").firstIndex(where: { $0.last.map { file.isKind($0, .name) && file.text($0) == name } ?? false }),
      !(file.places[name] ?? []).contains(where: { $0 > function.body && $0 < function.end && file.binding(at: $0) != nil }),
      (file.places[called] ?? []).allSatisfy({ file.isMark($0 + 1, "(") })
    else { return false }
    if passed.insert(called + [0, UInt8(truncatingIfNeeded: parameter)]).inserted { passing.append((called, parameter, kind)) }
    return true
  }

  /// A macro that calls such a function.
  private mutating func expandEverywhere(_ name: [UInt8], _ macro: Macro) {
    guard macros[name] == nil, macros.count < 1000 else { return }
    macros[name] = macro
    for index in file.places[name] ?? [] where file.isMark(index + 1, "(") && file.partner[index + 1] > index && !file.isKind(index - 1, .define) {
      expand(macro, index, file.partner[index + 1])
    }
  }

  private mutating func judge(_ argument: Range<Int>, _ kind: NameKind, _ first: Int, _ last: Int) {
    if passesOnParameter(argument, kind) { return }
    add(kind, evaluator.value(argument), at: argument.lowerBound, first, last)
  }

  private mutating func learn(_ macro: (name: [UInt8], parameters: [[UInt8]], body: Range<Int>)) {
    guard macros[macro.name] == nil, !macro.parameters.isEmpty, macros.count < 1000 else { return }
    for index in macro.body.prefix(2000) where file.isKind(index, .name) && file.isMark(index + 1, "(") && file.partner[index + 1] > index {
      let inner = (index + 2)..<max(index + 2, file.partner[index + 1])
      var found: (kind: NameKind, argument: Range<Int>)?
      if let known = calls.call(at: index, in: file), let argument = known.argument(in: file, inner) {
        found = (known.kind, argument)
      } else if let other = macros[file.text(index)], let place = place(of: other), let argument = element(file.split(inner, by: ","), place) {
        found = (other.kind, argument)
      }
      guard let found, found.argument.contains(where: { file.isKind($0, .name) && macro.parameters.contains(file.text($0)) }) else { continue }
      macros[macro.name] = Macro(kind: found.kind, parameters: macro.parameters, name: found.argument)
      return
    }
  }

  /// Which parameter is a macro's name, if its name is one.
  private func place(of macro: Macro) -> Int? {
    let names = macro.name.filter { file.isKind($0, .name) }
    guard names.count == 1 else { return nil }
    return macro.parameters.firstIndex(of: file.text(names[0]))
  }

  private func element(_ list: [Range<Int>], _ index: Int) -> Range<Int>? { index < list.count && !list[index].isEmpty ? list[index] : nil }

  private mutating func look(at index: Int, _ isInDefine: Bool) {
    if file.language == .cPlusPlus, file.isName(index, "histogram"), file.isMark(index - 1, ":"), file.isName(index - 3, "tel") { return histogram(index) }
    // Behind #define a macro is made, not called.
    guard file.isMark(index + 1, "("), file.partner[index + 1] > index, !file.isKind(index - 1, .define) else { return }
    let close = file.partner[index + 1]
    let inner = (index + 2)..<max(index + 2, close)
    if !isInDefine, let macro = macros[file.text(index)] { return expand(macro, index, close) }
    guard let known = calls.call(at: index, in: file), !isDeclaration(index, close, inner) else { return }
    guard let argument = known.argument(in: file, inner) else {
      if file.isMark(inner.lowerBound, "*"), !inner.isEmpty, known.kind != .options {
        add(known.kind, Outcome(unknown: [UInt8]("it is in a list of arguments")), at: inner.lowerBound, index, close)
      }
      return
    }
    // The body of a macro that passes its parameter on is looked at where it is used.
    if isInDefine, passesOn(argument) { return }
    if known.kind == .options, known.argument == 0, argument.count == 1, file.isName(argument.lowerBound, "NULL") { return }
    judge(argument, known.kind, index, close)
  }

  private mutating func expand(_ macro: Macro, _ index: Int, _ close: Int) {
    let given = file.split((index + 2)..<max(index + 2, close), by: ",")
    var arguments: [[UInt8]: Outcome] = [:]
    for (number, parameter) in macro.parameters.enumerated() { arguments[parameter] = element(given, number).map { evaluator.value($0) } }
    let place = place(of: macro).flatMap { element(given, $0) }?.lowerBound ?? index
    add(macro.kind, evaluator.expand(macro.name, with: arguments), at: place, index, close)
  }

  private func passesOn(_ argument: Range<Int>) -> Bool {
    guard let macro = macro(around: argument) else { return false }
    return macros[macro.name] != nil
  }

  /// The macro in whose body this is, if a parameter of it is in the argument.
  private func macro(around argument: Range<Int>) -> (name: [UInt8], parameters: [[UInt8]], body: Range<Int>)? {
    // They are in the order of the source.
    var (low, high) = (0, file.functionMacros.count)
    while low < high {
      let middle = (low + high) / 2
      if file.functionMacros[middle].body.lowerBound <= argument.lowerBound { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let macro = file.functionMacros[low - 1]
    return macro.body.contains(argument.lowerBound) && argument.contains { file.isKind($0, .name) && macro.parameters.contains(file.text($0)) } ? macro : nil
  }

  /// `tel::histogram latency("chart")`, and without a variable's name.
  private mutating func histogram(_ index: Int) {
    var open = index + 1
    if file.isKind(open, .name) { open += 1 }
    guard file.isMark(open, "(") || file.isMark(open, "{"), file.partner[open] > open + 1,
      let argument = file.split((open + 1)..<file.partner[open], by: ",").first, !argument.isEmpty, !file.isName(argument.lowerBound, "const")
    else { return }
    add(.histogram, evaluator.value(argument), at: argument.lowerBound, index - 3, file.partner[open])
  }

  /// Where the function is made known, or has its body.
  private func isDeclaration(_ index: Int, _ close: Int, _ inner: Range<Int>) -> Bool {
    switch file.language {
    case .c, .cPlusPlus:
      // "const char *name", "std::string name"
      if inner.contains(where: { file.isName($0, anyOf: ["const", "char"]) && file.around[$0] == index + 1 }) { return true }
      return file.isMark(close + 1, "{") && file.owner[index] >= 0 && file.functions[file.owner[index]].body == close + 1
    case .python: return file.isName(index - 1, anyOf: ["def", "class"])
    case .go: return file.isName(index - 1, "func") || (file.isMark(index - 1, ")") && file.partner[index - 1] > 0 && file.isName(file.partner[index - 1] - 1, "func"))
    case .shell: return false
    }
  }

  private mutating func add(_ kind: NameKind, _ outcome: Outcome, at place: Int, _ first: Int, _ last: Int) {
    uses.append(Use(kind: kind, outcome: outcome, offset: file.tokens[place].start, call: file.tokens[first].start..<max(file.tokens[last].end, file.tokens[first].start)))
  }
}
