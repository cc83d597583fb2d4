import Charts
import CounterFile
import Dates
import Files
import Reports

/// What was counted, week by week, by program.
struct History {
  /// Of one build of a program in one week.
  private struct Part {
    var end: Day
    var isLive: Bool
    var counts: Counts
  }

  private var parts: [[UInt8]: [Part]] = [:]

  /// The account keeps weeks apart. A week that ends after today is not over.
  init(_ account: Account, today: Day) {
    for entry in account.entries {
      guard let end = Day(text: entry.week) else { continue }
      parts[entry.identity.program, default: []].append(Part(end: end, isLive: end > today, counts: entry.counts))
    }
    for program in parts.keys { parts[program]?.sort { $0.end < $1.end } }
  }

  var isEmpty: Bool { parts.isEmpty }
  var programs: [[UInt8]] { Array(parts.keys).inByteOrder }

  /// By all of its name, or by what is behind one of its slashes.
  static func isCalled(_ program: [UInt8], by name: [UInt8]) -> Bool { program == name || program.ends(with: [UInt8(ascii: "/")] + name) }

  /// Charts and counters that can be asked for.
  func names(of programs: [[UInt8]]) -> [[UInt8]] {
    var names = Set<[UInt8]>()
    for part in programs.flatMap({ parts[$0] ?? [] }) { part.counts.forEach { name, _ in names.insert(Chart.parts(ofCounter: Array(name)).chart) } }
    return Array(names).inByteOrder
  }

  var allNames: [[UInt8]] { names(of: programs) }

  /// The chart of this name, or the one counter; nil if the program has none.
  /// Weeks in which the program counted something else are weeks of 0.
  func chart(_ wanted: [UInt8], of program: [UInt8], weeks most: Int) -> Chart? {
    guard let parts = parts[program], let last = parts.last?.end else { return nil }
    let weeks = parts.filter { $0.end > last.advanced(by: -7 * most) }.map { part in
      var counts: [(bucket: [UInt8], value: UInt64)] = []
      part.counts.forEach { name, value in
        guard name.count >= wanted.count, zip(wanted, name).allSatisfy({ $0 == $1 }) else { return }
        // All of the name, of a stack counter its first line; or the chart before the colon.
        switch name.count == wanted.count ? 0x0a : name[wanted.count] {
        case 0x0a: counts.append(([], value))
        case UInt8(ascii: ":") where !wanted.contains(UInt8(ascii: ":")): counts.append((Chart.parts(ofCounter: Array(name)).bucket, value))
        default: break
        }
      }
      return Chart.Counted(week: Week(begin: part.end.advanced(by: -7), end: part.end), isLive: part.isLive, counts: counts)
    }
    // Before it was first counted, there is nothing to be seen.
    guard let start = weeks.first(where: { !$0.counts.isEmpty })?.week.end else { return nil }
    return Chart(name: wanted, weeks: weeks.filter { $0.week.end >= start })
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
