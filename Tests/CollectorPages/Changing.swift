import ChartConfig
import CollectorPages
import Dates
import Files
import MadeUpSite
import Publishing
import Synchronization
import TestSupport

/// A made-up site of which a test may change what is published, and count what
/// is read.
final class Changing: SiteSource, Sendable {
  struct State {
    var publications: [TimeSpan: Publication] = [:]
    var reads = 0
    var outlines = 0
  }

  let base: MadeUpSource
  let state = Mutex(State())

  init(_ base: MadeUpSource, weeks: Int = 3) async throws {
    self.base = base
    for span in try await base.spans().filter({ $0.kind == .week }).sorted().suffix(weeks) {
      let publication = try await base.publication(span)
      state.withLock { $0.publications[span] = publication }
    }
  }

  var facts: Facts { base.facts }
  var shelf: ConfigShelf { base.shelf }
  var texts: [Chart] { base.texts }
  var reads: Int { state.withLock { $0.reads } }
  /// Among those.
  var outlines: Int { state.withLock { $0.outlines } }

  func change(_ span: TimeSpan, _ body: (inout Publication?) -> Void) { state.withLock { body(&$0.publications[span]) } }

  func spans() async throws -> [TimeSpan] { state.withLock { Array($0.publications.keys) } }
  func editions() async throws -> [(span: TimeSpan, edition: Int)] { state.withLock { $0.publications.map { ($0.key, $0.value.edition) } } }

  func publication(_ span: TimeSpan) async throws -> Publication? {
    // Others come meanwhile.
    await Task.yield()
    return state.withLock {
      $0.reads += 1
      return $0.publications[span]
    }
  }

  func outline(_ span: TimeSpan) async throws -> Publication? {
    state.withLock { $0.outlines += 1 }
    return try await publication(span)
  }

  func reports(of day: Day) async throws -> [UInt8]? { nil }
  func status() async throws -> CollectorPages.Status { try await base.status() }
}
