import ChartConfig
import Dates
import Files
import Store
import Testing
import TestSupport

@testable import Publishing

@Suite struct DocumentTests {
  private static let published: [Publication] = {
    let configs = [World.config("v1.0.0", rate: 0.5), World.config("v1.1.0", rate: 0.25)]
    var dice = Dice(seed: 3)
    var members: [World.Member] = []
    for index in 0..<3000 {
      members.append(
        World.Member(
          day: index % 7, version: dice.pick(World.versions), os: dice.pick(World.systems), config: index % 2 == 0 ? "v1.0.0" : "v1.1.0",
          buckets: [dice.pick(World.buckets), dice.pick(["h:<10ms", "h:<100ms", "h:<1s", "h:<inf"]), "plain"], value: UInt64(dice.number(1...9))))
    }
    return World(members).published(under: configs)
  }()

  @Test func whatIsWrittenIsReadBack() throws {
    #expect(DocumentTests.published.count == 8)
    for publication in DocumentTests.published {
      let text = publication.json
      let read = try Publication(json: text, origin: "a document".bytes)
      #expect(read == publication)
      #expect(read.json == text)
    }
  }

  @Test(arguments: ["", "[]", "{}", "{\"format\":2}", "{\"format\":1,\"span\":\"years/2026\"}"]) func whatIsNoneIsRefused(_ text: String) {
    #expect(throws: Fault.self) { try Publication(json: text.bytes, origin: "a document".bytes) }
  }

  @Test func numbersThatCannotBeAreRefused() throws {
    let text = World(["a": 60, "b": 30]).published()[0].json.string
    for (good, bad) in [("\"reports\": 60", "\"reports\": 600"), ("\"of\": 90", "\"of\": -1"), ("\"edition\": 1", "\"edition\": 3"), ("\"least\": 10", "\"least\": 1e1"), ("\"weeks/2026-11-22\"", "\"weeks/2026-11-31\"")] {
      #expect(text.contains(good))
      let broken = text.split(separator: good, maxSplits: 1).joined(separator: bad)
      #expect(throws: Fault.self, "\(bad)") { try Publication(json: broken.bytes, origin: "a document".bytes) }
    }
  }

  @Test func aLineOfTheTableIsARow() {
    let lines = World(["a": 60, "b": 30]).published()[0].csv.string.split(separator: "\r\n")
    #expect(lines[0] == Publication.columns)
    #expect(lines.contains { $0.hasPrefix("weeks/2026-11-22,1,tool,c,partition,a,all,,0,0,60,90,60,90,90,60,0.6666666666666666,0.56") })
    #expect(lines.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == Publication.columns.split(separator: ",").count })
  }

  @Test(arguments: [("=1+1", "'=1+1"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("-x\n", "\"'-x\n\""), ("<10ms", "<10ms")]) func aCellIsNoFormula(_ text: String, _ cell: String) {
    #expect(Publication.cell(text.bytes).string == cell)
  }

  @Test func chartsAreMadeAgainOfWhatIsPublished() throws {
    let texts = ConfigSource([SourceFile(name: "f", text: "title: T\ncounter: h:{<10ms,<100ms,<1s,<inf}\ntype: histogram\nprogram: tool\nwhy: W\nowner: O\n".bytes)]).charts
    var made: [[UInt8]] = []
    Rebuilding(DocumentTests.published, texts: texts).forEach { made.append($0.json) }
    var again: [[UInt8]] = []
    try Rebuilding(DocumentTests.published.reversed().map { try Publication(json: $0.json, origin: []) }, texts: texts).forEach { again.append($0.json) }
    #expect(made.count > 40 && made == again)
    let histogram = made.last { $0.string.contains("\"chart\": \"h\"") }!.string
    #expect(histogram.contains("\"title\": \"T\"") && histogram.contains("\"owner\": \"O\"") && histogram.contains("\"why\": \"W\""))
  }

  @Test func aHistogramHasItsMedianAndNinetieth() {
    let document = ChartDocument(of: "tool".bytes, "h".bytes, .histogram, in: DocumentTests.published[0])!
    let all = document.quantiles.first { $0.dimension == .all }!
    #expect(document.data.rows().map { $0.bucket!.string } == ["<10ms", "<100ms", "<1s", "<inf"], "buckets are in order of magnitude")
    #expect(all.values == document.data.rows().reduce(0) { $0 + $1.total })
    #expect((all.median.lower, all.median.upper) == (1e7, 1e8) || (all.median.lower, all.median.upper) == (1e8, 1e9))
    #expect(all.ninetieth.upper == nil && all.ninetieth.lower == 1e9)
  }

  @Test func mergedReportsHaveNoNameAndNoOrder() {
    func report(_ x: Double, _ value: UInt64) -> KeptReport {
      let build = Build(program: "tool".bytes, version: "v1.0.0".bytes, toolchain: "go1.26.0".bytes, os: "linux".bytes, arch: "amd64".bytes)
      return KeptReport(
        week: World.end, x: x, config: "v1.0.0".bytes, received: World.made, hash: [1], programs: [.init(build: build, counters: [.init(name: "z".bytes, value: 1), .init(name: "a:<1".bytes, value: value)], stacks: [])])
    }
    var (one, other) = (MergedReports(), MergedReports())
    for each in [report(0.1, 9), report(0.2, 3)] { one.add(each) }
    for each in [report(0.15, 3), report(0.3, 9)] { other.add(each) }
    #expect(one.text == other.text)
    #expect(
      one.text.string.split(separator: "\n")[0]
        == #"{"Week":"2026-11-22","Programs":[{"Program":"tool","Version":"v1.0.0","GoVersion":"go1.26.0","GOOS":"linux","GOARCH":"amd64","Counters":{"a:\u003c1":3,"z":1},"Stacks":{}}],"Config":"v1.0.0"}"#)
  }
}
