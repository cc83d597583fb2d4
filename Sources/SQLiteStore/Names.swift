import Dates
import Files
import GRDB
import Store

/// Names and their numbers, for the one who writes.
struct Names {
  /// Stacks are remembered up to so many bytes.
  private static let stackLimit = 8 << 20

  private struct Stack: Hashable {
    let week: Int
    let text: [UInt8]
  }

  private var configs: [[UInt8]: Int] = [:]
  private var builds: [Build: Int] = [:]
  private var counters: [[UInt8]: [[UInt8]: Int]] = [:]
  private var stacks: [Stack: Int] = [:]
  private var stackBytes = 0

  private let addConfig, addBuild, addCounter, findStack, addStack: QuickStatement
  private let db: Database

  init(_ db: Database) throws {
    self.db = db
    addConfig = try QuickStatement(db, "INSERT INTO config (id, version) VALUES (?, ?)")
    addBuild = try QuickStatement(db, "INSERT INTO build (id, program, version, toolchain, os, arch) VALUES (?, ?, ?, ?, ?, ?)")
    addCounter = try QuickStatement(db, "INSERT INTO counter (id, program, name) VALUES (?, ?, ?)")
    findStack = try QuickStatement(db, "SELECT id FROM stack WHERE week = ? AND high = ? AND low = ?")
    addStack = try QuickStatement(db, "INSERT INTO stack (week, high, low, text) VALUES (?, ?, ?, ?)")
    let known = try KnownNames(db)
    for (index, version) in known.configs.enumerated() { configs[version] = index + 1 }
    for (index, build) in known.builds.enumerated() { builds[build] = index + 1 }
    for (index, counter) in known.counters.enumerated() { counters[counter.program, default: [:]][counter.name] = index + 1 }
    counterCount = known.counters.count
  }

  private var counterCount: Int

  mutating func config(_ version: [UInt8]) throws -> Int {
    if let known = configs[version] { return known }
    let number = configs.count + 1
    addConfig.bind(number, at: 1)
    addConfig.bind(version, at: 2)
    try addConfig.run()
    configs[version] = number
    return number
  }

  mutating func build(_ build: Build) throws -> Int {
    if let known = builds[build] { return known }
    let number = builds.count + 1
    addBuild.bind(number, at: 1)
    for (index, name) in [build.program, build.version, build.toolchain, build.os, build.arch].enumerated() { addBuild.bind(name, at: Int32(index + 2)) }
    try addBuild.run()
    builds[build] = number
    return number
  }

  mutating func body(_ programs: [KeptReport.Program], of week: Day) throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    for program in programs {
      PackedBody.append(try build(program.build), to: &bytes)
      PackedBody.append(program.counters.count, to: &bytes)
      let name = program.build.program
      // Looked up once: most reports have no new names.
      let known = counters[name] ?? [:]
      for count in program.counters {
        PackedBody.append(try known[count.name] ?? counter(count.name, of: name), to: &bytes)
        PackedBody.append(count.value, to: &bytes)
      }
      PackedBody.append(program.stacks.count, to: &bytes)
      for count in program.stacks {
        let chart = count.name.firstIndex(of: UInt8(ascii: "\n")).map { Array(count.name[..<$0]) } ?? count.name
        PackedBody.append(try counter(chart, of: name), to: &bytes)
        PackedBody.append(try stack(Stack(week: week.number, text: count.name)), to: &bytes)
        PackedBody.append(count.value, to: &bytes)
      }
    }
    return bytes
  }

  private mutating func counter(_ name: [UInt8], of program: [UInt8]) throws -> Int {
    if let known = counters[program]?[name] { return known }
    counterCount += 1
    addCounter.bind(counterCount, at: 1)
    addCounter.bind(program, at: 2)
    addCounter.bind(name, at: 3)
    try addCounter.run()
    counters[program, default: [:]][name] = counterCount
    return counterCount
  }

  private mutating func stack(_ stack: Stack) throws -> Int {
    if let known = stacks[stack] { return known }
    let digest = stack.text.stackDigest
    findStack.bind(stack.week, at: 1)
    findStack.bind(digest, at: 2)
    let number: Int
    if try findStack.step() {
      number = findStack.int(0)
      findStack.reset()
    } else {
      addStack.bind(stack.week, at: 1)
      addStack.bind(digest, at: 2)
      addStack.bind(stack.text, at: 4)
      try addStack.run()
      number = Int(db.lastInsertedRowID)
    }
    if stackBytes > Names.stackLimit { forgetStacks() }
    stackBytes += stack.text.count + 64
    stacks[stack] = number
    return number
  }

  mutating func forgetStacks() {
    stacks = [:]
    stackBytes = 0
  }
}

/// Names by their numbers, for those who read.
struct KnownNames {
  private(set) var configs: [[UInt8]] = []
  private(set) var builds: [Build] = []
  private(set) var counters: [(program: [UInt8], name: [UInt8])] = []

  init(_ db: Database) throws { try update(db) }

  /// Takes in those that have come since.
  mutating func update(_ db: Database) throws {
    let config = try QuickStatement(db, "SELECT version FROM config WHERE id > ? ORDER BY id")
    config.bind(configs.count, at: 1)
    while try config.step() { configs.append(config.bytes(0)) }
    let build = try QuickStatement(db, "SELECT program, version, toolchain, os, arch FROM build WHERE id > ? ORDER BY id")
    build.bind(builds.count, at: 1)
    while try build.step() {
      builds.append(Build(program: build.bytes(0), version: build.bytes(1), toolchain: build.bytes(2), os: build.bytes(3), arch: build.bytes(4)))
    }
    let counter = try QuickStatement(db, "SELECT program, name FROM counter WHERE id > ? ORDER BY id")
    counter.bind(counters.count, at: 1)
    while try counter.step() { counters.append((counter.bytes(0), counter.bytes(1))) }
  }
}
