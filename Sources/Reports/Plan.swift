import CounterFile
import Dates
import Files

/// Step R4: which counts go into which report, and what will have been
/// harvested then.
struct Plan {
  private(set) var drafts: [ReportDraft] = []
  private(set) var ledgers: [State.Ledger] = []

  /// `closing` is the week that this run closes: late counts go to its report.
  /// `isTaken` says whether a week has its report. `isStateLost`: what was
  /// harvested before is unknown, so that of a week with a report everything
  /// counts as harvested: nothing is invented.
  init(_ harvests: [Harvest], state: State, isStateLost: Bool, closing: Day?, isTaken: (Day) throws(Fault) -> Bool) throws(Fault) {
    let files = harvests.map { $0.name }.orderOfBytes.map { harvests[$0] }
    var taken: [(week: Day, isTaken: Bool)] = []
    func hasReport(_ week: Day) throws(Fault) -> Bool {
      if let known = taken.first(where: { $0.week == week }) { return known.isTaken }
      taken.append((week, try isTaken(week)))
      return taken[taken.count - 1].isTaken
    }

    // Own weeks first: their programs come in the order of their files.
    for file in files {
      if try hasReport(file.end) { continue }
      let counts = state.ledger(of: file.key).map { file.counts.beyond($0.harvested) } ?? file.counts
      add(counts, of: file, to: file.end)
      ledgers.append(State.Ledger(key: file.key, file: file.name, harvested: file.counts))
    }
    drafts.removeAll { draft in !draft.hasCounts }

    for file in files {
      if try !hasReport(file.end) { continue }
      let ledger = state.ledger(of: file.key)
      if isStateLost || ledger == nil && state.ledger(of: State.Ledger(unreadable: file.name).key) != nil {
        ledgers.append(State.Ledger(key: file.key, file: file.name, harvested: file.counts))
        continue
      }
      let late = file.counts.beyond(ledger?.harvested ?? Counts())
      guard !late.isEmpty, let closing, try !hasReport(closing) else {
        // The rest waits in the file for a week to put it in.
        if let ledger { ledgers.append(ledger) }
        continue
      }
      add(late, of: file, to: closing)
      // Harvested values never fall.
      ledgers.append(State.Ledger(key: file.key, file: file.name, harvested: file.counts.raised(to: ledger?.harvested ?? Counts())))
    }
  }

  private mutating func add(_ counts: Counts, of file: Harvest, to week: Day) {
    if let index = drafts.firstIndex(where: { $0.week == week }) {
      drafts[index].add(counts, of: file.identity, since: file.begin)
    } else {
      let draft = ReportDraft(week: week)
      draft.add(counts, of: file.identity, since: file.begin)
      drafts.append(draft)
    }
  }
}
