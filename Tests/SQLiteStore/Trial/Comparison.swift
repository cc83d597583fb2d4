import Dates
import Files
import Store
import SQLiteStore

/// The same is done to a store of SQLite and to one in memory, and they are to
/// answer the same.
struct Comparison {
  let path: Path
  let seed: UInt64
  let count: Int

  init(_ path: Path, seed: UInt64, count: Int) { (self.path, self.seed, self.count) = (path, seed, count) }

  func run() async throws {
    // Of every other seed fewer stacks are listed than there are.
    let mostStacks = seed % 2 == 0 ? 15 : 10_000
    var store = try SQLiteStore(path, mostStacks: mostStacks)
    let plain = MemoryStore(mostStacks: mostStacks)
    var crowd = Crowd(seed: seed)
    (crowd.odd, crowd.days) = (0.3, 9)
    crowd.stacks = 40
    var sent: [KeptReport] = []
    for number in 0..<count {
      var report = crowd.report()
      if crowd.dice.happens(0.05), let known = sent.randomElement(using: &crowd.dice) {
        // Once more, or another one of the same name.
        if crowd.dice.happens(0.5) { report = known } else { (report.week, report.x) = (known.week, known.x) }
      }
      sent.append(report)
      same(try await store.add(report), try await plain.add(report), "add")
      if number == count / 2 {
        try await compare(store, plain)
        try await store.close()
        store = try SQLiteStore(path, mostStacks: mostStacks)
      }
    }
    try await compare(store, plain)

    // A new config has come: some that waited are read, others cannot be kept.
    for waiting in try await plain.pending(naming: Array(Crowd.configs.keys), limit: 1 << 20) {
      var settled = crowd.report()
      (settled.pending, settled.week, settled.x) = (nil, waiting.week, waiting.x)
      let report = crowd.dice.happens(0.3) ? nil : settled
      try await store.settle(waiting.week, waiting.x, report)
      try await plain.settle(waiting.week, waiting.x, report)
    }
    try await compare(store, plain)

    for edition in 1...2 {
      for name in ["weeks/2026-11-22", "days/2026-11-22", "weeks/2026-11-15"] {
        let document = Document(name: name, edition: edition, made: Crowd.day.advanced(by: edition), text: (0..<100).map { _ in UInt8.random(in: 0...255, using: &crowd.dice) })
        try await store.publish([document])
        try await plain.publish([document])
        same(try await store.document(name), try await plain.document(name), "document")
      }
    }
    same(try await store.document("weeks/1999-01-01"), nil, "no document")
    same("\(try await store.documents())", "\(try await plain.documents())", "documents")

    same(try await store.forget(before: Crowd.day.advanced(by: -3)), try await plain.forget(before: Crowd.day.advanced(by: -3)), "forget")
    try await compare(store, plain)
    let report = crowd.report()
    same(try await store.add(report), try await plain.add(report), "add after forgetting")
    try await compare(store, plain)
    try await store.check()
    try await store.close()
    if let placement = try? await store.add(report) { Trial.fail("a store that is closed answers \(placement)") }
    print("equal")
  }

  private func compare(_ store: SQLiteStore, _ plain: MemoryStore) async throws {
    same("\(try await store.days())", "\(try await plain.days())", "days")
    for length in [0, 6] {
      let days = Crowd.day.advanced(by: -length)...Crowd.day
      let (a, b) = (try await store.tallies(of: days) { Crowd.configs[$0] }, try await plain.tallies(of: days) { Crowd.configs[$0] })
      same(a.reports, b.reports, "reports")
      same(a.pending, b.pending, "pending")
      same(a.unlisted, b.unlisted, "unlisted")
      for (a, b) in zip(a.asked, b.asked) { same(a, b, "asked") }
      for (a, b) in zip(a.seen, b.seen) { same(a, b, "seen") }
      same(a, b, "tallies")
    }
    for day in try await plain.days().map(\.day) {
      var (a, b): ([KeptReport], [KeptReport]) = ([], [])
      try await store.forEachReport(of: day) { a.append($0); return a.count < 700 }
      try await plain.forEachReport(of: day) { b.append($0); return b.count < 700 }
      same(a, b, "reports of a day")
    }
    let names = Array(Crowd.configs.keys) + [[UInt8]("v9.9.9".utf8)]
    same(try await store.pending(naming: names, limit: 1 << 20), try await plain.pending(naming: names, limit: 1 << 20), "pending")
    same(try await store.pending(naming: [names[0]], limit: 2), try await plain.pending(naming: [names[0]], limit: 2), "two pending")
  }

  private func same<Value: Equatable>(_ a: Value, _ b: Value, _ what: String) {
    if a != b { Trial.fail("\(what): SQLite says \(String("\(a)".prefix(400))), and memory \(String("\(b)".prefix(400)))") }
  }
}
