import ChartConfig
import TestSupport
import Testing

@testable import Triage

@Suite("Rules")
struct RulesTests {
  private func problems(_ text: String) -> [String] {
    var problems = Problems()
    _ = Rules(text.bytes, file: 0, &problems)
    return problems.list.map { "\($0.position.line):\($0.position.column): \($0.message)" }
  }

  @Test("what is wrong is told with its line, all at once")
  func wrong() {
    #expect(problems("program: a\n  colour: x\nignore:\nlink: a b\n---\ntitle: x\nwhat\nprogram: b\\\n") == [
      "2:3: there is no key colour", "3:1: ignore has no value", "4:1: a link is a module and an address", "6:1: a record begins with its program", "7:1: this is no line of a record",
      "8:1: a record has one program", "8:1: b\\: nothing is behind the last \\",
    ])
    #expect(problems("# nothing\n\nprogram: *  # all\nlink: a https://x/#L{line}\n---\n") == [])
  }

  @Test("links are made of a template, without a build; what comes from a report is encoded")
  func links() {
    let link = Written.rules("program: *\nlink: example.com/p https://h/{version}/{package}?f={function}&s={symbol}#{line}{module}\n").record(of: "x".bytes).links[0]
    let frame = StackText("c\nexample.com/p/q.(*T).f <b>:+12,+0x1".bytes, isGo: true).frames[0]
    #expect(link.address(frame, version: "v1.0.0\"$(x)".bytes)?.string == "https://h/v1.0.0%22%24%28x%29/example.com/p/q?f=%28%2AT%29.f%20%3Cb%3E&s=example.com/p/q.%28%2AT%29.f%20%3Cb%3E#12example.com/p")
    #expect(link.address(StackText("c\nexample.com/pq.f".bytes, isGo: true).frames[0], version: []) == nil, "another module whose name begins alike")
  }

  @Test("addresses that are none are refused", arguments: ["javascript:alert(1)", "https://x/{what}", "https://x/{version", "https://x/<b>", "ftp://x"])
  func refused(address: String) { #expect(problems("program: *\nlink: a \(address)\n").count == 1) }
}
