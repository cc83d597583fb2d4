import CounterFile
import Dates
import Files
import Gate

/// Counts of some weeks, by program and name.
final class History {
  struct Week {
    let end: Day
    /// It is not over.
    let isLive: Bool
  }

  struct Point {
    let week: Int32
    let build: Int32
    let value: UInt64
  }

  final class Program {
    let name: [UInt8]
    fileprivate(set) var builds: [Identity] = []
    /// By whole name; those of stacks have line feeds.
    fileprivate(set) var series: [[UInt8]: [Point]] = [:]
    /// By week: all counts together.
    fileprivate(set) var totals: [Int32: UInt64] = [:]

    init(_ name: [UInt8]) { self.name = name }

    fileprivate func index(of build: Identity) -> Int32 {
      if let index = builds.firstIndex(of: build) { return Int32(index) }
      builds.append(build)
      return Int32(builds.count - 1)
    }
  }

  /// In order.
  private(set) var weeks: [Week] = []
  private(set) var programs: [[UInt8]: Program] = [:]
  /// What could not be read, in sentences.
  var problems: [[UInt8]] = []

  /// What a later report says of the same week is added.
  func add(_ report: Report, isLive: Bool) {
    if weeks.last?.end != report.week { weeks.append(Week(end: report.week, isLive: isLive)) }
    let week = Int32(weeks.count - 1)
    for program in report.programs {
      let name = program.identity.program
      let own = programs[name] ?? Program(name)
      programs[name] = own
      let build = own.index(of: program.identity)
      for counts in [program.counters, program.stacks] {
        for count in counts {
          let value = UInt64(max(0, count.value))
          own.series[count.name, default: []].append(Point(week: week, build: build, value: value))
          own.totals[week, default: 0] &+= value
        }
      }
    }
  }
}

/// What was reported, and what was counted since: what pages are made of.
struct Snapshot {
  let past: History
  let live: History

  /// Of both, in the order of their names.
  var programs: [[UInt8]] { Set(past.programs.keys).union(live.programs.keys).sorted { $0.precedes($1) } }

  var weeks: [History.Week] {
    let reported = past.weeks
    let known = Set(reported.map { $0.end.number })
    return (reported + live.weeks.filter { !known.contains($0.end.number) }).sorted { $0.end < $1.end }
  }

  /// Of a program.
  func names(_ program: [UInt8]) -> Set<[UInt8]> {
    let reported = past.programs[program].map { Set($0.series.keys) } ?? []
    return live.programs[program].map { reported.union($0.series.keys) } ?? reported
  }

  /// Of a program, by the end of the week: all counts together.
  func totals(_ program: [UInt8]) -> [Int: UInt64] {
    var totals: [Int: UInt64] = [:]
    for history in [past, live] {
      for (week, total) in history.programs[program]?.totals ?? [:] { totals[history.weeks[Int(week)].end.number, default: 0] &+= total }
    }
    return totals
  }

  /// Every count of a program.
  func each(_ program: [UInt8], _ body: (_ week: History.Week, _ build: Identity, _ name: [UInt8], _ value: UInt64) -> Void) {
    for history in [past, live] {
      guard let own = history.programs[program] else { continue }
      for (name, points) in own.series {
        for point in points { body(history.weeks[Int(point.week)], own.builds[Int(point.build)], name, point.value) }
      }
    }
  }

  func builds(_ program: [UInt8]) -> [Identity] {
    var builds = past.programs[program]?.builds ?? []
    for build in live.programs[program]?.builds ?? [] where !builds.contains(build) { builds.append(build) }
    return builds
  }
}
