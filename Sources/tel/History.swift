import Charts
import CounterFile
import Dates
import Files
import Reports

/// What was counted, week by week, by program and counter.
struct History {
  private struct Week {
    var end: Day
    var isLive: Bool
    var counts: [[UInt8]: UInt64]
  }

  private var weeks: [[UInt8]: [Week]] = [:]

  /// The account keeps weeks apart. A week that ends after today is not over.
  init(_ account: Account, today: Day) {
    for entry in account.entries {
      guard let end = Day(text: entry.week) else { continue }
      var list = weeks[entry.identity.program] ?? []
      weeks[entry.identity.program] = nil
      let index = list.firstIndex { $0.end == end } ?? list.count
      if index == list.count { list.append(Week(end: end, isLive: end > today, counts: [:])) }
      for (name, value) in entry.counts.list {
        let (sum, overflow) = list[index].counts[name, default: 0].addingReportingOverflow(value)
        list[index].counts[name] = overflow ? .max : sum
      }
      weeks[entry.identity.program] = list
    }
    for program in weeks.keys { weeks[program]?.sort { $0.end < $1.end } }
  }

  var isEmpty: Bool { weeks.isEmpty }
  var programs: [[UInt8]] { Array(weeks.keys).inByteOrder }

  /// By all of its name, or by what is behind one of its slashes.
  static func isCalled(_ program: [UInt8], by name: [UInt8]) -> Bool { program == name || program.ends(with: [UInt8(ascii: "/")] + name) }

  /// Charts and counters that can be asked for.
  func names(of programs: [[UInt8]]) -> [[UInt8]] {
    var names = Set<[UInt8]>()
    for week in programs.flatMap({ weeks[$0] ?? [] }) { for name in week.counts.keys { names.insert(Chart.parts(ofCounter: name).chart) } }
    return Array(names).inByteOrder
  }

  var allNames: [[UInt8]] { names(of: programs) }

  /// The chart of this name, or the one counter; nil if the program has none.
  /// Weeks in which the program counted something else are weeks of 0.
  func chart(_ name: [UInt8], of program: [UInt8], weeks most: Int) -> Chart? {
    guard let weeks = weeks[program], let last = weeks.last?.end else { return nil }
    var isThere = false
    let counted = weeks.filter { $0.end > last.advanced(by: -7 * most) }.map { week in
      var counts: [(bucket: [UInt8], value: UInt64)] = []
      for (counter, value) in week.counts {
        let (chart, bucket) = Chart.parts(ofCounter: counter)
        if chart == name {
          counts.append((bucket, value))
        } else if counter.prefix(while: { $0 != 0x0a }).elementsEqual(name) {
          counts.append(([], value))
        }
      }
      isThere = isThere || !counts.isEmpty
      return Chart.Counted(week: .init(begin: week.end.advanced(by: -7), end: week.end), isLive: week.isLive, counts: counts)
    }
    guard isThere else { return nil }
    // Before it was first counted, there is nothing to be seen.
    let start = counted.firstIndex { !$0.counts.isEmpty } ?? 0
    return Chart(name: name, weeks: Array(counted[start...]))
  }
}

/// Names that somebody may have meant.
enum Nearest {
  /// The three nearest; those in which it occurs are nearer than others.
  static func to(_ name: [UInt8], among names: [[UInt8]]) -> [[UInt8]] {
    let wanted = Array(name.lowered.prefix(100))
    let limit = max(2, wanted.count / 3)
    let rated = names.compactMap { candidate -> (name: [UInt8], distance: Int)? in
      let other = Array(candidate.lowered.prefix(100))
      let distance = occurs(wanted, in: other) ? 0 : distance(wanted, other)
      return distance <= limit ? (candidate, distance) : nil
    }
    return rated.sorted { $0.distance != $1.distance ? $0.distance < $1.distance : $0.name.precedes($1.name) }.prefix(3).map { $0.name }
  }

  private static func occurs(_ part: [UInt8], in whole: [UInt8]) -> Bool {
    guard part.count >= 2, part.count <= whole.count else { return false }
    return (0...(whole.count - part.count)).contains { whole[$0..<$0 + part.count].elementsEqual(part) }
  }

  /// Bytes to add, to drop or to change.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, one) in a.enumerated() {
      var corner = row[0]
      row[0] = i + 1
      for (j, other) in b.enumerated() {
        let next = min(row[j] + 1, row[j + 1] + 1, corner + (one == other ? 0 : 1))
        corner = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[b.count]
  }
}
