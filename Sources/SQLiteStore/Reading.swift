import Dates
import Files
import GRDB
import Store

extension SQLiteStore {
  public func forEachReport(of day: Day, _ body: (KeptReport) throws -> Bool) async throws {
    var last = 0.0
    while true {
      let some = try await read { [last] db in try SQLiteStore.reports(of: day, after: last, limit: 500, db) }
      guard let next = some.last?.x else { return }
      for report in some where try !body(report) { return }
      last = next
    }
  }

  private static func reports(of day: Day, after x: Double, limit: Int, _ db: Database) throws -> [KeptReport] {
    let names = try KnownNames(db)
    let rows = try QuickStatement(db, "SELECT x, config, received, hash, body FROM report WHERE week = ? AND x > ? AND body IS NOT NULL ORDER BY x LIMIT ?")
    let stack = try QuickStatement(db, "SELECT text FROM stack WHERE id = ?")
    rows.bind(day.number, at: 1)
    rows.bind(x, at: 2)
    rows.bind(limit, at: 3)
    var reports: [KeptReport] = []
    while try rows.step() {
      let config = rows.int(1) - 1
      guard names.configs.indices.contains(config), let programs = try names.programs(of: rows.blob(4), stack) else {
        throw Fault(.corrupt, "a report of ", .bytes(day.text), " cannot be read: restore a backup")
      }
      reports.append(KeptReport(week: day, x: rows.double(0), config: names.configs[config], received: Day(rows.int(2)), hash: rows.bytes(3), programs: programs))
    }
    return reports
  }

  public func pending(naming configs: [[UInt8]], limit: Int) async throws -> [KeptReport] {
    try await read { db in
      let marks = Array(repeating: "?", count: configs.count).joined(separator: ", ")
      let rows = try QuickStatement(
        db,
        """
        SELECT week, x, waiting.config, received, hash, text FROM waiting JOIN report USING (week, x)
        WHERE waiting.config IN (\(marks)) ORDER BY week, x LIMIT ?
        """)
      for (index, config) in configs.enumerated() { rows.bind(config, at: Int32(index + 1)) }
      rows.bind(limit, at: Int32(configs.count + 1))
      return try rows.all {
        KeptReport(week: Day($0.int(0)), x: $0.double(1), config: $0.bytes(2), received: Day($0.int(3)), hash: $0.bytes(4), programs: [], pending: $0.bytes(5))
      }
    }
  }

  public func days() async throws -> [(day: Day, reports: Int, pending: Int)] {
    try await read { db in
      try QuickStatement(db, "SELECT week, reports, pending FROM day WHERE reports > 0 OR pending > 0 ORDER BY week").all { (Day($0.int(0)), $0.int(1), $0.int(2)) }
    }
  }

  public func document(_ name: String) async throws -> Document? {
    try await read { db in
      let row = try QuickStatement(db, "SELECT edition, made, text FROM document WHERE name = ?")
      row.bind([UInt8](name.utf8), at: 1)
      return try row.all { Document(name: name, edition: $0.int(0), made: Day($0.int(1)), text: $0.bytes(2)) }.first
    }
  }

  public func documents() async throws -> [(name: String, edition: Int, made: Day)] {
    try await read { db in
      try QuickStatement(db, "SELECT name, edition, made FROM document ORDER BY name").all { (String(decoding: $0.bytes(0), as: UTF8.self), $0.int(1), Day($0.int(2))) }
    }
  }
}

extension KnownNames {
  /// Nil: the bytes are no body, or name what is not there.
  func programs(of body: UnsafeBufferPointer<UInt8>, _ stack: QuickStatement) throws -> [KeptReport.Program]? {
    var reader = PackedBody.Reader(body)
    var programs: [KeptReport.Program] = []
    while !reader.isAtEnd {
      guard let build = reader.index(), builds.indices.contains(build - 1), let counterCount = reader.index() else { return nil }
      var program = KeptReport.Program(build: builds[build - 1], counters: [], stacks: [])
      for _ in 0..<counterCount {
        guard let counter = reader.index(), counters.indices.contains(counter - 1), let value = reader.number() else { return nil }
        program.counters.append(KeptReport.Count(name: counters[counter - 1].name, value: value))
      }
      guard let stackCount = reader.index() else { return nil }
      for _ in 0..<stackCount {
        guard reader.index() != nil, let number = reader.index(), let value = reader.number() else { return nil }
        stack.bind(number, at: 1)
        guard try stack.step() else { return nil }
        program.stacks.append(KeptReport.Count(name: stack.bytes(0), value: value))
        stack.reset()
      }
      programs.append(program)
    }
    return programs
  }
}
