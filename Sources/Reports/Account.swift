// For the command: what ships does without.
#if !hasFeature(Embedded)

import Consent
import CounterFile
import Files

/// All that was counted in a telemetry folder, each count once, wherever it is
/// by now: in reports, in committed staged reports, and in counter files beyond
/// the ledger. Only looks.
public struct Account {
  /// The counts of one build of a program.
  public struct Entry {
    public var identity: Identity
    public var counts: Counts
    /// The day on which it ends, if weeks are kept apart.
    public var week: [UInt8] = []
  }

  private let byWeek: Bool

  public private(set) var entries: [Entry] = []
  /// What could not be read, in sentences.
  public private(set) var problems: [[UInt8]] = []

  /// A report run may move counts while they are read: then it reads again.
  public init(of folder: TelemetryFolder, byWeek: Bool = false) throws(Fault) {
    self.byWeek = byWeek
    for _ in 0..<4 {
      let before = try Account.state(of: folder)
      entries = []
      problems = []
      try read(folder, before)
      if try Account.state(of: folder)?.generation == before?.generation { return }
    }
  }

  private static func state(of folder: TelemetryFolder) throws(Fault) -> State? {
    let files = ReportFolder(folder: folder)
    return try File.content(of: files.state, limit: State.limit).flatMap { State($0) }
  }

  private mutating func read(_ folder: TelemetryFolder, _ state: State?) throws(Fault) {
    let files = ReportFolder(folder: folder)
    let listing = try files.listing()
    for report in CommittedReports(in: folder, state?.generation ?? 0, listing).reports { add(report: report.path) }
    for name in listing.counterFiles {
      switch Harvest.look(at: name, in: folder.local, now: .max, isHasty: false) {
      case .harvest(let harvest):
        let harvested = state?.ledger(of: harvest.key)?.harvested
        add(harvested.map { harvest.counts.beyond($0) } ?? harvest.counts, of: harvest.identity, harvest.end.text)
      case .corrupt(_, let fault), .unreadable(let fault): problems.append(fault.message)
      case .gone, .active, .large: break
      }
    }
  }

  private mutating func add(report path: Path) {
    do throws(Fault) {
      let report = try ReportDocument.read(report: path)
      for program in report.programs {
        var maker = CountsMaker()
        for (name, value) in program.counts { name.withUnsafeBufferPointer { if !$0.isEmpty { maker.append($0, value) } } }
        add(maker.counts, of: program.identity, report.end)
      }
    } catch { problems.append(error.message) }
  }

  private mutating func add(_ counts: Counts, of identity: Identity, _ end: [UInt8]) {
    let week = byWeek ? end : []
    if let index = entries.firstIndex(where: { $0.identity == identity && $0.week == week }) {
      entries[index].counts = entries[index].counts.adding(counts)
    } else {
      entries.append(Entry(identity: identity, counts: counts, week: week))
    }
  }
}

#endif
