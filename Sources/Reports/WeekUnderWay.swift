// For the command: what ships does without.
#if !hasFeature(Embedded)

import Consent
import CounterFile
import Dates
import Files

/// What the report of a week that is not over would have, if it ended now.
/// Looked at, and nothing written. X is drawn when a report is made, and is
/// here one that is in every sample.
public struct WeekUnderWay {
  /// The day on which it ends.
  public let week: Day
  /// As the report, and since when its programs count.
  public let report: [UInt8]
  public let begins: [UInt8]

  /// Each such week, in order; as a rule there is one. `now`: Unix seconds.
  /// Files that cannot be read are left out, and said.
  public static func all(in folder: TelemetryFolder, at now: Int64, config: [UInt8], problems: inout [[UInt8]]) throws(Fault) -> [WeekUnderWay] {
    let content = try File.content(of: ReportFolder(folder: folder).state, limit: State.limit)
    let state = content.flatMap { State($0) } ?? State()
    var harvests: [Harvest] = []
    for name in try Folder.names(in: folder.local, where: Harvest.isCounterFile) ?? [] {
      switch Harvest.look(at: name, in: folder.local, now: .max, isHasty: false) {
      case .harvest(let harvest) where harvest.expiry >= now: harvests.append(harvest)
      case .unreadable(let fault), .corrupt(_, let fault): problems.append(fault.message)
      default: break
      }
    }
    let plan = try Plan(harvests, state: state, isStateLost: false, closing: nil, isTaken: { _ in false })
    let order = sortedIndices(plan.drafts.count) { plan.drafts[$0].week < plan.drafts[$1].week }
    return order.map { plan.drafts[$0] }.map { WeekUnderWay(week: $0.week, report: $0.text(x: 1e-12, config: config), begins: $0.begins) }
  }
}

#endif
