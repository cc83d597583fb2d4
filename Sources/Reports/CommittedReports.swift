// For the command: what ships does without.
#if !hasFeature(Embedded)

import Consent
import Dates
import Files

/// The reports that are part of history, in the order of their weeks: published
/// ones, and those that are committed and await it.
public struct CommittedReports {
  /// Of the last report run: as long as it is the same, no counts have moved.
  public let generation: UInt64
  /// `begins`: where it is said since when the report's programs had counted.
  public let reports: [(week: Day, path: Path, begins: Path)]

  public init(in folder: TelemetryFolder) throws(Fault) {
    let files = ReportFolder(folder: folder)
    self.init(in: folder, try CommittedReports.generation(of: folder), try files.listing())
  }

  init(in folder: TelemetryFolder, _ generation: UInt64, _ listing: ReportFolder.Listing) {
    let files = ReportFolder(folder: folder)
    self.generation = generation
    var reports = listing.published.map { (week: $0, path: files.report($0), begins: files.begin($0)) }
    for name in listing.staged {
      guard let staged = ReportFolder.Staged(name: name), staged.kind == .report, staged.generation <= generation else { continue }
      let begins = ReportFolder.Staged(generation: staged.generation, week: staged.week, kind: .begin)
      reports.append((staged.week, folder.local.appending(name), folder.local.appending(begins.name)))
    }
    self.reports = reports.enumerated().sorted { ($0.element.week, $0.offset) < ($1.element.week, $1.offset) }.map { $0.element }
  }

  /// 0 before the first.
  public static func generation(of folder: TelemetryFolder) throws(Fault) -> UInt64 {
    try File.content(of: ReportFolder(folder: folder).state, limit: State.limit).flatMap { State($0) }?.generation ?? 0
  }
}

#endif
