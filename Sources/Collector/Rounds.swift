import ChartConfig
import Dates
import Files
import Store
import Synchronization

/// What a collector does by itself: it reads configs again when there are new
/// ones, publishes what is due, and forgets what is old.
public final class Rounds: Sendable {
  private let engine: Engine
  private let texts: @Sendable () throws -> [Chart]
  private let isAwake = Mutex(false)
  private let seen: Mutex<[UInt8]>

  /// How often configs are looked at, and how often all else is.
  private static let glance: Duration = .seconds(2)
  private static let turns = 30

  /// `texts` reads the chart config.
  public init(_ engine: Engine, texts: @escaping @Sendable () throws -> [Chart]) {
    (self.engine, self.texts) = (engine, texts)
    seen = Mutex(Rounds.stamp(of: engine.settings))
  }

  /// Configs are read again at once, changed or not.
  public func wake() { isAwake.withLock { $0 = true } }

  /// Until its task is cancelled; what has begun is finished.
  public func run() async {
    var turn = 0
    while !Task.isCancelled {
      let isAwake = isAwake.withLock { wake in
        defer { wake = false }
        return wake
      }
      let stamp = Rounds.stamp(of: engine.settings)
      let isNew = seen.withLock { seen in
        defer { seen = stamp }
        return seen != stamp
      }
      if isAwake || isNew { await reload() }
      if isAwake || isNew || turn % Rounds.turns == 0 { await work() }
      turn += 1
      for _ in 0..<10 where !Task.isCancelled && !self.isAwake.withLock({ $0 }) { try? await Task.sleep(for: Rounds.glance / 10) }
    }
  }

  /// One round, as the commands do it.
  public func work() async {
    var isWell = true
    func attempt(_ event: StaticString, _ body: () async throws -> Void) async {
      if Task.isCancelled { return }
      do { try await body() } catch {
        if Task.isCancelled { return }
        isWell = false
        engine.metrics.count(.faults)
        engine.journal.failure(event, error)
      }
    }
    await attempt("waiting reports were not read", settle)
    await attempt("nothing was published") { _ = try await Press(engine).work() }
    // What is published is not needed any more.
    await attempt("old reports were not forgotten", forget)
    if isWell { engine.metrics.set(.scheduled, Double(Clock.seconds)) }
  }

  /// Reads reports whose config has come meanwhile.
  private func settle() async throws {
    let current = engine.configs.current
    let versions = current.shelf.built.map(\.number.text)
    if versions.isEmpty { return }
    var (kept, dropped) = (0, 0)
    while !Task.isCancelled {
      let waiting = try await engine.store.pending(naming: versions, limit: 500)
      if waiting.isEmpty { break }
      for report in waiting {
        let read = current.intake.reread(report)
        try await engine.store.settle(report.week, report.x, read)
        if read == nil { dropped += 1 } else { kept += 1 }
      }
    }
    if kept + dropped > 0 { engine.journal.info("waiting reports read", ("kept", .number(kept)), ("dropped", .number(dropped))) }
  }

  private func forget() async throws {
    let end = engine.today.advanced(by: -engine.settings.retention)
    let count = try await engine.store.forget(before: end)
    if count == 0 { return }
    engine.metrics.count(.forgotten, by: count)
    engine.journal.info("forgotten", ("reports", .number(count)), ("before", .text(end.text)))
  }

  private func reload() async {
    do {
      let shelf = try ConfigShelf(engine.settings.configFolder)
      let before = engine.shelf.newest?.number
      engine.put(shelf, texts: try texts())
      if let number = shelf.newest?.number, number != before { engine.journal.info("config", ("version", .text(number.text))) }
    } catch {
      // The one that was read before stays in force.
      engine.metrics.count(.faults)
      engine.journal.failure("the config was not read", error)
    }
  }

  /// Changes when a config is built, or the chart config is written.
  private static func stamp(of settings: Settings) -> [UInt8] {
    var stamp: [UInt8] = []
    for path in [settings.configFolder.appending("latest.json"), settings.configFolder.appending("SHA256SUMS")] + settings.charts {
      var attributes = Kernel.Attributes()
      if Kernel.attributes(at: path, &attributes) != 0 { continue }
      for number in [Int64(bitPattern: attributes.inode), attributes.size, attributes.modified] { stamp += Array(String(number).utf8) + [0x2c] }
    }
    return stamp
  }
}
