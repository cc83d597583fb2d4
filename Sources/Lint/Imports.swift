import Files

/// A name that a file has from another: `module` is its path in parts, `member`
/// what of it, empty for the module itself, and `name` what it is called here.
struct Import {
  var module: [[UInt8]]
  var member: [UInt8]
  var name: [UInt8]
  /// Python: how many dots stand before it.
  var dots = 0
}

extension SourceFile {
  func findImports() -> [Import] {
    switch language {
    case .python: pythonImports()
    case .go: goImports()
    default: []
    }
  }

  private func pythonImports() -> [Import] {
    var found: [Import] = []
    for index in tokens.indices where index == 0 || isKind(index - 1, .newline) || isMark(index - 1, ";") || isMark(index - 1, ":") {
      guard isName(index, anyOf: ["import", "from"]) else { continue }
      let statement = statement(from: index + 1)
      if isName(index, "import") {
        for part in split(statement, by: ",") where !part.isEmpty {
          let alias = part.last { isName($0, "as") }
          let module = names(part.lowerBound..<(alias ?? part.upperBound))
          guard let first = module.first else { continue }
          // `import a.b` is called a.
          if let alias, isKind(alias + 1, .name) { found.append(Import(module: module, member: [], name: text(alias + 1))) }
          else { found.append(Import(module: [first], member: [], name: first)) }
        }
      } else if let word = statement.first(where: { isName($0, "import") }) {
        let dots = (index + 1..<word).count { isMark($0, ".") } - max(0, names(index + 1..<word).count - 1)
        let module = names(index + 1..<word)
        var list = (word + 1)..<statement.upperBound
        if isMark(list.lowerBound, "("), partner[list.lowerBound] > 0 { list = (list.lowerBound + 1)..<partner[list.lowerBound] }
        for part in split(list, by: ",") where !part.isEmpty {
          let name = text(part.lowerBound)
          let alias = part.count == 3 && isName(part.lowerBound + 1, "as") ? text(part.lowerBound + 2) : name
          found.append(Import(module: module, member: name, name: alias, dots: dots))
        }
      }
      if found.count > 10_000 { break }
    }
    return found
  }

  private func names(_ range: Range<Int>) -> [[UInt8]] { range.compactMap { isKind($0, .name) ? text($0) : nil } }

  private func goImports() -> [Import] {
    var found: [Import] = []
    for index in tokens.indices where isName(index, "import") && around[index] < 0 {
      let isGroup = isMark(index + 1, "(") && partner[index + 1] > 0
      for at in isGroup ? (index + 2)..<partner[index + 1] : statement(from: index + 1) where isKind(at, .text) {
        guard case .bytes(let path)? = lexed.texts[tokens[at].value].first else { continue }
        let parts = path.split(separator: UInt8(ascii: "/")).map { Array($0) }
        guard let last = parts.last else { continue }
        let name = isKind(at - 1, .name) && at - 1 > index ? text(at - 1) : isMark(at - 1, ".") ? [UInt8(ascii: ".")] : last
        found.append(Import(module: parts, member: [], name: name))
      }
    }
    return found
  }
}
