import ChartConfig
import Store
import TestSupport
import Testing

@testable import Intake

@Suite("Configs that a report names")
struct PendingTests {
  @Test("a newer config is waited for, and the report is read when it has come")
  func pending() throws {
    let before = try Fixture()
    let text = Fixture.report(config: #""v1.2.0""#, counters: #"{"c:a":3,"new":5}"#, more: #","Y":1"#).replacing(#""LastWeek":"""#, with: #""LastWeek":"2026-11-15""#)
    guard case .keep(let waiting, let dropped) = before.verdict(text) else {
      Issue.record("refused")
      return
    }
    #expect(waiting.programs == [] && dropped == ["the member Y"])
    let kept = waiting.pending?.string ?? ""
    #expect(kept.contains("new") && !kept.contains("LastWeek") && !kept.contains("2026-11-15") && !kept.contains("\"Y\""))
    #expect(before.intake.reread(waiting) == waiting)

    let after = try Fixture([("v1.1.0", Fixture.config("v1.1.0")), ("v1.2.0", Fixture.config("v1.2.0", counters: #"{"Name":"new","Rate":1}"#))])
    let read = after.intake.reread(waiting)
    #expect(read?.pending == nil && read?.received == waiting.received)
    #expect(read?.programs.first?.counters == [KeptReport.Count(name: "new".bytes, value: 5)])
    #expect(read?.hash == waiting.hash && after.hash(text) == waiting.hash, "sent again it is the same")
  }

  @Test("what the newer config puts out of the sample is not kept")
  func outOfSample() throws {
    let before = try Fixture()
    guard case .keep(let waiting, _) = before.verdict(Fixture.report(x: "0.9", config: #""v2.0.0""#)) else {
      Issue.record("refused")
      return
    }
    let after = try Fixture([("v1.1.0", Fixture.config("v1.1.0")), ("v2.0.0", Fixture.config("v2.0.0", rate: "0.5"))])
    #expect(after.intake.reread(waiting) == nil)
  }

  @Test("an older config is the one that its reports are read under")
  func older() throws {
    let all = try Fixture([("v1.0.0", Fixture.config("v1.0.0")), ("v2.0.0", Fixture.config("v2.0.0", counters: #"{"Name":"other","Rate":1}"#))])
    #expect(all.kept(Fixture.report(config: #""v1.0.0""#)) == ["c:a 3"])
    #expect(all.kept(Fixture.report(config: #""v2.0.0""#)) == [])
  }

  @Test("without any config nobody's report is lost")
  func none() throws { #expect(try Fixture([]).status(Fixture.report()) == 503) }

  @Test("numbers are compared as numbers")
  func numbers() throws {
    let all = try Fixture([("v1.9.0", Fixture.config("v1.9.0"))])
    for newer in ["v1.10.0", "v1.9.1", "v2.0.0"] { #expect(all.status(Fixture.report(config: "\"\(newer)\"")) == 200) }
    for older in ["v1.8.9", "v1.9.0-pre.1", "v0.10.0"] { #expect(all.status(Fixture.report(config: "\"\(older)\"")) == 400) }
  }
}
