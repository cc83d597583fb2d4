import Consent
import Counting
import Crashes
import Files
import Reports

/// Counting as one program, as libtel does it for a process.
final class Tally {
  private let session: Session
  private let recorder: Recorder
  private let clock: Moment
  /// The user said off: nothing is counted, and nobody complains.
  private var isOff = false
  private var isNew = false
  private var nextLook: Int64 = 0

  /// How often a mode or a week that ended is looked for, in nanoseconds.
  private static let interval: Int64 = 10_000_000_000

  /// The recorder's memory is never given back.
  init(_ settings: Settings, clock: Moment) throws(Fault) {
    self.clock = clock
    guard let memory = Kernel.memory(Recorder.memoryLength) else { throw Fault(.io, "there is no memory to count in") }
    recorder = Recorder(at: memory)
    session = Session(settings, recorder: recorder)
  }

  /// Opens this week's file, or finds that the mode is off.
  func open() throws(Fault) {
    nextLook = Clock.monotonic + Tally.interval
    do throws(Fault) {
      isNew = try session.refresh(at: clock.now) || isNew
      isOff = false
    } catch {
      guard error.status == .off, let consent = try? session.settings.consent(), consent.mode == .off
      else { throw error }
      isOff = true
    }
  }

  /// Now and then while input comes: the week may have ended.
  func look() throws(Fault) {
    let isOver = session.week.map { clock.today >= $0.end } ?? false
    if isOver || Clock.monotonic > nextLook { try open() }
  }

  /// The name is a good one. Says why it was not counted.
  func add(_ n: UInt64, to name: [UInt8]) throws(Fault) {
    if isOff { return }
    let drop = name.withUnsafeBufferPointer { recorder.add(n, named: $0) }
    switch drop {
    case nil: return
    case .waiting:
      // In memory until the file is usable again: it is, or it is said why not.
      try open()
    case .full:
      throw Fault(
        .full, "\"", .bytes(name), "\" was not counted: the counter file has ", .number(recorder.maximumNames), " names, as many as it may have")
    case .space: throw Fault(.io, "\"", .bytes(name), "\" was not counted: the disk or the quota is full")
    case .name: throw Fault(.invalid, "\"", .bytes(name), "\" was not counted: it is no counter name")
    }
  }

  /// Ends counting. As in every program, the first that comes in a day makes
  /// the reports that are due, as far as a moment's time reaches: somebody must.
  func close() {
    session.close()
    let now = clock.now
    guard isNew, !isOff, let folder = session.folder else { return }
    // What goes wrong there is for "tel report" to say: the user asked for counting.
    if (try? ReportRun.inPassing(folder, at: now)) == true { _ = try? CrashRun(folder, at: now, isOff: false, inPassing: true).run() }
  }
}
