import Dates
import Foundation
import Store
import TestSupport
import Testing

@testable import Intake

@Suite("What a report must be")
struct IntakeTests {
  private let all: Fixture
  init() throws { all = try Fixture() }

  @Test("a body may be as long as the reference takes, and not longer")
  func length() {
    #expect(Intake.limit == 102_400)
    let report = Fixture.report()
    let padded = report + String(repeating: " ", count: 102_400 - report.utf8.count)
    #expect(all.status(padded) == 200 && all.status(padded + " ") == 413 && all.status("") == 400)
  }

  @Test("what is approved is kept, with its build")
  func keeping() {
    guard case .keep(let report, let dropped) = all.verdict(Fixture.report(counters: #"{"c:a":3,"c:b":9223372036854775807}"#, stacks: #"{"crash\nmain.f:+1,+0x2":4}"#)) else {
      Issue.record("refused")
      return
    }
    #expect(dropped == [] && report.x == 0.25 && report.config.string == "v1.1.0" && report.week.text.string == "2026-11-22" && report.received == Fixture.today)
    #expect(report.programs.count == 1 && report.pending == nil && report.hash.count == 32)
    #expect(report.programs[0].build == Build(program: "p".bytes, version: "v1.0.0".bytes, toolchain: "gcc12.2".bytes, os: "linux".bytes, arch: "amd64".bytes))
    #expect(report.programs[0].counters == [.init(name: "c:a".bytes, value: 3), .init(name: "c:b".bytes, value: 9_223_372_036_854_775_807)])
    #expect(report.programs[0].stacks == [.init(name: "crash\nmain.f:+1,+0x2".bytes, value: 4)])
  }

  @Test("what is no report is refused", arguments: IntakeTests.noReports)
  func refusing(text: String) { #expect(all.status(text) == 400) }

  @Test("bytes that are no UTF-8 are refused")
  func utf8() {
    let bad = "{\"Week\":\"".bytes + [0xff] + "\"}".bytes
    guard case .refuse(400, let sentence) = all.intake.verdict(on: bad, date: Fixture.date.bytes, today: Fixture.today) else {
      Issue.record("kept")
      return
    }
    #expect(sentence.contains("UTF-8"))
  }

  @Test("the window is the client's 21 days, and a day for clocks that are ahead", arguments: [(-22, 400), (-21, 200), (0, 200), (1, 200), (2, 425), (21, 425), (22, 400)])
  func window(days: Int, status: Int) {
    let week = Day(text: Fixture.date.bytes)!
    #expect(all.status(Fixture.report(), today: Day(week.number - days)) == status)
  }

  @Test("the address must say the same day", arguments: ["2026-11-21", "", "x", "2026-11-22/", "../2026-11-22", "2026-11-22.json"])
  func address(date: String) { #expect(all.status(Fixture.report(), date: date) == 400) }

  @Test("what the config does not list is dropped and named, and the rest is kept")
  func dropping() {
    #expect(all.dropped(Fixture.report(counters: #"{"c:a":3,"c:z":1}"#)) == ["the counter c:z of p"])
    #expect(all.kept(Fixture.report(counters: #"{"c:a":3,"c:z":1}"#)) == ["c:a 3"])
    #expect(all.dropped(Fixture.report(stacks: #"{"hang\nmain.f:+1,+0x2":1}"#)) == ["the stack hang of p"])
    #expect(all.dropped(Fixture.report(more: #","Y":{"a":[1,true,null]}"#)) == ["the member Y"])
    #expect(all.dropped(Fixture.report(counters: #"{"rare":1}"#)) == ["the counter rare of p: X is above its rate 0.1"])
    #expect(all.dropped(Fixture.report(counters: #"{"old":1}"#)) == ["the counter old of p: its approval has expired"])
    for (part, other, what) in [("v1.0.0", "v2", "version"), ("gcc12.2", "gcc1", "toolchain"), ("linux", "vms", "operating system"), ("amd64", "vax", "architecture")] {
      #expect(all.dropped(Fixture.report(build: Fixture.build.replacing(part, with: other))) == ["p with the \(what) \(other)"])
    }
    #expect(all.dropped(Fixture.report(build: Fixture.build.replacing(#""p""#, with: #""q""#))) == ["the program q"])
  }

  @Test("a config's rates hold to the last digit")
  func rates() {
    #expect(all.kept(Fixture.report(x: "0.1", counters: #"{"rare":1}"#)) == ["rare 1"])
    #expect(all.kept(Fixture.report(x: "0.10000000000000002", counters: #"{"rare":1}"#)) == [])
    #expect(all.status(Fixture.report(x: "0.5")) == 200 && all.status(Fixture.report(x: "0.5000000000000001")) == 400)
  }

  @Test("twenty things are named, and the others counted")
  func manyDropped() {
    let counters = "{" + (0..<50).map { "\"z\($0)\":1" }.joined(separator: ",") + "}"
    let dropped = all.dropped(Fixture.report(counters: counters))
    #expect(dropped.count == 21 && dropped.last == "and 30 more")
  }

  @Test("a counter that was not used is no count, and nothing to tell")
  func zero() {
    #expect(all.kept(Fixture.report(counters: #"{"c:a":0,"c:b":1}"#)) == ["c:b 1"] && all.dropped(Fixture.report(counters: #"{"c:a":0}"#)) == [])
  }

  @Test("null is none, and a build that counted nothing is kept: it was asked")
  func null() {
    guard case .keep(let report, _) = all.verdict(Fixture.report(counters: "null", stacks: "null")) else {
      Issue.record("refused")
      return
    }
    #expect(report.programs.count == 1 && report.programs[0].counters == [])
    #expect(all.status(Fixture.report().replacingPrograms(with: "null")) == 200 && all.status(Fixture.report().replacingPrograms(with: "[]")) == 200)
  }

  @Test("keys are read in capitals and in small letters")
  func keys() {
    let small = Fixture.report().replacing("\"Week\"", with: "\"week\"").replacing("\"Programs\"", with: "\"PROGRAMS\"").replacing("\"GoVersion\"", with: "\"goversion\"")
    #expect(all.kept(small) == ["c:a 3"] && all.dropped(small) == [])
  }

  @Test("equal content has one hash, however it is written")
  func hash() {
    let one = Fixture.report(counters: #"{"c:a":3,"z":1}"#)
    let spaced = one.replacing(",", with: " ,\n\t").replacing(":{", with: " : {")
    #expect(all.hash(one) == all.hash(spaced) && all.hash(one).count == 32)
    #expect(all.hash(one) == all.hash(Fixture.report(counters: #"{"z":1,"\u0063:a":3}"#, more: #","Y":1"#)))
    for other in [
      Fixture.report(counters: #"{"c:a":4,"z":1}"#), Fixture.report(counters: #"{"c:a":3,"z":2}"#), Fixture.report(counters: #"{"c:a":3}"#), Fixture.report(x: "0.26", counters: #"{"c:a":3,"z":1}"#),
      Fixture.report(config: #""v1.0.0""#, counters: #"{"c:a":3,"z":1}"#), Fixture.report(counters: "{}", stacks: #"{"c:a":3,"z":1}"#),
    ] { #expect(all.hash(one) != all.hash(other)) }
  }
}

extension IntakeTests {
  @Test("X is at most 1, also where everybody is asked")
  func wholeSample() throws {
    for rate in ["1", "0"] {
      let all = try Fixture([("v1.1.0", Fixture.config("v1.1.0", rate: rate))])
      #expect(all.status(Fixture.report(x: "1")) == 200 && all.status(Fixture.report(x: "1.0000001")) == 400 && all.status(Fixture.report(x: "0.9999999999999999")) == 200)
    }
  }

  @Test("the order of programs does not matter, and one build is twice wherever it is")
  func programs() {
    let other = Fixture.build.replacing("v1.0.0", with: "v2.0.0")
    func report(_ builds: String...) -> String {
      Fixture.report().replacingPrograms(with: "[" + builds.map { "{\($0),\"Counters\":{\"c:a\":1}}" }.joined(separator: ",") + "]")
    }
    #expect(all.hash(report(Fixture.build, other)) == all.hash(report(other, Fixture.build)) && all.hash(report(other, Fixture.build)).count == 32)
    #expect(all.status(report(Fixture.build, other, Fixture.build)) == 400 && all.status(report(Fixture.build, other)) == 200)
  }

  static let noReports: [String] = [
      "null", "[]", "{}", "{", "x", Fixture.report() + "x", Fixture.report() + "{}", Fixture.report(counters: #"{"c:a":-1}"#), Fixture.report(counters: #"{"c:a":1.5}"#),
      Fixture.report(counters: #"{"c:a":1e3}"#), Fixture.report(counters: #"{"c:a":9223372036854775808}"#), Fixture.report(counters: #"{"c:a":"1"}"#), Fixture.report(counters: "[]"),
      Fixture.report(counters: #"{"c:a":1,"c:a":1}"#), Fixture.report(counters: #"{"c:a":1,"b":1,"c:a":1}"#), Fixture.report(counters: #"{"c:a":01}"#), Fixture.report(counters: "{\"c:\u{1}\":1}"),
      Fixture.report(week: "7"), Fixture.report(week: "null"), Fixture.report(week: #""2026-02-30""#), Fixture.report(week: #""2026-11-22 ""#), Fixture.report(week: #""0000-11-22""#),
      Fixture.report(config: #""latest""#), Fixture.report(config: #""v1""#), Fixture.report(config: #""""#), Fixture.report(config: "null"), Fixture.report(config: #""v0.9.0""#),
      Fixture.report(config: #""v1.0.5""#), Fixture.report(x: "0"), Fixture.report(x: "-0.5"), Fixture.report(x: "1.0000001"), Fixture.report(x: "1e400"), Fixture.report(x: "1e-400"),
      Fixture.report(x: "null"), Fixture.report(x: #""0.5""#), Fixture.report(x: "NaN"), Fixture.report(x: "0.6"), Fixture.report(more: #","week":"2026-11-22""#), Fixture.report(more: #","Y":[[[[[[[[[]]]]]]]]]"#),
      Fixture.report().replacingPrograms(with: "[null]"), Fixture.report().replacingPrograms(with: "[7]"), Fixture.report().replacingPrograms(with: "{}"),
      Fixture.report().replacingPrograms(with: "[{\(Fixture.build)},{\(Fixture.build)}]"), Fixture.report().replacingPrograms(with: "[{}]"),
  ]
}

extension String {
  func replacingPrograms(with programs: String) -> String {
    guard let start = range(of: "\"Programs\":"), let end = range(of: ",\"Config\"") else { return self }
    return replacingCharacters(in: start.upperBound..<end.lowerBound, with: programs)
  }
}
