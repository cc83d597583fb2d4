import Dates
import Files
import GRDB
import Gate
import Store

/// Reports in one file of SQLite.
public final class SQLiteStore: Sendable {
  private let database: DatabasePool

  public init(_ path: Path) throws {
    database = try DatabasePool(path: String(decoding: path.bytes, as: UTF8.self))
  }
}
