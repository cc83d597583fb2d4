import Consent
import CounterFile
import Dates
import Delivery
import Dispatch
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
  private var knownConfig: (mark: ConfigMark, pinned: Pinned)?
  private var knownMarks: [[[UInt8]]: (of: Marked, marks: [[UInt8]: Outlook.Mark])] = [:]
  private var examined: (Examination, time: Int64)?

  typealias Pinned = (pin: ConfigStore.Pin, config: UploadConfig, before: UploadConfig?)

  /// As long as these are the same, so is what they hold.
  private struct ConfigMark: Equatable {
    let hash, version, before, beforeVersion: [UInt8]
    let inode: UInt64
    let modified: Int64
  }

  /// What marks depend on.
  private struct Marked: Equatable {
    let names: Set<[UInt8]>
    let builds: [Identity]
    let config: [UInt8]
    let mode: Mode
    let day: Day
  }

  /// `fixed`: the time to take for now, in Unix seconds.
  init(_ vendor: Vendor, at fixed: Int64?) {
    self.vendor = vendor
    self.fixed = fixed
    chronicle = Chronicle(vendor.folder, by: onAllProcessors)
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

  /// The upload config in force, which may be large, and the one before.
  var pinned: Pinned? {
    let store = ConfigStore(uploads)
    guard let pin = store.pin() else { return nil }
    var there = Kernel.Attributes()
    _ = Kernel.attributes(ofLinkAt: folder.configs.appending(pin.hash + [UInt8](".json")), &there)
    let mark = ConfigMark(hash: pin.hash, version: pin.version, before: pin.before, beforeVersion: pin.beforeVersion, inode: there.inode, modified: there.modified)
    if let (known, pinned) = knownConfig, known == mark { return (pin, pinned.config, pinned.before) }
    guard let pinned = try? store.pinned() else { return nil }
    knownConfig = (mark, pinned)
    return pinned
  }

  /// Of the names of a program, or of one version of it.
  func marks(_ program: [UInt8], _ names: Set<[UInt8]>, version: [UInt8]? = nil, by outlook: Outlook) -> [[UInt8]: Outlook.Mark]? {
    guard let config = outlook.config else { return nil }
    let builds = snapshot.builds(program).filter { version == nil || $0.version == version }
    let of = Marked(names: names, builds: builds, config: config.hash, mode: outlook.mode, day: Day(unixSeconds: now))
    let key = [program] + (version.map { [$0] } ?? [])
    if let known = knownMarks[key], known.of == of { return known.marks }
    guard let marks = outlook.marks(program, names, builds) else { return nil }
    knownMarks[key] = (of, marks)
    return marks
  }

  /// Reads everything, on as many processors as there are.
  func warm() -> Snapshot {
    // They have nothing in common but the files.
    let group = DispatchGroup()
    nonisolated(unsafe) let source = self
    DispatchQueue.global().async(group: group) { _ = (source.pinned, source.examination) }
    let snapshot = snapshot
    group.wait()
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

/// Calls the body with each number below the count, several at a time. What it
/// writes, it must not share between numbers.
private func onAllProcessors(_ count: Int, _ body: @escaping (Int) -> Void) {
  nonisolated(unsafe) let body = body
  DispatchQueue.concurrentPerform(iterations: count) { body($0) }
}
