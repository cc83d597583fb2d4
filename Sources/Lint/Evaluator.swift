import Files

/// What the expressions of a source may be. Nothing is run. Work is bounded for
/// each file: what would take longer is not known.
final class Evaluator {
  let file: SourceFile
  let others: OtherFiles
  let calls: KnownCalls
  /// Steps that are left.
  private var work: Int
  private var known: [Key: Outcome?] = [:]
  /// What is being looked up: a name that stands for itself has no value.
  private var pending: Set<Key> = []
  /// Parameters of the macro that is being expanded.
  private var arguments: [[UInt8]: Outcome] = [:]

  private struct Key: Hashable {
    var name: [UInt8]
    var function: Int
    var wanted: Wanted
  }

  /// The value of a name, or those that its table has, or the keys of that, or
  /// what the function returns.
  enum Wanted { case value, elements, keys, results }

  init(_ file: SourceFile, _ others: OtherFiles, _ calls: KnownCalls) {
    (self.file, self.others, self.calls) = (file, others, calls)
    work = 1_000_000 + 20 * file.tokens.count
  }

  private func spend(_ steps: Int) -> Bool {
    work -= steps + 1
    return work > file.steps
  }

  private static let tooMuch = Outcome(unknown: [UInt8]("it is too long to be followed"))

  // MARK: Expressions

  func value(_ range: Range<Int>, depth: Int = 0) -> Outcome {
    guard depth < 40, spend(range.count) else { return Evaluator.tooMuch }
    var range = trimmed(range)
    var turns = 0
    while file.isMark(range.lowerBound, "("), file.partner[range.lowerBound] == range.upperBound - 1, range.count > 2, turns < 64 {
      range = trimmed((range.lowerBound + 1)..<(range.upperBound - 1))
      turns += 1
    }
    guard !range.isEmpty else { return Outcome(unknown: [UInt8]("it is empty")) }
    if let conditional = conditional(range, depth) { return conditional }
    let parts = file.split(range, by: "+")
    if parts.count > 1 {
      guard parts.allSatisfy({ !$0.isEmpty }) else { return expression }
      return parts.reduce(Outcome([])) { $0.isConstant ? $0 + value($1, depth: depth + 1) : $0 }
    }
    if file.language == .python, let percent = file.first(in: range, where: { file.isMark($0, "%") }), percent > range.lowerBound {
      return value(range.lowerBound..<percent, depth: depth + 1).cut(before: UInt8(ascii: "%"), "it is filled in")
    }
    return atoms(range, depth)
  }

  private let expression = Outcome(unknown: [UInt8]("it is computed"))

  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high, file.tokens[low].kind == .newline { low += 1 }
    while high > low, file.tokens[high - 1].kind == .newline { high -= 1 }
    return low..<high
  }

  private func conditional(_ range: Range<Int>, _ depth: Int) -> Outcome? {
    if file.language.isC {
      guard let question = file.first(in: range, where: { file.isMark($0, "?") }) else { return nil }
      var (at, open) = (question + 1, 1)
      while at < range.upperBound {
        if file.isMark(at, "?") { open += 1 }
        if file.isMark(at, ":"), !file.isMark(at + 1, ":"), !file.isMark(at - 1, ":") {
          open -= 1
          if open == 0 {
            let yes = question + 1 == at ? range.lowerBound..<question : (question + 1)..<at
            return .any([value(yes, depth: depth + 1), value((at + 1)..<range.upperBound, depth: depth + 1)])
          }
        }
        at = file.after(at)
      }
      return expression
    }
    if file.language == .python {
      guard let word = file.first(in: range, where: { file.isName($0, "if") }),
        let other = file.first(in: (word + 1)..<range.upperBound, where: { file.isName($0, "else") })
      else { return nil }
      return .any([value(range.lowerBound..<word, depth: depth + 1), value((other + 1)..<range.upperBound, depth: depth + 1)])
    }
    return nil
  }

  /// One thing, or texts one behind the other.
  private func atoms(_ range: Range<Int>, _ depth: Int) -> Outcome {
    var whole = Outcome([])
    var at = range.lowerBound
    // A cast of C.
    if file.language.isC, file.isMark(at, "("), file.partner[at] > at, file.partner[at] + 1 < range.upperBound,
      ((at + 1)..<file.partner[at]).allSatisfy({ file.isKind($0, .name) || file.isMark($0, "*") })
    {
      at = file.partner[at] + 1
    }
    let first = at
    while at < range.upperBound {
      guard spend(1) else { return Evaluator.tooMuch }
      var piece: Outcome
      switch file.tokens[at].kind {
      case .text:
        piece = text(at, depth)
        at += 1
      case .name:
        (piece, at) = name(at, range.upperBound, depth)
      case .mark where file.isMark(at, "(") && file.partner[at] > at && file.partner[at] < range.upperBound:
        piece = value((at + 1)..<file.partner[at], depth: depth + 1)
        at = file.partner[at] + 1
      default: return whole + expression
      }
      (piece, at) = methods(of: piece, at, range.upperBound)
      whole = whole + piece
      if !whole.isConstant { return whole }
      if file.language == .go, at < range.upperBound { return expression }
    }
    return at == first ? expression : whole
  }

  private func text(_ index: Int, _ depth: Int) -> Outcome {
    var whole = Outcome([])
    for part in file.lexed.texts[file.tokens[index].value] {
      switch part {
      case .bytes(let bytes): whole = whole + Outcome(bytes)
      case .name(let name): whole = whole + lookUp(name, from: index, depth: depth + 1)
      case .unknown: whole = whole + Outcome(unknown: [UInt8]("it is filled in"))
      }
      if !whole.isConstant { return whole }
    }
    return whole
  }

  /// `"…".format(…)`, `text.c_str()` and the like.
  private func methods(of piece: Outcome, _ index: Int, _ end: Int) -> (Outcome, Int) {
    guard file.isMark(index, "."), index + 2 < end, file.isMark(index + 2, "("), file.partner[index + 2] > index, file.partner[index + 2] < end else {
      return (piece, index)
    }
    let after = file.partner[index + 2] + 1
    if file.language == .cPlusPlus, file.isName(index + 1, anyOf: ["c_str", "data"]) { return (piece, after) }
    if file.language == .python {
      if file.isName(index + 1, anyOf: ["encode", "decode"]) { return (piece, after) }
      if file.isName(index + 1, "format") { return (piece.cut(before: UInt8(ascii: "{"), "it is filled in"), after) }
    }
    return (Outcome(unknown: returned(index + 1)), after)
  }

  private func returned(_ index: Int) -> [UInt8] { sentence(["it is what \"", .bytes(file.text(index)), "\" returns"]) }

  private func name(_ start: Int, _ end: Int, _ depth: Int) -> (Outcome, Int) {
    var index = start
    if file.language.isC {
      while file.isKind(index, .name), file.isMark(index + 1, ":"), file.isMark(index + 2, ":"), index + 3 < end { index += 3 }
      guard file.isKind(index, .name) else { return (expression, end) }
    }
    // module.NAME, and calls of such
    if file.isMark(index + 1, "."), index + 2 < end, file.isKind(index + 2, .name), file.language == .python || file.language == .go {
      if file.isMark(index + 3, "("), index + 3 < end, file.partner[index + 3] > index {
        let after = file.partner[index + 3] + 1
        let inner = (index + 4)..<max(index + 4, file.partner[index + 3])
        if file.language == .go, file.isName(index, "fmt"), file.isName(index + 2, anyOf: ["Sprintf", "Sprint"]) {
          return (value(file.split(inner, by: ",").first ?? inner, depth: depth + 1).cut(before: UInt8(ascii: "%"), "it is filled in"), after)
        }
        // A handle's name is the name that it was made with.
        if let known = calls.call(at: index + 2, in: file), let argument = known.argument(in: file, inner) { return (value(argument, depth: depth + 1), after) }
        return (Outcome(unknown: returned(index + 2)), after)
      }
      if let value = others.value(of: file.text(index + 2), inModule: file.text(index), from: file, depth: depth + 1) { return (value, index + 3) }
      // A class of this file, and what is in it.
      if file.language == .python, file.places[file.text(index)]?.contains(where: { file.isName($0 - 1, "class") }) == true,
        let value = lookUpOutside(file.text(index + 2), depth: depth + 1)
      {
        return (value, index + 3)
      }
      return (Outcome(unknown: sentence(["\"", .bytes(file.text(index) + [UInt8(ascii: ".")] + file.text(index + 2)), "\" is not known here"])), end)
    }
    if index + 1 < end, file.isMark(index + 1, "(") || (file.language == .cPlusPlus && file.isMark(index + 1, "{")), file.partner[index + 1] > index {
      let inner = (index + 2)..<max(index + 2, file.partner[index + 1])
      let after = file.partner[index + 1] + 1
      if file.isName(index, anyOf: ["string", "string_view", "str"]), file.language != .c { return (value(inner, depth: depth + 1), after) }
      if let known = calls.call(at: index, in: file), let argument = known.argument(in: file, inner) { return (value(argument, depth: depth + 1), after) }
      if let expanded = expanded(index, inner, depth) { return (expanded, after) }
      return (lookUpOutside(file.text(index), .results, depth: depth + 1) ?? Outcome(unknown: returned(index)), after)
    }
    if index + 1 < end, file.isMark(index + 1, "["), file.partner[index + 1] > index {
      return (lookUp(file.text(index), from: index, .elements, depth: depth + 1), file.partner[index + 1] + 1)
    }
    return (lookUp(file.text(index), from: index, depth: depth + 1), index + 1)
  }

  /// What a table has: `{"a", "b"}`, `["a", "b"]`, `map[kind]string{one: "a"}`, or the name of one.
  func elements(_ range: Range<Int>, isIndexed: Bool, depth: Int) -> Outcome {
    guard depth < 40, spend(range.count) else { return Evaluator.tooMuch }
    let range = trimmed(range)
    if range.count == 1, file.isKind(range.lowerBound, .name) { 
      return lookUp(file.text(range.lowerBound), from: range.lowerBound, isIndexed ? .elements : .keys, depth: depth + 1)
    }
    var open = range.lowerBound
    if file.language == .go { open = file.first(in: range) { file.isMark($0, "{") } ?? range.upperBound }
    guard open < range.upperBound, ["(", "[", "{"].contains(where: { file.isMark(open, $0) }), file.partner[open] > open, file.partner[open] < range.upperBound else {
      return expression
    }
    // Behind the table of a loop in Go stands the loop's block.
    guard file.language == .go || file.partner[open] == range.upperBound - 1 else { return expression }
    var found: [Outcome] = []
    for part in file.split((open + 1)..<file.partner[open], by: ",") {
      var part = trimmed(part)
      if part.isEmpty { continue }
      if file.language.isC {
        if let equals = file.first(in: part, where: file.isAssignment) { part = (equals + 1)..<part.upperBound }
        if file.isName(part.lowerBound, anyOf: ["NULL", "nullptr", "None"]), part.count == 1 { continue }
      } else if let colon = file.first(in: part, where: { file.isMark($0, ":") }) {
        // Python goes through the keys of a dictionary, and looks up its values.
        part = file.language == .python && !isIndexed ? part.lowerBound..<colon : (colon + 1)..<part.upperBound
      }
      found.append(value(part, depth: depth + 1))
      if found.count > Outcome.limit { return Outcome(unknown: sentence(["it may be more than ", .number(Outcome.limit), " names"])) }
    }
    return found.isEmpty ? expression : .any(found)
  }

  // MARK: Names

  /// With what the parameters of a macro stand for.
  func expand(_ range: Range<Int>, with arguments: [[UInt8]: Outcome]) -> Outcome {
    let outside = self.arguments
    self.arguments = arguments
    defer { self.arguments = outside }
    return value(range)
  }

  func lookUp(_ name: [UInt8], from index: Int, _ wanted: Wanted = .value, depth: Int) -> Outcome {
    if let argument = arguments[name] { return argument }
    guard depth < 40 else { return Evaluator.tooMuch }
    var function = file.owner[index]
    while function >= 0 {
      if let found = remembered(Key(name: name, function: function, wanted: wanted), depth) { return found }
      function = file.functions[function].parent
    }
    return lookUpOutside(name, wanted, depth: depth) ?? Outcome(unknown: sentence(["\"", .bytes(name), "\" is not known here"]))
  }

  /// What the whole file says, and those that it names.
  func lookUpOutside(_ name: [UInt8], _ wanted: Wanted = .value, depth: Int) -> Outcome? {
    remembered(Key(name: name, function: -1, wanted: wanted), depth)
  }

  private func remembered(_ key: Key, _ depth: Int) -> Outcome? {
    if let outcome = known[key] { return outcome }
    guard depth < 40 else { return Evaluator.tooMuch }
    guard pending.insert(key).inserted else { return variable(key.name) }
    defer { pending.remove(key) }
    let found = key.function >= 0 ? inside(key.function, key, depth) : outside(key, depth)
    if arguments.isEmpty { known[key] = .some(found) }
    return found
  }

  private func variable(_ name: [UInt8]) -> Outcome { Outcome(unknown: sentence(["\"", .bytes(name), "\" is a variable"])) }

  /// All that a function gives the name, wherever in it; nil if nothing.
  private func inside(_ function: Int, _ key: Key, _ depth: Int) -> Outcome? {
    let bounds = file.functions[function]
    let places = file.places[key.name] ?? []
    guard spend(places.count) else { return Evaluator.tooMuch }
    return combined(places.filter { $0 >= bounds.start && $0 < bounds.end && (file.owner[$0] == function) }, key, depth)
  }

  /// What the file says outside of functions, then what other files do.
  private func outside(_ key: Key, _ depth: Int) -> Outcome? {
    if key.wanted == .results { return results(key.name, depth) }
    if let bodies = file.macros[key.name] {
      return .any(bodies.map { $0.isEmpty ? Outcome([]) : value($0, depth: depth + 1) })
    }
    let places = file.places[key.name] ?? []
    guard spend(places.count) else { return Evaluator.tooMuch }
    let outer = places.filter { file.owner[$0] < 0 }
    if let found = combined(outer, key, depth) {
      // Where a function may change it, it is no constant.
      let isChanged = places.contains { isChange($0) }
      return isChanged ? variable(key.name) : found
    }
    return others.value(of: key.name, from: file, key.wanted, depth: depth)
  }

  /// What a function of this file returns, if that is constant wherever it does.
  private func results(_ name: [UInt8], _ depth: Int) -> Outcome? {
    let places = file.places[name] ?? []
    guard spend(places.count), let place = places.first(where: isFunctionName) else { return nil }
    let function = file.owner[place]
    var found: [Outcome] = []
    for index in file.functions[function].body..<file.functions[function].end where file.owner[index] == function && file.isName(index, "return") {
      guard spend(1), found.count <= Outcome.limit else { return nil }
      let value = value(file.statement(from: index + 1), depth: depth + 1)
      guard value.isConstant else { return nil }
      found.append(value)
    }
    return found.isEmpty || !spend(file.functions[function].end - file.functions[function].body) ? nil : .any(found)
  }

  private func isFunctionName(_ index: Int) -> Bool {
    guard file.owner[index] >= 0, file.isMark(index + 1, "("), index < file.functions[file.owner[index]].body else { return false }
    switch file.language {
    case .python: return file.isName(index - 1, "def") && file.functions[file.owner[index]].parent < 0
    case .go: return file.isName(index - 1, "func")
    default: return file.partner[index + 1] == file.functions[file.owner[index]].body - 1
    }
  }

  /// A macro of this file, with what it is given.
  private func expanded(_ index: Int, _ inner: Range<Int>, _ depth: Int) -> Outcome? {
    guard file.language.isC, let macro = file.functionMacros.first(where: { $0.name == file.text(index) }), spend(file.functionMacros.count) else { return nil }
    let given = file.split(inner, by: ",")
    var inside: [[UInt8]: Outcome] = [:]
    for (number, parameter) in macro.parameters.enumerated() {
      inside[parameter] = number < given.count ? value(given[number], depth: depth + 1) : Outcome([])
    }
    let outside = arguments
    arguments = inside
    defer { arguments = outside }
    return value(macro.body, depth: depth + 1)
  }

  /// An assignment in a function to what is not its own.
  private func isChange(_ index: Int) -> Bool {
    guard file.owner[index] >= 0 else { return false }
    switch file.language {
    case .python: return file.isName(index - 1, "global")
    case .go: return file.isAssignment(index + 1) && !file.isName(index - 1, anyOf: ["var", "const"]) && !file.isMark(index - 1, ".")
    default:
      let isDeclared = file.isKind(index - 1, .name) || file.isMark(index - 1, "*")
      return file.isAssignment(index + 1) && !isDeclared && !file.isMark(index - 1, ".") && !file.isMark(index - 1, ">")
    }
  }

  private func combined(_ places: [Int], _ key: Key, _ depth: Int) -> Outcome? {
    var found: [Outcome] = []
    for place in places {
      guard spend(1) else { return Evaluator.tooMuch }
      guard let binding = file.binding(at: place) else { continue }
      switch binding {
      case .parameter: return Outcome(unknown: sentence(["\"", .bytes(key.name), "\" is a parameter"]))
      case .unknown: return variable(key.name)
      case .value(let range): found.append(key.wanted == .value ? value(range, depth: depth + 1) : elements(range, isIndexed: key.wanted == .elements, depth: depth + 1))
      case .table(let range): found.append(key.wanted == .value ? variable(key.name) : elements(range, isIndexed: true, depth: depth + 1))
      case .element(let range): found.append(key.wanted == .value ? elements(range, isIndexed: false, depth: depth + 1) : variable(key.name))
      }
      if found.count > Outcome.limit { return variable(key.name) }
    }
    return found.isEmpty ? nil : .any(found)
  }
}
