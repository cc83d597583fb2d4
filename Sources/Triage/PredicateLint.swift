import Files

/// What is odd in the predicates of issues, by themselves and on stacks that were seen.
public struct PredicateLint: Sendable {
  public enum Kind: String, Sendable {
    case broken
    /// Of a term: it holds whatever is asked, or never.
    case always, never
    /// Of a predicate, on the stacks that were seen.
    case unmatched, everything, overlap, subsumed, same
  }

  public struct Finding: Sendable, Equatable {
    public let kind: Kind
    public let issue: [UInt8]
    public let other: [UInt8]
    public let message: String
  }

  public private(set) var findings: [Finding] = []

  public init(_ issues: [Issue], _ clusters: Clusters) {
    let stacks = clusters.list.flatMap(\.stacks)
    var matches: [(issue: Issue, stacks: Set<Int>)] = []
    for issue in issues {
      if let fault = issue.fault { add(.broken, issue, "line \(fault.line), column \(fault.column): \(fault.message)") }
      guard let predicate = issue.predicate else { continue }
      look(at: predicate.root, issue)
      let found = Set(stacks.indices.filter { index in stacks[index].subjects.contains { predicate.matches($0) } })
      matches.append((issue, found))
      if stacks.isEmpty { continue }
      if found.isEmpty { add(.unmatched, issue, "it matches none of \(counted(stacks.count, "stack"))") }
      if found.count == stacks.count, found.count > 1 { add(.everything, issue, "it matches all \(found.count) stacks") }
    }
    for (index, one) in matches.enumerated() where !one.stacks.isEmpty {
      for other in matches[(index + 1)...] where !other.stacks.isEmpty {
        let both = one.stacks.intersection(other.stacks).count
        if both == 0 { continue }
        let there = "\(shown(other.issue.name))"
        if one.stacks == other.stacks {
          add(.same, one.issue, "it matches the same \(counted(both, "stack")) as \(there)", other: other.issue)
        } else if both == one.stacks.count {
          add(.subsumed, one.issue, "all that it matches, \(there) matches too: \(counted(both, "stack"))", other: other.issue)
        } else if both == other.stacks.count {
          add(.subsumed, other.issue, "all that it matches, \(shown(one.issue.name)) matches too: \(counted(both, "stack"))", other: one.issue)
        } else {
          add(.overlap, one.issue, "it and \(there) match the same \(counted(both, "stack"))", other: other.issue)
        }
      }
    }
  }

  private mutating func add(_ kind: Kind, _ issue: Issue, _ message: String, other: Issue? = nil) {
    findings.append(Finding(kind: kind, issue: issue.name, other: other?.name ?? [], message: message))
  }

  private mutating func look(at node: Predicate.Node, _ issue: Issue) {
    switch node {
    case .text(let text):
      if text.isEmpty { add(.always, issue, "an empty text is everywhere") }
    case .test: break
    case .not(let inner): look(at: inner, issue)
    case .or(let any): for node in any { look(at: node, issue) }
    case .and(let all):
      for node in all { look(at: node, issue) }
      // One field cannot be two texts at once. (Any frame can.)
      let equal = all.compactMap { node -> Predicate.Test? in
        guard case .test(let test) = node, test.operation == .equal, test.field != .frame || test.index != nil else { return nil }
        return test
      }
      for (index, test) in equal.enumerated() {
        if let other = equal[..<index].first(where: { $0.name == test.name && $0.value != test.value }) {
          add(.never, issue, "\(test.name) is never both \(shown(IssueText.quoted(other.value))) and \(shown(IssueText.quoted(test.value)))")
        }
      }
    }
  }
}
