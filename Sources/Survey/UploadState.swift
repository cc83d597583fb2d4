import Consent
import Dates
import Delivery
import Files
import Gate

/// How far uploads of a vendor have come: looked at, and nothing changed.
package struct UploadState {
  /// The collector of the Go project.
  package static let go: StaticString = "https://telemetry.go.dev"

  /// Where to; nil if that is not recorded.
  package let destination: [UInt8]?
  /// The user has agreed to just this.
  package let isAgreed: Bool
  /// Weeks that may yet be sent, oldest first.
  package var waiting: [Day] = []
  package var rejected: [Day] = []
  /// The week that was sent last, and what is known of it.
  package var last: (week: Day, receipt: Receipt?)?
  package let schedule: Schedule

  package init(of telemetry: TelemetryFolder, vendor: [UInt8], at now: Int64) throws(Fault) {
    let folder = UploadFolder(telemetry)
    destination = telemetry.destination ?? (vendor == "go" ? [UInt8](UploadState.go) : nil)
    isAgreed = try destination.map { destination throws(Fault) in try telemetry.isAgreed(destination) } ?? false
    waiting = try folder.weeksOpen(at: now)
    rejected = try folder.weeksRejected()
    if let week = try folder.weeksSent().last { last = (week, try? Receipt.read(week, in: folder)) }
    schedule = Schedule.read(folder)
  }

  /// The last day on which a week's report may be sent.
  package static func deadline(of week: Day) -> Day { week.advanced(by: Refusal.age) }
}

/// "2026-11-20, 2026-11-27".
package func list(_ weeks: [Day]) -> [UInt8] { Array(weeks.map { $0.text }.joined(separator: [UInt8](", "))) }
