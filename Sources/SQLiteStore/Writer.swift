import Dates
import Files
import GRDB
import Store

/// What writes reports. It lives on the queue of the one connection that writes,
/// and nowhere else.
final class Writer: @unchecked Sendable {
  typealias Waiting = (report: KeptReport, answer: CheckedContinuation<Placement, any Error>)

  /// Statements, and names as the file had them when it was last looked at.
  private struct Session {
    var names: Names
    /// Of the file, as of the last look: it changes when another process writes.
    var version: Int
    let versionNow, insert, hash, wait, count: QuickStatement

    init(_ db: Database) throws {
      versionNow = try QuickStatement(db, "PRAGMA data_version")
      insert = try QuickStatement(db, "INSERT INTO report (week, x, config, received, hash, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
      hash = try QuickStatement(db, "SELECT hash FROM report WHERE week = ? AND x = ?")
      wait = try QuickStatement(db, "INSERT INTO waiting (week, x, config, text) VALUES (?, ?, ?, ?)")
      count = try QuickStatement(
        db, "INSERT INTO day (week, reports, pending) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET reports = reports + ?2, pending = pending + ?3")
      names = try Names(db)
      version = 0
      version = try currentVersion()
    }

    func currentVersion() throws -> Int {
      guard try versionNow.step() else { return 0 }
      defer { versionNow.reset() }
      return versionNow.int(0)
    }
  }

  private let path: Path
  private var session: Session?

  init(_ path: Path) { self.path = path }

  /// Its statements would keep the file open.
  func close() { session = nil }

  /// They are durable when it has returned, or none is.
  func keep(_ group: [Waiting], _ db: Database) {
    var placements: [Placement] = []
    placements.reserveCapacity(group.count)
    do {
      try transaction(db) { db in
        var days: [Int: (reports: Int, pending: Int)] = [:]
        for (report, _) in group {
          let placement = try keep(report, db)
          placements.append(placement)
          if placement == .kept {
            if report.pending == nil { days[report.week.number, default: (0, 0)].reports += 1 } else { days[report.week.number, default: (0, 0)].pending += 1 }
          }
        }
        for (day, more) in days { try count(day, more.reports, more.pending) }
      }
    } catch {
      let fault = Fault(error, path)
      for (_, answer) in group { answer.resume(throwing: fault) }
      return
    }
    for (index, (_, answer)) in group.enumerated() { answer.resume(returning: placements[index]) }
  }

  private func keep(_ report: KeptReport, _ db: Database) throws -> Placement {
    let insert = session!.insert
    insert.bind(report.week.number, at: 1)
    insert.bind(report.x, at: 2)
    insert.bind(report.received.number, at: 4)
    insert.bind(report.hash, at: 5)
    if report.pending == nil {
      insert.bind(try session!.names.config(report.config), at: 3)
      insert.bind(try session!.names.body(report.programs, of: report.week), at: 6)
    } else {
      insert.bindNull(at: 3)
      insert.bindNull(at: 6)
    }
    try insert.run()
    guard db.changesCount == 0 else {
      if let text = report.pending {
        let wait = session!.wait
        wait.bind(report.week.number, at: 1)
        wait.bind(report.x, at: 2)
        wait.bind(report.config, at: 3)
        wait.bind(text, at: 4)
        try wait.run()
      }
      return .kept
    }
    let hash = session!.hash
    hash.bind(report.week.number, at: 1)
    hash.bind(report.x, at: 2)
    guard try hash.step() else { throw Fault(.corrupt, "", .path(path), " has lost a report: restore a backup") }
    defer { hash.reset() }
    return hash.bytes(0) == report.hash ? .known : .taken
  }

  private func count(_ day: Int, _ reports: Int, _ pending: Int) throws {
    let count = session!.count
    count.bind(day, at: 1)
    count.bind(reports, at: 2)
    count.bind(pending, at: 3)
    try count.run()
  }

  /// A pending report has been read.
  func settle(_ week: Day, _ x: Double, _ report: KeptReport?, _ db: Database) throws {
    try transaction(db) { db in
      try db.execute(sql: "DELETE FROM waiting WHERE week = ? AND x = ?", arguments: [week.number, x])
      guard db.changesCount == 1 else { return }
      if let report {
        let update = try QuickStatement(db, "UPDATE report SET config = ?, hash = ?, body = ? WHERE week = ? AND x = ?")
        update.bind(try session!.names.config(report.config), at: 1)
        update.bind(report.hash, at: 2)
        update.bind(try session!.names.body(report.programs, of: week), at: 3)
        update.bind(week.number, at: 4)
        update.bind(x, at: 5)
        try update.run()
      } else {
        try db.execute(sql: "DELETE FROM report WHERE week = ? AND x = ?", arguments: [week.number, x])
      }
      try count(week.number, report == nil ? 0 : 1, -1)
    }
  }

  /// Forgets at most `limit` reports, and then stacks; says how many reports, and
  /// whether nothing is left to be forgotten.
  func forget(before day: Day, limit: Int, _ db: Database) throws -> (reports: Int, isDone: Bool) {
    try transaction(db) { db in
      let rows = try Row.fetchAll(db, sql: "SELECT week, x, body IS NULL AS pending FROM report WHERE week < ? ORDER BY week, x LIMIT ?", arguments: [day.number, limit])
      guard let last = rows.last else {
        // With their reports gone nobody names these stacks.
        session!.names.forgetStacks()
        try db.execute(sql: "DELETE FROM stack WHERE id IN (SELECT id FROM stack WHERE week < ? LIMIT ?)", arguments: [day.number, limit])
        guard db.changesCount == 0 else { return (0, false) }
        try db.execute(sql: "DELETE FROM day WHERE week < ?", arguments: [day.number])
        return (0, true)
      }
      let (week, x): (Int, Double) = (last["week"], last["x"])
      for table in ["report", "waiting"] {
        try db.execute(sql: "DELETE FROM \(table) WHERE week < ?1 OR (week = ?1 AND x <= ?2)", arguments: [week, x])
      }
      for row in rows {
        let isPending: Bool = row["pending"]
        try count(row["week"], isPending ? 0 : -1, isPending ? -1 : 0)
      }
      return (rows.count, false)
    }
  }

  /// All of `body` or nothing. What was remembered of a transaction that failed is forgotten.
  private func transaction<Result>(_ db: Database, _ body: (Database) throws -> Result) throws -> Result {
    do {
      if let known = session, try known.currentVersion() != known.version { session = nil }
      if session == nil { session = try Session(db) }
      var result: Result?
      try db.inTransaction(.immediate) {
        result = try body(db)
        return .commit
      }
      return result!
    } catch {
      session = nil
      throw error
    }
  }
}
