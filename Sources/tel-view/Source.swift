import Consent
import Dates
import Delivery
import Files
import Gate
import Reports
import Survey

/// One telemetry folder, and what was read of it a moment ago. Nothing is
/// written and no lock is taken: who counts does not notice.
final class Source {
  let vendor: Vendor
  private let fixed: Int64?
  private let chronicle: Chronicle
  private var known: (snapshot: Snapshot, time: Int64)?
  private var examined: (Examination, time: Int64)?

  /// `fixed`: the time to take for now, in Unix seconds.
  init(_ vendor: Vendor, at fixed: Int64?) {
    self.vendor = vendor
    self.fixed = fixed
    chronicle = Chronicle(vendor.folder)
  }

  var now: Int64 { fixed ?? Clock.seconds }
  var folder: TelemetryFolder { vendor.folder }
  var uploads: UploadFolder { UploadFolder(vendor.folder) }

  /// Several requests of one page see the same.
  var snapshot: Snapshot {
    let time = Clock.monotonic
    if let known, time - known.time <= 500_000_000 { return known.snapshot }
    let snapshot: Snapshot
    do throws(Fault) { snapshot = try chronicle.snapshot(today: Day(unixSeconds: now)) } catch { snapshot = Snapshot(problem: error.message) }
    known = (snapshot, Clock.monotonic)
    return snapshot
  }

  /// What `tel doctor` finds. It reads every file: not for each page anew.
  var examination: Examination {
    let time = Clock.monotonic
    if let (examination, read) = examined, time - read < 10_000_000_000 { return examination }
    let examination = Examination(of: vendor, at: now)
    examined = (examination, Clock.monotonic)
    return examination
  }

  /// The bytes of all files in the folder.
  var size: Int64 {
    var total: Int64 = 0
    for place in [folder.path, folder.local, folder.upload, folder.rejected, folder.configs, folder.quarantine, folder.crashes] {
      for name in (try? Folder.names(in: place, where: { _ in true })) ?? [] {
        var there = Kernel.Attributes()
        if Kernel.attributes(ofLinkAt: place.appending(name), &there) == 0, Kernel.isRegular(there) { total += there.size }
      }
    }
    return total
  }
}
