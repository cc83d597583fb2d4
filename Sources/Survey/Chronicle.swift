import Consent
import Dates
import Files
import Gate
import Reports

/// What was counted in a telemetry folder, week by week: in reports, and in
/// counter files beyond what reports have. Only looks, and takes no lock.
package final class Chronicle {
  private let folder: TelemetryFolder
  private var past = History()
  private var seen: [Mark] = []

  /// A report, as far as it can be told from outside whether it is the same.
  private struct Mark: Equatable {
    let path: Path
    let inode: UInt64
    let size: Int64
    let modified: Int64
  }

  package init(_ folder: TelemetryFolder) { self.folder = folder }

  /// Reports are read again when their files have changed, counter files each
  /// time. A week that ends after this day is not over.
  package func snapshot(today: Day) throws(Fault) -> Snapshot {
    var live = History()
    // A report run may move counts while they are read: then it reads again.
    for _ in 0..<4 {
      let committed = try CommittedReports(in: folder)
      readReports(committed)
      live = readCounterFiles(today)
      if try CommittedReports.generation(of: folder) == committed.generation { break }
    }
    return Snapshot(past: past, live: live)
  }

  private func readReports(_ committed: CommittedReports) {
    let marks = committed.reports.map { report in
      var there = Kernel.Attributes()
      _ = Kernel.attributes(ofLinkAt: report.path, &there)
      return Mark(path: report.path, inode: there.inode, size: there.size, modified: there.modified)
    }
    if marks == seen { return }
    let history = History()
    for (week, path, begins) in committed.reports {
      do throws(Fault) {
        guard let text = try File.content(of: path, limit: Report.limit) else { continue }
        let report = try ReportDocument(report: text, origin: path)
        guard report.end == week.text else { throw Fault(.corrupt, .path(path), " is of another week than its name says") }
        // Without them the picture is a little less true, and nothing more.
        let known = (try? File.content(of: begins, limit: Report.limit)).flatMap { $0 }.flatMap { try? Begins($0, origin: begins) }
        history.add(report, of: week, known, isLive: false)
      } catch { history.problems.append(error.message) }
    }
    past = history
    seen = marks
  }

  private func readCounterFiles(_ today: Day) -> History {
    let history = History()
    var problems: [[UInt8]] = []
    do throws(Fault) {
      // From the beginning of time on: also weeks that are over, and not yet reported.
      for under in try WeekUnderWay.all(in: folder, at: 0, config: [], problems: &problems) {
        let report = try ReportDocument(report: under.report, origin: folder.local)
        history.add(report, of: under.week, try? Begins(under.begins, origin: folder.local), isLive: under.week > today)
      }
    } catch { problems.append(error.message) }
    history.problems = problems
    return history
  }
}
