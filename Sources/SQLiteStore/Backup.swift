import Files
import GRDB

extension SQLiteStore {
  /// Whole, compact, and under its name only when it is durable.
  public func backUp(to path: Path) async throws {
    let temporary = File.temporaryName(beside: path)
    do {
      // An empty file of ours, so that SQLite makes none with another mode.
      guard try File.create(temporary, with: [], mode: 0o600, durable: false) else { throw Fault(.busy, "cannot make ", .path(temporary)) }
      // A connection of its own: this takes long, and holds nobody up.
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(10)
      let source = try DatabaseQueue(path: self.path.text, configuration: configuration)
      try await source.writeWithoutTransaction { db in
        try db.execute(sql: "VACUUM INTO ?", arguments: [temporary.text])
      }
      try SQLiteStore.publish(temporary, as: path)
    } catch {
      _ = Kernel.unlink(temporary)
      throw Fault(error, path)
    }
  }

  /// Whether the file is a store of reports and whole; says how many are in it.
  public static func verify(_ path: Path) throws -> (reports: Int, pending: Int) {
    do {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(10)
      return try DatabaseQueue(path: path.text, configuration: configuration).read { db in
        guard try Schema.version(of: db, path) != nil else { throw Fault(.corrupt, "", .path(path), " is empty") }
        let found = try String.fetchAll(db, sql: "PRAGMA integrity_check(3)")
        guard found == ["ok"] else { throw Fault(.corrupt, .path(path), " is damaged: ", .bytes([UInt8](found.joined(separator: "; ").utf8))) }
        let counts = try Row.fetchOne(db, sql: "SELECT count(body), count(*) - count(body) FROM report")!
        return (counts[0], counts[1])
      }
    } catch { throw Fault(error, path) }
  }

  private static func publish(_ temporary: Path, as path: Path) throws(Fault) {
    let file = Kernel.open(temporary, .readWrite)
    guard file >= 0 else { throw Fault(.io, "cannot open ", .path(temporary), ": ", .error(-file)) }
    var status = Kernel.sync(file)
    Kernel.close(file)
    if status >= 0 { status = Kernel.rename(temporary, to: path) }
    guard status >= 0 else { throw Fault(.io, "cannot write ", .path(path), ": ", .error(-status)) }
    try Folder.sync(path.parent)
  }
}
