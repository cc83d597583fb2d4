import Consent
import CounterFile
import Dates
import Files

/// One run that turns finished weeks into local reports: steps R1 to R8 of
/// docs/protocol.md. It may be killed or refused anything at any point;
/// nothing is lost and nothing counts twice, and the next run goes on.
public struct ReportRun {
  let files: ReportFolder
  let now: Int64
  let isDurable: Bool
  let deadline: Int64?
  private let keeper: Keeper

  /// Keeps the lock's descriptor from forked children: they must close it, and
  /// can only if no fork falls between opening it and knowing it.
  public struct Keeper {
    /// Opens the lock with what it is given; nil if this process makes reports already.
    public var open: (() -> Int32) -> Int32?
    /// Closes it with what it is given.
    public var close: (() -> Void) -> Void

    public init(open: @escaping (() -> Int32) -> Int32?, close: @escaping (() -> Void) -> Void) {
      self.open = open
      self.close = close
    }

    /// For programs that do not fork.
    public static var none: Keeper { Keeper(open: { $0() }, close: { $0() }) }
  }

  /// What a run has done.
  public struct Summary {
    /// The weeks whose reports were published, in order.
    public var published: [Day] = []
    /// False if time was up before everything was looked at.
    public var isComplete = true
    /// What could not be used, in sentences.
    public var problems: [[UInt8]] = []
    /// How many finished files were removed, because they were too old or too many.
    public var removed = 0
    /// The number of counter files that were deleted because the user said off.
    public var discarded = 0
  }

  /// `now`: Unix seconds. `isDurable` waits for the medium: safe against loss
  /// of power, not only of processes. `deadline`: on the monotonic clock, in
  /// nanoseconds.
  public init(_ folder: TelemetryFolder, at now: Int64, isDurable: Bool, deadline: Int64? = nil, keeper: Keeper = .none) {
    files = ReportFolder(folder: folder)
    self.now = now
    self.isDurable = isDurable
    self.deadline = deadline
    self.keeper = keeper
  }

  /// How long a host may be kept by a run in passing: 3 ms, in nanoseconds.
  private static let patience: Int64 = 3_000_000

  /// Once a day, some process makes the reports that are due, without waiting
  /// for the disk. What could not be done is left to the next one. Answers whether
  /// this one has.
  @discardableResult
  public static func inPassing(_ folder: TelemetryFolder, at now: Int64, keeper: Keeper = .none) throws(Fault) -> Bool {
    guard isDue(in: folder, at: now) else { return false }
    _ = try ReportRun(folder, at: now, isDurable: false, deadline: Clock.monotonic + patience, keeper: keeper).run()
    return true
  }

  /// In passing: a host waits.
  var isHasty: Bool { deadline != nil && !isDurable }
  private var today: Day { Day(unixSeconds: now) }
  var local: Path { files.folder.local }

  /// Whether a run in passing is worth its time: none was made today, and
  /// there is a counter file that was not begun today.
  static func isDue(in folder: TelemetryFolder, at now: Int64) -> Bool {
    let today = Day(unixSeconds: now)
    // In a day's first second nothing has ended yet: a run would only mark the day as done.
    if now == today.start { return false }
    var attributes = Kernel.Attributes()
    if Kernel.attributes(ofLinkAt: ReportFolder(folder: folder).lock, &attributes) == 0,
      Day(unixSeconds: attributes.modified) == today
    {
      return false
    }
    let names = try? Folder.names(in: folder.local, where: { Harvest.isCounterFile($0) && Harvest.dayHint($0) != today })
    return !(names?.isEmpty ?? true)
  }

  /// The version of the upload config that the reports name. "v0.0.0-0" is the
  /// reference's word for a report made without one.
  public var config = [UInt8]("v0.0.0-0")

  /// Whether there is a counter file whose week is over, by its name, and has no report.
  public static func hasFinishedFile(in folder: TelemetryFolder, at now: Int64) throws(Fault) -> Bool {
    let file = try File.content(of: folder.local.appending("weekends"), limit: 4096)
    let weekday = file.flatMap { Weekends.weekday(inFile: $0.trimmed) }
    let names = try Folder.names(in: folder.local, where: Harvest.isCounterFile) ?? []
    for name in names {
      // What cannot be told is looked at.
      guard let weekday, let begin = Harvest.dayHint(name) else { return true }
      let end = Week(containing: begin, endingOn: weekday).end
      if end.start < now, try !ReportFolder(folder: folder).isTaken(end) { return true }
    }
    return false
  }

  public func run() throws(Fault) -> Summary { try locked(isDiscarding: false) }

  /// One run at a time in a directory; nothing if there is none.
  func locked(isDiscarding: Bool) throws(Fault) -> Summary {
    guard try Folder.names(in: local, where: { _ in false }) != nil else { return Summary() }
    try Folder.refuseLink(local)
    // R1
    guard let lock = keeper.open({ Kernel.openLock(files.lock) }) else {
      throw Fault(.busy, "another thread is making the reports in ", .path(local))
    }
    // R8. Closed, and never unlocked: a forked child may share it.
    defer { keeper.close { if lock >= 0 { Kernel.close(lock) } } }
    guard lock >= 0 else { throw Fault(.io, "cannot open ", .path(files.lock), ": ", .error(-lock)) }
    let locked = takeLock(lock)
    if locked == -Kernel.wouldBlock { throw Fault(.busy, "another process is making the reports in ", .path(local)) }
    guard locked == 0 else { throw Fault(.unsupported, "cannot lock ", .path(files.lock), ": ", .error(-locked)) }
    return isDiscarding ? try discardAll() : try run(lock)
  }

  private func run(_ lock: Int32) throws(Fault) -> Summary {
    var summary = Summary()
    if isHasty, isTooMuch(lock) {
      summary.isComplete = false
      return summary
    }
    _ = Kernel.setModified(lock, now)

    // R2
    let listing = try files.listing()
    var (state, isLost) = try readState(listing, &summary)
    if isDurable, !listing.staged.isEmpty { try secure(state, listing) }
    try settle(listing.staged, state, isLost: isLost, &summary)
    forgetTemporaries(listing.temporaries)

    // R3, R4
    // Without the ledger all must be looked at at once, whatever time it takes.
    let reading = try Reading(
      listing.counterFiles, in: local, state, at: now, until: isLost ? nil : readingEnd, isHasty: isHasty && !isLost, isTaken: files.isTaken)
    var ripe = reading.ripe
    if isLost {
      // Of weeks that have a report, all counts as reported: now, or it would be late later.
      for harvest in reading.harvests where !ripe.contains(where: { $0.name == harvest.name }) {
        if try files.isTaken(harvest.end) { ripe.append(harvest) }
      }
    }
    summary.problems += reading.problems
    summary.isComplete = reading.isComplete
    let closing = reading.closing(closingWeek(reading.harvests))
    let plan = try Plan(ripe, state: state, isStateLost: isLost, closing: closing, isTaken: files.isTaken)

    // A run that writes and deletes nothing relies on nothing.
    if isDurable, listing.staged.isEmpty, !ripe.isEmpty {
      try secure(state, listing)
      try Folder.sync(local)
    }

    // R5, R6
    if !plan.drafts.isEmpty || isLost {
      let kept = State(generation: state.generation + 1, ledgers: plan.ledgers)
      // Files that were not planned keep what they had, if they may be there.
      var others = state.ledgers.filter { kept.ledger(of: $0.key) == nil && reading.mayBeThere($0) }
      if isLost { others += reading.unknown }
      state = State(generation: kept.generation, ledgers: kept.ledgers + others)
      try commit(plan, state, ripe)
      try settle(try files.listing().staged, state, isLost: false, areFresh: true, &summary)
    }

    // R7. Not cut short: what stays is read again by every run. A week that was
    // not planned has yet to say what its programs did not count.
    for harvest in ripe { retire(harvest, state) }
    keepBounded(listing, &summary)
    return summary
  }

  /// Of the time that a run in passing has, a fifth is for reading. What was
  /// read is then written, read a second time, and deleted: measured, that
  /// takes four times as long.
  private var readingEnd: Int64? { isHasty ? deadline.map { $0 - ReportRun.patience / 5 * 4 } : deadline }

  /// A large ledger takes longer to read than a run in passing has; after a week
  /// without any other run it is read all the same. 128 KiB are 5,000 counters.
  private func isTooMuch(_ lock: Int32) -> Bool {
    var (state, last) = (Kernel.Attributes(), Kernel.Attributes())
    guard Kernel.attributes(ofLinkAt: files.state, &state) == 0, state.size > 128 << 10,
      Kernel.attributes(of: lock, &last) == 0
    else { return false }
    // A time ahead was left by a clock that was wrong.
    return (0..<Harvest.overdue).contains(now &- last.modified)
  }

  /// A child that another process, or this one, has just forked holds its copy
  /// of the lock until it runs for the first time: worth a moment's wait, but
  /// not in passing.
  private func takeLock(_ lock: Int32) -> Int32 {
    var status = Kernel.lock(lock, .exclusive)
    var turns = 0
    while status == -Kernel.wouldBlock, !isHasty, turns < 100 {
      Kernel.pause(microseconds: 1000)
      status = Kernel.lock(lock, .exclusive)
      turns += 1
    }
    return status
  }

  /// The week that ended last: of this user's weeks, or of the files.
  private func closingWeek(_ harvests: [Harvest]) -> Day? {
    if let content = try? File.content(of: local.appending("weekends"), limit: 4096), let weekday = Weekends.weekday(inFile: content.trimmed) {
      for back in 0..<7 {
        let day = today.advanced(by: -back)
        if day.weekday == weekday, day.start < now { return day }
      }
    }
    return harvests.map { $0.end }.max()
  }

  // MARK: R5

  /// So many files are synced one by one. Each makes the disk write out what it
  /// has in its cache, even if the file was written long ago, while for all of
  /// the file system that is done once: 2,000 files took 1.7 s, and then 0.3 s.
  /// But it waits for what others have written.
  private static let singleSyncs = 32

  private func commit(_ plan: Plan, _ next: State, _ harvests: [Harvest]) throws(Fault) {
    if isDurable, harvests.count > ReportRun.singleSyncs {
      try Folder.sync(local, withAllFiles: true)
    } else if isDurable {
      for harvest in harvests { try sync(local.appending(harvest.name)) }
    }
    let lastWeek = try files.lastWeek(today: today)
    for draft in plan.drafts {
      func place(_ kind: ReportFolder.Staged.Kind) -> Path {
        local.appending(ReportFolder.Staged(generation: next.generation, week: draft.week, kind: kind).name)
      }
      try File.replace(place(.begin), with: draft.begins, durable: isDurable)
      var report = try NewFile(beside: files.state)
      try draft.write(to: &report, lastWeek: lastWeek, x: SampleNumber.random(), config: config)
      try report.replace(place(.report), durable: isDurable)
    }
    if isDurable { try Folder.sync(local) }
    var state = try NewFile(beside: files.state)
    try next.forEachPiece { piece throws(Fault) in try state.append(piece) }
    try state.replace(files.state, durable: isDurable)
  }

  /// What is not ours may be closed to us: then it was not made just now.
  func sync(_ path: Path, isOurs: Bool = true) throws(Fault) {
    let descriptor = Kernel.open(path, .read)
    if descriptor == -Kernel.notFound || descriptor < 0 && !isOurs { return }
    guard descriptor >= 0 else { throw Fault(.io, "cannot open ", .path(path), ": ", .error(-descriptor)) }
    defer { Kernel.close(descriptor) }
    let status = Kernel.sync(descriptor)
    if status < 0 { throw Fault(.io, "cannot sync ", .path(path), ": ", .error(-status)) }
  }

  // MARK: R7

  /// A file that a process of the reference may add to is kept so long after
  /// its week; in seconds.
  private static let foreignGrace: Int64 = 8 * 86400

  /// Unlinks the file if it holds nothing beyond the ledger and nobody can add
  /// to it any more. What goes wrong here is tried again by the next run.
  private func retire(_ harvest: Harvest, _ state: State) {
    if harvest.mayHaveForeignWriter, now - harvest.expiry < ReportRun.foreignGrace { return }
    let path = local.appending(harvest.name)
    let descriptor = Kernel.open(path, .read)
    guard descriptor >= 0 else { return }
    defer { Kernel.close(descriptor) }
    guard Kernel.lock(descriptor, .exclusive) == 0 else { return }
    if harvest.mayHaveForeignWriter, !Kernel.lease(descriptor) { return }
    var (mine, named) = (Kernel.Attributes(), Kernel.Attributes())
    guard Kernel.attributes(of: descriptor, &mine) == 0, Kernel.attributes(ofLinkAt: path, &named) == 0,
      mine.inode == named.inode, mine.device == named.device
    else { return }
    let ledger = state.ledger(of: harvest.key)?.harvested ?? Counts()
    if harvest.isUnchanged(descriptor, path, mine) {
      if harvest.counts.isBeyond(ledger) { return }
    } else {
      guard case .harvest(let again) = Harvest.look(at: descriptor, path, now: now), again.key == harvest.key, !again.counts.isBeyond(ledger) else { return }
    }
    Kernel.unlink(path)
  }
}
