import Consent
import CounterFile
import Dates
import Files

/// The disk is bounded: what is finished takes no more than the quota, and is
/// removed when it has become old. Counter files, what waits to be reported or
/// sent, and the newest report are never touched.
extension ReportRun {
  /// Of finished reports, and of copies of what was sent or refused, in bytes:
  /// `quota` in the telemetry folder says how many MiB, else it is 8.
  public static func quota(in folder: TelemetryFolder) -> Int64 {
    var value: Int64 = 0
    let text = try? File.content(of: folder.path.appending("quota"), limit: 64)
    guard let digits = text?.trimmed, !digits.isEmpty else { return 8 << 20 }
    for digit in digits {
      guard case let figure = digit &- UInt8(ascii: "0"), figure < 10, value < 1 << 20 else { return 8 << 20 }
      value = value &* 10 &+ Int64(figure)
    }
    return value << 20
  }

  /// How long a finished file stays, in days: a year can be compared with the one before.
  public static let age = 400

  @inline(never)
  func keepBounded(_ listing: ReportFolder.Listing, _ summary: inout Summary) {
    if isHasty, Clock.monotonic > deadline ?? 0 { return }
    var total: Int64 = 0
    var found: [[UInt8]] = []
    var attributes = Kernel.Attributes()
    func look(_ names: [[UInt8]], in folder: Path) {
      var newest = Day(0)
      for name in names { newest = max(newest, week(name)) }
      for name in names {
        let path = folder.appending(name)
        let week = week(name)
        guard week > Day(0), Kernel.attributes(ofLinkAt: path, &attributes) == 0 else { continue }
        total &+= attributes.size
        if week < newest, !Reading.mayBelong(listing.counterFiles, to: week) { found.append(week.text + path.bytes) }
      }
    }
    look(listing.finished, in: local)
    #if hasFeature(Embedded)
      // What else uploads leave is cleared away by who uploads.
      look((try? files.sent()) ?? [], in: files.folder.upload)
    #else
      for folder in [files.folder.upload, files.folder.rejected] { look((try? Folder.names(in: folder, where: { _ in true })) ?? [], in: folder) }
    #endif
    let quota = ReportRun.quota(in: files.folder)
    // The oldest weeks first. Age is that of the file, by the real clock: a report
    // of a week long past may have been made just now.
    for entry in found.inByteOrder {
      let path = Path(Array(entry[10...]))
      guard Kernel.attributes(ofLinkAt: path, &attributes) == 0,
        total > quota || Clock.seconds &- attributes.modified > Int64(ReportRun.age) &* 86400, Kernel.unlink(path) == 0
      else { continue }
      total &-= attributes.size
      summary.removed += 1
    }
  }

  /// Of `local.<date>.json`, or a date and `.begin`, `.json`, `.receipt` or
  /// `.answer`; 0 for another name, which is not removed.
  @inline(never)
  private func week(_ name: [UInt8]) -> Day {
    let start = name.first == UInt8(ascii: "l") ? 6 : 0
    #if hasFeature(Embedded)
      let isKnown = name.count == start + 15 || name.count == 16
    #else
      let isKnown = name.count > start + 10 && [".json", ".begin", ".receipt", ".answer"].contains(String(decoding: name[(start + 10)...], as: UTF8.self))
    #endif
    return (isKnown ? Day(text: name[start..<start + 10]) : nil) ?? Day(0)
  }
}
