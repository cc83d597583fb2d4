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

  @Test func rowsOfSomePartsAreReadAlone() throws {
    for publication in DocumentTests.published {
      var wanted = publication
      for program in wanted.programs.indices {
        for chart in wanted.programs[program].charts.indices { wanted.programs[program].charts[chart].rows.removeAll { $0.dimension != .all && $0.dimension != .version } }
      }
      #expect(try Publication(json: publication.json, origin: [], of: [.all, .version]) == wanted)
    }
    #expect(DocumentTests.published[0].programs[0].charts.contains { $0.rows.contains { $0.dimension == .os } })
  }

  @Test func membersMayComeInAnyOrderAndOthersAmongThem() throws {
    let text = """
      {"later": [{"a": null}], "programs": [{"charts": [{"rows": [{"total": 7, "of": 90, "value": "", "reports": 60, "more": {}, "dimension": "all", "bucket": "a"}], "asked": [], "kind": "partition", "name": "c"}], \
      "reports": 90, "name": "tool"}], "reports": 90, "least": 10, "made": "2026-11-30", "final": false, "edition": 1, "span": "weeks/2026-11-22", "format": 1}
      """
    let row = DataRow(bucket: "a".bytes, dimension: .all, value: [], strata: [Stratum(rate: 1, reports: 60, of: 90)], total: 7)
    let chart = ChartData(name: "c".bytes, kind: .partition, rows: [row])
    let made = Publication(
      span: TimeSpan(name: "weeks/2026-11-22".bytes)!, edition: 1, isFinal: false, made: Day(text: "2026-11-30".bytes)!, least: 10, reports: 90, programs: [ProgramData(name: "tool".bytes, reports: 90, charts: [chart])])
    #expect(try Publication(json: text.bytes, origin: []) == made)
  }

  @Test func ofANewerFormatNothingElseIsRead() {
    #expect { try Publication(json: #"{"format": 2, "span": 7, "programs": {}}"#.bytes, origin: "a document".bytes) } throws: { ($0 as? Fault)?.message.string.contains("a newer collector has written it") == true }
  }

  @Test func eachNumberThatIsNotThereIsMissed() throws {
    let text = World(["a": 60, "b": 30]).published()[0].json.string
    for key in ["format", "span", "edition", "final", "made", "least", "reports", "programs", "name", "charts", "kind", "asked", "rows", "bucket", "dimension", "value", "of", "total"] {
      let broken = text.split(separator: "\"\(key)\":", maxSplits: 1).joined(separator: "\"no\":")
      #expect(broken != text)
      #expect(throws: Fault.self, "\(key)") { try Publication(json: broken.bytes, origin: []) }
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
