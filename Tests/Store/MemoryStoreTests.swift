import Dates
import Files
import Gate
import Testing

@testable import Store

@Suite struct MemoryStoreTests {
  static let week = Day(text: [UInt8]("2026-11-22"))!

  static func build(_ program: String = "p", version: String = "v1.0.0", os: String = "linux") -> Build {
    Build(program: [UInt8](program.utf8), version: [UInt8](version.utf8), toolchain: [UInt8]("gcc12.2"), os: [UInt8](os.utf8), arch: [UInt8]("amd64"))
  }

  static func program(_ build: Build = build(), _ counters: [(String, UInt64)] = [], stacks: [(String, UInt64)] = []) -> KeptReport.Program {
    func counts(_ list: [(String, UInt64)]) -> [KeptReport.Count] { list.map { KeptReport.Count(name: [UInt8]($0.utf8), value: $1) } }
    return KeptReport.Program(build: build, counters: counts(counters), stacks: counts(stacks))
  }

  static func report(_ x: Double, _ programs: [KeptReport.Program], config: String = "v1.0.0", week: Day = week, hash: UInt8 = 1, pending: String? = nil) -> KeptReport {
    KeptReport(
      week: week, x: x, config: [UInt8](config.utf8), received: week.advanced(by: 1), hash: [UInt8](repeating: hash, count: 32), programs: programs, pending: pending.map { [UInt8]($0.utf8) })
  }

  /// v1.0.0: all reports; `rare` has the rate 0.1. v1.1.0: half of the reports.
  static let configs: ConfigTable = { version in
    let sample = ["v1.0.0": "1", "v1.1.0": "0.5"][String(decoding: version, as: UTF8.self)]
    return sample.map {
      let text = """
        {"GOOS": ["linux"], "GOARCH": ["amd64"], "GoVersion": ["gcc12.2"], "SampleRate": \($0), "Programs": [{"Name": "p", "Versions": ["v1.0.0"],
         "Counters": [{"Name": "often:{a,b}", "Rate": 1}, {"Name": "rare", "Rate": 0.1}], "Stacks": [{"Name": "crash", "Rate": 1, "Depth": 8}]}]}
        """
      return try! UploadConfig([UInt8](text.utf8), version: version, origin: [])
    }
  }

  static func tallies(_ reports: [KeptReport], most: Int = 10) -> Tallies { Tallies(of: reports, under: configs, mostStacks: most) }

  @Test func aNameIsTakenOnce() async throws {
    let store = MemoryStore()
    #expect(try await store.add(MemoryStoreTests.report(0.5, [])) == .kept)
    #expect(try await store.add(MemoryStoreTests.report(0.5, [])) == .known)
    #expect(try await store.add(MemoryStoreTests.report(0.5, [], hash: 2)) == .taken)
    #expect(try await store.add(MemoryStoreTests.report(0.5, [], week: MemoryStoreTests.week.advanced(by: -1), hash: 2)) == .kept)
    #expect(try await store.days().map(\.reports) == [1, 1])
  }

  @Test func aReportWithTwoBuildsCountsOnceInAll() {
    let both = [MemoryStoreTests.program(MemoryStoreTests.build(version: "v1.0.0"), [("often:a", 3)]), MemoryStoreTests.program(MemoryStoreTests.build(version: "v1.1.0"), [("often:a", 4)])]
    let tallies = MemoryStoreTests.tallies([MemoryStoreTests.report(0.5, both)])
    let all = tallies.seen.filter { $0.part.dimension == .all }
    #expect(all.map(\.reports) == [1] && all.map(\.total) == [7])
    #expect(tallies.seen.filter { $0.part.dimension == .version }.map(\.total) == [3, 4])
    #expect(tallies.asked.filter { $0.part.dimension == .all && $0.rate == 1 }.map(\.reports) == [1])
  }

  @Test func onlyReportsThatCouldHaveACounterAreAskedForIt() {
    let reports = [0.05, 0.1, 0.100001, 1].map { MemoryStoreTests.report($0, [MemoryStoreTests.program()]) }
    let asked = MemoryStoreTests.tallies(reports).asked.filter { $0.part.dimension == .all }
    #expect(asked.map(\.rate) == [0.1, 1] && asked.map(\.reports) == [2, 4])
  }

  @Test func aCounterInAReportThatCouldNotHaveItIsNotSeen() {
    let tallies = MemoryStoreTests.tallies([0.1, 0.2].map { MemoryStoreTests.report($0, [MemoryStoreTests.program(MemoryStoreTests.build(), [("rare", 1)])]) })
    #expect(tallies.seen.filter { $0.part.dimension == .all }.map(\.reports) == [1])
  }

  @Test func ratesAreCappedByTheSampleRateOfTheirConfig() {
    let reports = ["v1.0.0", "v1.1.0"].map { MemoryStoreTests.report(0.01, [MemoryStoreTests.program(MemoryStoreTests.build(), [("often:a", 1)])], config: $0) }
    let seen = MemoryStoreTests.tallies(reports).seen.filter { $0.part.dimension == .all }
    #expect(seen.map { String(decoding: $0.part.config, as: UTF8.self) } == ["v1.0.0", "v1.1.0"] && seen.map(\.rate) == [1, 0.5])
  }

  @Test func totalsStopAtTheLargestNumber() {
    let reports = [0.1, 0.2].map { MemoryStoreTests.report($0, [MemoryStoreTests.program(MemoryStoreTests.build(), [("often:a", .max - 1)])]) }
    #expect(MemoryStoreTests.tallies(reports).seen.allSatisfy { $0.total == .max })
  }

  @Test func whatNoConfigHasIsNotSeen() {
    let odd = [MemoryStoreTests.program(MemoryStoreTests.build(), [("often:c", 1)], stacks: [("other\nf", 1)]), MemoryStoreTests.program(MemoryStoreTests.build("q"), [("often:a", 1)])]
    let tallies = MemoryStoreTests.tallies([MemoryStoreTests.report(0.5, odd), MemoryStoreTests.report(0.6, odd, config: "v7.0.0")])
    #expect(tallies.reports == 2 && tallies.seen.isEmpty)
    #expect(tallies.asked.allSatisfy { $0.part.program == [UInt8]("p".utf8) && $0.part.config == [UInt8]("v1.0.0".utf8) })
  }

  @Test func stacksThatFewReportsHaveAreNotListedWhenThereAreTooMany() {
    let reports = (1...6).flatMap { number in
      (0..<number).map { MemoryStoreTests.report(Double(number * 10 + $0) / 100, [MemoryStoreTests.program(MemoryStoreTests.build(), stacks: [("crash\nf\(number)", 1)])]) }
    }
    let tallies = MemoryStoreTests.tallies(reports, most: 2)
    let listed = tallies.seen.filter { $0.part.dimension == .all }
    #expect(listed.map { String(decoding: $0.name, as: UTF8.self) } == ["crash\nf5", "crash\nf6"] && listed.map(\.reports) == [5, 6])
    #expect(tallies.unlisted == 4)
  }

  @Test func whatWaitsIsCountedWhenItIsSettled() async throws {
    let store = MemoryStore()
    let week = MemoryStoreTests.week
    _ = try await store.add(MemoryStoreTests.report(0.5, [], config: "v1.1.0", pending: "{}"))
    _ = try await store.add(MemoryStoreTests.report(0.4, [], config: "v1.1.0", pending: "{}"))
    #expect(try await store.tallies(of: week...week, under: MemoryStoreTests.configs).pending == 2)
    #expect(try await store.pending(naming: [[UInt8]("v1.1.0".utf8)], limit: 10).map(\.x) == [0.4, 0.5])
    try await store.settle(week, 0.5, MemoryStoreTests.report(0.5, [MemoryStoreTests.program()], config: "v1.1.0"))
    try await store.settle(week, 0.4, nil)
    let tallies = try await store.tallies(of: week...week, under: MemoryStoreTests.configs)
    #expect(tallies.reports == 1 && tallies.pending == 0)
  }

  @Test func whatIsClosedTakesNothing() async throws {
    let store = MemoryStore()
    await store.close()
    await #expect(throws: Fault.self) { try await store.add(MemoryStoreTests.report(0.5, [])) }
  }
}
