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
private func asking(_ question: (Settings) throws(Fault) -> Mode) -> tel_mode {
  var mode = Mode.off
  _ = answering { () throws(Fault) in mode = try question(Library.target()) }
  return mode.rawValue
}

// tel_set_mode and the tel_consent_ functions are in CEntry/clock.c.

@c @implementation
public func entry_set_mode(_ mode: tel_mode, _ now: Int64) -> tel_status {
  answering { () throws(Fault) in
    let mode = try known(mode)
    let target = try Library.target()
    try ModeFile.write(mode, on: Day(unixSeconds: now), in: try target.folder())
    try apply(mode, target, at: now)
  }
}

/// `asks`: TEL_OK means that it is time to.
@c @implementation
public func entry_consent(
  _ asks: Bool, _ mode: tel_mode, _ destination: UnsafePointer<CChar>!, _ text: UnsafePointer<CChar>!, _ now: Int64
) -> tel_status {
  answering { () throws(Fault) in
    let mode = try known(mode)
    let target = try Library.target()
    let asking = try Asking(
      target.consent(), vendor: target.vendor, target.variables, destination: destination.map { [UInt8](cString: $0) } ?? [],
      text: text.map { [UInt8](cString: $0) } ?? [])
    let today = Day(unixSeconds: now)
    if asks {
      if let objection = try asking.objection(on: today) { throw Fault(.off, "nobody is asked: ", .literal(objection)) }
    } else {
      try asking.record(mode, on: today)
      try apply(mode, target, at: now)
    }
  }
}

private func known(_ mode: tel_mode) throws(Fault) -> Mode {
  if let mode = Mode(rawValue: mode) { return mode }
  throw Fault(.invalid, "there is no mode ", .number(Int(mode)), ": it is TEL_MODE_OFF, TEL_MODE_LOCAL or TEL_MODE_ON")
}

/// The mode file says something new: this process does it, and off is at once.
private func apply(_ mode: Mode, _ target: Settings, at now: Int64) throws(Fault) {
  do throws(Fault) {
    try Library.withSession { session throws(Fault) in _ = try session?.refresh(at: now) }
  } catch {
    // The mode is set; that counting is off now is what was wanted.
    if error.status != .off { throw error }
  }
  // As the Go toolchain does, whose directory that is: there files stay.
  if target.vendor == "go" { return }
  let folder = try target.folder()
  if mode < .on { _ = try WaitingUploads.destroy(in: folder) }
  if mode == .off { _ = try ReportRun(folder, at: now, isDurable: true, keeper: Library.reportKeeper).discard() }
}
