import CEntry
import CTel
import Consent
import CounterFile
import Counting
import Files
import Reports

/// `tel_flush_report`, which is in CEntry/clock.c.
@c @implementation
public func entry_flush_report(_ timeout_ms: UInt32, _ now: Int64, _ made: UnsafeMutablePointer<UInt32>!) -> tel_status {
  answering { () throws(Fault) in
    let deadline = timeout_ms == 0 ? nil : Clock.monotonic + Int64(timeout_ms) * 1_000_000
    let consent = try Library.target().consent()
    if consent.mode == .off { throw Fault(.off, "no reports are made: telemetry is off: ", .bytes(consent.reason)) }
    // What waits in memory belongs into the file before it is read.
    Library.recorder.settleAll()
    let summary = try ReportRun(consent.folder, at: now, isDurable: true, deadline: deadline, keeper: Library.reportKeeper).run()
    made.pointee = UInt32(summary.published.count)
    log(summary.problems.map { Note(.bytes($0)) })
    if !summary.isComplete { throw Fault(.timeout, "time was up before all counter files were read; the next report run goes on") }
  }
}

/// Nothing without a mode that says on, nor from a directory that the
/// environment names, nor for vendors that are not one's own.
@c @implementation
public func entry_ask_uploadable(_ what: UnsafeMutablePointer<entry_uploadable>!) -> tel_status {
  answering { () throws(Fault) in
    let target = try Library.target()
    switch target.place {
    case .given: what.pointee.is_given = true
    case .standard: if target.variables.directory != nil { return }
    }
    if target.vendor == "tel" || target.vendor == "go" { return }
    let consent = try target.consent()
    if consent.mode < .on { return }
    var text = consent.folder.path.bytes
    text.append(0)
    text += target.vendor
    text.append(0)
    text += target.identity.program
    text.append(0)
    entry_tell_uploadable(what, text, text.count)
  }
}
