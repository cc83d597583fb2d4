import Files

/// Constants of other files: headers that a C source includes in quotation marks,
/// the other files of a Go package and the packages it imports, modules that
/// Python imports. They are looked for beside the file and in the folders above
/// it, and read only when a name is looked up.
final class OtherFiles {
  private let tree: Tree
  private var evaluators: [[UInt8]: Evaluator?] = [:]
  private var visiting: Set<[UInt8]> = []
  private let wrappers: [Wrapper]
  private var read = 0

  /// How many are read for one run, how large, and how far above the file.
  private static let limit = 2000
  private static let largest = 1 << 20
  private static let levels = 6

  init(_ tree: Tree, _ wrappers: [Wrapper]) { (self.tree, self.wrappers) = (tree, wrappers) }

  func value(of name: [UInt8], from file: SourceFile, _ wanted: Evaluator.Wanted, depth: Int) -> Outcome? {
    switch file.language {
    case .c, .cPlusPlus:
      for include in file.lexed.includes.prefix(200) {
        guard let evaluator = header(include, of: file) else { continue }
        if let value = visit(evaluator, name, wanted, depth) { return value }
      }
      return nil
    case .go:
      let isTest = file.path.bytes.ends(with: "_test.go")
      return inPackage(file.path.parent, name, wanted, depth) { isTest || !$0.ends(with: "_test.go") }
    case .python:
      for imported in file.imports where imported.name == name && !imported.member.isEmpty {
        guard let evaluator = module(imported.module, imported.dots, of: file) else { continue }
        return visit(evaluator, imported.member, wanted, depth)
      }
      return nil
    case .shell: return nil
    }
  }

  /// `names.open`, where `names` is what the file calls a module or package.
  func value(of name: [UInt8], inModule module: [UInt8], from file: SourceFile, depth: Int) -> Outcome? {
    for imported in file.imports where imported.name == module {
      if file.language == .go {
        for folder in candidates(imported.module.suffix(OtherFiles.levels), of: file.path) {
          if let value = inPackage(folder, name, .value, depth, { !$0.ends(with: "_test.go") }) { return value }
        }
      } else {
        let path = imported.member.isEmpty ? imported.module : imported.module + [imported.member]
        if let evaluator = self.module(path, imported.dots, of: file), let value = visit(evaluator, name, .value, depth) { return value }
      }
    }
    return nil
  }

  /// Files that include each other are gone through once.
  private func visit(_ evaluator: Evaluator, _ name: [UInt8], _ wanted: Evaluator.Wanted, _ depth: Int) -> Outcome? {
    guard depth < 40, visiting.insert(evaluator.file.path.bytes).inserted else { return nil }
    defer { visiting.remove(evaluator.file.path.bytes) }
    return evaluator.lookUpOutside(name, wanted, depth: depth + 1)
  }

  private func header(_ include: [UInt8], of file: SourceFile) -> Evaluator? {
    guard include.first != UInt8(ascii: "/") else { return nil }
    var folder = file.path.parent
    for _ in 0..<OtherFiles.levels {
      for place in [folder, folder.appending("include"), folder.appending("src")] {
        if let evaluator = evaluator(place.appending(include), file.language) { return evaluator }
      }
      guard let above = above(folder) else { break }
      folder = above
    }
    return nil
  }

  private func module(_ module: [[UInt8]], _ dots: Int, of file: SourceFile) -> Evaluator? {
    var folder = file.path.parent
    for _ in 1..<max(2, min(dots, 20) ) where dots > 1 {
      guard let above = above(folder) else { return nil }
      folder = above
    }
    for _ in 0..<(dots > 0 ? 1 : OtherFiles.levels) {
      let path = module.prefix(20).reduce(folder) { $0.appending($1) }
      if let evaluator = evaluator(Path(path.bytes + [UInt8](".py")), .python) ?? evaluator(path.appending("__init__.py"), .python) { return evaluator }
      guard let above = above(folder) else { break }
      folder = above
    }
    return nil
  }

  /// Folders that the end of an import's path may mean.
  private func candidates(_ parts: ArraySlice<[UInt8]>, of path: Path) -> [Path] {
    var found: [Path] = []
    var folder = path.parent
    for _ in 0..<OtherFiles.levels {
      for start in parts.indices { found.append(parts[start...].reduce(folder) { $0.appending($1) }) }
      guard let above = above(folder) else { break }
      folder = above
    }
    return found
  }

  private func inPackage(_ folder: Path, _ name: [UInt8], _ wanted: Evaluator.Wanted, _ depth: Int, _ isWanted: ([UInt8]) -> Bool) -> Outcome? {
    // Each file of the package would ask the others in turn.
    guard visiting.insert(folder.bytes).inserted else { return nil }
    defer { visiting.remove(folder.bytes) }
    for file in tree.goFiles(in: folder).prefix(200) where isWanted(file) {
      if let evaluator = evaluator(folder.appending(file), .go), let value = visit(evaluator, name, wanted, depth) { return value }
    }
    return nil
  }

  private func above(_ folder: Path) -> Path? {
    let absolute = folder.absolute
    let parent = absolute.parent
    return parent == absolute ? nil : parent
  }

  private func evaluator(_ path: Path, _ language: Language) -> Evaluator? {
    if let known = evaluators[path.bytes] { return known }
    guard evaluators.count < OtherFiles.limit * 20, read < OtherFiles.limit else { return nil }
    guard let bytes = tree.content(ofOther: path, limit: OtherFiles.largest) else {
      evaluators[path.bytes] = .some(nil)
      return nil
    }
    read += 1
    let file = SourceFile(path: path, language: language, bytes: bytes)
    let made = Evaluator(file, self, KnownCalls(file, wrappers))
    evaluators[path.bytes] = made
    return made
  }
}
