import Consent
import Dates
import Files
import Gate
import Reports

/// What was counted in a telemetry folder, week by week: in reports, and in
/// counter files beyond what reports have. Only looks, and takes no lock.
package final class Chronicle {
  /// Calls the body with each number below the count, in any order or several at a time.
  package typealias Loop = (_ count: Int, _ body: @escaping (Int) -> Void) -> Void

  private let folder: TelemetryFolder
  private let loop: Loop
  private var past = History()
  private var seen: [Mark] = []

  /// A report, as far as it can be told from outside whether it is the same.
  private struct Mark: Equatable {
    let path: Path
    let inode: UInt64
    let size: Int64
    let modified: Int64
  }

  /// `loop`: how reports are read, several of which take their time.
  package init(_ folder: TelemetryFolder, by loop: @escaping Loop = { count, body in for index in 0..<count { body(index) } }) {
    self.folder = folder
    self.loop = loop
  }

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
    // A few at a time: a report that was read is many times as large as its file.
    let atOnce = 8
    for start in stride(from: 0, to: committed.reports.count, by: atOnce) {
      let some = Array(committed.reports[start...].prefix(atOnce))
      var read = [Result<(report: ReportDocument, begins: Begins?)?, Fault>](repeating: .success(nil), count: some.count)
      read.withUnsafeMutableBufferPointer { read in
        let read = read
        loop(some.count) { read[$0] = Chronicle.read(some[$0]) }
      }
      for ((week, _, _), result) in zip(some, read) {
        switch result {
        case .success(let found): if let found { history.add(found.report, of: week, found.begins, isLive: false) }
        case .failure(let fault): history.problems.append(fault.message)
        }
      }
    }
    past = history
    seen = marks
  }

  private static func read(_ known: (week: Day, path: Path, begins: Path)) -> Result<(report: ReportDocument, begins: Begins?)?, Fault> {
    do throws(Fault) {
      guard let text = try File.content(of: known.path, limit: Report.limit) else { return .success(nil) }
      let report = if let plain = ReportDocument(plain: text) { plain } else { try ReportDocument(report: text, origin: known.path) }
      guard report.end == known.week.text else { throw Fault(.corrupt, .path(known.path), " is of another week than its name says") }
      // Without them the picture is a little less true, and nothing more.
      let begins = (try? File.content(of: known.begins, limit: Report.limit)).flatMap { $0 }.flatMap { try? Begins($0, origin: known.begins) }
      return .success((report, begins))
    } catch { return .failure(error) }
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
