import Dates
import Files
import Foundation
import TestSupport
import Testing

@testable import Reports

/// Whoever reads a counter file may meet a writer that extends it just then, and
/// links a record behind the end that the reader has seen.
@Suite("A file that grows while it is read")
struct GrowingFileTests {
  let folder = TemporaryFolder()
  let metadata = CounterFileImage.metadata(begin: "2026-11-20", end: "2026-11-27")

  /// Runs `body`; at the first read the file gets a second page and a record there.
  private func growing(_ path: Path, _ body: () throws -> Void) rethrows {
    var image = CounterFileImage(metadata: metadata)
    image.add("early".bytes, value: 1, at: image.headerLength + 2080)
    path.write(image.bytes)
    image.bytes += [UInt8](repeating: 0, count: 16384)
    image.add("late".bytes, value: 2, at: 16384)
    var isGrown = false
    try Faults.during({ call, _ in
      if call == .read, !isGrown {
        isGrown = true
        path.write(image.bytes)
      }
      return 0
    }, body)
    #expect(isGrown)
  }

  @Test("it is no damaged file for tel dump and tel_report_visit")
  func visited() throws {
    let path = folder.appending("a.v1.count")
    try growing(path) {
      let document = try ReportDocument.read(path)
      #expect(document.programs[0].counts.map { $0.name.string } == ["early", "late"])
    }
  }

  @Test("it is no damaged file for a report run")
  func harvested() throws {
    let path = folder.appending("a.v1.count")
    try growing(path) {
      let look = Harvest.look(at: path.name, in: folder.path, now: Day(text: "2026-12-01".bytes)!.start, isHasty: false)
      guard case .harvest(let harvest) = look else {
        Issue.record("\(look)")
        return
      }
      #expect(harvest.counts.list.map { $0.name.string } == ["early", "late"])
    }
  }
}
