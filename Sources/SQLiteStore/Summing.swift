import Dates
import Files
import GRDB
import Gate
import Store

extension SQLiteStore {
  /// Rows that are read at a time: a long look at the file would keep SQLite from
  /// using its log again.
  private static let rowsAtATime = 20_000

  /// Every report is read, in the order in which they lie. A million is a few
  /// seconds; nothing is summed when a report comes.
  public func tallies(of days: ClosedRange<Day>, under configs: @escaping ConfigTable) async throws -> Tallies {
    let present = try await self.days().map(\.day).filter(days.contains)
    var stacks = try await read { db in try ListedStacks(of: days, db) }
    if stacks.count > mostStacks {
      // Which of them are listed takes a pass of its own.
      let census = try await pass(over: present, configs, stacks, isCensus: true)
      stacks = census.stacks
      stacks.list(mostStacks)
    }
    let summing = try await pass(over: present, configs, stacks, isCensus: false)
    return try await read { db in try summing.tallies(db) }
  }

  private func pass(over days: [Day], _ configs: @escaping ConfigTable, _ stacks: ListedStacks, isCensus: Bool) async throws -> Summing {
    let summing = try await read { db in Summing(try KnownNames(db), configs, stacks, isCensus: isCensus) }
    for day in days {
      var last: Double? = 0
      while let x = last {
        last = try await read { db in try summing.add(of: day, after: x, limit: SQLiteStore.rowsAtATime, db) }
      }
    }
    return summing
  }
}

/// Sums that grow as rows are read. One at a time has it.
private final class Summing: @unchecked Sendable {
  /// What is known of one build under one config.
  private struct Place {
    let sums: ProgramSums
    let parts: [Int]
  }

  private enum Known {
    case unknown
    case absent
    case here(Place)
  }

  private let configs: ConfigTable
  private var names: KnownNames
  /// By numbers of configs; nil: not asked for yet.
  private var uploadConfigs: [UploadConfig??] = []
  private var programs: [Int: [[UInt8]: ProgramSums]] = [:]
  /// By numbers of configs, then of builds.
  private var places: [[Known]] = []
  private var reports: UInt32 = 0
  private var pending = 0
  private(set) var stacks: ListedStacks
  /// Only reports that have a stack are counted, so that it is known which are listed.
  private let isCensus: Bool

  init(_ names: KnownNames, _ configs: @escaping ConfigTable, _ stacks: ListedStacks, isCensus: Bool) {
    (self.names, self.configs, self.stacks, self.isCensus) = (names, configs, stacks, isCensus)
  }

  /// The X of the last that was read; nil: there are no more.
  func add(of day: Day, after x: Double, limit: Int, _ db: Database) throws -> Double? {
    try names.update(db)
    let rows = try QuickStatement(db, "SELECT x, config, body FROM report WHERE week = ? AND x > ? ORDER BY x LIMIT ?")
    let stack = try QuickStatement(db, "SELECT high, low FROM stack WHERE id = ?")
    rows.bind(day.number, at: 1)
    rows.bind(x, at: 2)
    rows.bind(limit, at: 3)
    var last: Double?
    while try rows.step() {
      let x = rows.double(0)
      last = x
      if rows.isNull(2) {
        pending += 1
        continue
      }
      guard try add(rows.blob(2), x, config: rows.int(1) - 1, stack) else {
        throw Fault(.corrupt, "a report of ", .bytes(day.text), " cannot be read: restore a backup")
      }
    }
    return last
  }

  /// False: the bytes are no body, or name what is not there.
  private func add(_ body: UnsafeBufferPointer<UInt8>, _ x: Double, config: Int, _ stack: QuickStatement) throws -> Bool {
    guard names.configs.indices.contains(config) else { return false }
    reports += 1
    let report = reports
    var reader = PackedBody.Reader(body)
    while !reader.isAtEnd {
      guard let build = reader.index(), names.builds.indices.contains(build - 1), let counters = reader.index() else { return false }
      guard let place = place(config, build - 1) else {
        guard skip(2, counters, &reader), let stacks = reader.index(), skip(3, stacks, &reader) else { return false }
        continue
      }
      let sums = place.sums
      if isCensus {
        guard skip(2, counters, &reader) else { return false }
      } else {
        for part in place.parts { sums.ask(part, x, report: report) }
        for _ in 0..<counters {
          guard let number = reader.index(), names.counters.indices.contains(number - 1), let value = reader.number() else { return false }
          guard let slot = sums.slot(ofCounter: number - 1, { names.counters[$0].name }), x <= sums.rate(slot) else { continue }
          for part in place.parts { sums.add(value, slot, part, report: report) }
        }
      }
      guard let stackCount = reader.index() else { return false }
      for _ in 0..<stackCount {
        guard let chart = reader.index(), names.counters.indices.contains(chart - 1), let number = reader.index(), let value = reader.number() else { return false }
        let rate = sums.rate(ofStacks: chart - 1, { names.counters[$0].name })
        guard x <= rate else { continue }
        let stackPlace = try stacks.place(of: number, stack)
        if isCensus {
          stacks.count(stackPlace, report: report)
        } else if stacks.isListed(stackPlace) {
          let slot = sums.slot(ofStack: stackPlace, rate: rate)
          for part in place.parts { sums.add(value, slot, part, report: report) }
        }
      }
    }
    return true
  }

  private func skip(_ numbers: Int, _ times: Int, _ reader: inout PackedBody.Reader) -> Bool {
    for _ in 0..<times {
      for _ in 0..<numbers where reader.number() == nil { return false }
    }
    return true
  }

  /// Nil: there is no such config, or it does not have the program.
  @inline(__always) private func place(_ config: Int, _ build: Int) -> Place? {
    if config < places.count, build < places[config].count {
      switch places[config][build] {
      case .here(let place): return place
      case .absent: return nil
      case .unknown: break
      }
    }
    return findPlace(config, build)
  }

  private func findPlace(_ config: Int, _ build: Int) -> Place? {
    while places.count <= config { places.append([]) }
    while places[config].count <= build { places[config].append(.unknown) }
    while uploadConfigs.count <= config { uploadConfigs.append(nil) }
    if uploadConfigs[config] == nil { uploadConfigs[config] = .some(configs(names.configs[config])) }
    let name = names.builds[build].program
    guard let uploadConfig = uploadConfigs[config]!, let program = uploadConfig.program(name) else {
      places[config][build] = .absent
      return nil
    }
    let sums = programs[config]?[name] ?? ProgramSums(program, uploadConfig, named: names.configs[config])
    programs[config, default: [:]][name] = sums
    let place = Place(sums: sums, parts: sums.parts(of: names.builds[build]))
    places[config][build] = .here(place)
    return place
  }

  func tallies(_ db: Database) throws -> Tallies {
    let stack = try QuickStatement(db, "SELECT text FROM stack WHERE id = ?")
    var tallies = Tallies(reports: Int(reports), pending: pending)
    for sums in programs.values.flatMap(\.values) {
      try sums.collect(into: &tallies, { names.counters[$0].name }, { try stacks.text($0, stack) })
    }
    tallies.unlisted = stacks.unlisted
    tallies.asked.sort()
    tallies.seen.sort()
    return tallies
  }
}
