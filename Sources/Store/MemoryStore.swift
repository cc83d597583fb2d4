import Dates
import Files

/// Reports in memory, for tests: plain, and gone with the process.
public actor MemoryStore: ReportStore {
  /// What a report is called.
  private struct Name: Hashable {
    let week: Int
    let x: Double
  }

  private var reports: [Name: KeptReport] = [:]
  private var published: [[UInt8]: Document] = [:]
  private var isClosed = false

  private let mostStacks: Int

  public init(mostStacks: Int = Tallies.mostStacks) { self.mostStacks = mostStacks }

  /// In the order of weeks and X.
  private var inOrder: [KeptReport] { reports.values.sorted { ($0.week, $0.x) < ($1.week, $1.x) } }

  public func add(_ report: KeptReport) throws -> Placement {
    try check()
    let name = Name(week: report.week.number, x: report.x)
    if let known = reports[name] { return known.hash == report.hash ? .known : .taken }
    reports[name] = report
    return .kept
  }

  public func tallies(of days: ClosedRange<Day>, under configs: @escaping ConfigTable) throws -> Tallies {
    try check()
    return Tallies(of: reports.values.filter { days.contains($0.week) }, under: configs, mostStacks: mostStacks)
  }

  public nonisolated func forEachReport(of day: Day, _ body: (KeptReport) throws -> Bool) async throws {
    for report in try await settled(of: day) where try !body(report) { return }
  }

  private func settled(of day: Day) throws -> [KeptReport] {
    try check()
    return inOrder.filter { $0.week == day && $0.pending == nil }
  }

  public func pending(naming configs: [[UInt8]], limit: Int) throws -> [KeptReport] {
    try check()
    return Array(inOrder.filter { $0.pending != nil && configs.contains($0.config) }.prefix(limit))
  }

  public func settle(_ week: Day, _ x: Double, _ report: KeptReport?) throws {
    try check()
    let name = Name(week: week.number, x: x)
    guard let waiting = reports[name], waiting.pending != nil else { return }
    reports[name] = report
    reports[name]?.received = waiting.received
  }

  public func days() throws -> [(day: Day, reports: Int, pending: Int)] {
    try check()
    return Dictionary(grouping: reports.values, by: \.week.number).sorted { $0.key < $1.key }.map { day, reports in
      let pending = reports.count { $0.pending != nil }
      return (Day(day), reports.count - pending, pending)
    }
  }

  public func forget(before day: Day) throws -> Int {
    try check()
    let all = reports.count
    reports = reports.filter { $0.value.week >= day }
    return all - reports.count
  }

  public func publish(_ documents: [Document]) throws {
    try check()
    for document in documents { published[[UInt8](document.name.utf8)] = document }
  }

  public func document(_ name: String) throws -> Document? {
    try check()
    return published[[UInt8](name.utf8)]
  }

  public func documents() throws -> [(name: String, edition: Int, made: Day)] {
    try check()
    return published.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($1.name, $1.edition, $1.made) }
  }

  public func check() throws {
    if isClosed { throw Fault(.invalid, "the store of reports is closed") }
  }

  public func backUp(to path: Path) throws { throw Fault(.unsupported, "reports that are kept in memory cannot be backed up") }

  public func close() { isClosed = true }
}
