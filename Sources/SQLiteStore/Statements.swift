import Files
import GRDB
import GRDBSQLite
import Store

/// A statement that is run for every report: SQLite's own calls, because GRDB's
/// arguments are allocated one by one.
struct QuickStatement {
  private let db: Database
  private let statement: Statement
  private var raw: OpaquePointer { statement.sqliteStatement }

  init(_ db: Database, _ sql: String) throws {
    self.db = db
    statement = try db.makeStatement(sql: sql)
  }

  func bind(_ number: Int, at index: Int32) { sqlite3_bind_int64(raw, index, Int64(number)) }
  func bind(_ number: Double, at index: Int32) { sqlite3_bind_double(raw, index, number) }
  /// In two places.
  func bind(_ digest: StackDigest, at index: Int32) {
    sqlite3_bind_int64(raw, index, Int64(bitPattern: digest.high))
    sqlite3_bind_int64(raw, index + 1, Int64(bitPattern: digest.low))
  }

  func bindNull(at index: Int32) { sqlite3_bind_null(raw, index) }

  func bind(_ bytes: [UInt8], at index: Int32) {
    // A copy is made: the array may be gone when the statement runs.
    let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    _ = bytes.withUnsafeBytes { bytes in
      // Without an address it would be NULL.
      bytes.isEmpty ? sqlite3_bind_zeroblob(raw, index, 0) : sqlite3_bind_blob(raw, index, bytes.baseAddress, Int32(bytes.count), copied)
    }
  }

  /// Runs it to its next row; false at the end. Anything but a row has it ready to be run again.
  func step() throws -> Bool {
    switch sqlite3_step(raw) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      sqlite3_reset(raw)
      return false
    case let code:
      let message = String(cString: sqlite3_errmsg(db.sqliteConnection))
      sqlite3_reset(raw)
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: statement.sql)
    }
  }

  func run() throws {
    while try step() {}
  }

  func all<Row>(_ row: (QuickStatement) -> Row) throws -> [Row] {
    var rows: [Row] = []
    while try step() { rows.append(row(self)) }
    return rows
  }

  /// Of one that has not been run to its end.
  func reset() { sqlite3_reset(raw) }

  func int(_ column: Int32) -> Int { Int(sqlite3_column_int64(raw, column)) }
  func double(_ column: Int32) -> Double { sqlite3_column_double(raw, column) }
  func digest(_ column: Int32) -> StackDigest {
    StackDigest(high: UInt64(bitPattern: sqlite3_column_int64(raw, column)), low: UInt64(bitPattern: sqlite3_column_int64(raw, column + 1)))
  }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(raw, column) == SQLITE_NULL }
  func bytes(_ column: Int32) -> [UInt8] { [UInt8](copying: UnsafeRawBufferPointer(blob(column))) }

  /// Until the next step.
  func blob(_ column: Int32) -> UnsafeBufferPointer<UInt8> {
    let address = sqlite3_column_blob(raw, column)
    return UnsafeBufferPointer(start: address?.assumingMemoryBound(to: UInt8.self), count: Int(sqlite3_column_bytes(raw, column)))
  }
}

extension Fault {
  /// What SQLite's error means to the one who runs the collector.
  init(_ error: any Error, _ path: Path) {
    if let fault = error as? Fault {
      self = fault
      return
    }
    guard let error = error as? DatabaseError else {
      self.init(.io, "cannot use ", .path(path), ": ", .bytes([UInt8](String(describing: error).utf8)))
      return
    }
    let why = [UInt8]("\(error.message ?? "no reason is given") (SQLite \(error.extendedResultCode.rawValue))".utf8)
    switch error.resultCode {
    case .SQLITE_FULL: self.init(.full, "there is no space left for ", .path(path), ": reports are refused until there is")
    case .SQLITE_NOTADB, .SQLITE_CORRUPT: self.init(.corrupt, .path(path), " is damaged: ", .bytes(why), ". Restore a backup")
    case .SQLITE_READONLY: self.init(.io, .path(path), " cannot be written: it, its folder or its file system is read-only")
    case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(.busy, "", .path(path), " is in use by another program")
    case .SQLITE_CANTOPEN: self.init(.io, "cannot open ", .path(path), ", or make it: its folder has to be there, and to be writable")
    default: self.init(.io, "cannot use ", .path(path), ": ", .bytes(why))
    }
  }
}
