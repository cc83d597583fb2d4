import Consent
import CounterFile
import Dates
import Files

/// What lies in a telemetry folder: looked at, and nothing changed.
package struct Inventory {
  /// Of this week's and of past weeks' counter files.
  package var active = 0
  package var expired = 0
  /// Expired files whose week has no report yet.
  package var unreported = 0
  /// Files with a counter file's name that are none, or cannot be read.
  package var unreadable = 0
  /// The first day after this week, by the file `weekends`; nil before anybody counted.
  package var weekEnd: Day?
  /// When the first of the active files expires.
  package var nextReport: Day?
  /// The weeks of the local reports, oldest first.
  package var reports: [Day] = []

  package init(of folder: TelemetryFolder, at now: Int64) throws(Fault) {
    let names = try Folder.names(in: folder.local, where: { $0.ends(with: ".v1.count") || $0.ends(with: ".json") }) ?? []
    reports = names.compactMap(Inventory.reportedWeek)
    let content = try File.content(of: folder.local.appending("weekends"), limit: 4096)
    if let weekday = content.flatMap({ Weekends.weekday(inFile: $0.trimmed) }) {
      weekEnd = Week(containing: Day(unixSeconds: now), endingOn: weekday).end
    }
    for name in names where name.ends(with: ".v1.count") {
      guard let end = Inventory.end(of: folder.local.appending(name)) else {
        unreadable += 1
        continue
      }
      if end.seconds >= now {
        active += 1
        nextReport = nextReport.map { min($0, end.day) } ?? end.day
      } else {
        expired += 1
        if !isReported(end.day, names, folder) { unreported += 1 }
      }
    }
  }

  /// The counter files, in the order of their names.
  package static func counterFiles(in folder: TelemetryFolder) throws(Fault) -> [Path] {
    (try Folder.names(in: folder.local, where: { $0.ends(with: ".v1.count") }) ?? []).map { folder.local.appending($0) }
  }

  /// Of `local.<date>.json`.
  private static func reportedWeek(_ name: [UInt8]) -> Day? {
    guard name.begins(with: "local."), name.ends(with: ".json"), name.count == 21 else { return nil }
    return Day(text: name[6..<16])
  }

  private func isReported(_ week: Day, _ names: [[UInt8]], _ folder: TelemetryFolder) -> Bool {
    let name = week.text + [UInt8](".json")
    return reports.contains(week) || names.contains(name) || ModeFile.exists(folder.upload.appending(name))
  }

  /// TimeEnd, from the header alone.
  private static func end(of path: Path) -> Instant? {
    let descriptor = path.withCString { Kernel.open($0, .read) }
    guard descriptor >= 0 else { return nil }
    defer { Kernel.close(descriptor) }
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(of: descriptor, &attributes) == 0, Kernel.isRegular(attributes), attributes.size >= Int64(Layout.minimumSize),
      let start = try? File.content(of: descriptor, size: Layout.page, named: path)
    else { return nil }
    return CounterFileHeader(start)?.value(of: "TimeEnd").flatMap { Instant(rfc3339: $0) }
  }
}
