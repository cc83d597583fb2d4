import Consent
import Dates
import Files
import Gate
import Reports

/// One run that sends what may be sent: reports first, then the gate, then one
/// document after the other. It may be killed or refused anything at any point:
/// every week arrives, is marked as sent once, and what arrives twice is the
/// same bytes.
public struct UploadRun {
  public let folder: UploadFolder
  public let destination: Destination
  /// Unix seconds, at the start.
  public let now: Int64
  /// Milliseconds for all of it.
  public var timeout = UploadRun.longest
  /// Of this week alone.
  public var only: Day?
  /// The user has asked for it: our own patience with the collector does not hold.
  public var isByHand = true
  /// Makes due reports first; else somebody has.
  public var makesReports = true

  public static let longest = 60_000
  /// Of one exchange, in milliseconds.
  static let exchange = 30_000
  /// Of the collector's answer to a document, in bytes.
  static let answer = 64 << 10

  /// What the user allows at this moment. It is asked again before each document.
  public typealias Permission = () throws(Fault) -> (mode: Mode, asOf: Day?)
  /// The upload config in force, within so many milliseconds.
  public typealias Config = (_ transport: any Transport, _ timeout: Int) throws(Fault) -> UploadConfig

  public enum Step {
    case asking, making
    case sending(Day, bytes: Int)
    /// So many milliseconds, for this reason.
    case pausing(Int, why: [UInt8])
  }

  public struct Summary {
    public var made: [Day] = []
    public var sent: [Day] = []
    /// With the collector's code; 0 for what was too old.
    public var rejected: [(week: Day, code: Int)] = []
    /// For a later try.
    public var waiting: [Day] = []
    /// What the gate kept as a whole.
    public var kept: [(week: Day, refusal: Refusal, x: [UInt8])] = []
    /// Destroyed, because consent was withdrawn meanwhile.
    public var destroyed: [Day] = []
    /// Unix seconds; 0 if nothing waits for a time.
    public var next: Int64 = 0
    /// Why something waits, or what could not be used, in sentences.
    public var problems: [[UInt8]] = []
    /// What went wrong first, if anything.
    public var fault: Fault?

    mutating func note(_ problem: Fault) {
      problems.append(problem.message)
      if fault == nil { fault = problem }
    }
  }

  public init(_ folder: TelemetryFolder, to destination: Destination, at now: Int64) {
    self.folder = UploadFolder(folder)
    self.destination = destination
    self.now = now
  }

  /// `config` is nil for what the destination offers.
  public func run(
    by transports: any Transports, allowed permission: @escaping Permission, config source: Config? = nil, tell: @escaping (Step) -> Void = { _ in }
  ) throws(Fault) -> Summary {
    var attempt = Attempt(run: self, permission: permission, tell: tell)
    let mode = try permission().mode
    guard mode == .on else { throw Fault(.off, "nothing is sent: the mode is ", .literal(mode.word)) }
    try folder.tidy(now: Clock.seconds)
    guard try hasWork() else { return attempt.summary }
    if attempt.mustWait() {
      if makesReports { try attempt.makeReports() }
      attempt.leaveWaiting()
      return attempt.summary
    }
    var config: UploadConfig?
    var transport: (any Transport)?
    do throws(Fault) {
      let found = try transports.transport(for: destination.scheme)
      transport = found
      config = try attempt.config(source, found)
    } catch { attempt.summary.note(error) }
    // Without collector and config there are reports all the same.
    if makesReports { try attempt.makeReports(config?.version) }
    guard let config, let transport else {
      attempt.leaveWaiting()
      return attempt.summary
    }
    try attempt.deliver(config, by: transport)
    return attempt.summary
  }

  /// A flush with nothing to do asks nobody.
  private func hasWork() throws(Fault) -> Bool {
    if makesReports, try ReportRun.hasFinishedFile(in: folder.folder, at: now) { return true }
    let done = try folder.weeksSent() + folder.weeksRejected()
    func isOpen(_ week: Day) -> Bool { !done.contains(week) && (only == nil || only == week) }
    if try folder.weeksWaiting().contains(where: { isOpen($0) }) { return true }
    // Older ones are never sent.
    let oldest = Day(unixSeconds: now).advanced(by: -Refusal.age - 1)
    return try folder.weeksWithReport().contains { $0 >= oldest && isOpen($0) && folder.isThere(folder.begins($0)) }
  }
}
