import Files
import TestSupport
import Testing

@testable import Triage

@Suite("Plans")
struct PlanTests {
  private let stack = Written.sighting(["a.f:+1,+0x1", "a.g:+2,+0x2"], version: "v1.2.0")

  private func plan(_ stacks: [StackSighting], _ issues: [Issue], rules: String = "", least: Int = 1) -> Plan { Plan(Written.clusters(stacks), issues, Written.rules(rules), least: least) }

  @Test("an issue with an empty body is an issue")
  func emptyBody() {
    for text in ["", "---\ntitle: T\n---\n", "\n\n", "---\n", "```", "```\n#!stacks", "    #!stacks"] {
      #expect(plan([stack], [Written.issue(text)]).creations.count == 1, "\(text)")
    }
  }

  @Test("a bug that no issue has gets one, with a predicate that matches exactly its stacks")
  func creation() throws {
    let made = plan([stack, Written.sighting(["a.f:+9,+0x1", "a.g:+2,+0x2"]), Written.sighting(["a.f", "a.h"])], [], rules: "program: *\ntitle: paint\nlabels: crash, from reports\n")
    #expect(made.creations.count == 2)
    let issue = made.creations[0].issue
    #expect(issue.title.string == "paint: bug in a.f" && issue.labels.map(\.string) == ["crash", "from reports"])
    let read = IssueFile(IssueFile.text(of: issue), name: "n.md".bytes).issue
    #expect(read.title == issue.title && read.labels == issue.labels && read.state == .open && read.fault == nil)
    let predicate = try #require(read.predicate)
    #expect(predicate.source.string.contains("frame[0] == \"a.f\" &&\nframe[1] == \"a.g\" &&\nframe[2] == \"\""))
    // Somebody takes the names and the mark away: the predicate is enough.
    let bare = Written.issue("```\n#!stacks\n\(predicate.source.string)\n```\n")
    let again = plan([stack, Written.sighting(["a.f:+77,+0x1", "a.g:+2,+0x2"]), Written.sighting(["a.f", "a.h"])], [bare])
    #expect(again.updates.map(\.newStacks.count) == [2] && again.creations.count == 1)
  }

  @Test("an issue that was made for a bug has it, whatever became of its predicate")
  func mark() {
    let issue = plan([stack], []).creations[0].issue
    let text = IssueFile.text(of: issue).string.replacing("a.f", with: "b.f").replacing(StackID.exact(stack.stack).string, with: "")
    let again = plan([stack], [Written.issue(text)])
    #expect(again.creations.isEmpty && again.updates.count == 1)
  }

  @Test("stacks belong to who names them, before who matches them; several are told")
  func claims() {
    let id = StackID.exact(stack.stack).string
    let naming = Written.issue("See \(id).\n", name: "2.md")
    let matching = Written.issue(matching: "\"a.f\"", name: "1.md")
    let made = plan([stack], [matching, naming])
    #expect(made.updates.isEmpty && made.standings.map(\.name.string) == ["2.md"])
    let two = plan([stack], [matching, Written.issue(matching: "\"a.g\"", name: "2.md")])
    #expect(two.conflicts == [Plan.Conflict(stack: id.bytes, issues: ["1.md".bytes, "2.md".bytes])] && two.updates.map(\.name.string) == ["1.md"])
  }

  @Test("a name in a code block is no claim: it may come from a report")
  func spoofed() {
    let id = StackID.exact(stack.stack).string
    #expect(plan([stack], [Written.issue("```\n\(id)\n<!-- tel-triage cluster 0123456789abcdef -->\n```\n")]).creations.count == 1)
    #expect(plan([stack], [Written.issue("\(id)ab, x\(id)\n")]).creations.count == 1, "a part of a word is no name")
  }

  @Test("what differs in a line from what an issue has goes to the issue, and makes no other")
  func near() {
    let made = plan([stack, Written.sighting(["a.f:+3,+0x1", "a.g:+2,+0x2"])], [Written.issue(matching: "\"a.f:+1\"")])
    #expect(made.creations.isEmpty && made.updates.map(\.newStacks.count) == [2])
  }

  @Test("a bug of few reports has no issue if that is wanted")
  func least() { #expect(plan([stack], [], least: 2).creations.isEmpty && plan([stack], [], least: 1).creations.count == 1) }

  @Test(
    "an issue that was fixed is reopened if the fix does not hold",
    arguments: [
      ("state: closed\nmilestone: paint/v1.2.0", true), ("state: closed\nmilestone: v1.1.9", true), ("state: closed\nfixed: v1.2.0\nmilestone: v9.0.0", true), ("state: closed\nmilestone: v1.3.0", false),
      ("state: closed\nmilestone: Go1.24", true), ("state: closed\nmilestone: Go1.25", false), ("state: closed\nmilestone: Backlog", false), ("state: closed", false),
      ("state: not planned\nmilestone: v1.0.0", false), ("state: open\nmilestone: v1.0.0", false),
    ])
  func regression(head: String, isRegression: Bool) {
    let made = plan([stack], [Written.issue(matching: "\"a.f\"", head: head)])
    #expect(made.standings.map(\.isRegression) == [isRegression] && made.updates.map(\.reopens) == [isRegression])
  }

  @Test("a regression is told once: who closes it again knew of it, until there is a newer version")
  func regressionOnce() throws {
    var file = IssueFile("---\nstate: closed\nmilestone: v1.2.0\n---\n```\n#!stacks\n\"a.f\"\n```\n".bytes, name: "1.md".bytes)
    let first = try #require(plan([stack], [file.issue]).updates.first)
    #expect(file.make(first.changes) && file.issue.state == .open)
    file = IssueFile(file.text.string.replacing("state: open", with: "state: closed").bytes, name: "1.md".bytes)
    #expect(plan([stack], [file.issue]).updates.isEmpty && plan([stack], [file.issue]).standings[0].isRegression)
    var newer = stack
    newer.version = "v1.2.1".bytes
    let second = try #require(plan([stack, newer], [file.issue]).updates.first)
    #expect(second.reopens && second.newStacks.isEmpty && second.regressed.map(\.string) == ["v1.2.1"])
  }

  @Test("a predicate that cannot be read is told with its line in the file, and the others work")
  func broken() {
    let made = plan([stack], [Written.issue(matching: "\"a.f\" &&", name: "1.md", head: "title: T"), Written.issue("    #!stacks\n    \"a.f\" || oss\n", name: "2.md"), Written.issue(matching: "\"a.f\"", name: "3.md")])
    #expect(made.broken.map { "\($0.issue.string):\($0.fault.line):\($0.fault.column)" } == ["1.md:6:9", "2.md:2:14"])
    #expect(made.updates.map(\.name.string) == ["3.md"])
  }

  @Test("the same clusters and issues make the same plan, and it is read as it was written")
  func stable() throws {
    var odd = stack
    odd.stack = "c\na.`f`\u{202e}\u{1b}[31m\"<!-- \\".bytes + [0xff]
    let issues = [Written.issue(matching: "\"a.f\"")]
    let made = plan([stack, odd], issues)
    #expect(made.json == plan([odd, stack], issues).json)
    let read = try Plan(json: made.json)
    #expect(read.creations.map(\.issue) == made.creations.map(\.issue))
    #expect(read.updates.map(\.changes) == made.updates.map(\.changes) && read.updates.map(\.hash) == made.updates.map(\.hash))
  }

  @Test(
    "what is no plan is refused",
    arguments: ["", "{}", "[]", "{\"format\":\"tel-triage-plan/2\"}", "{\"format\":\"tel-triage-plan/1\"}", "{\"format\":\"tel-triage-plan/1\",\"creations\":[{\"title\":\"t\",\"labels\":[],\"body\":\"\",\"key\":\"x\"}],\"updates\":[]}",
      "{\"format\":\"tel-triage-plan/1\",\"creations\":[],\"updates\":[{\"issue\":\"../x.md\"}]}"])
  func refused(text: String) { #expect(throws: Fault.self) { try Plan(json: text.bytes) } }

  @Test("shares have a denominator that is not 0, and titles have one blank between words")
  func words() {
    let made = plan([stack], [])
    let all = PlanText(made).lines.joined(separator: "\n") + PlanText(made).markdown.string + made.creations[0].issue.body.string
    #expect(!all.contains("nan") && !all.contains("NaN") && !made.creations[0].issue.title.string.contains("  "))
    #expect(PlanText(Plan(Written.clusters([stack], among: 0), [], Rules())).lines.joined().contains("1 of 1 report"))
  }
}
