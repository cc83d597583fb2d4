import ChartConfig
import Dates
import Files

@testable import Triage

private let sightings = Sightings(
  list: [
    sighting("c\na.f:+1,+0x2\nb.g[...]:=3,+0x4", os: "linux"), sighting("c\na.f:+2,+0x2\nb.g:=3,+0x4", os: "darwin"), sighting("c", os: "linux"), sighting("d\n```\n<!-- \u{1b}", os: "linux"),
  ], reports: [[UInt8]("p"): 10])

private func sighting(_ stack: String, os: String) -> StackSighting {
  StackSighting(
    program: [UInt8]("p"), version: [UInt8]("v1.2.0"), toolchain: [UInt8]("go1.24.0"), os: Array(os.utf8), arch: [UInt8]("amd64"), stack: Array(stack.utf8), reports: 2, events: 3, firstDay: Day(20000),
    lastDay: Day(20007))
}

private let clusters = Clusters(sightings, Rules())

/// A predicate of anybody: an end to all it costs, a place for all that is wrong,
/// and an explanation that says what it says.
@Sendable func predicate(_ bytes: [UInt8]) {
  let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
  let read: Predicate
  do { read = try Predicate(bytes) } catch {
    check(error.line >= 1 && error.line <= lines.count && error.column >= 1 && error.column <= lines[error.line - 1].count + 1, "a fault is outside the text")
    check(!error.message.utf8.contains { $0 < 0x20 } && !error.hint.utf8.contains { $0 < 0x20 }, "a message is no line")
    return
  }
  for stack in clusters.list.flatMap(\.stacks) {
    for subject in stack.subjects {
      let explanation = read.explanation(of: subject)
      check(explanation.first?.hasPrefix(read.matches(subject) ? "yes" : "no ") == true, "the explanation says something else")
      check(explanation.allSatisfy { !$0.utf8.contains { $0 < 0x20 } }, "an explanation is no line")
    }
  }
  let quoted = IssueText.quoted(bytes)
  if quoted.count < 1000 {
    guard case .text(let text)? = (try? Predicate(quoted))?.root else { fatalError("what is quoted is no text") }
    check(text == bytes, "another text than was quoted")
  }
}

/// A file of anybody in the folder of issues: what a plan does to it is done once,
/// and what was in it stays.
@Sendable func issueFile(_ bytes: [UInt8]) {
  var file = IssueFile(bytes, name: [UInt8]("1.md"))
  check(file.text == bytes, "an issue is written otherwise than it was read")
  let issue = file.issue
  let plan = Plan(clusters, [issue], Rules())
  guard let read = try? Plan(json: plan.json) else { fatalError("a plan cannot be read") }
  check(read.updates.count == plan.updates.count && read.creations.map(\.issue.key) == plan.creations.map(\.issue.key), "a plan is read otherwise than it was written")
  guard let update = plan.updates.first else { return }
  guard file.make(update.changes) else { fatalError("a plan does nothing") }
  let again = IssueFile(file.text, name: [UInt8]("1.md")).issue
  check(again.marks.contains(Mark(.comment, key: update.key).text), "the mark is not seen again")
  check(again.title == issue.title || again.title == again.name, "another title")
  let next = Plan(clusters, [again], Rules())
  check(next.updates.isEmpty, "a plan is not at its end when it is applied")
}

/// Rules of anybody.
@Sendable func triageRules(_ bytes: [UInt8]) {
  var problems = Problems()
  let rules = Rules(bytes, file: 0, &problems)
  let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
  for problem in problems.list {
    let (line, column) = (problem.position.line, problem.position.column)
    check(line >= 1 && line <= lines.count && column >= 1 && column <= lines[line - 1].count + 1, "a problem is outside the text")
    check(!problem.message.utf8.contains { $0 < 0x20 } && !problem.hint.utf8.contains { $0 < 0x20 }, "a message is no line")
  }
  let found = Clusters(sightings, rules)
  check(found.stacks == sightings.list.count, "a rule loses a stack")
  for creation in Plan(found, [], rules).creations {
    check(IssueFile(IssueFile.text(of: creation.issue), name: []).issue.fault == nil, "a predicate that was made cannot be read")
  }
}
