// For the command: what ships does without.
#if !hasFeature(Embedded)

import Consent
import CounterFile
import Dates
import Files

/// Forgetting everything that was counted and reported, and nothing else: what
/// has one of telemetry's own names goes. A counter file that a process adds to
/// stays, with its values set to 0, and the ledger forgets it, or the next counts
/// would be taken for reported ones.
public struct Cleaning {
  public enum Fate: Equatable { case remove, empty }

  public struct Item {
    public var path: Path
    public var fate: Fate
  }

  /// What was done, or would be.
  public private(set) var items: [Item] = []
  /// What could not be done, in sentences.
  public private(set) var problems: [[UInt8]] = []

  private let files: ReportFolder
  private let isDryRun: Bool
  /// Counter files that stay as they are.
  private var untouched: [[UInt8]] = []

  /// How long an upload lock may be held before it is a leftover; in seconds.
  private static let stale: Int64 = 86400
  /// How long to wait for a report run: in turns of ten milliseconds.
  private static let turns = 300

  /// `isDryRun`: only look. Throws if nothing can be done at all.
  public init(_ folder: TelemetryFolder, isDryRun: Bool) throws(Fault) {
    files = ReportFolder(folder: folder)
    self.isDryRun = isDryRun
    for place in [folder.path, folder.local, folder.upload, folder.rejected, folder.quarantine, folder.crashes] { try Folder.refuseLink(place) }
    guard try Folder.names(in: folder.local, where: { _ in false }) != nil else {
      try removeOthers()
      return
    }
    let lock = isDryRun ? -1 : try Cleaning.takeLock(files.lock)
    defer { if lock >= 0 { Kernel.close(lock) } }
    try clean(Folder.names(in: folder.local, where: { FileKind(local: $0) != nil }) ?? [])
  }

  private static func takeLock(_ path: Path) throws(Fault) -> Int32 {
    let lock = Kernel.openLock(path)
    guard lock >= 0 else { throw Fault(.io, "cannot open ", .path(path), ": ", .error(-lock)) }
    for _ in 0..<turns {
      let status = Kernel.lock(lock, .exclusive)
      if status == 0 { return lock }
      if status != -Kernel.wouldBlock {
        Kernel.close(lock)
        throw Fault(.unsupported, "cannot lock ", .path(path), ": ", .error(-status))
      }
      Kernel.pause(microseconds: 10_000)
    }
    Kernel.close(lock)
    throw Fault(.busy, "another process is making the reports in ", .path(path.parent), "; nothing was removed")
  }

  private mutating func clean(_ names: [[UInt8]]) throws(Fault) {
    let local = files.folder.local
    // What is staged first: a run that comes after a kill would publish it.
    for name in names where FileKind(local: name) == .staged { remove(local.appending(name)) }
    for name in names {
      switch FileKind(local: name) {
      case .counterFile: forget(name)
      case .report, .begin, .waiting, .results: remove(local.appending(name))
      case .temporary: if isOlder(than: 60, local.appending(name)) { remove(local.appending(name)) }
      default: break
      }
    }
    try removeOthers()
    if !isDryRun { try forgetLedger() }
  }

  private mutating func removeOthers() throws(Fault) {
    for (folder, kind) in [
      (files.folder.upload, { FileKind(upload: $0) }), (files.folder.rejected, { FileKind(rejected: $0) }),
      (files.folder.quarantine, { FileKind(quarantine: $0) }),
    ] as [(Path, ([UInt8]) -> FileKind?)] {
      for name in try Folder.names(in: folder, where: { kind($0) != nil }) ?? [] {
        let path = folder.appending(name)
        switch kind(name) {
        case .uploadLock: if isOlder(than: Cleaning.stale, path) { remove(path) }
        case .temporary: if isOlder(than: 60, path) { remove(path) }
        default: remove(path)
        }
      }
    }
  }

  private func isOlder(than seconds: Int64, _ path: Path) -> Bool {
    var attributes = Kernel.Attributes()
    return Kernel.attributes(ofLinkAt: path, &attributes) == 0 && Clock.seconds &- attributes.modified > seconds
  }

  /// Also files that are not known here: whoever calls knows that they are telemetry's.
  public mutating func remove(_ path: Path) {
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(ofLinkAt: path, &attributes) == 0 else { return }
    guard Kernel.isRegular(attributes) else {
      problems.append(sentence([.path(path), " stays: it is not a regular file"]))
      return
    }
    let status = isDryRun ? 0 : Kernel.unlink(path)
    if status == 0 { items.append(Item(path: path, fate: .remove)) }
    if status < 0, status != -Kernel.notFound { problems.append(sentence(["cannot remove ", .path(path), ": ", .error(-status)])) }
  }

  /// Under an exclusive lock nobody of ours can add; who adds without a lock, as
  /// the reference does, keeps the kernel from giving a lease.
  private mutating func forget(_ name: [UInt8]) {
    let path = files.folder.local.appending(name)
    let descriptor = Kernel.open(path, .read)
    guard descriptor >= 0 else {
      // Who may not read a file may still remove it.
      if descriptor != -Kernel.notFound { remove(path) }
      return
    }
    defer { Kernel.close(descriptor) }
    var (mine, named) = (Kernel.Attributes(), Kernel.Attributes())
    guard Kernel.attributes(of: descriptor, &mine) == 0, Kernel.isRegular(mine) else { return remove(path) }
    guard Kernel.attributes(ofLinkAt: path, &named) == 0, mine.inode == named.inode, mine.device == named.device,
      Kernel.lock(descriptor, .exclusive) == 0, !Cleaning.mayBeForeign(descriptor, path) || Kernel.lease(descriptor)
    else { return empty(name, path) }
    remove(path)
  }

  private static func mayBeForeign(_ descriptor: Int32, _ path: Path) -> Bool {
    switch Harvest.look(at: descriptor, path, now: .max) {
    case .harvest(let harvest): harvest.mayHaveForeignWriter
    default: true
    }
  }

  private mutating func empty(_ name: [UInt8], _ path: Path) {
    if isDryRun { return items.append(Item(path: path, fate: .empty)) }
    let descriptor = Kernel.open(path, .readWrite)
    if descriptor == -Kernel.notFound { return }
    defer { if descriptor >= 0 { Kernel.close(descriptor) } }
    do throws(Fault) {
      guard descriptor >= 0 else { throw Fault(.io, "cannot open ", .path(path), ": ", .error(-descriptor)) }
      try Emptying.empty(descriptor, named: path)
      items.append(Item(path: path, fate: .empty))
    } catch {
      problems.append(error.message)
      untouched.append(name)
    }
  }

  /// After the values: who is killed in between has counts that are missing
  /// later, and the next cleaning mends it; the other way round they would be
  /// reported a second time.
  private func forgetLedger() throws(Fault) {
    guard let content = try File.content(of: files.state, limit: State.limit) else { return }
    guard let state = State(content) else {
      Kernel.unlink(files.state)
      return
    }
    let kept = State(generation: state.generation, ledgers: state.ledgers.filter { untouched.contains($0.file) })
    var file = try NewFile(beside: files.state)
    try kept.forEachPiece { piece throws(Fault) in try file.append(piece) }
    try file.replace(files.state, durable: true)
    try Folder.sync(files.folder.local)
  }
}

#endif
