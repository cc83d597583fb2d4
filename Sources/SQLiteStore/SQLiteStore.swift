import Dates
import Files
import GRDB
import Gate
import Store
import Synchronization

/// Reports in one file of SQLite. One connection writes: reports that come while it
/// commits are its next transaction, so that one fsync is enough for all of them.
public final class SQLiteStore: ReportStore {
  let path: Path
  let pool: DatabasePool
  /// That sums list.
  let mostStacks: Int
  private let writer: Writer
  private let queue = Mutex(Queue())
  private let committed: @Sendable (_ reports: Int, _ nanoseconds: Int64) -> Void

  private struct Queue {
    var waiting: [Writer.Waiting] = []
    var isBusy = false
  }

  /// The file, which is made if it is not there; its folder has to be. `committed` hears
  /// of every group of reports that was made durable, or was not, and how long it took.
  public init(
    _ path: Path, mostStacks: Int = Tallies.mostStacks, committed: @escaping @Sendable (_ reports: Int, _ nanoseconds: Int64) -> Void = { _, _ in }
  ) throws {
    do {
      // Reports are nobody else's business. SQLite gives its other files the same mode.
      var attributes = Kernel.Attributes()
      if Kernel.attributes(at: path, &attributes) < 0 { _ = try File.create(path, with: [], mode: 0o600, durable: true) }
      let pool = try DatabasePool(path: path.text, configuration: SQLiteStore.configuration(path))
      try pool.writeWithoutTransaction { db in
        // Each commit is synced; GRDB prefers NORMAL, which would sync only now and then.
        try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8192")
        try Schema.bringUpToDate(db, path)
        // What a process that was killed has committed, but perhaps not synced, is durable from now on.
        try SQLiteStore.checkpoint(db)
      }
      (self.path, self.pool, writer, self.mostStacks, self.committed) = (path, pool, Writer(path), mostStacks, committed)
    } catch { throw Fault(error, path) }
  }

  /// As far as readers let it. Another process may be at the same, which is over in a
  /// moment: SQLite waits for locks, as long as it was told, but not for that one.
  private static func checkpoint(_ db: Database) throws {
    let end = Clock.monotonic + 10_000_000_000
    while true {
      do {
        try db.checkpoint(.passive)
        return
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && Clock.monotonic < end { Kernel.pause(microseconds: 5000) }
    }
  }

  static func configuration(_ path: Path) -> Configuration {
    var configuration = Configuration()
    configuration.label = "reports"
    configuration.busyMode = .timeout(10)
    configuration.maximumReaderCount = 3
    configuration.prepareDatabase { db in
      if !db.configuration.readonly, try Schema.version(of: db, path) == nil { try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
      try db.execute(sql: "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY")
    }
    return configuration
  }

  public func add(_ report: KeptReport) async throws -> Placement {
    try await withCheckedThrowingContinuation { answer in
      let isFirst = queue.withLock { queue in
        queue.waiting.append((report, answer))
        defer { queue.isBusy = true }
        return !queue.isBusy
      }
      if isFirst { keepNext() }
    }
  }

  /// Keeps those who wait, and then those who have come meanwhile. Between two
  /// groups others get to write.
  private func keepNext() {
    pool.asyncWriteWithoutTransaction { [self] db in
      let group = queue.withLock { queue in
        let group = queue.waiting
        queue.waiting = []
        queue.isBusy = !group.isEmpty
        return group
      }
      guard !group.isEmpty else { return }
      let start = Clock.monotonic
      writer.keep(group, db)
      committed(group.count, Clock.monotonic - start)
      keepNext()
    }
  }

  public func settle(_ week: Day, _ x: Double, _ report: KeptReport?) async throws {
    try await write { [writer] db in try writer.settle(week, x, report, db) }
  }

  /// A few at a time, so that nobody who sends a report waits long.
  public func forget(before day: Day) async throws -> Int {
    var forgotten = 0
    var isDone = false
    while !isDone {
      let some: Int
      (some, isDone) = try await write { [writer] db in try writer.forget(before: day, limit: 2000, db) }
      forgotten += some
    }
    // The pages that are free now are given back to the file system.
    var free = forgotten
    while free > 0 {
      free = try await write { db in
        try db.execute(sql: "PRAGMA incremental_vacuum(2000)")
        return try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
      }
    }
    return forgotten
  }

  public func publish(_ documents: [Document]) async throws {
    try await write { db in
      try db.inTransaction(.immediate) {
        let insert = try QuickStatement(db, "INSERT OR REPLACE INTO document (name, edition, made, text) VALUES (?, ?, ?, ?)")
        for document in documents {
          insert.bind([UInt8](document.name.utf8), at: 1)
          insert.bind(document.edition, at: 2)
          insert.bind(document.made.number, at: 3)
          insert.bind(document.text, at: 4)
          try insert.run()
        }
        return .commit
      }
    }
  }

  /// It writes a number, durably, because only that says whether it can.
  public func check() async throws {
    try await write { try $0.execute(sql: "INSERT INTO checked (id, times) VALUES (1, 1) ON CONFLICT DO UPDATE SET times = times + 1") }
  }

  public func close() async throws {
    try await write { [writer] _ in writer.close() }
    do { try pool.close() } catch { throw Fault(error, path) }
  }

  func write<Result: Sendable>(_ body: @Sendable @escaping (Database) throws -> Result) async throws -> Result {
    do { return try await pool.writeWithoutTransaction(body) } catch let error as CancellationError { throw error } catch { throw Fault(error, path) }
  }

  func read<Result: Sendable>(_ body: @Sendable @escaping (Database) throws -> Result) async throws -> Result {
    do { return try await pool.read(body) } catch let error as CancellationError { throw error } catch { throw Fault(error, path) }
  }
}

extension Path {
  var text: String { String(decoding: bytes, as: UTF8.self) }
}
