import Consent
import CounterFile
import Dates
import Files
import TestSupport
import Testing

@testable import Gate

private func day(_ text: String) -> Day { Day(text: text.bytes)! }

/// A program of a report: counters and stacks with their values, and since when.
private struct Build {
  var identity = Identity(program: "p".bytes, version: "v1".bytes, toolchain: "gcc12.2".bytes, os: "linux".bytes, arch: "amd64".bytes)
  var counters: [(String, Int64)] = [("a", 1)]
  var stacks: [(String, Int64)] = []
  var begin = "2026-11-23"
}

@Suite("The gate")
struct GateTests {
  static let config =
    #"{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["gcc12.2"],"SampleRate":1,"Programs":[{"Name":"p","Versions":["v1"],"Counters":[{"Name":"a","Rate":1},{"Name":"c:{x,y}","Rate":0.5},{"Name":"old","Rate":1,"Expires":"2026-12-01"}],"Stacks":[{"Name":"crash/crash","Rate":1}]},{"Name":"q","Versions":[""],"Counters":[{"Name":"a","Rate":1}]}]}"#

  private func report(_ builds: [Build], week: String = "2026-11-27", x: String = "0.25") throws -> (Report, Begins) {
    func quoted(_ text: String) -> String { "\"" + text.replacing("\n", with: "\\n") + "\"" }
    func counts(_ counts: [(String, Int64)]) -> String { "{" + counts.map { "\(quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}" }
    func who(_ build: Build) -> String {
      let who = build.identity
      return #""Program":\#(quoted(who.program.string)),"Version":\#(quoted(who.version.string)),"GoVersion":\#(quoted(who.toolchain.string)),"GOOS":\#(quoted(who.os.string)),"GOARCH":\#(quoted(who.arch.string))"#
    }
    let programs = builds.map { "{\(who($0)),\"Counters\":\(counts($0.counters)),\"Stacks\":\(counts($0.stacks))}" }.joined(separator: ",")
    let begins = builds.map { #"{\#(who($0)),"TimeBegin":"\#($0.begin)T00:00:00Z"}"# }.joined(separator: ",")
    let origin = Path("test".bytes)
    return (
      try Report(#"{"Week":"\#(week)","LastWeek":"","X":\#(x),"Programs":[\#(programs)],"Config":"v0.0.0-0"}"#.bytes, origin: origin),
      try Begins(#"{"Week":"\#(week)","Programs":[\#(begins)]}"#.bytes, origin: origin)
    )
  }

  private func pass(_ builds: [Build], week: String = "2026-11-27", x: String = "0.25", config: String = GateTests.config, asOf: String? = "2026-11-01", now: Int64? = nil) throws -> Gate.Outcome {
    let (report, begins) = try report(builds, week: week, x: x)
    let gate = Gate(try UploadConfigTests.config(config), asOf: asOf.map(day), now: now ?? day("2026-11-28").start)
    return gate.pass(report, from: .report(begins))
  }

  private func words(_ outcome: Gate.Outcome) -> [String] {
    outcome.verdicts.map { verdict in
      "\(verdict.identity.program.string)\(verdict.name.map { " \($0.string)" } ?? ""): \(verdict.refusal.map { $0.word.description } ?? "goes")"
    }
  }

  @Test("what the reference sent of the sample weeks goes, byte for byte", arguments: ["2026-11-27", "2026-12-04"])
  func golden(week: String) throws {
    let config = try UploadConfig(Samples.bytes("report/in/config.json"), version: "v0.77.0".bytes, origin: "sample".bytes)
    let report = try Report(Samples.bytes("report/out/local/local.\(week).json"), origin: Path("sample".bytes))
    let begin = week == "2026-11-27" ? ["2026-11-21", "2026-11-23"] : ["2026-11-28", "2026-11-28"]
    let rows = report.programs.map { program in
      let who = program.identity
      return #"{"Program":"\#(who.program.string)","Version":"\#(who.version.string)","GoVersion":"\#(who.toolchain.string)","GOOS":"\#(who.os.string)","GOARCH":"\#(who.arch.string)","TimeBegin":"\#(begin[1])T00:00:00Z"}"#
    }
    let begins = try Begins(#"{"Programs":[\#(rows.joined(separator: ","))]}"#.bytes, origin: Path("sample".bytes))
    let outcome = Gate(config, asOf: day("2026-11-01"), now: day("2026-12-05").start).pass(report, from: .report(begins))
    #expect(outcome.refusal == nil)
    #expect(outcome.document.text.string == Samples.bytes("report/out/upload/\(week).json").string)
  }

  @Test("a document reads and writes as the same bytes")
  func sameBytes() throws {
    for name in ["report/out/upload/2026-11-27.json", "report/out/local/local.2026-12-04.json"] {
      #expect(try Report(Samples.bytes(name), origin: Path("sample".bytes)).text.string == Samples.bytes(name).string)
    }
  }

  @Test("only what is listed goes: counters by full name, stacks by first line")
  func listed() throws {
    let build = Build(counters: [("a", 3), ("b", 1), ("c:x", 2), ("c:z", 1), ("crash/crash", 1)], stacks: [("crash/crash\nm.f:+1,+0x1", 4), ("a\nm.f:+1,+0x1", 1)])
    let outcome = try pass([build])
    #expect(words(outcome) == ["p: goes", "p a: goes", "p b: unlisted", "p c:x: goes", "p c:z: unlisted", "p crash/crash: unlisted", "p crash/crash\nm.f:+1,+0x1: goes", "p a\nm.f:+1,+0x1: unlisted"])
    #expect(outcome.document.programs[0].counters.map(\.value) == [3, 2] && outcome.document.programs[0].stacks.map(\.value) == [4])
    #expect(outcome.document.config == "v1.2.3".bytes && !outcome.isWhole)
  }

  @Test(
    "program, version, toolchain, system and architecture must be listed, each",
    arguments: [("program", "program"), ("version", "version"), ("toolchain", "toolchain"), ("os", "os"), ("arch", "arch")])
  func identity(part: String, word: String) throws {
    var build = Build()
    switch part {
    case "program": build.identity = build.identity.with(program: "other")
    case "version": build.identity = build.identity.with(version: "v1.0")
    case "toolchain": build.identity = build.identity.with(toolchain: "gcc12")
    case "os": build.identity = build.identity.with(os: "plan9")
    default: build.identity = build.identity.with(arch: "arm64")
    }
    let outcome = try pass([build, Build()])
    #expect(words(outcome).first!.hasSuffix(": \(word)"))
    #expect(outcome.document.programs.count == 1)
  }

  @Test("an empty version goes only if it is listed")
  func emptyVersion() throws {
    var build = Build()
    build.identity = build.identity.with(version: "")
    #expect(words(try pass([build])) == ["p: version"])
    build.identity = build.identity.with(program: "q")
    #expect(words(try pass([build])) == ["q: goes", "q a: goes"])
  }

  @Test("X decides: at a rate it goes, above it stays", arguments: [("0.5", "goes"), ("0.5000000000000001", "rate"), ("5e-1", "goes"), ("0.75", "rate")])
  func rates(x: String, word: String) throws {
    #expect(words(try pass([Build(counters: [("c:x", 1)])], x: x)) == ["p: goes", "p c:x: \(word)"])
  }

  @Test("the sample rate keeps whole reports, and 0 is no limit", arguments: [("0.25", nil), ("0.2", "sampled"), ("0", nil)])
  func sampleRate(rate: String, word: String?) throws {
    let outcome = try pass([Build()], config: Self.config.replacing(#""SampleRate":1"#, with: #""SampleRate":\#(rate)"#))
    #expect(outcome.refusal?.word.description == word)
    #expect(outcome.document.programs.isEmpty == (word != nil))
  }

  @Test("nothing approved is a report without programs, as the reference's")
  func nothing() throws {
    let outcome = try pass([Build()], config: #"{"SampleRate":1}"#)
    #expect(outcome.refusal == nil && outcome.document.text.string.contains("\n \"Programs\": null,\n"))
  }

  @Test("a counter goes until the day its approval expires", arguments: [("2026-11-30", "goes"), ("2026-12-01", "expired"), ("2026-12-02", "expired")])
  func expiry(today: String, word: String) throws {
    #expect(words(try pass([Build(counters: [("old", 1)])], now: day(today).start)) == ["p: goes", "p old: \(word)"])
  }

  @Test("21 days after its week it goes, a second later not")
  func age() throws {
    let last = day("2026-11-27").start + 21 * 86400
    #expect(try pass([Build()], now: last).refusal == nil)
    #expect(try pass([Build()], now: last + 1).refusal?.word.description == "too-old")
  }

  @Test("what was begun on the day of consent or before keeps its week back", arguments: [("2026-11-22", nil), ("2026-11-23", "before-consent"), ("2026-11-25", "before-consent")])
  func consent(asOf: String, word: String?) throws {
    let outcome = try pass([Build(), Build(identity: Build().identity, begin: "2026-11-26")], asOf: asOf)
    #expect(outcome.refusal?.word.description == word)
  }

  @Test("late counts go by their own begin: not before consent, not when their week is too old")
  func late() throws {
    var other = Build()
    other.identity = other.identity.with(program: "q")
    other.identity = other.identity.with(version: "")
    // Of the week that ended on 2026-11-20, or on 2026-10-30.
    other.begin = "2026-11-16"
    #expect(words(try pass([Build(), other], asOf: "2026-11-15")) == ["p: goes", "p a: goes", "q: goes", "q a: goes"])
    let outcome = try pass([Build(), other], asOf: "2026-11-16")
    #expect(outcome.refusal == nil && words(outcome) == ["p: goes", "p a: goes", "q: before-consent"])
    other.begin = "2026-10-28"
    #expect(words(try pass([Build(), other], asOf: "2026-10-01")) == ["p: goes", "p a: goes", "q: too-old"])
    #expect(words(try pass([Build(), other], asOf: nil)) == ["p: goes", "p a: goes", "q: too-old"])
  }

  @Test("a program of which it is not known since when it was counted stays")
  func unknown() throws {
    let (report, _) = try report([Build()])
    let gate = Gate(try UploadConfigTests.config(Self.config), asOf: nil, now: day("2026-11-28").start)
    let outcome = gate.pass(report, from: .report(try Begins(#"{"Programs":[]}"#.bytes, origin: Path("x".bytes))))
    #expect(words(outcome) == ["p: unknown-begin"])
  }

  @Test("of a document of the reference, the week's end decides")
  func foreign() throws {
    let (report, _) = try report([Build()])
    for (asOf, word) in [("2026-11-26", nil), ("2026-11-27", "before-consent")] as [(String, String?)] {
      let gate = Gate(try UploadConfigTests.config(Self.config), asOf: day(asOf), now: day("2026-11-28").start)
      let outcome = gate.pass(report, from: .foreign)
      #expect(outcome.refusal?.word.description == word)
      #expect(outcome.isWhole == (word == nil))
    }
  }

  @Test("every refusal has a sentence")
  func sentences() {
    let all: [Refusal] = [
      .sampled(rate: "0.1".bytes), .tooOld, .begunBefore(day("2026-11-23"), asOf: day("2026-11-24")), .endedBefore(asOf: day("2026-11-24")), .unknownBegin,
      .program, .version, .toolchain, .system, .architecture, .unlisted, .expired(day("2026-12-01")), .expired(nil), .rate("0.5".bytes),
    ]
    let texts = all.map { $0.reason(Build().identity, x: "0.25".bytes).string }
    #expect(Set(texts).count == all.count)
    #expect(texts[0].contains("0.25") && texts[2].contains("2026-11-23") && texts[8].contains("linux"))
  }

  @Test(
    "what is no report says so",
    arguments: [
      "", "{}", #"{"Week":"2026-11-31","X":0.5}"#, #"{"Week":"2026-11-27"}"#, #"{"Week":"2026-11-27","X":"0.5"}"#, #"{"Week":"2026-11-27","X":0.5,"Programs":{}}"#,
      #"{"Week":"2026-11-27","X":0.5,"Programs":[null]}"#, #"{"Week":"2026-11-27","X":0.5,"Programs":[{"Program":1}]}"#,
      #"{"Week":"2026-11-27","X":0.5,"Programs":[{"Counters":{"a":1.5}}]}"#, #"{"Week":"2026-11-27","X":0.5,"Programs":[{"Counters":[]}]}"#,
      #"{"Week":"2026-11-27","X":0.5} x"#,
    ])
  func noReport(text: String) { #expect(throws: Fault.self) { try Report(text.bytes, origin: Path("x".bytes)) } }
}

extension Identity {
  fileprivate func with(program: String? = nil, version: String? = nil, toolchain: String? = nil, os: String? = nil, arch: String? = nil) -> Identity {
    Identity(
      program: program?.bytes ?? self.program, version: version?.bytes ?? self.version, toolchain: toolchain?.bytes ?? self.toolchain,
      os: os?.bytes ?? self.os, arch: arch?.bytes ?? self.arch)
  }
}
