import Files
import Glibc

/// The file system that a path is on, by the kernel's list of mounts.
package struct Mount {
  /// The kernel's word: ext4, nfs4, fuse.sshfs.
  package let kind: String
  package let isReadOnly: Bool

  /// Those that `Folder.network` does not know: most are behind FUSE.
  private static let shared: Set<String> = ["gfs2", "ocfs2", "ncpfs", "glusterfs", "sshfs", "davfs", "s3fs", "rclone"]

  /// Machines that share files there share no memory.
  package var isShared: Bool { Mount.shared.contains(kind.hasPrefix("fuse.") ? String(kind.dropFirst(5)) : kind) }

  /// Nil if the kernel does not tell.
  package init?(of path: Path) {
    guard let real = path.withCString({ realpath($0, nil) }), let text = LockTable.content(of: "/proc/self/mountinfo") else { return nil }
    defer { free(real) }
    let place = String(cString: real)
    var best: (point: String, kind: String, options: Substring)?
    for line in text.split(separator: "\n") {
      // 36 35 98:0 / /mnt rw,noatime master:1 - ext3 /dev/root rw,errors=continue
      let words = line.split(separator: " ")
      guard let dash = words.firstIndex(of: "-"), dash >= 6, words.count > dash + 3 else { continue }
      let point = Mount.unescaped(words[4])
      guard place == point || place.hasPrefix(point == "/" ? "/" : point + "/"), point.utf8.count >= best?.point.utf8.count ?? 0 else { continue }
      // A later mount covers an earlier one.
      best = (point, String(words[dash + 1]), words[5] + "," + words[dash + 3])
    }
    guard let best else { return nil }
    kind = best.kind
    isReadOnly = best.options.split(separator: ",").contains("ro")
  }

  /// Spaces and the like are three octal digits behind a backslash.
  private static func unescaped(_ word: Substring) -> String {
    var bytes: [UInt8] = []
    let source = Array(word.utf8)
    var at = 0
    while at < source.count {
      if source[at] == UInt8(ascii: "\\"), at + 3 < source.count, let value = UInt8(String(decoding: source[at + 1...at + 3], as: UTF8.self), radix: 8) {
        bytes.append(value)
        at += 4
      } else {
        bytes.append(source[at])
        at += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
