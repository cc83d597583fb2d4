import Dates
import Files
import Gate
import Publishing
import Store

// For tests that calculate the same in another language.
//
//   published-numbers estimates < lines of rate:reports/of ...
//     answers lines of share, low, high and the effective number
//   published-numbers differences < two such lines each
//   published-numbers publish <last day> <least> <config.json>... < reports
//     a report a line: day, X, config, program, version, toolchain, os, arch, name=value,...
//     with tabs between; answers publications, one behind another

func strata(_ line: Substring) -> [Stratum] {
  line.split(separator: " ").map { word in
    let parts = word.split { $0 == ":" || $0 == "/" }
    return Stratum(rate: Double(parts[0])!, reports: Int(parts[1])!, of: Int(parts[2])!)
  }
}

func row(_ line: String) -> DataRow { DataRow(bucket: [], dimension: .all, value: [], strata: strata(line[...]), total: 0) }

func published(_ arguments: [String]) throws {
  let end = Day(text: Array(arguments[0].utf8))!
  let configs = try arguments[2...].map { try UploadConfig(try File.content(of: Path(Array($0.utf8)), limit: 1 << 20) ?? [], version: [], origin: Array($0.utf8)) }
  let table: ConfigTable = { version in configs.first { $0.version == version } }
  var reports: [[KeptReport]] = [[KeptReport]](repeating: [], count: 7)
  while let line = readLine() {
    let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map { Array($0.utf8) }
    let day = Day(text: cells[0])!
    let counts = String(decoding: cells[8], as: UTF8.self).split(separator: ",").map { pair -> KeptReport.Count in
      let parts = pair.split(separator: "=")
      return KeptReport.Count(name: Array(parts[0].utf8), value: UInt64(parts[1])!)
    }
    let build = Build(program: cells[3], version: cells[4], toolchain: cells[5], os: cells[6], arch: cells[7])
    reports[day.number - end.number + 6].append(
      KeptReport(
        week: day, x: Double(String(decoding: cells[1], as: UTF8.self))!, config: cells[2], received: day, hash: [], programs: [.init(build: build, counters: counts, stacks: [])]))
  }
  let days = reports.enumerated().filter { !$1.isEmpty }.map { (end.advanced(by: $0 - 6), Tallies(of: $1, under: table)) }
  let publisher = Publisher(least: Int(arguments[1])!, newest: configs.last, configs: table)
  for publication in publisher.publications(of: days, week: end, made: end.advanced(by: 8)) { print(String(decoding: publication.json, as: UTF8.self), terminator: "") }
}

switch CommandLine.arguments.dropFirst().first {
case "estimates":
  while let line = readLine() {
    let estimate = row(line).estimate
    print(estimate.share, estimate.low, estimate.high, estimate.effective)
  }
case "differences":
  while let line = readLine(), let other = readLine() {
    let comparison = Comparison(row(line).estimate, row(other).estimate)
    print(comparison.difference, comparison.low, comparison.high)
  }
default: try published(Array(CommandLine.arguments.dropFirst(2)))
}
