import TestSupport
import Testing

@testable import Triage

@Suite("Predicates")
struct PredicateTests {
  private let hover = Written.sighting(["golang.org/x/tools/gopls/internal/golang.hover:+170,+0x1", "golang.org/x/tools/gopls/internal/server.Hover:+12,+0x88"])

  @Test(
    "a text is there with a word's end behind it, as in the reference",
    arguments: [
      ("\"golang.hover:+170\"", true), ("\"golang.hover:+17\"", false), ("`golang.hover`", true), ("\"hov\"", false), ("\"over:+170\"", true), ("\"GOOS=linux\"", true),
      ("\"GOTOOLCHAIN=go1.24.0 GOOS=linux GOARCH=amd64 example.com/paint@v1.0.0\"", true), ("\"GOARCH=amd\"", false), ("!\"GOOS=linux\"", false),
      ("\"golang.hover\" && \"GOOS=darwin\"", false), ("\"golang.hover\" || \"GOOS=darwin\"", true), ("\"GOOS=darwin\" && \"a\" || \"golang.hover\"", true),
      ("\"GOOS=darwin\" && (\"a\" || \"golang.hover\")", false), ("!(\"a\" || \"b\")", true), ("\"crash/crash\\ngolang.org\"", true), ("// what\n\"golang.\\x68over\" /* is */ &&\n`Hover`", true),
    ])
  func compatible(text: String, matches: Bool) throws { #expect(try Written.matches(text, hover) == matches) }

  @Test("a text that ends in punctuation needs no letter behind it", arguments: ["log.Fatal(", "log.Fatal()", "log."])
  func punctuation(text: String) throws {
    #expect(try Written.matches("\"\(text)\"", Written.sighting(["log.Fatal() x:+1,+0x1"])))
    #expect(try Written.matches("\"log.Fatal(\"", Written.sighting(["log.Fatal(x):+1,+0x1"])))
  }

  @Test("an empty text is everywhere, whatever the stack ends in", arguments: ["a.b:+1,+0x1", "a.b()", "("])
  func empty(frame: String) throws { #expect(try Written.matches("\"\"", Written.sighting([frame]))) }

  @Test(
    "fields are tested",
    arguments: [
      ("os == \"linux\"", true), ("os != \"linux\"", false), ("arch == \"amd64\" && program == \"example.com/paint\"", true), ("version >= \"v1.0.0\"", true), ("version > \"v1.0.0\"", false),
      ("version < \"v1.10.0\"", true), ("version <= \"v0.9.0\"", false), ("toolchain >= \"go1.23rc1\"", true), ("toolchain < \"go1.9\"", false), ("counter == \"crash/crash\"", true),
      ("frame[0] == \"golang.org/x/tools/gopls/internal/golang.hover\"", true), ("frame[1] ~ \"*.Hover\"", true), ("frame[2] == \"\"", true), ("frame[0] ~ \"*.Hover\"", false),
      ("frame ~ \"*.Hover\"", true), ("frame != \"a.b\"", true), ("module == \"golang.org/x/tools/gopls/internal/golang\"", true), ("module ~ \"golang.org/x/tools/*\"", true),
      ("blamed =~ `\\.hover$`", true), ("stack =~ `(?`", true), ("id == \"AAAAAA\"", false), ("stack =~ `hover:\\+1\\d+,`", true),
    ])
  func fields(text: String, matches: Bool) throws {
    if text.contains("(?") {
      #expect(throws: PredicateFault.self) { try Predicate(text.bytes) }
    } else {
      #expect(try Written.matches(text, hover) == matches)
    }
  }

  @Test("a version of no order is neither before nor after")
  func devel() throws {
    let devel = Written.sighting(["a.b"], version: "devel")
    #expect(try !Written.matches("version < \"v1.0.0\"", devel) && !Written.matches("version >= \"v1.0.0\"", devel))
  }

  @Test("what is of one build must hold in one build")
  func builds() throws {
    let both = Written.clusters([Written.sighting(["a.b"], os: "linux", arch: "arm64"), Written.sighting(["a.b"], os: "darwin", arch: "amd64")])
    func has(_ text: String) -> Bool { !Plan(both, [Written.issue(matching: text)], Rules()).standings.isEmpty }
    #expect(has("os == \"linux\" && arch == \"arm64\"") && !has("os == \"linux\" && arch == \"amd64\""))
    #expect(has("!\"GOOS=linux\""), "some other build has it")
  }

  @Test(
    "what is wrong is told with its place and what to do",
    arguments: [
      ("", 1, 1, "there is no predicate"), ("\"a\" &&\n  ", 2, 3, "the predicate ends where a term should be"), ("(\"a\"", 1, 1, "no ) belongs to this ("), ("\"a\")", 1, 4, "no ( belongs to this )"),
      ("\"a\" & \"b\"", 1, 5, "the predicate has ended before this"), ("\"a", 1, 1, "a text does not end"), ("\"a\n\"", 1, 1, "a text does not end in its line"),
      ("\"a\" || oss == \"b\"", 1, 8, "there is no field oss"), ("os = \"b\"", 1, 4, "a comparison should be here"), ("os < \"b\"", 1, 4, "only version and toolchain have an order"),
      ("version < \"b\"", 1, 11, "b is no version that has an order"), ("os == linux", 1, 7, "a text in quotation marks should be here"), ("frame[x] == \"\"", 1, 7, "a frame's number should be here"),
      ("\"\\q\"", 1, 2, "there is no such escape in a text"), ("os =~ \"a(b\"", 1, 9, "no ) belongs to this ("), ("os =~ \"a**\"", 1, 10, "what is repeated is not repeated again"),
      ("os =~ `a{2}`", 1, 9, "repetitions have no numbers"), ("os ~ \"a\\\\\"", 1, 6, "nothing is behind the last \\"), ("/* a", 1, 1, "a comment does not end"), ("\"\\xff\\u12\"", 1, 6, "there are too few digits behind the backslash"),
    ])
  func faults(text: String, line: Int, column: Int, message: String) throws {
    let fault = try #require(throws: PredicateFault.self) { try Predicate(text.bytes) }
    #expect((fault.line, fault.column, fault.message) == (line, column, message))
  }

  @Test("depth and size have an end")
  func bounds() {
    for text in [String(repeating: "!", count: 100) + "\"a\"", String(repeating: "(", count: 100_000), String(repeating: "\"a\" || ", count: 600) + "\"a\"", "\"" + String(repeating: "a", count: 20_000) + "\""] {
      #expect(throws: PredicateFault.self) { try Predicate(text.bytes) }
    }
    #expect(throws: Never.self) { try Predicate((String(repeating: "!", count: 60) + "\"a\"").bytes) }
  }

  @Test("an explanation says of each term whether it holds, and why")
  func explanation() throws {
    let subject = try #require(Written.clusters([hover]).list.first?.stacks.first?.subjects.first)
    let predicate = try Predicate("(\"golang.hover\" || \"golang.hov\") && os == \"darwin\" && frame ~ \"*Hover\" && !\"hov\"".bytes)
    #expect(
      predicate.explanation(of: subject) == [
        "no   && of", "  yes  || of", "    yes  \"golang.hover\" is in: golang.org/x/tools/gopls/internal/golang.hover:+170,+0x1",
        "    no   \"golang.hov\" is there, but a word goes on behind it", "  no   os == \"darwin\": it is \"linux\"",
        "  yes  frame ~ \"*Hover\": frame[1] is \"golang.org/x/tools/gopls/internal/server.Hover\"", "  yes  ! of", "    no   \"hov\" is there, but a word goes on behind it",
      ])
  }
}
