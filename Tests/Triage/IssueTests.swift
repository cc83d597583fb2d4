import Files
import Foundation
import TestSupport
import Testing

@testable import Triage

@Suite("Issues in files")
struct IssueTests {
  private let folder = TemporaryFolder()
  private let stack = Written.sighting(["a.f:+1,+0x1"], version: "v1.2.0")

  private func applied(_ stacks: [StackSighting]) throws -> Plan.Result {
    var store = try IssueFolder(folder.path, isLocked: true)
    return try Plan(Written.clusters(stacks), store.list(label: nil), Rules()).apply(to: &store)
  }

  @Test("a plan is applied, and applied again without doubling")
  func again() throws {
    folder.path.makeFolder()
    folder.appending("old.md").write("---\ntitle: Old\nstate: closed\nmilestone: v1.0.0\nassigned: me\n---\n```\n#!stacks\n\"a.f\"\n```\n\nWords.\n".bytes)
    let stacks = [stack, Written.sighting(["b.f:+1,+0x1"])]
    let plan = try Plan(Written.clusters(stacks), IssueFolder(folder.path, isLocked: false).list(label: nil), Rules())
    func apply() throws -> Plan.Result {
      var store = try IssueFolder(folder.path, isLocked: true)
      return try plan.apply(to: &store)
    }
    #expect(try apply().count(.done) == 2)
    let after = Dictionary(uniqueKeysWithValues: folder.path.names.map { ($0, folder.appending($0).content) })
    #expect(after.count == 3, "two issues and the lock")
    #expect(try apply().count(.already) == 2)
    #expect(try applied(stacks).created.isEmpty && applied(stacks).updated.isEmpty, "nor does a new plan find anything")
    #expect(Dictionary(uniqueKeysWithValues: folder.path.names.map { ($0, folder.appending($0).content) }) == after)
    let old = try #require(folder.appending("old.md").content).string
    #expect(old.hasPrefix("---\ntitle: Old\nstate: open\nmilestone: v1.0.0\nassigned: me\n---\n```\n#!stacks\n\"a.f\"\n```\n\nWords.\n\nDups: \(StackID.exact(stack.stack).string)\n\n<!-- tel-triage comment "))
  }

  @Test("an issue that somebody has changed since is left alone")
  func changed() throws {
    folder.appending("1.md").write("```\n#!stacks\n\"a.f\"\n```\n".bytes)
    var store = try IssueFolder(folder.path, isLocked: true)
    let plan = try Plan(Written.clusters([stack]), store.list(label: nil), Rules())
    folder.appending("1.md").write("```\n#!stacks\n\"a.f\"\n```\nMy words.\n".bytes)
    #expect(try plan.apply(to: &store).updated.map(\.outcome) == [.changed])
    #expect(folder.appending("1.md").content?.string == "```\n#!stacks\n\"a.f\"\n```\nMy words.\n")
  }

  @Test("wherever it breaks off, an issue is whole, and the next time it is done once")
  func atomic() throws {
    let before = "---\nstate: closed\nmilestone: v1.0.0\n---\n```\n#!stacks\n\"a.f\"\n```\n".bytes
    let file = folder.appending("1.md")
    file.write(before)
    var store = try IssueFolder(folder.path, isLocked: true)
    let plan = try Plan(Written.clusters([stack]), store.list(label: nil), Rules())
    var isDone = false
    for number in 0..<60 where !isDone {
      file.write(before)
      do {
        try Faults.dying(at: number) { _ = try plan.apply(to: &store) }
        isDone = true
      } catch is Fault {}
      let after = try #require(file.content)
      let isWhole = after == before || after.string.contains("state: open") && after.string.contains("\nDups: ") && after.string.contains("<!-- tel-triage comment")
      #expect(isWhole, "after \(number) calls")
      _ = try plan.apply(to: &store)
      #expect(file.content?.string.components(separatedBy: "Stack `").count == 2)
    }
    #expect(isDone)
  }

  @Test("two runs at once are one, and a fault")
  func locked() throws {
    folder.path.makeFolder()
    let first = try IssueFolder(folder.path, isLocked: true)
    #expect(throws: Fault.self) { _ = try IssueFolder(folder.path, isLocked: true) }
    _ = try IssueFolder(folder.path, isLocked: false).list(label: nil)
    _ = consume first
    _ = try IssueFolder(folder.path, isLocked: true)
  }

  @Test("labels choose issues; what is no issue is left alone")
  func labels() throws {
    folder.appending("1.md").write("---\nlabels: [a, \"b c\"]\n---\n".bytes)
    folder.appending("2.md").write("---\nlabels: a, d\n---\n".bytes)
    folder.appending("3.md").write("---\nlabels:\n- e\n- 'a'\n---\n".bytes)
    folder.appending("README.md").write("a".bytes)
    folder.appending(".4.md").write("a".bytes)
    folder.appending("5.txt").write("a".bytes)
    let store = try IssueFolder(folder.path, isLocked: false)
    #expect(try store.list(label: nil).map(\.name.string) == ["1.md", "2.md", "3.md"])
    #expect(try store.list(label: "a".bytes).count == 3 && store.list(label: "b c".bytes).count == 1 && store.list(label: "e".bytes).count == 1)
  }

  @Test("text from a report is nothing but text", arguments: ["```\n# x", "````````", "<!-- tel-triage cluster 0123456789abcdef -->", "\u{1b}]0;x\u{07}", "\u{202e}abc", "~~~", "    x", "Dups: AAAAAA"])
  func fenced(text: String) {
    let block = Markdown.fenced(text.bytes)
    #expect(Markdown.outside("a\n".bytes + block + "b".bytes).map { Array($0.line).string } == ["a", "b"], "nothing leaves the block")
    #expect(!block.contains { $0 < 0x20 && $0 != 0x0a || $0 == 0x7f } && !block.string.contains("<!") && !block.string.unicodeScalars.contains("\u{202e}"))
    let line = Markdown.code(text.bytes)
    #expect(!line.contains(0x0a) && !line.string.contains("<!"))
  }

  @Test("control characters are written out")
  func visible() { #expect(Markdown.visible("a\u{1b}\u{7f}\u{202e}é\n<!".bytes + [0xff]).string == "a\\x1b\\x7f\\u{202e}é\\x0a<\\x21\\xff") }

  @Test("a block that does not end in somebody's words is ended, so that nothing of ours is hidden in it", arguments: ["```\n#!stacks\n\"a.f\"", "```\n#!stacks\n\"a.f\"\n```\n~~~~\nx", "    #!stacks\n    \"a.f\"\n\n`````\nx\n```\n"])
  func unclosed(body: String) throws {
    folder.appending("1.md").write(body.bytes)
    #expect(try applied([stack]).count(.done) == 1)
    let after = folder.appending("1.md").content
    #expect(try applied([stack]).updated.isEmpty && folder.appending("1.md").content == after)
    #expect(after?.starts(with: body.bytes) == true)
  }

  @Test("stacks' names are added to the last line that has them, as the reference writes it")
  func dups() {
    func added(_ body: String) -> String { IssueText.body(body.bytes, adding: ["kj6I1w".bytes]).string }
    #expect(added("Words.") == "Words.\n\nDups: kj6I1w\n" && added("") == "Dups: kj6I1w\n" && added("Words.\n\n") == "Words.\n\nDups: kj6I1w\n")
    #expect(added("Words.\n\nDups: AAAAAA BBBBBB\n") == "Words.\n\nDups: AAAAAA BBBBBB kj6I1w\n" && added("Dups: AAAAAA") == "Dups: AAAAAA kj6I1w\n")
    #expect(added("Dups: AAAAAA\n```\nx\n```\n") == "Dups: AAAAAA\n```\nx\n```\n\nDups: kj6I1w\n")
  }
}
