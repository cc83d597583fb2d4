import Files
import TestSupport
import Testing

@testable import Triage

@Suite("Files of reports")
struct DayFilesTests {
  private let folder = TemporaryFolder()

  private func report(_ x: String?, week: String = "2026-11-22", stacks: String = "{\"c\\na.f:+1,+0x1\":2}", program: String = "p") -> String {
    "{\"Week\":\"\(week)\",\"LastWeek\":\"\"\(x.map { ",\"X\":\($0)" } ?? ""),\"Programs\":[{\"Program\":\"\(program)\",\"Version\":\"v1.0.0\",\"GoVersion\":\"go1.24.0\",\"GOOS\":\"linux\",\"GOARCH\":\"amd64\",\"Counters\":{},\"Stacks\":\(stacks)}],\"Config\":\"v1.0.0\"}"
  }

  private func read(_ lines: [String]) throws -> (Sightings, DayFiles) {
    folder.appending("2026-11-22").write(lines.joined(separator: "\n").bytes)
    var files = try DayFiles([folder.path])
    return (try files.sightings(), files)
  }

  @Test("sightings are summed, one for each build and stack")
  func sums() throws {
    let (sightings, files) = try read([report("0.1", week: "2026-11-15"), report("0.2"), report("0.3", stacks: "null"), report("0.4", program: "q"), ""])
    #expect(sightings.list.count == 2 && sightings.reports == ["p".bytes: 3, "q".bytes: 1] && files.reports == 4 && files.skipped.isEmpty)
    let first = sightings.list[0]
    #expect((first.reports, first.events, first.numbers) == (2, 4, [0, 1]) && first.firstDay.text.string == "2026-11-15" && first.lastDay.text.string == "2026-11-22")
    #expect((first.version.string, first.toolchain.string, first.os.string, first.arch.string) == ("v1.0.0", "go1.24.0", "linux", "amd64"))
  }

  @Test("a report that comes twice counts once; without X, lines are reports")
  func repeated() throws {
    let (sightings, files) = try read([report("0.5"), report("0.5"), report("0.5", week: "2026-11-15"), report(nil), report(nil)])
    #expect(sightings.list[0].reports == 4 && files.repeated == 1)
  }

  @Test("no line is too long, and the lines behind it are read")
  func long() throws {
    let big = "{" + (0..<20000).map { "\"c\\na.f\($0):+1,+0x\(String($0, radix: 16))\(String(repeating: "x", count: 100))\":1" }.joined(separator: ",") + "}"
    let (sightings, _) = try read([report("0.1", stacks: big), report("0.2")])
    #expect(sightings.list.count == 20001)
  }

  @Test("a line that is no report is named and skipped, whole, and the others count")
  func broken() throws {
    let bad = ["{", "[]", "null", "{\"Week\":\"2026-13-01\"}", "{\"Week\":\"2026-11-22\",\"Programs\":[null]}", "{\"Week\":\"2026-11-22\",\"Programs\":{}}", report("0.7", stacks: "{\"c\\na\":1,\"c\\nb\":-1}"), report("0.8", stacks: "[1]"), report("0.9", program: "")]
    let (sightings, files) = try read(bad + [report("0.1")])
    #expect(files.skipped.map(\.line) == Array(1...bad.count) && files.skipped.allSatisfy { !$0.reason.isEmpty && $0.file.name.string == "2026-11-22" })
    #expect(sightings.list.count == 1 && sightings.list[0].reports == 1 && sightings.reports == ["p".bytes: 1])
  }

  @Test("counts that are too large together stay at the largest")
  func saturation() throws {
    let most = "{\"c\\na\":9223372036854775807}"
    #expect(try read([report("0.1", stacks: most), report("0.2", stacks: most), report("0.3", stacks: most)]).0.list[0].events == .max)
  }

  @Test("a file that is not there is told")
  func missing() { #expect(throws: Fault.self) { try DayFiles([folder.appending("none")]) } }
}
