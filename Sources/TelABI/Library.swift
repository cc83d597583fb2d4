import CEntry
import CTel
import Consent
import CounterFile
import Counting
import Files
import Reports

/// The process's one session, under the lock that guards it.
enum Library {
  static var recorder: Recorder {
    @inline(__always) get { Recorder(at: entry_recorder()) }
  }

  /// Runs with the session, one thread at a time. Nil before `tel_open`.
  static func withSession<Result>(_ body: (Session?) throws(Fault) -> Result) throws(Fault) -> Result {
    entry_lock()
    defer { entry_unlock() }
    return try body(session())
  }

  /// The session; after a fork that left it half changed, a new one.
  private static func session() -> Session? {
    let state = entry_get()!
    guard let pointer = state.pointee.session else { return nil }
    if state.pointee.is_forked, let settings = state.pointee.settings {
      state.pointee.is_forked = false
      let kept = Unmanaged<Settings>.fromOpaque(settings).takeUnretainedValue()
      // The broken one is left as it is: its mappings are in use.
      state.pointee.retired = nil
      let fresh = Session(kept, recorder: recorder, retired: retired)
      state.pointee.session = Unmanaged.passRetained(fresh).toOpaque()
      return fresh
    }
    return Unmanaged<Session>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// Of all sessions of the process.
  static var retired: RetiredFiles {
    let state = entry_get()!
    if let known = state.pointee.retired { return Unmanaged<RetiredFiles>.fromOpaque(known).takeUnretainedValue() }
    let fresh = RetiredFiles()
    state.pointee.retired = Unmanaged.passRetained(fresh).toOpaque()
    return fresh
  }

  static func install(_ session: Session, flags: UInt32, now: (@convention(c) () -> Int64)?) {
    let state = entry_get()!
    state.pointee.settings = Unmanaged.passRetained(session.settings).toOpaque()
    state.pointee.session = Unmanaged.passRetained(session).toOpaque()
    state.pointee.flags = flags
    state.pointee.now = now
    state.pointee.is_forked = false
  }

  static func remove() {
    let state = entry_get()!
    if let session = state.pointee.session { Unmanaged<Session>.fromOpaque(session).release() }
    if let settings = state.pointee.settings { Unmanaged<Settings>.fromOpaque(settings).release() }
    state.pointee.session = nil
    state.pointee.settings = nil
    state.pointee.flags = 0
    state.pointee.now = nil
    state.pointee.thread_is_wanted = false
    entry_forget_upload()
  }

  /// Whose directory: that of the open program, else of vendor "tel".
  static func target() throws(Fault) -> Settings {
    try withSession { session throws(Fault) in
      session?.settings ?? Settings(place: .standard, vendor: [UInt8]("tel"), identity: Identity(program: [], version: [], toolchain: []))
    }
  }

  static var flags: UInt32 { entry_get().pointee.flags }
}

/// Slow work that is done in passing, when the file was opened or rotated.
extension Library {
  /// Once a day, some process makes the reports that are due. What goes wrong
  /// there is for the logger: the host asked for counting.
  static func makeReportsInPassing(_ session: Session, at now: Int64, _ notes: inout [Note]) {
    guard flags & UInt32(TEL_NO_REPORT) == 0, let folder = session.folder else { return }
    do throws(Fault) { entry_get().pointee.day_is_new = try ReportRun.inPassing(folder, at: now, keeper: reportKeeper) } catch {
      if error.status != .busy && error.status != .timeout { notes.append(Note("cannot make reports: ", .bytes(error.message))) }
    }
  }

  /// One run at a time, and a forked child does not keep other reporters out.
  static var reportKeeper: ReportRun.Keeper {
    ReportRun.Keeper(
      open: { open in
        entry_reports_lock()
        defer { entry_reports_unlock() }
        let state = entry_get()!
        guard !state.pointee.is_reporting else { return nil }
        state.pointee.is_reporting = true
        state.pointee.report_lock = open()
        return state.pointee.report_lock
      },
      close: { close in
        entry_reports_lock()
        defer { entry_reports_unlock() }
        close()
        entry_get().pointee.report_lock = -1
        entry_get().pointee.is_reporting = false
      })
  }
}
