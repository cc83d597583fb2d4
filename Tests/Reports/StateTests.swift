import CounterFile
import Dates
import Files
import TestSupport
import Testing

@testable import Reports

@Suite("State")
struct StateTests {
  private func random(_ seed: UInt64) -> State {
    var dice = Dice(seed: seed)
    let generation = UInt64(dice.number(0...1000))
    var ledgers: [State.Ledger] = []
    for _ in 0..<dice.number(0...5) {
      var names = Set<[UInt8]>()
      for _ in 0..<dice.number(0...6) { names.insert(dice.pick([dice.bytes(dice.number(0...20)), "1 2\nend \n".bytes, "file 69 1\n".bytes])) }
      ledgers.append(
        State.Ledger(key: dice.pick(["i".bytes, "f".bytes]) + dice.bytes(16), file: dice.bytes(dice.number(0...30)), harvested: Counts(names.sorted { $0.precedes($1) }.map { ($0, dice.chance(5) ? .max : dice.next()) })))
    }
    return State(generation: generation, ledgers: ledgers)
  }

  private func isEqual(_ a: State, _ b: State) -> Bool {
    a.generation == b.generation && a.ledgers.count == b.ledgers.count
      && zip(a.ledgers, b.ledgers).allSatisfy { x, y in
        x.key == y.key && x.file == y.file && x.harvested.count == y.harvested.count && zip(x.harvested.list, y.harvested.list).allSatisfy { $0.name == $1.name && $0.value == $1.value }
      }
  }

  @Test("a state that is written is read back, whatever bytes its names have", arguments: 0..<200)
  func roundTrip(_ seed: UInt64) throws {
    let state = random(seed)
    let read = try #require(State(state.bytes))
    #expect(isEqual(read, state))
    #expect(read.bytes == state.bytes)
  }

  @Test("the file is as its description says")
  func text() {
    let state = State(generation: 7, ledgers: [State.Ledger(key: [0x69, 0xab], file: "a\n.count".bytes, harvested: Counts([("gophers".bytes, 153), ("x".bytes, 1)]))])
    #expect(state.bytes.string.hasPrefix("# libtel state v1\ngeneration 7\nfile 69ab 2 8\na\n.count\n153 7\ngophers\n1 1\nx\nend "))
    #expect(state.bytes.last == 0x0a)
    #expect(state.ledger(of: [0x69, 0xab])?.harvested.list.map { $0.value } == [153, 1])
    #expect(state.ledger(of: [0x69]) == nil)
  }

  @Test("any single flipped bit is noticed", arguments: 0..<12)
  func flippedBits(_ seed: UInt64) {
    let bytes = random(seed).bytes
    for index in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << bit
        if State(damaged) != nil { Issue.record("bit \(bit) of byte \(index) of \(bytes.count), \(bytes[index])") }
      }
    }
  }

  @Test("a state that lost its end, or has more, is noticed", arguments: 0..<12)
  func truncation(_ seed: UInt64) {
    let bytes = random(seed).bytes
    for end in 0..<bytes.count { #expect(State(Array(bytes[..<end])) == nil) }
    #expect(State(bytes + [0x0a]) == nil)
    #expect(State(bytes + bytes) == nil)
    #expect(State([UInt8](repeating: 0, count: bytes.count)) == nil)
  }

  /// With the checksum that makes the bytes look right.
  private func sealed(_ text: String) -> [UInt8] {
    let hash = text.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    let digits = String(hash, radix: 16)
    return (text + "end " + String(repeating: "0", count: 16 - digits.count) + digits + "\n").bytes
  }

  @Test("a state is only what a state writes", arguments: [
    "generation 1\n", "# libtel state v2\ngeneration 1\n", "# libtel state v1\ngeneration\n", "# libtel state v1\ngeneration -1\n", "# libtel state v1\ngeneration 18446744073709551616\n",
    "# libtel state v1\ngeneration 007\n", "# libtel state v1\ngeneration 18446744073709551615\n",
  ] + [
    "file  0 1\nf\n", "file 6 0 1\nf\n", "file 69 0\n", "file 69 1 1\nf\n", "file 69 99999999999 1\nf\n", "file 69 0 2\nf\n", "file 69 0 18446744073709551615\nf\n", "file AB 0 1\nf\n", "file 69 00 1\nf\n", "file 69 0 01\nf\n",
    "file 69 1 1\nf\n1 5\nabc\n", "file 69 1 1\nf\n1 18446744073709551615\nabc\n", "file 69 1 1\nf\n18446744073709551616 1\na\n", "file 69 2 1\nf\n1 1\nb\n1 1\na\n", "file 69 2 1\nf\n1 1\na\n1 1\na\n",
    "file 69 1 1\nf\n01 1\na\n", "file 69 1 1\nf\n1 01\na\n", "file 69 0 1\nfx",
  ].map { "# libtel state v1\ngeneration 1\n" + $0 })
  func refused(_ text: String) {
    #expect(State(sealed(text)) == nil)
  }

  @Test("the seal of this test is the state's")
  func seal() {
    #expect(State(sealed("# libtel state v1\ngeneration 1\n")) != nil)
    #expect(State(sealed("# libtel state v1\ngeneration 1\nfile 69 2 1\nf\n1 1\na\n0 0\n\n")) == nil, "names in another order")
    #expect(State(sealed("# libtel state v1\ngeneration 1\nfile 69 2 1\nf\n0 0\n\n1 1\na\n")) != nil)
  }
}

@Suite("Names in the report folder")
struct ReportFolderTests {
  @Test("a staged part is known by its name", arguments: [(1, "2026-11-27", ReportFolder.Staged.Kind.report, "tel.1.2026-11-27.report"), (18, "2026-12-04", .begin, "tel.18.2026-12-04.begin")] as [(UInt64, String, ReportFolder.Staged.Kind, String)])
  func staged(_ generation: UInt64, _ week: String, _ kind: ReportFolder.Staged.Kind, _ name: String) throws {
    #expect(ReportFolder.Staged(generation: generation, week: day(week), kind: kind).name.string == name)
    let read = try #require(ReportFolder.Staged(name: name.bytes))
    #expect(read.generation == generation && read.week == day(week) && read.kind == kind)
  }

  @Test("nothing else is", arguments: [
    "", "tel", "tel.state", "tel.lock", "tel.1.2026-11-27", "tel.1.2026-11-27.json", "tel.01.2026-11-27.report", "tel..2026-11-27.report", "tel.-1.2026-11-27.report", "tel.1.2026-11-31.report", "tel.1.2026-11-27.report.",
    "tel.18446744073709551616.2026-11-27.report", "tel.1x.2026-11-27.report", "xtel.1.2026-11-27.report", "tel.1.2026-11-27.Report", ".tel.1.2026-11-27.report",
  ])
  func notStaged(_ name: String) { #expect(ReportFolder.Staged(name: name.bytes) == nil) }

  @Test("X is above 0, below 1, and new each time")
  func sample() {
    let numbers = (0..<1000).map { _ in SampleNumber.random() }
    #expect(numbers.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(Set(numbers).count == 1000)
    #expect(abs(numbers.reduce(0, +) / 1000 - 0.5) < 0.1)
  }
}
