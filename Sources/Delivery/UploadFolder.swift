import Consent
import Dates
import Files
import Gate
import Reports

/// Names of what is sent, waits and was refused, under a telemetry folder.
///
/// | path                       | what                                              |
/// |----------------------------|---------------------------------------------------|
/// | `local/<date>.json`        | waits to be sent                                  |
/// | `local/upload.config`      | ours: `ConfigStore`'s pin                         |
/// | `local/upload.next`        | ours: `Schedule`                                  |
/// | `upload/<date>.json`       | was sent; the same bytes                          |
/// | `upload/<date>.json.lock`  | `SendLock`                                        |
/// | `upload/<date>.receipt`    | ours: `Receipt`                                   |
/// | `rejected/<date>.json`     | ours: was refused                                 |
/// | `rejected/<date>.answer`   | ours: with this answer                            |
///
/// The reference sends whatever in `local/` ends in `.json`: nothing of ours there does.
public struct UploadFolder: Sendable {
  public let folder: TelemetryFolder

  public init(_ folder: TelemetryFolder) { self.folder = folder }

  private func name(_ week: Day, _ ending: StaticString) -> [UInt8] { week.text + [UInt8](ending) }

  public func report(_ week: Day) -> Path { folder.local.appending([UInt8]("local.") + name(week, ".json")) }
  public func begins(_ week: Day) -> Path { folder.local.appending(name(week, ".begin")) }
  public func waiting(_ week: Day) -> Path { folder.local.appending(name(week, ".json")) }
  public func sent(_ week: Day) -> Path { folder.upload.appending(name(week, ".json")) }
  public func lock(_ week: Day) -> Path { folder.upload.appending(name(week, ".json.lock")) }
  public func receipt(_ week: Day) -> Path { folder.upload.appending(name(week, ".receipt")) }
  public func rejected(_ week: Day) -> Path { folder.rejected.appending(name(week, ".json")) }
  public func answer(_ week: Day) -> Path { folder.rejected.appending(name(week, ".answer")) }
  var pin: Path { folder.local.appending("upload.config") }
  var next: Path { folder.local.appending("upload.next") }
  func config(_ hash: [UInt8]) -> Path { folder.configs.appending(hash + [UInt8](".json")) }

  public func isThere(_ path: Path) -> Bool {
    var attributes = Kernel.Attributes()
    return Kernel.attributes(ofLinkAt: path, &attributes) == 0
  }

  /// In order.
  public func weeksWithReport() throws(Fault) -> [Day] { try weeks(folder.local, "local.", ".json") }
  public func weeksWaiting() throws(Fault) -> [Day] { try weeks(folder.local, "", ".json") }
  public func weeksSent() throws(Fault) -> [Day] { try weeks(folder.upload, "", ".json") }
  public func weeksRejected() throws(Fault) -> [Day] { try weeks(folder.rejected, "", ".json") }

  /// Weeks that may yet be sent, in order: with a document that waits, or a
  /// report of ours, not too old, and neither sent nor refused. Of which the gate
  /// keeps something, or all, is not known. `now`: Unix seconds.
  public func weeksOpen(at now: Int64) throws(Fault) -> [Day] {
    let done = try weeksSent() + weeksRejected()
    let oldest = Day(unixSeconds: now).advanced(by: -Refusal.age)
    var weeks = try weeksWaiting()
    // Made by the reference, which has made its document then or never will.
    for week in try weeksWithReport() where !weeks.contains(week) && isThere(begins(week)) { weeks.append(week) }
    let open = weeks.filter { $0 >= oldest && !done.contains($0) }
    return sortedIndices(open.count) { open[$0] < open[$1] }.map { open[$0] }
  }

  private func weeks(_ path: Path, _ start: StaticString, _ ending: StaticString) throws(Fault) -> [Day] {
    let before = start.utf8CodeUnitCount
    let names = try Folder.names(in: path, where: { $0.count == before + 10 + ending.utf8CodeUnitCount && $0.begins(with: start) && $0.ends(with: ending) })
    return (names ?? []).compactMap { Day(text: $0[before..<before + 10]) }
  }

  /// Clears away what processes that were killed have left: what was sent and
  /// still waits, locks of what was sent, files that were not finished; and what
  /// has become old. `now`: Unix seconds of the real clock, as file times are.
  func tidy(now: Int64) throws(Fault) {
    let waiting = try weeksWaiting()
    for week in waiting.isEmpty ? [] : try weeksSent() where waiting.contains(week) { Kernel.unlink(self.waiting(week)) }
    for path in [folder.upload, folder.rejected, folder.configs] {
      for name in try Folder.names(in: path, where: { _ in true }) ?? [] {
        func isOlder(than seconds: Int64) -> Bool { age(path.appending(name), now) > seconds }
        let week = name.count > 10 ? Day(text: name[..<10]) : nil
        if name.begins(with: ".tmp-") {
          if isOlder(than: 60) { Kernel.unlink(path.appending(name)) }
        } else if let week, name.count == 20, name.ends(with: ".json.lock"), isThere(sent(week)) || isThere(rejected(week)) {
          _ = try? SendLock.clear(lock(week), now: now)
        } else if let week, name.count == 18, name.ends(with: ".receipt"), !isThere(sent(week)) {
          // Its document is gone: it was old, or there were too many.
          if isOlder(than: 60) { Kernel.unlink(receipt(week)) }
        } else if let week, path == folder.rejected, name == answer(week).name || name == rejected(week).name {
          if isOlder(than: Int64(ReportRun.age) * 86400) { Kernel.unlink(path.appending(name)) }
        }
      }
    }
  }

  /// In seconds.
  private func age(_ path: Path, _ now: Int64) -> Int64 {
    var attributes = Kernel.Attributes()
    return Kernel.attributes(ofLinkAt: path, &attributes) == 0 ? now - attributes.modified : 0
  }
}
