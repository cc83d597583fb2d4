import Files

extension Predicate {
  /// Why it matches, or does not: a line for each term and what joins them,
  /// beneath each other as they are nested.
  public func explanation(of subject: Subject) -> [String] {
    var lines: [String] = []
    Predicate.explain(root, subject, 0, &lines)
    return lines
  }

  @discardableResult
  private static func explain(_ node: Node, _ subject: Subject, _ depth: Int, _ lines: inout [String]) -> Bool {
    let place = lines.count
    lines.append("")
    let (holds, words): (Bool, String) =
      switch node {
      case .text(let text): explained(text, subject)
      case .test(let test): explained(test, subject)
      case .not(let inner): (!explain(inner, subject, depth + 1, &lines), "! of")
      case .and(let all): (all.map { explain($0, subject, depth + 1, &lines) }.allSatisfy { $0 }, "&& of")
      case .or(let any): (any.map { explain($0, subject, depth + 1, &lines) }.contains(true), "|| of")
      }
    lines[place] = String(repeating: "  ", count: depth) + (holds ? "yes  " : "no   ") + words
    return holds
  }

  private static func explained(_ text: [UInt8], _ subject: Subject) -> (Bool, String) {
    let name = shown(IssueText.quoted(text))
    guard let at = find(text, in: subject.text) else {
      let isPart = !text.isEmpty && subject.text.indices.contains { subject.text[$0...].starts(with: text) }
      return (false, "\(name) is \(isPart ? "there, but a word goes on behind it" : "not there")")
    }
    if text.isEmpty { return (true, "an empty text is always there") }
    let start = subject.text[..<at].lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    let line = subject.text[start...].prefix { $0 != 0x0a }
    return (true, "\(name) is in: \(shown(Array(line)))")
  }

  private static func explained(_ test: Test, _ subject: Subject) -> (Bool, String) {
    let holds = test.holds(subject)
    let values = subject.values(of: test.field, test.index)
    let words = "\(test.name) \(test.operation.rawValue) \(shown(IssueText.quoted(test.value)))"
    if values.count == 1 { return (holds, "\(words): it is \(shown(IssueText.quoted(values[0])))") }
    guard test.operation != .unequal, let index = values.firstIndex(where: { value in test.operation == .equal ? value == test.value : test.pattern?.matches(value) == true }) else {
      return (holds, "\(words): of \(counted(values.count, "frame"))")
    }
    return (holds, "\(words): frame[\(index)] is \(shown(IssueText.quoted(values[index])))")
  }
}

extension Clusters {
  /// Why each of the issues has this stack or has it not, in the build that
  /// decides; nil if there is no such stack.
  public func explanation(of id: [UInt8], _ issues: [Issue]) -> [String]? {
    let found = list.lazy.flatMap { cluster in cluster.stacks.lazy.map { (cluster: cluster, stack: $0) } }.first { $0.stack.id == id }
    guard let (cluster, stack) = found else { return nil }
    var lines = ["\(shown(id)): \(shown(cluster.program)), blamed on \(shown(cluster.blamed)), fingerprint \(shown(cluster.fingerprint))"]
    for (index, frame) in stack.view.frames.enumerated().prefix(depth) { lines.append("  frame[\(index)] is \(shown(frame))") }
    for issue in issues {
      if issue.ids.contains(id) { lines.append("\(shown(issue.name)): it names the stack") }
      if issue.marks.contains(Mark(.cluster, key: cluster.fingerprint).text) { lines.append("\(shown(issue.name)): it was made for this cluster") }
      guard let predicate = issue.predicate, let first = stack.subjects.first else { continue }
      let subject = stack.subjects.first { predicate.matches($0) } ?? first
      let build = "\(shown(subject.sighting.version)) \(shown(subject.sighting.os))/\(shown(subject.sighting.arch))"
      lines.append("\(shown(issue.name)): its predicate \(predicate.matches(subject) ? "matches" : "does not match"), asked of \(build)")
      lines += predicate.explanation(of: subject).map { "  " + $0 }
    }
    return lines
  }
}
