import Dates
import Files

/// Held while one week's document is sent, against the reference and ourselves:
/// the reference makes the file and fails if it is there, and never clears away
/// one that a killed process has left. Ours has a content that tells it, and an
/// flock from its first instant, so that it is known to be left over as soon as
/// its process is gone. A foreign one is taken for left over after an hour.
struct SendLock {
  private let path: Path
  private let descriptor: Int32

  private static let mark: StaticString = "libtel\n"
  /// In seconds.
  private static let stale: Int64 = 3600

  /// Nil if somebody else has it. `now`: Unix seconds of the real clock, as file
  /// times are.
  static func take(_ path: Path, now: Int64) throws(Fault) -> SendLock? {
    for _ in 0..<3 {
      if let lock = try make(path) { return lock }
      if try !clear(path, now: now) { return nil }
    }
    return nil
  }

  private init(path: Path, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  func release() {
    Kernel.unlink(path)
    Kernel.close(descriptor)
  }

  private static func make(_ path: Path) throws(Fault) -> SendLock? {
    let temporary = File.temporaryName(beside: path)
    let descriptor = Kernel.open(temporary, .createNew(File.sharedMode))
    guard descriptor >= 0 else { throw Fault(.io, "cannot make ", .path(temporary), ": ", .error(-descriptor)) }
    defer { Kernel.unlink(temporary) }
    var status = Kernel.lock(descriptor, .exclusive)
    if status == 0 {
      let written = Kernel.write(descriptor, mark.utf8Start, mark.utf8CodeUnitCount, at: 0)
      status = written < 0 ? Int32(written) : Kernel.link(temporary, to: path)
      if Kernel.isWithoutLinks(status) { status = Kernel.renameToNew(temporary, to: path) }
    }
    if status == 0 { return SendLock(path: path, descriptor: descriptor) }
    Kernel.close(descriptor)
    if status == -Kernel.exists { return nil }
    throw Fault(.io, "cannot make ", .path(path), ": ", .error(-status))
  }

  /// Removes one that was left over. Answers false if it is in use.
  static func clear(_ path: Path, now: Int64) throws(Fault) -> Bool {
    let descriptor = Kernel.open(path, .read)
    if descriptor == -Kernel.notFound { return true }
    guard descriptor >= 0 else { throw Fault(.io, "cannot open ", .path(path), ": ", .error(-descriptor)) }
    defer { Kernel.close(descriptor) }
    guard Kernel.lock(descriptor, .exclusive) == 0 else { return false }
    var (mine, named) = (Kernel.Attributes(), Kernel.Attributes())
    guard Kernel.attributes(of: descriptor, &mine) == 0 else { return false }
    let content = (try? File.content(of: descriptor, size: mark.utf8CodeUnitCount, named: path)) ?? []
    if content != [UInt8](mark), now - mine.modified <= stale { return false }
    // Who else clears it has the lock, too, or comes later and finds another file.
    guard Kernel.attributes(ofLinkAt: path, &named) == 0 else { return true }
    if named.inode == mine.inode, named.device == mine.device { Kernel.unlink(path) }
    return true
  }
}
