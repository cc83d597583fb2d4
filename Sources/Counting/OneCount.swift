import Consent
import CounterFile
import Dates
import Files

/// Counting once for a program that is not this one, nor runs any more.
public enum OneCount {
  /// Adds one to the counter, in this week's file of the program, if `claim`
  /// answers true: it is asked when nothing can go wrong any more. Answers what it
  /// said.
  public static func add(
    to name: [UInt8], of identity: Identity, in folder: TelemetryFolder, at now: Int64, claim: () -> Bool
  ) throws(Fault) -> Bool {
    try identity.check()
    if let network = Folder.network(of: folder.path) {
      throw Fault(.unsupported, "nothing is counted: ", .path(folder.path), " is on a network file system, ", .literal(network))
    }
    try Folder.make(folder.local, mode: 0o777)
    try Folder.refuseLink(folder.local)
    let today = Day(unixSeconds: now)
    let week = Week(containing: today, endingOn: try WeekendsFile.weekday(in: folder.local))
    let (file, _) = try FileChoice(identity, folder, today: today, at: now).open(week)
    defer {
      file.bury()
      file.release()
    }
    // As a program that opens: who said off meanwhile did not see this file.
    if ModeFile.read(folder.modeFile).mode == .off {
      try LiveFile.discard(Path(cString: file.path))
      throw Fault(.off, "telemetry is off: it was switched off at this moment")
    }
    let slot = name.withUnsafeBufferPointer { file.slot(of: $0, maximum: Recorder.standardMaximum, spare: Recorder.spare) }
    guard case .cell(let cell) = slot else { throw Fault(.full, "the counter file ", .path(Path(cString: file.path)), " has no room for another name") }
    guard claim() else { return false }
    Counter.add(1, to: UnsafeMutableRawPointer(cell))
    return true
  }
}
