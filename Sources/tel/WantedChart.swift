import Charts
import Dates
import Files
import Survey

/// What `tel chart` can be asked for.
extension Snapshot {
  var isEmpty: Bool { past.programs.isEmpty && live.programs.isEmpty }

  /// By all of its name, or by what is behind one of its slashes.
  static func isCalled(_ program: [UInt8], by name: [UInt8]) -> Bool { program == name || program.ends(with: [UInt8(ascii: "/")] + name) }

  /// Charts and counters that can be asked for.
  func wanted(of programs: [[UInt8]]) -> [[UInt8]] {
    Array(Set(programs.flatMap { names($0).map { Chart.parts(ofCounter: $0).chart } })).inByteOrder
  }

  /// The chart of this name, or the one counter; nil if the program has none.
  /// Weeks in which the program counted something else are weeks of 0.
  func chart(_ wanted: [UInt8], of program: [UInt8], weeks most: Int) -> Chart? {
    let begins = begins(program)
    guard let last = begins.keys.max() else { return nil }
    var counts: [Int: [(bucket: [UInt8], value: UInt64)]] = [:]
    each(program) { week, _, name, value in
      guard name.count >= wanted.count, zip(wanted, name).allSatisfy({ $0 == $1 }) else { return }
      // All of the name, of a stack counter its first line; or the chart before the colon.
      switch name.count == wanted.count ? 0x0a : name[wanted.count] {
      case 0x0a: counts[week.end.number, default: []].append(([], value))
      case UInt8(ascii: ":") where !wanted.contains(UInt8(ascii: ":")): counts[week.end.number, default: []].append((Chart.parts(ofCounter: name).bucket, value))
      default: break
      }
    }
    let weeks = weeks.filter { $0.end.number > last - 7 * most && begins[$0.end.number] != nil }
    // Before it was first counted, there is nothing to be seen.
    guard let start = weeks.firstIndex(where: { counts[$0.end.number] != nil }) else { return nil }
    return Chart(
      name: wanted,
      weeks: weeks[start...].map { week in
        let end = week.end.number
        return Chart.Counted(week: Week(begin: begins[end] ?? week.begin, end: week.end), isLive: week.isLive, counts: counts[end] ?? [])
      })
  }
}
