import Consent
import CounterFile
import Dates
import Files
import Foundation
import TestSupport
import Testing

@testable import Reports

@Suite("Report run")
struct ReportRunTests {
  let books = Books()

  private func report(_ week: String) throws -> [String: UInt64] {
    try Books.sums(try #require(books.local.appending("local.\(week).json".bytes).content))
  }

  // MARK: What is in a report

  @Test("the reports of the samples are, byte for byte, the reference's, but for X, the config, and sums that it lets overflow", arguments: ["2026-11-27", "2026-12-04"])
  func golden(_ week: String) throws {
    let folder = TemporaryFolder()
    try FileManager.default.copyItem(at: Samples.folder.appending(path: "report/in"), to: URL(filePath: folder.appending("T").bytes.string))
    chmod(folder.appending("T/local").bytes.string, 0o755)
    _ = try ReportRun(TelemetryFolder(folder.appending("T")), at: day("2026-12-05").start, isDurable: true).run()

    func lines(_ bytes: [UInt8]) -> [String] { bytes.string.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
    let ours = lines(try #require(folder.appending("T/local/local.\(week).json").content))
    let theirs = lines(Samples.bytes("report/out/local/local.\(week).json"))
    let large = ["sat/int64max", "sat/int64max-plus-1", "sat/max", "sat/max-minus-1"].map { "    \"\($0)\": " }
    let expected = theirs.enumerated().map { index, line in
      if line.hasPrefix(" \"X\": ") { return ours[index] }
      if line.hasPrefix(" \"Config\": ") { return " \"Config\": \"v0.0.0-0\"" }
      if let name = large.first(where: { line.hasPrefix($0) }) { return name + "9223372036854775807" + (line.hasSuffix(",") ? "," : "") }
      return line
    }
    #expect(ours == expected)
    let x = try #require(ours.first { $0.hasPrefix(" \"X\": ") }?.dropFirst(6).dropLast()).description
    #expect(try #require(Double(x)) > 0 && Double(x)! < 1)
    let names = folder.appending("T/local").names
    #expect(names.filter { $0.hasSuffix(".json") } == ["local.2026-11-27.json", "local.2026-12-04.json"], "nothing is marked for upload")
    #expect(folder.appending("T/upload").names == ["2026-11-20.json"])
  }

  @Test("counts of one build are summed, and builds come in the order of their files")
  func sums() throws {
    let end = day("2026-11-27")
    for (program, begin, n) in [("b/zed", "2026-11-23", 1), ("a/ed", "2026-11-24", 2), ("a/ed", "2026-11-23", 4)] as [(String, String, UInt64)] {
      let writer = try books.open(program, begin: day(begin), end: end)
      books.add(n, "open", writer)
      books.add(n, "s\nmain.f:+1,+0x1", writer)
    }
    let summary = try books.run(day("2026-11-28"))
    #expect(summary.published == [end] && summary.problems.isEmpty && summary.isComplete)
    #expect(try report("2026-11-27") == ["a/ed open": 6, "a/ed s\nmain.f:+1,+0x1": 6, "b/zed open": 1, "b/zed s\nmain.f:+1,+0x1": 1])
    let text = books.local.appending("local.2026-11-27.json").content!.string
    #expect(text.firstRange(of: "a/ed")!.lowerBound < text.firstRange(of: "b/zed")!.lowerBound)
    let begins = try #require(try JSONSerialization.jsonObject(with: Data(books.local.appending("2026-11-27.begin").content!)) as? [String: Any])
    let programs = try #require(begins["Programs"] as? [[String: String]])
    #expect(programs.map { $0["Program"]! + " " + $0["TimeBegin"]! } == ["a/ed 2026-11-23T00:00:00Z", "b/zed 2026-11-23T00:00:00Z"])
  }

  @Test("names that are one once malformed bytes are replaced are summed")
  func collapsing() throws {
    let image = { (names: [[UInt8]]) -> [UInt8] in
      var image = CounterFileImage(metadata: CounterFileImage.metadata())
      for (index, name) in names.enumerated() { image.add(name, value: 1 << UInt64(index), at: 4096 + 32 * index) }
      return image.bytes
    }
    books.local.appending("editor.v1.count").write(image(["x".bytes + [0xff], "x".bytes + [0xfe], "x\u{fffd}".bytes, "y".bytes]))
    try books.run(day("2026-11-28"))
    #expect(try report("2026-11-27") == ["example.com/editor x\u{fffd}": 7, "example.com/editor y": 8])
  }

  @Test("a week in which nobody counted has no report")
  func nothing() throws {
    _ = try books.open("p", begin: day("2026-11-23"), end: day("2026-11-27"))
    #expect(try books.run(day("2026-11-28")).published == [])
    #expect(!books.local.names.contains { $0.hasPrefix("local.") })
  }

  @Test("without a folder there is nothing to do, and nothing is made")
  func noFolder() throws {
    let home = TemporaryFolder()
    _ = try ReportRun(TelemetryFolder(home.appending("T")), at: 0, isDurable: true).run()
    #expect(home.path.names == [])
  }

  @Test("LastWeek is the greatest name of an upload before today", arguments: [
    ([], ""), (["2026-11-13.json", "2026-11-20.json"], "2026-11-20"), (["2026-11-20.json", "2026-11-28.json"], ""), (["zzz.json"], ""), (["2026-11-20.json.lock"], ""),
  ] as [([String], String)])
  func lastWeek(_ uploads: [String], _ expected: String) throws {
    for name in uploads { books.telemetry.upload.appending(name.bytes).write([]) }
    books.add(1, "a", try books.open("p", begin: day("2026-11-23"), end: day("2026-11-27")))
    try books.run(day("2026-11-28"))
    #expect(books.local.appending("local.2026-11-27.json").content!.string.contains("\n \"LastWeek\": \"\(expected)\",\n"))
  }

  @Test("a date in the folder's name means nothing")
  func dateInPath() throws {
    let home = TemporaryFolder()
    let telemetry = TelemetryFolder(home.appending("2026-11-27/telemetry"))
    var image = CounterFileImage(metadata: CounterFileImage.metadata())
    image.add("a".bytes, value: 1, at: 4096)
    telemetry.local.appending("editor.v1.count").write(image.bytes)
    #expect(try ReportRun(telemetry, at: day("2026-11-28").start, isDurable: false).run().published == [day("2026-11-27")])
  }

  // MARK: When

  @Test("a week is over after its last instant, strictly")
  func exactly() throws {
    books.add(1, "a", try books.open("p", begin: day("2026-11-23"), end: day("2026-11-27")))
    #expect(try ReportRun(books.telemetry, at: day("2026-11-27").start, isDurable: true).run().published == [])
    #expect(try ReportRun(books.telemetry, at: day("2026-11-27").start + 1, isDurable: true).run().published == [day("2026-11-27")])
  }

  @Test("a run is due once a day, if there is a file that was not begun today")
  func due() throws {
    let now = day("2026-11-28").start + 60
    #expect(!ReportRun.isDue(in: books.telemetry, at: now))
    books.add(1, "a", try books.open("p", begin: day("2026-11-28"), end: day("2026-12-04")))
    #expect(!ReportRun.isDue(in: books.telemetry, at: now))
    books.add(1, "a", try books.open("p", begin: day("2026-11-23"), end: day("2026-11-27")))
    #expect(ReportRun.isDue(in: books.telemetry, at: now))
    _ = try ReportRun(books.telemetry, at: now, isDurable: false).run()
    #expect(!ReportRun.isDue(in: books.telemetry, at: now + 3600))
    #expect(ReportRun.isDue(in: books.telemetry, at: now + 86400))
  }

  @Test("one run at a time")
  func busy() throws {
    let lock = books.local.appending("tel.lock").withCString { Kernel.openLock($0) }
    #expect(Kernel.lock(lock, .exclusive) == 0)
    do {
      try books.run(day("2026-11-28"))
      Issue.record("ran")
    } catch { #expect((error as? Fault)?.status == .busy) }
    Kernel.close(lock)
    try books.run(day("2026-11-28"))
  }

  @Test("without time a run leaves the rest to the next one")
  func deadline() throws {
    for week in 0..<4 {
      let begin = day("2026-10-26").advanced(by: 7 * week)
      books.add(1, "a", try books.open("p", begin: begin, end: begin.advanced(by: 4)))
    }
    let summary = try books.run(day("2026-11-28"), deadline: Clock.monotonic - 1)
    #expect(!summary.isComplete)
    try books.audit()
    #expect(try books.run(day("2026-11-28")).isComplete)
    try books.audit()
    #expect(try books.published == ["p a": 4])
  }

  // MARK: Late counts

  @Test("what is added after the report goes into the next one, and reports never change")
  func late() throws {
    let straggler = try books.open("p", begin: day("2026-11-23"), end: day("2026-11-27"))
    books.add(5, "a", straggler)
    try books.run(day("2026-11-28"))
    let first = books.local.appending("local.2026-11-27.json").content
    books.add(2, "a", straggler)
    books.add(1, "b", straggler)
    #expect(try books.run(day("2026-11-29")).published == [], "the week that is closed has its report")
    try books.audit()
    #expect(try books.run(day("2026-12-05")).published == [day("2026-12-04")])
    #expect(try report("2026-12-04") == ["p a": 2, "p b": 1])
    #expect(books.local.appending("local.2026-11-27.json").content == first)
    try books.audit()
  }

  @Test("a file goes when nobody can add to it and all of it is reported")
  func retiring() throws {
    var writer: Books.Writer? = try books.open("p", begin: day("2026-11-23"), end: day("2026-11-27"))
    books.add(5, "a", writer!)
    try books.run(day("2026-11-28"))
    #expect(books.local.names.contains { $0.hasSuffix(".count") }, "somebody may add")
    books.add(1, "a", writer!)
    writer = nil
    try books.run(day("2026-11-29"))
    #expect(books.local.names.contains { $0.hasSuffix(".count") }, "not all of it is reported")
    try books.run(day("2026-12-05"))
    #expect(!books.local.names.contains { $0.hasSuffix(".count") })
    try books.audit()
  }

  @Test("a file of the reference is kept for eight days")
  func foreign() throws {
    var image = CounterFileImage(metadata: CounterFileImage.metadata(toolchain: "go1.27.3"))
    image.add("a".bytes, value: 1, at: 4096)
    let path = books.local.appending("editor.v1.count")
    path.write(image.bytes)
    try books.run(day("2026-11-28"))
    #expect(path.exists)
    try books.run(day("2026-12-04"))
    #expect(path.exists)
    try books.run(day("2026-12-05"))
    #expect(!path.exists)
    #expect(try books.published == ["example.com/editor a": 1])
  }

  @Test("a counter that a process of the reference made and did not add to is in the report with 0, once")
  func zeros() throws {
    var image = CounterFileImage(metadata: CounterFileImage.metadata(toolchain: "go1.27.3"))
    image.add("a".bytes, value: 0, at: 4096)
    books.local.appending("editor.v1.count").write(image.bytes)
    try books.run(day("2026-11-28"))
    #expect(try report("2026-11-27") == ["example.com/editor a": 0])
  }

  @Test("a week that the reference has reported gets no second report", arguments: ["upload/2026-11-27.json", "local/2026-11-27.json", "local/local.2026-11-27.json"])
  func taken(_ name: String) throws {
    books.telemetry.path.appending(name.bytes).write("{\"Week\":\"2026-11-27\",\"Programs\":[]}".bytes)
    books.add(1, "a", try books.open("p", begin: day("2026-11-23"), end: day("2026-11-27")))
    #expect(try books.run(day("2026-11-28")).published == [])
    #expect(try books.run(day("2026-12-05")).published == [day("2026-12-04")])
    #expect(try books.accounted == ["p a": 1])
  }

  // MARK: Damage

  @Test("files that cannot be read stop nothing, and are named")
  func unreadable() throws {
    for name in Samples.names(in: "crafted", ending: ".v1.count") { books.local.appending(name.bytes).write(Samples.bytes("crafted/" + name)) }
    books.local.appending("folder.v1.count").makeFolder()
    books.add(1, "a", try books.open("p", begin: day("2026-11-23"), end: day("2026-11-27")))
    let summary = try books.run(day("2026-11-28"))
    #expect(summary.published.contains(day("2026-11-27")))
    for verdict in Verdict.crafted where !verdict.ok {
      #expect(summary.problems.contains { $0.string.contains(verdict.file) }, "\(verdict.file)")
    }
  }

  @Test("a damaged state is set aside, nothing is invented, and counting goes on", arguments: ["", "zeros", "half", "future"])
  func damagedState(_ kind: String) throws {
    let writer = try books.open("p", begin: day("2026-11-23"), end: day("2026-11-27"))
    books.add(5, "a", writer)
    try books.run(day("2026-11-28"))
    let path = books.local.appending("tel.state")
    let state = path.content!
    switch kind {
    case "zeros": path.write([UInt8](repeating: 0, count: state.count))
    case "half": path.write(Array(state.prefix(state.count / 2)))
    case "future": path.write("# libtel state v2\n".bytes)
    default: path.write([])
    }
    let summary = try books.run(day("2026-11-29"))
    #expect(summary.problems.contains { $0.string.contains("tel.state") })
    #expect(books.telemetry.quarantine.names.contains { $0.hasPrefix("tel.state.") })
    books.add(1, "a", writer)
    try books.run(day("2026-12-05"))
    #expect(try books.published == ["p a": 6])
    try books.audit()
  }

  @Test("a staged report that nobody committed is deleted, and a damaged one is set aside")
  func staged() throws {
    let writer = try books.open("p", begin: day("2026-11-23"), end: day("2026-11-27"))
    books.add(5, "a", writer)
    try books.run(day("2026-11-28"))  // generation 1
    books.local.appending("tel.2.2026-12-04.report").write("{\"Week\":\"2026-12-04\",\"Programs\":[]}".bytes)
    books.local.appending("tel.1.2026-11-20.report").write([UInt8](repeating: 0, count: 100))
    books.local.appending("tel.1.2026-11-13.report").write("{\"Week\":\"2026-11-13\"".bytes)
    let summary = try books.run(day("2026-11-29"))
    #expect(summary.problems.count == 2)
    #expect(!books.local.names.contains { $0.hasSuffix(".report") })
    #expect(books.local.names.filter { $0.hasSuffix(".json") } == ["local.2026-11-27.json"])
    try books.audit()
  }
}
