import Consent
import Dates
import Files

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

  private func weeks(_ path: Path, _ start: StaticString, _ ending: StaticString) throws(Fault) -> [Day] {
    let before = start.utf8CodeUnitCount
    let names = try Folder.names(in: path, where: { $0.count == before + 10 + ending.utf8CodeUnitCount && $0.begins(with: start) && $0.ends(with: ending) })
    return (names ?? []).compactMap { Day(text: $0[before..<before + 10]) }
  }

  /// Clears away what processes that were killed have left: what was sent and
  /// still waits, locks of what was sent, files that were not finished. `now`:
  /// Unix seconds of the real clock, as file times are.
  func tidy(now: Int64) throws(Fault) {
    let waiting = try weeksWaiting()
    for week in waiting.isEmpty ? [] : try weeksSent() where waiting.contains(week) { Kernel.unlink(self.waiting(week)) }
    for path in [folder.upload, folder.rejected, folder.configs] {
      for name in try Folder.names(in: path, where: { $0.begins(with: ".tmp-") || $0.ends(with: ".json.lock") }) ?? [] {
        if name.ends(with: ".lock") {
          guard let week = Day(text: name.prefix(10)), isThere(sent(week)) || isThere(rejected(week)) else { continue }
          _ = try? SendLock.clear(lock(week), now: now)
        } else {
          var attributes = Kernel.Attributes()
          let path = path.appending(name)
          if Kernel.attributes(ofLinkAt: path, &attributes) == 0, now - attributes.modified > 60 { Kernel.unlink(path) }
        }
      }
    }
  }
}
