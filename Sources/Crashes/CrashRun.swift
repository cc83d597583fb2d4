import Consent
import CounterFile
import Counting
import Files

/// Turns the records of processes that have crashed into counters, each once: who
/// unlinks a record adds, at once afterwards. Killed in between, the crash is lost;
/// it is never invented.
public struct CrashRun {
  private let telemetry: TelemetryFolder
  private let folder: Path
  private let now: Int64
  private let isOff: Bool
  private let deadline: Int64?

  public struct Summary {
    public var counted = 0
    /// Counted as `crash/unsymbolized`: too old, or damaged.
    public var unsymbolized = 0
    /// Left by processes that did not crash; or counting is off.
    public var removed = 0
    /// What could not be used, in sentences.
    public var problems: [[UInt8]] = []
  }

  /// How long a record is worth naming: what has crashed may be gone then. Seconds.
  private static let age: Int64 = 7 * 86400
  /// How long a record may be empty: it is being made. Seconds.
  static let making: Int64 = 60
  /// A host may wait that long; nanoseconds.
  private static let patience: Int64 = 2_000_000

  /// `now`: Unix seconds; it chooses the week. `isOff`: nothing is counted, and
  /// what waits is deleted. In passing, one record at least, and what 2 ms suffice for.
  public init(_ telemetry: TelemetryFolder, at now: Int64, isOff: Bool, inPassing: Bool = false) {
    self.telemetry = telemetry
    self.now = now
    self.isOff = isOff
    folder = telemetry.crashes
    deadline = inPassing ? Clock.monotonic + CrashRun.patience : nil
  }

  public func run() throws(Fault) -> Summary {
    var summary = Summary()
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(ofLinkAt: folder, &attributes) == 0 else { return summary }
    guard Kernel.isDirectory(attributes) else { throw Fault(.io, "crashes are not counted: ", .path(folder), " is no directory") }
    for name in try Folder.names(in: folder, where: { CrashRun.process(of: $0) != nil }) ?? [] {
      do throws(Fault) { try look(folder.appending(name), CrashRun.process(of: name)!, &summary) } catch {
        if error.status == .off { return summary }
        summary.problems.append(error.message)
      }
      if let deadline, Clock.monotonic > deadline { break }
    }
    for name in try Folder.names(in: folder, where: CrashRun.isOfGo) ?? [] { forget(folder.appending(name), &summary) }
    return summary
  }

  /// What the Go runtime has printed, for the program's next start to count.
  /// Nobody else can name its addresses; but it has the panic's message in it, and
  /// does not stay where nobody counts, nor for longer than a record.
  static func isOfGo(_ name: [UInt8]) -> Bool { name.begins(with: "go-") && (name.ends(with: ".crash") || name.ends(with: ".new")) }

  private func forget(_ path: Path, _ summary: inout Summary) {
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(ofLinkAt: path, &attributes) == 0 else { return }
    if !isOff {
      guard Kernel.isRegular(attributes), Clock.seconds &- attributes.modified > CrashRun.age else { return }
      // Its program runs, and may have done so for longer.
      let file = Kernel.open(path, .read)
      guard file >= 0 else { return }
      defer { Kernel.close(file) }
      guard Kernel.lock(file, .exclusive) == 0 else { return }
    }
    remove(path, &summary)
  }

  /// The processes of `<pid>-<start>.record`.
  public static func process(of name: [UInt8]) -> (id: Int32, start: UInt64)? {
    guard name.ends(with: ".record"), let dash = name.firstIndex(of: UInt8(ascii: "-")),
      let id = decimal(name[..<dash]), let start = decimal(name[(dash + 1)..<(name.count - 7)]), id > 0, id <= UInt64(Int32.max)
    else { return nil }
    return (Int32(id), start)
  }

  private static func decimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
    guard (1...19).contains(digits.count), digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else { return nil }
    return digits.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
  }

  private func look(_ path: Path, _ process: (id: Int32, start: UInt64), _ summary: inout Summary) throws(Fault) {
    if isOff { return remove(path, &summary) }
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(ofLinkAt: path, &attributes) == 0 else { return }
    // Another kind of file was not made by libtel, and is not opened.
    guard Kernel.isRegular(attributes), attributes.size <= Int64(CrashRecord.length), let bytes = try File.content(of: path, limit: CrashRecord.length) else {
      return remove(path, &summary)
    }
    guard let record = CrashRecord(bytes), record.process == process.id, record.start == process.start else {
      // Being made just now.
      if Clock.seconds &- attributes.modified < CrashRun.making, bytes.isEmpty || bytes.allSatisfy({ $0 == 0 }) { return }
      return remove(path, &summary)
    }
    let isOld = !(0...CrashRun.age).contains(Clock.seconds &- (record.state == .complete ? record.time : attributes.modified))
    if !isOld, record.mayLive { return }
    guard record.state == .complete else { return isOld && record.mayLive ? () : remove(path, &summary) }
    let claim = { Kernel.unlink(path) == 0 }
    if isOld || record.frames == nil {
      if try OneCount.add(to: [UInt8]("crash/unsymbolized"), of: record.identity, in: telemetry, at: now, claim: claim) { summary.unsymbolized += 1 }
      return
    }
    guard let name = CrashStack.name(record, isHasty: deadline != nil) else { return }
    if try OneCount.add(to: name, of: record.identity, in: telemetry, at: now, claim: claim) { summary.counted += 1 }
  }

  private func remove(_ path: Path, _ summary: inout Summary) {
    if Kernel.unlink(path) == 0 { summary.removed += 1 }
  }
}

extension CrashRecord {
  /// Whether its process may be there still: of the same boot, and not of another
  /// container, where only those within know. One that has crashed there is
  /// taken for dead.
  var mayLive: Bool {
    if boot != Process.boot { return false }
    if processSpace != Process.space { return state != .complete }
    return Process.start(of: process) == start
  }
}
