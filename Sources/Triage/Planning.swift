import ChartConfig
import Files

extension Plan {
  /// `least`: reports that a cluster must have for an issue of its own.
  public init(_ clusters: Clusters, _ issues: [Issue], _ rules: Rules, least: Int = 1) {
    broken = issues.compactMap { issue in issue.fault.map { Broken(issue: issue.name, fault: $0) } }
    var claims = [Claims](repeating: Claims(), count: issues.count)
    for cluster in clusters.list {
      let mark = Mark(.cluster, key: cluster.fingerprint).text
      var orphans: [SeenStack] = []
      var claimed: [Int: Int] = [:]
      for stack in cluster.stacks {
        let claimants = Plan.claimants(of: stack, mark, issues)
        guard let first = claimants.first else {
          orphans.append(stack)
          continue
        }
        if claimants.count > 1 { conflicts.append(Conflict(stack: stack.id, issues: claimants.map { issues[$0].name })) }
        claims[first].stacks.append((cluster, stack))
        claimed[first, default: 0] += stack.sightings.reduce(0) { $0 + $1.reports }
      }
      // Where most of its like are: a frame has moved by a line, and the predicate names the line.
      if let near = claimed.max(by: { $0.value != $1.value ? $0.value < $1.value : $0.key > $1.key })?.key {
        claims[near].stacks += orphans.map { (cluster, $0) }
      } else if cluster.count.reports >= least {
        let record = rules.record(of: cluster.program)
        creations.append(
          Creation(
            issue: NewIssue(
              title: IssueText.title(cluster, record), labels: record.labels, body: IssueText.body(cluster, clusters.depth, record), key: cluster.fingerprint),
            seen: Seen(cluster.count), stacks: cluster.stacks.count))
      }
    }
    for (issue, claim) in zip(issues, claims) where !claim.stacks.isEmpty { add(issue, claim, rules) }
    standings.sort { a, b in a.seen.reports != b.seen.reports ? a.seen.reports > b.seen.reports : a.name.precedes(b.name) }
  }

  private struct Claims {
    var stacks: [(cluster: Cluster, stack: SeenStack)] = []
  }

  /// Issues that the stack belongs to, the first with the best right: they name
  /// it; or were made for its cluster; or their predicate matches.
  private static func claimants(of stack: SeenStack, _ mark: [UInt8], _ issues: [Issue]) -> [Int] {
    let named = issues.indices.filter { issues[$0].ids.contains(stack.id) }
    if !named.isEmpty { return named }
    let matching = issues.indices.filter { index in issues[index].predicate.map { predicate in stack.subjects.contains { predicate.matches($0) } } ?? false }
    if !matching.isEmpty { return matching }
    return issues.indices.first { issues[$0].marks.contains(mark) }.map { [$0] } ?? []
  }

  private mutating func add(_ issue: Issue, _ claim: Claims, _ rules: Rules) {
    let sightings = claim.stacks.flatMap(\.stack.sightings)
    // Of all programs that are meant, if all are known.
    var programs: [[UInt8]: Int] = [:]
    for (cluster, _) in claim.stacks { if let among = cluster.count.among { programs[cluster.program] = among } }
    let isKnown = claim.stacks.allSatisfy { programs[$0.cluster.program] != nil }
    guard let count = Cluster.Count(sightings, among: isKnown ? programs.values.reduce(0, +) : nil) else { return }
    let regressed = issue.state == .closed ? Plan.regressed(sightings, issue) : []
    standings.append(
      Standing(
        name: issue.name, title: issue.title, state: issue.state, milestone: issue.milestone, stacks: claim.stacks.count, seen: Seen(count), isRegression: !regressed.isEmpty))
    let new = claim.stacks.filter { !issue.ids.contains($0.stack.id) }
    let ids = new.map(\.stack.id)
    let untold = regressed.filter { !issue.marks.contains(Mark.regression(issue, $0).text) }
    let key = Mark.key([issue.name] + ids.inByteOrder + [[], []] + untold)
    if new.isEmpty && untold.isEmpty || issue.marks.contains(Mark(.comment, key: key).text) { return }
    updates.append(
      Update(
        name: issue.name, title: issue.title, hash: issue.hash, newStacks: ids, regressed: untold, reopens: !untold.isEmpty, key: key,
        comment: IssueText.comment(issue, new.map { ($0.cluster, $0.stack) }, untold, rules), body: IssueText.body(issue.body, adding: ids)))
  }

  /// Versions that were seen and should have the fix: of the program, or of the
  /// toolchain, where the milestone is one of Go.
  private static func regressed(_ sightings: [StackSighting], _ issue: Issue) -> [[UInt8]] {
    guard let text = issue.fixed else { return [] }
    let fixed = Version(text)
    guard fixed.kind != .other else { return [] }
    let versions = sightings.flatMap { fixed.kind == .go ? [$0.version, $0.toolchain] : [$0.version] }
    let late = versions.filter { text in
      let seen = Version(text)
      return seen.kind == fixed.kind && !(seen < fixed)
    }
    return late.inVersionOrder
  }
}
