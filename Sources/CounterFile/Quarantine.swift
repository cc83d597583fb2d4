import Files

/// Damaged files are set aside, not deleted: somebody may want to see them.
public enum Quarantine {
  /// As many are kept. More would be a way to fill the disk.
  static let kept = 3

  /// Moves the file into `folder`, if the name still means this inode: another
  /// process may have done it, and have put a good file in its place. Answers
  /// whether the name is free or means something else now.
  public static func setAside(_ path: Path, device: UInt64, inode: UInt64, into folder: Path, at seconds: Int64) throws(Fault) -> Bool {
    try Folder.make(folder, mode: 0o777)
    try Folder.refuseLink(folder)
    // One at a time: the look and the rename must not be parted.
    let lock = Kernel.openLock(folder.appending(".lock"))
    guard lock >= 0 else { throw Fault(.io, "cannot open the lock of ", .path(folder), ": ", .error(-lock)) }
    defer { Kernel.close(lock) }
    var turns = 0
    while Kernel.lock(lock, .exclusive) == -Kernel.wouldBlock {
      turns += 1
      if turns > 200 { return false }
      Kernel.pause(microseconds: 100)
    }
    var attributes = Kernel.Attributes()
    let status = Kernel.attributes(ofLinkAt: path, &attributes)
    if status == -Kernel.notFound { return true }
    guard status == 0 else { throw Fault(.io, "cannot look at ", .path(path), ": ", .error(-status)) }
    if attributes.device != device || attributes.inode != inode { return true }
    var names = try Folder.names(in: folder, where: { $0.first != UInt8(ascii: ".") }) ?? []
    names = names.map { setAsideTime($0).bigEndian }.map { withUnsafeBytes(of: $0) { Array($0) } }.orderOfBytes.map { names[$0] }
    // Later than all that are there, also if the clock stands or goes back.
    let time = max(UInt64(max(0, seconds)), names.last.map { setAsideTime($0) + 1 } ?? 0)
    // A file's name has 255 bytes at most, and the number up to eleven.
    var name = Array(path.name.prefix(255 - 12))
    name.append(UInt8(ascii: "."))
    name.append(decimal: time)
    let aside = folder.appending(name)
    let moved = Kernel.renameToNew(path, to: aside)
    guard moved == 0 else { throw Fault(.io, "cannot move ", .path(path), " to ", .path(aside), ": ", .error(-moved)) }
    for old in names.prefix(max(0, names.count + 1 - kept)) { Kernel.unlink(folder.appending(old)) }
    return true
  }

  /// The number behind the last dot; 0 for a name that is none of ours.
  private static func setAsideTime(_ name: [UInt8]) -> UInt64 {
    var time: UInt64 = 0
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), name.count - dot <= 12 else { return 0 }
    for byte in name[(dot + 1)...] {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return 0 }
      time = time * 10 + UInt64(byte - UInt8(ascii: "0"))
    }
    return time
  }
}
