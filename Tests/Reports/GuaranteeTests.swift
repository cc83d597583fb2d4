import Dates
import Files
import Foundation
import TestSupport
import Testing

@testable import Reports

@Suite("No count is lost and none counts twice")
struct GuaranteeTests {
  /// Two weeks, one with its report and a late count, one without, and a file in use.
  private func scene() throws -> (books: Books, writers: [Books.Writer]) {
    let books = Books()
    let straggler = try books.open("p", begin: day("2026-11-16"), end: day("2026-11-20"))
    books.add(1, "a", straggler)
    try books.run(day("2026-11-21"))
    books.add(2, "a", straggler)
    for (program, n) in [("p", 4), ("q", 8)] as [(String, UInt64)] {
      let writer = try books.open(program, begin: day("2026-11-23"), end: day("2026-11-27"))
      books.add(n, "a", writer)
      books.add(n, "b\nmain.f:+1,+0x1", writer)
    }
    let current = try books.open("p", begin: day("2026-11-28"), end: day("2026-12-04"))
    books.add(16, "a", current)
    return (books, [straggler, current])
  }

  private static let callCount: Int = {
    let suite = GuaranteeTests()
    let (books, writers) = try! suite.scene()
    defer { withExtendedLifetime(writers) {} }
    return try! Faults.calls { try books.run(day("2026-11-28")) }.count
  }()

  @Test("the run of these tests makes all the calls of the protocol")
  func calls() throws {
    let (books, writers) = try scene()
    let calls = try Faults.calls { try books.run(day("2026-11-28")) }
    for call in [Kernel.Call.open, .close, .stat, .read, .write, .lock, .rename, .unlink, .sync, .random, .list] { #expect(calls.contains(call), "\(call)") }
    try books.audit()
    withExtendedLifetime(writers) {}
  }

  @Test("whichever call of a run fails, all is accounted for, and the next run completes it", arguments: [EIO, ENOSPC, EMFILE])
  func everyFault(_ error: Int32) throws {
    for number in 0..<GuaranteeTests.callCount {
      let (books, writers) = try scene()
      let calls = Faults.failing(number, with: error) { _ = try? books.run(day("2026-11-28")) }
      try books.audit("after the fault at call \(number), \(calls[number])")
      books.add(32, "a", writers[0])
      try books.run(day("2026-12-05"))
      try books.audit("after a clean run, fault at call \(number)")
      #expect(try books.published == books.truth, "call \(number)")
      #expect(!books.local.names.contains { $0.hasSuffix(".report") || $0.hasPrefix(".tmp-") }, "call \(number): \(books.local.names)")
    }
  }

  @Test("wherever a run dies, all is accounted for, and the next run completes it", arguments: [true, false])
  func everyDeath(_ isDurable: Bool) throws {
    for number in 0..<GuaranteeTests.callCount {
      let (books, writers) = try scene()
      Faults.dying(at: number) { _ = try? books.run(day("2026-11-28"), isDurable: isDurable) }
      try books.audit("after death at call \(number)")
      books.add(32, "a", writers[0])
      // And the next one dies as well.
      Faults.dying(at: (number * 7) % GuaranteeTests.callCount) { _ = try? books.run(day("2026-12-05"), isDurable: isDurable) }
      try books.audit("after a second death, the first at call \(number)")
      try books.run(day("2026-12-05"))
      try books.run(day("2026-12-12"))
      try books.audit("after clean runs, death at call \(number)")
      #expect(try books.published == books.truth, "call \(number)")
      #expect(!books.local.names.contains { $0.hasSuffix(".report") }, "call \(number)")
    }
  }

  @Test("any sequence of openings, adds, closings, runs, faults and deaths keeps the books", arguments: 0..<30)
  func anySequence(_ seed: Int) throws {
    var dice = Dice(seed: UInt64(seed))
    let books = Books()
    var writers: [Books.Writer] = []
    var today = day("2026-11-23")
    var log: [String] = []
    for _ in 0..<60 {
      switch dice.number(0...9) {
      case 0, 1:  // by a clock that may be wrong, into a week that may be over
        let begin = today.advanced(by: dice.number(-10...1))
        let end = Week(containing: begin, endingOn: 5).end
        if let writer = try? books.open(dice.pick(["p", "q"]), begin: begin, end: end) { writers.append(writer) }
        log.append("open \(begin.text.string)")
      case 2, 3, 4:
        if writers.isEmpty { continue }
        let writer = dice.pick(writers)
        books.add(UInt64(dice.number(1...1000)), dice.pick(["a", "b", "s\nmain.f:+1,+0x1"]), writer)
        log.append("add to week \(writer.week.text.string)")
      case 5:
        if writers.isEmpty { continue }
        writers.remove(at: dice.number(0...writers.count - 1))
        log.append("close")
      case 6:
        today = today.advanced(by: dice.number(-3...9))
        log.append("today is \(today.text.string)")
      case 7:
        _ = try? books.run(today, isDurable: dice.chance(2), deadline: dice.chance(4) ? Clock.monotonic - 1 : nil)
        log.append("run")
      case 8:
        let number = dice.number(0...120)
        let error = dice.pick([EIO, ENOSPC, EMFILE, EACCES])
        Faults.failing(number, with: error) { _ = try? books.run(today) }
        log.append("fault \(error) at \(number)")
      default:
        let number = dice.number(0...120)
        Faults.dying(at: number) { _ = try? books.run(today, isDurable: dice.chance(2)) }
        log.append("death at \(number)")
      }
      try books.audit(log.joined(separator: ", "))
    }
    // Everybody goes home; a few weeks later all is in reports.
    writers = []
    for week in 1...12 { _ = try? books.run(today.advanced(by: 7 * week + 30)) }
    try books.audit(log.joined(separator: ", "))
    #expect(try books.published == books.truth, "\(log.joined(separator: ", "))")
    #expect(!books.local.names.contains { $0.hasSuffix(".count") || $0.hasSuffix(".report") })
  }

  @Test("reporters and writers at once keep the books")
  func together() throws {
    let books = Books()
    nonisolated(unsafe) let shared = books
    nonisolated(unsafe) let writers = try (0..<3).map { try books.open(["p", "q", "p"][$0], begin: day("2026-11-23"), end: day("2026-11-27")) }
    let isOver = Locked(false)
    Threads.run(4) { thread in
      if thread < 2 {
        var week = thread
        while !isOver.value {
          _ = try? shared.run(day("2026-11-28").advanced(by: 7 * (week % 40)), isDurable: false)
          week += 1
        }
      } else {
        for index in 0..<4000 {
          "n\(index % 20)".bytes.withUnsafeBufferPointer {
            if case .cell(let cell) = writers[thread - 2].file.slot(of: $0, maximum: 1000, spare: 0) { _ = addAtomically(cell) } else { Issue.record("no slot") }
          }
          if index % 50 == 0 { usleep(500) }
        }
        if thread == 3 {
          usleep(20000)
          isOver.change { $0 = true }
        }
      }
    }
    #expect(try books.accounted.values.reduce(0, +) == 8000)
    try books.run(day("2028-01-01"))
    #expect(try books.published.values.reduce(0, +) == 8000)
  }
}
