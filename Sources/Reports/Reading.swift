import CounterFile
import Dates
import Files

/// What a run gets to see of the expired counter files: step R3.
struct Reading {
  private(set) var harvests: [Harvest] = []
  private(set) var problems: [[UInt8]] = []
  /// Of all files that are there; nil if not all could be told.
  private var keys: [[UInt8]]? = []
  /// Counter files by name, sorted.
  private let names: [[UInt8]]
  /// New to the ledger, and not read: for lack of time, or because they cannot be.
  private var unread: [[UInt8]] = []
  private var unreadable: [[UInt8]] = []
  /// False if something was left for a run with more time.
  private(set) var isComplete = true
  private let now: Int64

  /// Reads as long as there is time (`end`, in monotonic nanoseconds), but
  /// something of a week that has no report yet; and if that week is overdue, or
  /// nobody waits, all of it: however short the time, runs get on. `names` are in byte order.
  init(_ names: [[UInt8]], in local: Path, _ state: State, at now: Int64, until end: Int64?, isHasty: Bool, isTaken: (Day) throws(Fault) -> Bool) throws(Fault) {
    self.names = names
    self.now = now
    let known = state.ledgers.map { $0.file }.inByteOrder
    let order = Reading.order(names, known, turn: Day(unixSeconds: now).number)
    var fresh: Day?
    var isUrgent = false
    for (index, (name, isKnown)) in order.enumerated() {
      if let end, Clock.monotonic > end {
        if isEnough(name, isKnown, fresh, isUrgent, looks: index) {
          unread += order[index...].filter { !$0.isKnown }.map { $0.name }
          isComplete = false
          keys = nil
          return
        }
      }
      switch Harvest.look(at: name, in: local, now: now, isHasty: isHasty) {
      case .harvest(let harvest):
        harvests.append(harvest)
        keys?.append(harvest.key)
        // Nobody counted in a file without counters: it brings no report about.
        if fresh == nil, !harvest.counts.isEmpty, try !isTaken(harvest.end) {
          fresh = harvest.end
          isUrgent = !isHasty || now - harvest.expiry >= Harvest.overdue
        }
      case .active(let key):
        if let key { keys?.append(key) } else { keys = nil }
      case .large(let key):
        keys?.append(key)
        isComplete = false
        if !isKnown { unread.append(name) }
      case .gone: break
      case .unreadable(let fault):
        keys = nil
        if !isKnown { unreadable.append(name) }
        problems.append(fault.message)
      case .corrupt(let key, let fault):
        if let key { keys?.append(key) }
        problems.append(fault.message)
      }
    }
    keys = keys?.inByteOrder
  }

  /// Whether reading may end before this file, now that time is up.
  private func isEnough(_ name: [UInt8], _ isKnown: Bool, _ fresh: Day?, _ isUrgent: Bool, looks: Int) -> Bool {
    if isKnown { return !harvests.isEmpty }
    guard let begin = Harvest.dayHint(name) else { return fresh != nil && !isUrgent }
    // What was begun in the last seven days cannot be overdue, nor what comes
    // behind it. Twenty looks take no longer than the time that a run has.
    if fresh == nil, begin > Day(unixSeconds: now).advanced(by: -7) { return looks >= 20 }
    return fresh.map { !isUrgent || begin >= $0 } ?? false
  }

  /// Those that no run has harvested yet, oldest first, then those that wait for
  /// their writers to end: of these another is first each day, so that all have
  /// their turn.
  private static func order(_ names: [[UInt8]], _ known: [[UInt8]], turn: Int) -> [(name: [UInt8], isKnown: Bool)] {
    var fresh: [[UInt8]] = []
    var waiting: [[UInt8]] = []
    for name in names {
      if known.hasSorted(name) { waiting.append(name) } else { fresh.append(name) }
    }
    var order: [(name: [UInt8], isKnown: Bool)] = []
    // Digits of a day are in the order of days, and those of one day stay in that of their names.
    for index in fresh.map({ Harvest.dayHint($0)?.text ?? [] }).orderOfBytes { order.append((fresh[index], false)) }
    for index in waiting.indices { order.append((waiting[(index + Int(UInt(bitPattern: turn) % UInt(waiting.count))) % waiting.count], true)) }
    return order
  }

  /// Whether the file of a ledger may be there: by its key if all keys are
  /// known, else by its name.
  func mayBeThere(_ ledger: State.Ledger) -> Bool {
    if let keys, !ledger.isOfUnreadable { return keys.hasSorted(ledger.key) }
    return names.hasSorted(ledger.file) || harvests.contains { $0.key == ledger.key }
  }

  /// One of these files may hold counts of the week that ended on this day: it
  /// was begun in the seven days before. What has no day in its name was not
  /// named by anybody who counts.
  static func mayBelong(_ names: [[UInt8]], to week: Day) -> Bool {
    names.contains { name in Harvest.dayHint(name).map { $0 < week && week <= $0.advanced(by: 7) } ?? false }
  }

  /// A week is reported when all of its files were read. For one that cannot be
  /// read it does not wait for ever.
  private func isRipe(_ week: Day) -> Bool {
    !Reading.mayBelong(unread, to: week) && (now - week.start >= Harvest.overdue || !Reading.mayBelong(unreadable, to: week))
  }

  var ripe: [Harvest] { harvests.filter { isRipe($0.end) } }

  /// After the ledger was lost: files that may have been harvested before, and
  /// cannot be read now.
  var unknown: [State.Ledger] { unreadable.map { State.Ledger(unreadable: $0) } }

  /// The week whose report takes late counts; none while its own may be missing.
  func closing(_ week: Day?) -> Day? { week.flatMap { isRipe($0) ? $0 : nil } }
}
