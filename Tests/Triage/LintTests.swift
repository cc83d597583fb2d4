import TestSupport
import Testing

@testable import Triage

@Suite("Lint of predicates")
struct LintTests {
  private func lint(_ predicates: [String]) -> [String] {
    let stacks = ["a.f", "a.g", "b.f"].map { Written.sighting([$0]) }
    let issues = predicates.enumerated().map { Written.issue(matching: $0.element, name: "\($0.offset).md") }
    return PredicateLint(issues, Written.clusters(stacks)).findings.map { "\($0.issue.string) \($0.kind.rawValue) \($0.other.string)" }
  }

  @Test("what is in order has no findings")
  func clean() { #expect(lint(["\"a.f\"", "\"a.g\"", "\"b.f\""]) == []) }

  @Test(
    "what is odd is found",
    arguments: [
      (["\"zz\""], ["0.md unmatched "]), (["\"crash/crash\""], ["0.md everything "]), (["module == \"a\"", "frame[0] ~ \"*.f\""], ["0.md overlap 1.md"]), (["\"a.f\"", "frame[0] ~ \"*.f\""], ["0.md subsumed 1.md"]),
      (["frame[0] ~ \"*.f\"", "\"a.f\""], ["1.md subsumed 0.md"]), (["\"a.f\"", "frame == \"a.f\""], ["0.md same 1.md"]), (["\"a.f\" &&"], ["0.md broken "]),
      (["os == \"a\" && os == \"b\" || \"a.f\""], ["0.md never "]), (["\"\" && \"a.f\""], ["0.md always "]),
    ] as [([String], [String])])
  func found(predicates: [String], findings: [String]) { #expect(lint(predicates) == findings) }
}
