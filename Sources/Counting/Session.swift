import Consent
import CounterFile
import Dates
import Files

/// What a program asked for when it opened. Never changes.
public final class Settings: Sendable {
  public let place: Consent.Place
  public let vendor: [UInt8]
  /// With an empty program: no program is asked about.
  public let identity: Identity
  public let variables: Variables

  public init(place: Consent.Place, vendor: [UInt8], identity: Identity, variables: Variables = .now()) {
    self.place = place
    self.vendor = vendor
    self.identity = identity
    self.variables = variables
  }

  /// What is allowed now.
  public func consent() throws(Fault) -> Consent {
    try Consent.read(place, vendor: vendor, program: identity.program.isEmpty ? nil : identity.program, variables)
  }

  public func folder() throws(Fault) -> TelemetryFolder { try Consent.folder(place, vendor: vendor, variables) }
}

/// An open program: which file it counts into, and when that changes. Slow,
/// and one thread at a time; the recorder goes on meanwhile.
public final class Session {
  public let settings: Settings
  public let recorder: Recorder
  public private(set) var folder: TelemetryFolder?
  /// The week of the current file.
  public private(set) var week: Week?

  private var file: MappedFile?
  /// Counts are kept in memory because the user said off: they must never be written.
  private var isOff = false
  private let retired: RetiredFiles

  /// `retired`: those of the process's earlier sessions.
  public init(_ settings: Settings, recorder: Recorder, retired: RetiredFiles = RetiredFiles()) {
    self.settings = settings
    self.recorder = recorder
    self.retired = retired
    // A forked child whose session was in pieces counts into a file already.
    file = recorder.file
  }

  /// The path of the file that is counted into.
  public var counterFile: Path? { file.map { Path(cString: $0.path) } }

  /// Opens the file of this week, or sees to it that the open one is still the
  /// right one: the mode, the week, and that the file has its name and is
  /// sound. Answers whether there is a new file. `now`: Unix seconds.
  public func refresh(at now: Int64) throws(Fault) -> Bool {
    let today = Day(unixSeconds: now)
    let consent: Consent
    do throws(Fault) { consent = try settings.consent() } catch {
      if error.status == .off { stop(forGood: false) }
      throw error
    }
    folder = consent.folder
    if consent.mode == .off {
      stop(forGood: false)
      isOff = true
      throw Fault(.off, "telemetry is off: ", .bytes(consent.reason))
    }
    if isOff {
      recorder.discard()
      isOff = false
    }
    var isUsable = true
    if let file {
      isUsable = !file.isTroubled && isNamed(file)
      if let week, today >= week.begin, today < week.end {
        file.forgetFullDisk()
        if isUsable {
          recorder.settleAll()
          return false
        }
      }
    }
    do throws(Fault) {
      if let file, file.isTroubled { try setAside(file, consent.folder, at: now) }
      try open(consent.folder, today, at: now)
    } catch {
      // What nobody can read is no place to count into; memory is.
      isOff = error.status == .off
      if !isUsable || isOff { stop(forGood: false) }
      throw error
    }
    return true
  }

  /// Stops counting into the file. Counts stay in memory.
  public func close() {
    if isOff { recorder.discard() }
    isOff = false
    // What a thread added to memory while the file was being opened.
    recorder.settleAll()
    stop(forGood: true)
  }

  private func open(_ folder: TelemetryFolder, _ today: Day, at now: Int64) throws(Fault) {
    if let network = Folder.network(of: folder.path) {
      throw Fault(
        .unsupported, "counts stay in memory and are not saved: ", .path(folder.path), " is on a network file system, ", .literal(network),
        "; TEL_DIR can name a local directory")
    }
    try Folder.make(folder.local, mode: 0o777)
    try Folder.refuseLink(folder.local)
    let weekday = try WeekendsFile.weekday(in: folder.local)
    let (opened, openedWeek) = try FileChoice(settings.identity, folder, today: today, at: now)
      .open(Week(containing: today, endingOn: weekday))
    // Who says off looks for files after writing the mode. This one may have got
    // its name after that look; so the mode is looked at after the name.
    if ModeFile.read(folder.modeFile).mode == .off {
      opened.bury()
      let path = Path(cString: opened.path)
      opened.release()
      if settings.vendor != "go" { try LiveFile.discard(path) }
      throw Fault(.off, "telemetry is off: it was switched off at this moment")
    }
    let old = file
    file = opened
    week = openedWeek
    recorder.count(into: opened)
    if let old { retired.retire(old) }
  }

  private func isNamed(_ file: MappedFile) -> Bool {
    var attributes = Kernel.Attributes()
    return Kernel.attributes(ofLinkAt: file.path, &attributes) == 0 && attributes.inode == file.storage.pointee.inode
      && attributes.device == file.storage.pointee.device
  }

  private func setAside(_ file: MappedFile, _ folder: TelemetryFolder, at now: Int64) throws(Fault) {
    _ = try Quarantine.setAside(
      Path(cString: file.path), device: file.storage.pointee.device, inode: file.storage.pointee.inode,
      into: folder.quarantine, at: now)
  }

  private func stop(forGood: Bool) {
    guard let file else { return }
    self.file = nil
    week = nil
    recorder.count(into: nil)
    if forGood { retired.bury(with: file) } else { retired.retire(file) }
  }
}
