// For the command: what ships does without.
#if !hasFeature(Embedded)

import Consent
import Files

/// A file of the folder crash, for who looks at it and does not count it.
public struct CrashFile {
  public enum Kind: Equatable {
    /// A crash of that signal, which waits to be counted.
    case crash(signal: Int32)
    /// The same, of which it cannot be told where.
    case withoutStack
    /// Its program runs, or has just started.
    case live
    /// Of a process that died as it wrote.
    case begun
    /// Of one that has ended in another way.
    case left
    /// What is wrong, and at which byte.
    case damaged(at: Int, [UInt8])
    /// What the Go runtime has said, for its program's next start; or nothing yet.
    case ofGo(isOpen: Bool)
  }

  public let path: Path
  public let kind: Kind

  /// Whether the name is one of a record, or of what Go's runtime has written.
  public static func isNamed(_ name: [UInt8]) -> Bool { CrashRun.process(of: name) != nil || CrashRun.isOfGo(name) }

  /// Those that are in the telemetry directory and have such names.
  public static func all(in telemetry: TelemetryFolder) throws(Fault) -> [CrashFile] {
    var found: [CrashFile] = []
    for name in try Folder.names(in: telemetry.crashes, where: isNamed) ?? [] {
      let path = telemetry.crashes.appending(name)
      if let file = try CrashFile(path) { found.append(file) }
    }
    return found
  }

  /// Nil if there is none, or it is no file: that was not made by libtel.
  public init?(_ path: Path) throws(Fault) {
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(ofLinkAt: path, &attributes) == 0, Kernel.isRegular(attributes) else { return nil }
    self.path = path
    if CrashRun.isOfGo(path.name) {
      let isBeginning = path.name.ends(with: ".new") && Clock.seconds &- attributes.modified < CrashRun.making
      kind = .ofGo(isOpen: isBeginning || CrashFile.isLocked(path))
      return
    }
    guard let bytes = try File.content(of: path, limit: 1 << 20) else { return nil }
    kind = CrashFile.kind(of: bytes, named: path.name, modified: attributes.modified)
  }

  /// Whether somebody holds it, as a program of Go does that runs.
  private static func isLocked(_ path: Path) -> Bool {
    let file = Kernel.open(path, .read)
    guard file >= 0 else { return false }
    defer { Kernel.close(file) }
    return Kernel.lock(file, .shared) == -Kernel.wouldBlock
  }

  private static func kind(of bytes: [UInt8], named name: [UInt8], modified: Int64) -> Kind {
    let isEmpty = bytes.allSatisfy { $0 == 0 }
    if isEmpty, Clock.seconds &- modified < CrashRun.making { return .live }
    guard bytes.count == CrashRecord.length else {
      return .damaged(at: min(bytes.count, CrashRecord.length), sentence(["it has ", .number(bytes.count), " bytes, and a record has ", .number(CrashRecord.length)]))
    }
    guard bytes.begins(with: "telcrash") else { return .damaged(at: 0, [UInt8]("it does not begin as a record does")) }
    guard let record = CrashRecord(bytes) else {
      if number(bytes, 16, 4) > 2 { return .damaged(at: 16, [UInt8]("there is no such state")) }
      if number(bytes, 8, 4) != 1 || number(bytes, 12, 4) != UInt64(CrashRecord.length) { return .damaged(at: 8, [UInt8]("it is of another version")) }
      return .damaged(at: 104, [UInt8]("it does not say which program has crashed"))
    }
    guard let process = CrashRun.process(of: name), record.process == process.id, record.start == process.start else {
      return .damaged(at: 20, [UInt8]("it is of another process than its name says"))
    }
    if record.mayLive { return .live }
    switch record.state {
    case .prepared: return .left
    case .begun: return .begun
    case .complete: return record.frames == nil ? .withoutStack : .crash(signal: record.signal)
    }
  }
}

#endif
