import CounterFile
import Dates
import Files
import Gate
import Reports

/// Counts of some weeks, by program and name.
package final class History {
  /// By its end, which is what it is called by.
  package struct Week {
    package let end: Day
    /// It is not over.
    package let isLive: Bool
    /// Seven days before, or the end of the week before that.
    package fileprivate(set) var begin: Day

    init(end: Day, isLive: Bool) {
      self.end = end
      self.isLive = isLive
      begin = end.advanced(by: -7)
    }
  }

  package struct Point {
    package let week: Int32
    package let build: Int32
    package let value: UInt64
  }

  package final class Program {
    package fileprivate(set) var builds: [Identity] = []
    /// Whole ones; those of stacks have line feeds.
    package private(set) var names: [[UInt8]] = []
    /// Of each name.
    package fileprivate(set) var series: [[Point]] = []
    private var places: [[UInt8]: Int] = [:]
    /// By week: all counts together.
    fileprivate var totals: [Int32: UInt64] = [:]
    /// By week in which it has counted, if only with empty hands: since when.
    fileprivate var begins: [Int32: Day] = [:]

    /// `guess`: weeks mostly have the same names in the same order.
    fileprivate func place(of name: [UInt8], guess: Int) -> Int {
      if guess < names.count, names[guess] == name { return guess }
      if let place = places[name] { return place }
      places[name] = names.count
      names.append(name)
      series.append([])
      return names.count - 1
    }

    fileprivate func index(of build: Identity) -> Int32 {
      if let index = builds.firstIndex(of: build) { return Int32(index) }
      builds.append(build)
      return Int32(builds.count - 1)
    }
  }

  /// In order.
  package private(set) var weeks: [Week] = []
  package private(set) var programs: [[UInt8]: Program] = [:]
  /// What could not be read, in sentences.
  package internal(set) var problems: [[UInt8]] = []

  /// Reports come in the order of their weeks; what a later one says of the same
  /// week is added. `begins`: since when its programs have counted, if it is known.
  func add(_ report: ReportDocument, of end: Day, _ begins: Begins?, isLive: Bool) {
    if weeks.last?.end != end { weeks.append(Week(end: end, isLive: isLive)) }
    let week = Int32(weeks.count - 1)
    for program in report.programs {
      let name = program.identity.program
      let own = programs[name] ?? Program()
      programs[name] = own
      // What a straggler has counted before is in the report of this week.
      let begin = begins?.begin(program.identity).map { max(end.advanced(by: -7), min($0, end.advanced(by: -1))) } ?? end.advanced(by: -7)
      own.begins[week] = min(own.begins[week] ?? begin, begin)
      let build = own.index(of: program.identity)
      var place = -1
      var total: UInt64 = 0
      for (name, value) in program.counts {
        place = own.place(of: name, guess: place + 1)
        own.series[place].append(Point(week: week, build: build, value: value))
        total &+= value
      }
      if !program.counts.isEmpty { own.totals[week, default: 0] &+= total }
    }
  }
}

/// What was reported, and what was counted since.
package struct Snapshot {
  package let past: History
  package let live: History

  init(past: History, live: History) { (self.past, self.live) = (past, live) }

  /// Of what could not be read at all.
  package init(problem: [UInt8]) {
    self.init(past: History(), live: History())
    live.problems.append(problem)
  }

  /// Of both, in the order of their names.
  package var programs: [[UInt8]] { Set(past.programs.keys).union(live.programs.keys).sorted { $0.precedes($1) } }

  package var problems: [[UInt8]] { past.problems + live.problems }

  package var weeks: [History.Week] {
    let known = Set(past.weeks.map { $0.end.number })
    var weeks = (past.weeks + live.weeks.filter { !known.contains($0.end.number) }).sorted { $0.end < $1.end }
    for index in weeks.indices.dropFirst() { weeks[index].begin = max(weeks[index].begin, weeks[index - 1].end) }
    return weeks
  }

  /// Of a program.
  package func names(_ program: [UInt8]) -> Set<[UInt8]> {
    let reported = past.programs[program].map { Set($0.names) } ?? []
    return live.programs[program].map { reported.union($0.names) } ?? reported
  }

  /// Of a program, by the end of the week: all counts together.
  package func totals(_ program: [UInt8]) -> [Int: UInt64] {
    var totals: [Int: UInt64] = [:]
    for history in [past, live] {
      for (week, total) in history.programs[program]?.totals ?? [:] { totals[history.weeks[Int(week)].end.number, default: 0] &+= total }
    }
    return totals
  }

  /// Of a program, by the end of each week in which it has counted: since when.
  package func begins(_ program: [UInt8]) -> [Int: Day] {
    var begins: [Int: Day] = [:]
    for history in [past, live] {
      for (week, begin) in history.programs[program]?.begins ?? [:] { begins.merge([history.weeks[Int(week)].end.number: begin]) { min($0, $1) } }
    }
    return begins
  }

  /// Every count of a program.
  package func each(_ program: [UInt8], _ body: (_ week: History.Week, _ build: Identity, _ name: [UInt8], _ value: UInt64) -> Void) {
    for history in [past, live] {
      guard let own = history.programs[program] else { continue }
      for (name, points) in zip(own.names, own.series) {
        for point in points { body(history.weeks[Int(point.week)], own.builds[Int(point.build)], name, point.value) }
      }
    }
  }

  package func builds(_ program: [UInt8]) -> [Identity] {
    var builds = past.programs[program]?.builds ?? []
    for build in live.programs[program]?.builds ?? [] where !builds.contains(build) { builds.append(build) }
    return builds
  }
}
