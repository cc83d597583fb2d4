import ArgumentParser
import Exporters
import Files
import Glibc
import Survey

extension ExportCommand {
  /// Until a signal ends it; then the file has the counts of that moment.
  func keepWriting(_ writer: ExportWriter) throws {
    if let url = writer.destination { throw Failure(.validationFailure, "the format is sent to ", .bytes(url), ": that goes once a week, and not with --watch") }
    let source = try ExportSource(Vendor(place))
    let file = try ExportFile(Path(output!.bytes), isForAll: isForPrometheus)
    var said: Set<[UInt8]> = []
    func complain(_ problem: [UInt8]) { if said.insert(problem).inserted { Complaint.say(problem) } }
    func once() throws {
      let (exported, problems) = try source.running(at: moment.now)
      problems.forEach(complain)
      try file.replace(writer.text(exported))
    }
    let end = Ending()
    try once()
    let step = Int64(interval.seconds * 1e9)
    var next = Clock.monotonic + step
    while true {
      let signal = end.wait(until: next)
      // A disk may have room again.
      do { try once() } catch let fault as Fault { complain(fault.message) }
      if let signal {
        var screen = Output()
        screen.line("Ended by ", .bytes([UInt8](signal)), "; ", .path(file.path), " has the latest counts.")
        return try screen.flush()
      }
      next = max(next + step, Clock.monotonic)
    }
  }
}

/// Signals that ask for the end: they come when they are waited for, and never
/// in the middle of something.
private struct Ending {
  private var signals = sigset_t()

  init() {
    sigemptyset(&signals)
    for number in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, number) }
    sigprocmask(SIG_BLOCK, &signals, nil)
  }

  /// Its name; nil if the time has come.
  func wait(until time: Int64) -> StaticString? {
    var set = signals
    while true {
      let left = max(0, time - Clock.monotonic)
      var duration = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
      switch sigtimedwait(&set, nil, &duration) {
      case SIGTERM: return "SIGTERM"
      case SIGINT: return "SIGINT"
      case SIGHUP: return "SIGHUP"
      default: if errno != EINTR { return nil }
      }
    }
  }
}

/// A file that somebody reads while it is written: it is the one before, or this one.
struct ExportFile {
  let path: Path

  /// `isForAll`: others read it, whatever umask says.
  init(_ path: Path, isForAll: Bool) throws {
    self.path = path
    if isForAll { umask(0o022) }
  }

  /// A device or a link is left alone.
  func replace(_ text: [UInt8]) throws(Fault) {
    var attributes = Kernel.Attributes()
    if Kernel.attributes(ofLinkAt: path, &attributes) == 0, !Kernel.isRegular(attributes) {
      throw Fault(.io, .path(path), " is no regular file, and is not replaced")
    }
    try File.replace(path, with: text, durable: true)
    try Folder.sync(path.parent)
  }
}
