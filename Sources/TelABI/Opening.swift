import CEntry
import CTel
import Consent
import CounterFile
import Counting
import Dates
import Files

// tel_open and tel_rotate themselves are in CEntry/clock.c, where the host's
// clock is read.

/// The first half of `tel_open`: who counts, and where.
@c @implementation
public func entry_open(_ config: UnsafePointer<tel_config>!) -> tel_status {
  answering { () throws(Fault) in
    let asked = try Configuration(config)
    if let problem = Process.platformProblem { throw Fault(.unsupported, "telemetry is disabled on this platform: ", .literal(problem)) }
    try Library.withSession { session throws(Fault) in
      if let session {
        try asked.check(against: session.settings)
      } else {
        guard Recorder.memoryLength <= ENTRY_RECORDER_LENGTH else {
          throw Fault(.unsupported, "telemetry is disabled on this platform: this build of libtel has too little static memory")
        }
        Library.install(Session(try asked.settings(), recorder: Library.recorder, retired: Library.retired), flags: asked.flags, now: asked.now)
        Library.recorder.maximumNames = asked.maximumNames
      }
      if asked.flags & UInt32(TEL_ROTATE) != 0 {
        entry_get().pointee.flags |= UInt32(TEL_ROTATE)
        entry_get().pointee.thread_is_wanted = true
      }
    }
  }
}

/// `tel_rotate`, and the second half of `tel_open`: opens, rotates or repairs,
/// whatever it takes; then makes due reports.
@c @implementation
public func entry_refresh(_ now: Int64) -> tel_status {
  answering { () throws(Fault) in
    var notes: [Note] = []
    defer { log(notes) }
    try Library.withSession { session throws(Fault) in
      guard let session else { throw Fault(.invalid, "tel_rotate has nothing to rotate: call tel_open first") }
      if entry_get().pointee.thread_is_wanted { startThread(&notes) }
      let isNew = try session.refresh(at: now)
      if isNew { Library.makeReportsInPassing(session, at: now, &notes) }
    }
  }
}

@c @implementation
public func tel_close() {
  entry_thread_stop()
  _ = answering { () throws(Fault) in
    try Library.withSession { session throws(Fault) in
      session?.close()
      Library.remove()
    }
  }
}

/// If it cannot be, the next slow call tries again.
private func startThread(_ notes: inout [Note]) {
  let status = entry_thread_start()
  entry_get().pointee.thread_is_wanted = status != 0
  if status != 0 { notes.append(Note("cannot start the thread that rotates: ", .error(status))) }
}

/// Called on the rotation thread. Milliseconds until the next time: at the
/// week's end, and at least once an hour, to notice a mode or a file that
/// changed; with a clock of the host's own, which may jump, every second.
@c @implementation
public func entry_tick(_ now: Int64) -> Int64 {
  var wait: Int64 = 3_600_000
  _ = answering { () throws(Fault) in
    var notes: [Note] = []
    defer { log(notes) }
    try Library.withSession { session throws(Fault) in
      guard let session else { return }
      defer {
        if entry_get().pointee.now != nil {
          wait = 1000
        } else if let week = session.week {
          // The second after the end: only then is the week over for a report run.
          wait = max(1000, min(wait, (week.end.start + 1 - now) * 1000))
        }
      }
      let isNew = try session.refresh(at: now)
      if isNew { Library.makeReportsInPassing(session, at: now, &notes) }
    }
  }
  return wait
}

@c @implementation
public func entry_forget() { Library.recorder.discard() }
