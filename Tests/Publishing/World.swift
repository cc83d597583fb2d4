import Dates
import Files
import Gate
import Store
import TestSupport

@testable import Publishing

/// Made-up reports of one program, of which everything is known.
struct World {
  struct Member {
    var day: Int
    var isLate = false
    var version: String
    var os: String
    var config = "v1.0.0"
    /// Empty: it has none of the chart.
    var buckets: [String]
    var value: UInt64 = 1
  }

  static let end = Day(text: "2026-11-22".bytes)!
  static let made = Day(text: "2026-11-30".bytes)!
  static let buckets = ["a", "b", "c", "d", "e"]
  static let versions = ["v1.0.0", "v1.1.0", "v1.2.0"]
  static let systems = ["darwin", "linux", "windows"]

  var members: [Member] = []

  /// One config; `rate` is that of the chart `c`.
  static func config(_ version: String = "v1.0.0", rate: Double = 1, sampleRate: Double = 1, counters: String? = nil, versions: [String] = versions) -> UploadConfig {
    let counters = counters ?? "{\"Name\":\"c:{a,b,c,d,e}\",\"Rate\":\(rate)},{\"Name\":\"h:{<100ms,<10ms,<1s,<inf}\",\"Rate\":1},{\"Name\":\"plain\",\"Rate\":1}"
    let text = """
      {"Version":"\(version)","GOOS":["linux","darwin","windows"],"GOARCH":["amd64"],"GoVersion":["go1.26.0"],"SampleRate":\(sampleRate),
       "Programs":[{"Name":"tool","Versions":[\(versions.map { "\"\($0)\"" }.joined(separator: ","))],"Counters":[\(counters)],"Stacks":[{"Name":"crash/crash","Rate":1,"Depth":16}]}]}
      """
    return try! UploadConfig(text.bytes, version: version.bytes, origin: "made up".bytes)
  }

  func tallies(late: Bool, under configs: [UploadConfig]) -> [(day: Day, tallies: Tallies)] {
    let table = World.table(configs)
    return (0..<7).compactMap { day in
      let reports = members.enumerated().filter { $0.element.day == day && (late || !$0.element.isLate) }.map { report($0.element, $0.offset, World.end.advanced(by: day - 6)) }
      return reports.isEmpty ? nil : (World.end.advanced(by: day - 6), Tallies(of: reports, under: table))
    }
  }

  static func table(_ configs: [UploadConfig]) -> ConfigTable { { version in configs.first { $0.version == version } } }

  private func report(_ member: Member, _ number: Int, _ day: Day) -> KeptReport {
    let build = Build(program: "tool".bytes, version: member.version.bytes, toolchain: "go1.26.0".bytes, os: member.os.bytes, arch: "amd64".bytes)
    let counts = member.buckets.map { KeptReport.Count(name: $0.contains(":") || $0 == "plain" ? $0.bytes : "c:\($0)".bytes, value: member.value) }
    return KeptReport(
      week: day, x: Double(number + 1) / 1e7, config: member.config.bytes, received: day, hash: [UInt8](repeating: 0, count: 32), programs: [.init(build: build, counters: counts, stacks: [])])
  }

  func published(least: Int = 10, under configs: [UploadConfig]? = nil) -> [Publication] {
    let configs = configs ?? [World.config()]
    return Publisher(least: least, newest: configs.last, configs: World.table(configs)).publications(of: tallies(late: false, under: configs), week: World.end, made: World.made)
  }

  func refreshed(_ first: Publication, least: Int = 10, under configs: [UploadConfig]? = nil) -> Publication? {
    let configs = configs ?? [World.config()]
    return Publisher(least: least, newest: configs.last, configs: World.table(configs)).refreshed(first, with: tallies(late: true, under: configs), made: World.made.advanced(by: 14))
  }

  /// So many with each bucket, all on one day and of one version and system.
  init(_ counts: KeyValuePairs<String, Int>, none: Int = 0, version: String = "v1.0.0", os: String = "linux") {
    for (bucket, count) in counts { members += (0..<count).map { _ in Member(day: 6, version: version, os: os, buckets: [bucket]) } }
    members += (0..<none).map { _ in Member(day: 6, version: version, os: os, buckets: []) }
  }

  init(_ members: [Member]) { self.members = members }
}

extension Publication {
  func chart(_ name: String, _ kind: ChartData.Kind = .partition) -> ChartData? { programs.first?.charts.first { $0.name == name.bytes && $0.kind == kind } }
}

extension ChartData {
  /// `a 12/40`, with `≥` for at least and `other` for what is put together.
  func told(_ dimension: Dimension = .all, _ value: String? = "") -> [String] {
    rows(dimension, value?.bytes).map { "\($0.bucket?.string ?? "other") \($0.isAtLeast ? "≥" : "")\($0.reports)/\($0.of)" }
  }
}
