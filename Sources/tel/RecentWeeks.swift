import Charts
import Consent
import Dates
import Files
import Reports

/// The last weeks of every counter, for a look beside its name.
struct RecentWeeks {
  /// Finished ones, and the one that is not over.
  static let count = 12

  /// By program and counter: values of finished weeks, oldest first.
  private var values: [[UInt8]: [UInt64?]] = [:]
  /// What counter files had of weeks that are not over, and since then.
  private var live: [[UInt8]: UInt64] = [:]
  private var seen: [[UInt8]: UInt64] = [:]
  private let drawing = TextDrawing(isUnicode: Screen.isUTF8)

  /// Nil if no week is over yet, or reports cannot be read.
  init?(_ folders: [TelemetryFolder], _ watch: Watch) {
    let today = Day(unixSeconds: Clock.seconds)
    var hasFinished = false
    for folder in folders {
      guard let account = try? Account(of: folder, byWeek: true) else { continue }
      for entry in account.entries {
        guard let end = Day(text: entry.week) else { continue }
        // Weeks of programs end on one weekday, but a file may say otherwise.
        let age = (today.number - end.number + 700) / 7 - 100
        if end <= today, age > RecentWeeks.count - 2 { continue }
        hasFinished = hasFinished || end <= today
        for (name, value) in entry.counts.list {
          let key = RecentWeeks.key(entry.identity.program, name)
          if end > today {
            live[key] = (live[key] ?? 0) &+ value
          } else {
            var list = values[key] ?? [UInt64?](repeating: nil, count: RecentWeeks.count - 1)
            values[key] = nil
            let at = RecentWeeks.count - 2 - max(0, age)
            let (sum, overflow) = (list[at] ?? 0).addingReportingOverflow(value)
            list[at] = overflow ? .max : sum
            values[key] = list
          }
        }
      }
    }
    guard hasFinished else { return nil }
    for line in watch.lines { seen[RecentWeeks.key(line.program, line.name)] = line.value }
  }

  /// As wide as all.
  func sparkline(of line: Watch.Line) -> String {
    let key = RecentWeeks.key(line.program, line.name)
    let more = line.value > seen[key] ?? 0 ? line.value - (seen[key] ?? 0) : 0
    let now = (live[key] ?? 0).addingReportingOverflow(more)
    return drawing.sparkline((values[key] ?? [UInt64?](repeating: nil, count: RecentWeeks.count - 1)) + [now.overflow ? .max : now.partialValue])
  }

  private static func key(_ program: [UInt8], _ name: [UInt8]) -> [UInt8] { program + [0] + name }
}
