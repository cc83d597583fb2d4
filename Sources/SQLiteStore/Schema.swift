import Files
import GRDB

/// What is in the file, and since which version of it.
///
/// A report is one row, in the order of weeks and X, in which its names are numbers
/// (see `PackedBody`). Tables of names only grow: what configs approve bounds them.
/// Stacks have names that nobody approved in full, so they belong to their week and
/// are forgotten with it.
enum Schema {
  /// `telC`: of SQLite's `application_id`, by which file(1) and we know such a file.
  static let application: Int32 = 0x7465_6c43

  /// One for each version of the file; the next is added at the end.
  private static let steps = [
    """
    CREATE TABLE report (
      week INTEGER NOT NULL, x REAL NOT NULL, config INTEGER, received INTEGER NOT NULL, hash BLOB NOT NULL,
      body BLOB, -- NULL while it is pending
      PRIMARY KEY (week, x)) WITHOUT ROWID;
    CREATE TABLE waiting (
      week INTEGER NOT NULL, x REAL NOT NULL, config BLOB NOT NULL, text BLOB NOT NULL,
      PRIMARY KEY (week, x)) WITHOUT ROWID;
    CREATE INDEX waitingByConfig ON waiting (config);
    CREATE TABLE day (week INTEGER PRIMARY KEY, reports INTEGER NOT NULL, pending INTEGER NOT NULL);
    CREATE TABLE config (id INTEGER PRIMARY KEY, version BLOB NOT NULL UNIQUE);
    CREATE TABLE build (
      id INTEGER PRIMARY KEY, program BLOB NOT NULL, version BLOB NOT NULL, toolchain BLOB NOT NULL, os BLOB NOT NULL, arch BLOB NOT NULL,
      UNIQUE (program, version, toolchain, os, arch));
    CREATE TABLE counter (id INTEGER PRIMARY KEY, program BLOB NOT NULL, name BLOB NOT NULL, UNIQUE (program, name));
    CREATE TABLE stack (
      id INTEGER PRIMARY KEY, week INTEGER NOT NULL, high INTEGER NOT NULL, low INTEGER NOT NULL, -- its digest
      text BLOB NOT NULL, UNIQUE (week, high, low));
    CREATE TABLE document (name BLOB PRIMARY KEY, edition INTEGER NOT NULL, made INTEGER NOT NULL, text BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE checked (id INTEGER PRIMARY KEY, times INTEGER NOT NULL);
    """
  ]

  static var newest: Int { steps.count }

  /// Nil: nothing has been written to it yet.
  static func version(of db: Database, _ path: Path) throws -> Int? {
    let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    if application == 0, version == 0, try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0 { return nil }
    guard application == Schema.application else {
      throw Fault(.corrupt, "", .path(path), " is a database of another program. Move it away, or name another folder")
    }
    guard version <= newest else {
      throw Fault(.unsupported, .path(path), " is of version ", .number(version), ", and this collector knows those up to ", .number(newest), ". Use the collector that wrote it, or a later one")
    }
    return version
  }

  static func bringUpToDate(_ db: Database, _ path: Path) throws {
    // Nobody else may find it half made.
    try db.inTransaction(.immediate) {
      let version = try version(of: db, path) ?? 0
      guard version < newest else { return .commit }
      for step in steps[version...] { try db.execute(sql: step) }
      try db.execute(sql: "PRAGMA application_id = \(application); PRAGMA user_version = \(newest)")
      return .commit
    }
  }
}
