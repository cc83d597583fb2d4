import Dates
import Files
import TestSupport
import Testing

@testable import Reports

@Suite("Report document")
struct ReportDocumentTests {
  let folder = TemporaryFolder()

  private func read(_ name: String, _ content: [UInt8]) throws -> ReportDocument {
    folder.appending(name).write(content)
    return try ReportDocument.read(folder.appending(name))
  }

  private func message(_ body: () throws -> Void) -> String {
    do { try body() } catch { return (error as? Fault)?.message.string ?? "" }
    return "no fault"
  }

  @Test("a counter file is a document with one program")
  func counterFile() throws {
    let document = try read("x.v1.count", Samples.bytes("one.v1.count"))
    #expect(document.begin.string == "2026-11-23" && document.end.string == "2026-11-27")
    #expect(document.programs.count == 1 && document.programs[0].counts[0].value == 153)
  }

  @Test("a report is a document, the reference's too", arguments: [("article/local.2024-07-19.json", "2024-07-19"), ("report/out/local/local.2026-11-27.json", "2026-11-27"), ("report/out/upload/2026-11-27.json", "2026-11-27")])
  func reports(_ name: String, _ week: String) throws {
    let document = try read("local.json", Samples.bytes(name))
    #expect(document.end.string == week && document.begin == [])
    #expect(!document.programs.isEmpty)
    #expect(document.programs.allSatisfy { program in zip(program.counts, program.counts.dropFirst()).allSatisfy { !$1.name.precedes($0.name) } })
  }

  @Test("a report without programs is one", arguments: [#"{"Week":"2026-11-27","Programs":null}"#, #"{"Week":"2026-11-27"}"#, #"{"week":"2026-11-27","PROGRAMS":[]}"#])
  func empty(_ text: String) throws {
    #expect(try read("a.json", text.bytes).programs.isEmpty)
  }

  @Test("what is no report is told with file, line and column", arguments: [
    ("{\n \"Week\": x}", "a.json:2:10: "), ("[]", "a.json:1:1: this is no report"), ("{}", "this is no report"), (#"{"Week":1}"#, "this is no report"),
    (#"{"Week":"w","Programs":[{"Counters":{"a":1.5}}]}"#, "not a whole number"), (#"{"Week":"w","Programs":[{"Counters":{"a":9223372036854775808}}]}"#, "not a whole number"),
  ])
  func noReports(_ text: String, _ sentence: String) {
    #expect(message { _ = try read("a.json", text.bytes) }.contains(sentence))
  }

  private func shape(_ document: ReportDocument) -> String {
    document.end.string + document.programs.map { "\n\($0.identity)" + $0.counts.map { "\n\($0.name.string) \($0.value)" }.joined() }.joined()
  }

  @Test("a report as they are written is read the same without a tree", arguments: ["article/local.2024-07-19.json", "report/out/upload/2026-11-27.json"])
  func plain(_ name: String) throws {
    let text = try Samples.bytes(name)
    let isSame = ReportDocument(plain: text).map { shape($0) } == shape(try read("local.json", text))
    #expect(isSame)
  }

  @Test("what is not quite as they are written is left to who can tell", arguments: [
    "", "[]", "{}", #"{"week":"2026-11-27"}"#, #"{"Week":"2026-11-27","Programs":null}"#, #"{"Week":"a","Week":"b"}"#, #"{"Week":1}"#, #"{"Week":"w","More":1}"#, #"{"Week":"w"} x"#,
    #"{"Week":"w","Programs":[{}]}"#, #"{"Week":"w","Programs":[7]}"#, #"{"Week":"w","Programs":[{"Program":"p","Counters":{"a":-1}}]}"#, #"{"Week":"w","Programs":[{"Program":"p","Counters":{"a":1.5}}]}"#,
    #"{"Week":"w","Programs":[{"Program":"p","Counters":[]}]}"#, #"{"Week":"w","Programs":[{"Program":"p","counters":{"a":1}}]}"#, #"{"Week":"w","Programs":[{"Program":"p","Counters":{"a":9223372036854775808}}]}"#,
  ])
  func notPlain(_ text: String) { #expect(ReportDocument(plain: text.bytes) == nil && ReportDocument.week(ofPlain: text.bytes) == nil) }

  @Test("of reports in which bytes were changed none is read as something else without a tree")
  func plainDamaged() throws {
    let text = try Samples.bytes("article/local.2024-07-19.json")
    var dice = Dice(seed: 37)
    var plain = 0
    for _ in 0..<2000 {
      var damaged = text
      for _ in 0..<dice.number(1...3) { damaged[dice.number(0...damaged.count - 1)] = dice.pick("{}[],:\"\\ 0aPCn-".bytes) }
      let document = ReportDocument(plain: damaged)
      #expect(ReportDocument.week(ofPlain: damaged) == document?.end)
      guard let document else { continue }
      plain += 1
      #expect(shape(document) == shape(try ReportDocument(report: damaged, origin: Path("a.json".bytes))))
    }
    #expect(plain > 100)
  }

  @Test("other names and missing files are told apart")
  func names() {
    #expect(message { _ = try read("a.txt", []) }.contains("neither a counter file"))
    #expect(message { _ = try ReportDocument.read(folder.appending("none.json")) }.contains("there is no file"))
    #expect(message { _ = try read("a.count", "x".bytes) }.contains("file too short"))
  }
}
