import CEntry
import CTel
import Consent
import Counting
import Dates
import Files
import Reports

@c @implementation
public func tel_get_mode() -> tel_mode {
  asking { target throws(Fault) in try target.consent().mode }
}

@c @implementation
public func tel_stored_mode() -> tel_mode {
  asking { target throws(Fault) in ModeFile.read(try target.folder().modeFile).mode }
}

/// What cannot be told is off.
private func asking(_ question: (Library.Target) throws(Fault) -> Mode) -> tel_mode {
  var mode = Mode.off
  _ = answering { () throws(Fault) in mode = try question(Library.target()) }
  return mode.rawValue
}

/// `tel_set_mode`, which is in CEntry/clock.c.
@c @implementation
public func entry_set_mode(_ mode: tel_mode, _ now: Int64) -> tel_status {
  answering { () throws(Fault) in
    guard let mode = Mode(rawValue: mode) else {
      throw Fault(.invalid, "tel_set_mode does not know the mode ", .number(Int(mode)), ": it is TEL_MODE_OFF, TEL_MODE_LOCAL or TEL_MODE_ON")
    }
    let target = try Library.target()
    let folder = try target.folder()
    try ModeFile.write(mode, on: Day(unixSeconds: now), in: folder)
    do throws(Fault) {
      try Library.withSession { session throws(Fault) in _ = try session?.refresh(at: now) }
    } catch {
      // The mode is set; that counting is off now is what was wanted.
      if error.status != .off { throw error }
    }
    // As the Go toolchain does, whose directory that is: there files stay.
    if mode == .off, target.vendor != "go" { _ = try ReportRun(folder, at: now, isDurable: true, keeper: Library.reportKeeper).discard() }
  }
}
