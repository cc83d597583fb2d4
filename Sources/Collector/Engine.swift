import ChartConfig
import CollectorPages
import Dates
import Files
import Gate
import Publishing
import Store
import Synchronization

/// What the parts of a collector share: the store, the configs, and what is
/// published of them.
public final class Engine: SiteSource {
  public let settings: Settings
  public let store: any ReportStore
  let metrics: Metrics
  let journal: Journal
  public let configs: Configs
  private let written: Mutex<[Chart]>
  private let isStopping = Mutex(false)

  public init(_ settings: Settings, _ store: any ReportStore, _ shelf: ConfigShelf, texts: [Chart], metrics: Metrics, journal: Journal) {
    (self.settings, self.store, self.metrics, self.journal) = (settings, store, metrics, journal)
    configs = Configs(shelf)
    written = Mutex(texts)
    metrics.setConfig(shelf.newest?.number.text ?? [])
  }

  public var facts: Facts { settings.facts }
  public var shelf: ConfigShelf { configs.current.shelf }
  public var texts: [Chart] { written.withLock { $0 } }
  public var today: Day { settings.today() }

  /// The config of a number, for sums.
  public var table: ConfigTable {
    let shelf = shelf
    return { shelf[$0]?.config }
  }

  public func put(_ shelf: ConfigShelf, texts: [Chart]? = nil) {
    configs.replace(with: shelf)
    if let texts { written.withLock { $0 = texts } }
    metrics.setConfig(shelf.newest?.number.text ?? [])
  }

  /// From now on /readyz says no, so that a proxy sends nobody here any more.
  public func stop() { isStopping.withLock { $0 = true } }

  /// What takes reports, and counts what becomes of them.
  public func receiver() -> Receiver {
    let (metrics, journal) = (metrics, journal)
    return Receiver(configs: configs, store: store, today: settings.today) { outcome in
      switch outcome {
      case .kept: metrics.count(.reports, "outcome=\"accepted\"")
      case .pending: metrics.count(.reports, "outcome=\"pending\"")
      case .known: metrics.count(.reports, "outcome=\"duplicate\"")
      case .refused(let status): metrics.count(.refused, "reason=\"\(Metrics.reason(of: status))\"")
      }
    } failed: { error in
      journal.failure("a report was not kept", error)
    }
  }

  // MARK: What is published

  public func editions() async throws -> [(span: TimeSpan, edition: Int)] {
    try await store.documents().compactMap { document in TimeSpan(name: Array(document.name.utf8)).map { ($0, document.edition) } }.sorted { $0.span < $1.span }
  }

  public func spans() async throws -> [TimeSpan] { try await editions().map(\.span) }

  public func publication(_ span: TimeSpan) async throws -> Publication? { try await publication(span, of: Set(Dimension.allCases)) }

  public func outline(_ span: TimeSpan) async throws -> Publication? { try await publication(span, of: [.all, .version]) }

  private func publication(_ span: TimeSpan, of dimensions: Set<Dimension>) async throws -> Publication? {
    guard let document = try await store.document(span.name) else { return nil }
    return try Publication(json: document.text, origin: Array(document.name.utf8), of: dimensions)
  }

  /// Only when its week is published: until then it may still change.
  public func reports(of day: Day) async throws -> [UInt8]? {
    guard settings.publishesReports, try await store.document(Schedule.week(of: day).name) != nil else { return nil }
    return try await store.document("reports/" + String(decoding: day.text, as: UTF8.self))?.text
  }

  public func status() async throws -> CollectorPages.Status {
    var status = CollectorPages.Status(today: today)
    status.days = try await store.days()
    status.published = try await store.documents().map(\.made).max()
    return status
  }

  // MARK: How it is

  /// Why no requests should come here; nil if they should.
  func unreadiness() async -> String? {
    if isStopping.withLock({ $0 }) { return "the collector is stopping" }
    if shelf.newest == nil { return "there is no upload config yet" }
    do { try await store.check() } catch { return "the store cannot be written" }
    return nil
  }

  /// Brings gauges up to date.
  func measure() async {
    if let days = try? await store.days() {
      metrics.set(.stored, Double(days.reduce(0) { $0 + $1.reports + $1.pending }))
      metrics.set(.pending, Double(days.reduce(0) { $0 + $1.pending }))
    }
    if let memory = Engine.memory() { metrics.set(.memory, Double(memory)) }
    metrics.set(.size, Double(Engine.size(of: settings.data)))
  }

  /// Of files in the folder itself; configs are not counted.
  private static func size(of folder: Path) -> Int64 {
    let names = (try? Folder.names(in: folder) { $0.begins(with: "reports.") }) ?? nil
    return (names ?? []).reduce(0) { sum, name in
      var attributes = Kernel.Attributes()
      return Kernel.attributes(at: folder.appending(name), &attributes) == 0 ? sum + attributes.size : sum
    }
  }

  /// Files of /proc have no size: they are read as far as they go.
  private static func memory() -> Int? {
    let descriptor = Kernel.open(Path([UInt8]("/proc/self/statm")), .read)
    guard descriptor >= 0 else { return nil }
    defer { Kernel.close(descriptor) }
    var text = [UInt8](repeating: 0x20, count: 256)
    let got = text.withUnsafeMutableBytes { Kernel.read(descriptor, $0.baseAddress!, $0.count, at: 0) }
    guard got > 0, let pages = text.split(separator: 0x20).dropFirst().first else { return nil }
    return Int(String(decoding: pages, as: UTF8.self)).map { $0 * 4096 }
  }
}
