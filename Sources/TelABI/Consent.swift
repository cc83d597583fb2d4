import CEntry
import CTel
import Consent
import Counting
import Dates
import Files

@c @implementation
public func tel_get_mode() -> tel_mode {
  var mode = Mode.off
  _ = answering { () throws(Fault) in
    let (place, vendor, variables) = try Library.target()
    mode = try Consent.read(place, vendor: vendor, variables).mode
  }
  return mode.rawValue
}

/// `tel_set_mode`, which is in CEntry/clock.c.
@c @implementation
public func entry_set_mode(_ mode: tel_mode, _ now: Int64) -> tel_status {
  answering { () throws(Fault) in
    guard let mode = Mode(rawValue: mode) else {
      throw Fault(.invalid, "tel_set_mode does not know the mode ", .number(Int(mode)), ": it is TEL_MODE_OFF, TEL_MODE_LOCAL or TEL_MODE_ON")
    }
    let (place, vendor, variables) = try Library.target()
    try ModeFile.write(mode, on: Day(unixSeconds: now), in: try Consent.folder(place, vendor: vendor, variables))
    do throws(Fault) {
      try Library.withSession { session throws(Fault) in _ = try session?.refresh(at: now) }
    } catch {
      // The mode is set; that counting is off now is what was wanted.
      if error.status != .off { throw error }
    }
  }
}
