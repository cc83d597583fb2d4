import ChartConfig
import Dates
import Files
import Store
import TestSupport

@testable import Intake

/// A collector's configs, and reports in the words of a test.
struct Fixture {
  let folder = TemporaryFolder()
  let intake: Intake
  static let today = Day(text: "2026-11-26".bytes)!
  static let date = "2026-11-22"

  static func config(_ version: String, counters: String = #"{"Name":"c:{a,b}","Rate":1},{"Name":"rare","Rate":0.1},{"Name":"old","Rate":1,"Expires":"2026-11-24"}"#, rate: String = "0.5") -> [UInt8] {
    """
    {"Version":"\(version)","GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["gcc12.2"],"SampleRate":\(rate),"Programs":[
    {"Name":"p","Versions":["v1.0.0"],"Counters":[\(counters)],"Stacks":[{"Name":"crash","Rate":1,"Depth":2}]}]}
    """.bytes
  }

  init(_ configs: [(String, [UInt8])] = [("v1.0.0", config("v1.0.0")), ("v1.1.0", config("v1.1.0"))]) throws {
    var files = try ConfigFolder(folder.path)
    for (version, text) in configs { try files.add(text, as: Number(version.bytes)!) }
    intake = Intake(try ConfigShelf(folder.path))
  }

  static let build = #""Program":"p","Version":"v1.0.0","GoVersion":"gcc12.2","GOOS":"linux","GOARCH":"amd64""#

  static func report(
    week: String = #""2026-11-22""#, x: String = "0.25", config: String = #""v1.1.0""#, counters: String = #"{"c:a":3}"#, stacks: String = "{}", build: String = build, more: String = ""
  ) -> String {
    #"{"Week":\#(week),"LastWeek":"","X":\#(x),"Programs":[{\#(build),"Counters":\#(counters),"Stacks":\#(stacks)}],"Config":\#(config)\#(more)}"#
  }

  func verdict(_ text: String, date: String = date, today: Day = today) -> IntakeVerdict { intake.verdict(on: text.bytes, date: date.bytes, today: today) }

  /// The status; 200 if it is kept.
  func status(_ text: String, date: String = date, today: Day = today) -> Int {
    if case .refuse(let status, _) = verdict(text, date: date, today: today) { return status }
    return 200
  }

  func dropped(_ text: String) -> [String] {
    if case .keep(_, let dropped) = verdict(text) { return dropped }
    return ["refused: \(verdict(text))"]
  }

  /// `c:a 3`, of all programs.
  func kept(_ text: String) -> [String] {
    guard case .keep(let report, _) = verdict(text) else { return ["refused: \(verdict(text))"] }
    let counts: [KeptReport.Count] = report.programs.flatMap { program in program.counters + program.stacks }
    return counts.map { "\($0.name.string) \($0.value)" }
  }

  func hash(_ text: String) -> [UInt8] {
    if case .keep(let report, _) = verdict(text) { return report.hash }
    return []
  }
}
