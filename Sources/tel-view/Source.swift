import Consent
import Dates
import Delivery
import Files
import Gate
import Reports
import Survey

/// One telemetry folder, read when something of it has changed. Nothing is
/// written and no lock is taken: who counts does not notice.
final class Source {
  let vendor: Vendor
  private let fixed: Int64?
  private var past = History()
  private var seen: [Mark]?
  private var live = History()
  /// When that was read.
  private var liveTime: Int64?

  private var examined: (Examination, time: Int64)?

  /// A report, as far as it can be told from outside whether it is the same.
  private struct Mark: Equatable {
    let week: Int
    let inode: UInt64
    let size: Int64
    let modified: Int64
  }

  /// `fixed`: the time to take for now, in Unix seconds.
  init(_ vendor: Vendor, at fixed: Int64?) {
    self.vendor = vendor
    self.fixed = fixed
  }

  var now: Int64 { fixed ?? Clock.seconds }
  var folder: TelemetryFolder { vendor.folder }
  var uploads: UploadFolder { UploadFolder(vendor.folder) }

  var snapshot: Snapshot {
    readReports()
    // Several requests of one page see the same.
    let time = Clock.monotonic
    if liveTime.map({ time - $0 > 500_000_000 }) ?? true {
      live = readLive()
      liveTime = time
    }
    return Snapshot(past: past, live: live)
  }

  private func readReports() {
    let folder = uploads
    let weeks = ((try? folder.weeksWithReport()) ?? []).sorted()
    let marks = weeks.map { week in
      var there = Kernel.Attributes()
      _ = Kernel.attributes(ofLinkAt: folder.report(week), &there)
      return Mark(week: week.number, inode: there.inode, size: there.size, modified: there.modified)
    }
    if marks == seen { return }
    let history = History()
    for week in weeks {
      do throws(Fault) {
        guard let text = try File.content(of: folder.report(week), limit: Report.limit) else { continue }
        let report = try Report(text, origin: folder.report(week))
        guard report.week == week else { throw Fault(.corrupt, .path(folder.report(week)), " is of another week than its name says") }
        history.add(report, isLive: false)
      } catch { history.problems.append(error.message) }
    }
    past = history
    seen = marks
  }

  /// Of counter files: what no report has yet.
  private func readLive() -> History {
    let history = History()
    var problems: [[UInt8]] = []
    let today = Day(unixSeconds: now)
    // From the beginning of time on: also weeks that are over, and not yet reported.
    for under in (try? WeekUnderWay.all(in: folder, at: 0, config: [], problems: &problems)) ?? [] {
      do throws(Fault) { history.add(try Report(under.report, origin: folder.local), isLive: under.week > today) } catch { problems.append(error.message) }
    }
    history.problems = problems
    return history
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
