import Files
import Glibc

/// Who holds flock(2) locks, by the kernel's own list. It says who took a lock;
/// a mapping may have been inherited since.
package struct LockTable {
  package struct Holder: Equatable {
    package var process: Int32
    package var name: [UInt8]
  }

  private struct Entry {
    package var device: UInt64
    package var inode: UInt64
    package var process: Int32
  }

  private let entries: [Entry]

  /// Nil if the kernel does not tell.
  package init?() {
    guard let text = LockTable.content(of: "/proc/locks") else { return nil }
    entries = text.split(separator: "\n").compactMap { line -> Entry? in
      // 5: FLOCK  ADVISORY  READ 1234 fe:00:5678 0 EOF
      let words = line.split(separator: " ")
      guard words.count >= 6, words[1] == "FLOCK", let process = Int32(words[4]) else { return nil }
      let place = words[5].split(separator: ":")
      guard place.count == 3, let major = UInt32(place[0], radix: 16), let minor = UInt32(place[1], radix: 16), let inode = UInt64(place[2]) else { return nil }
      return Entry(device: LockTable.device(UInt64(major), UInt64(minor)), inode: inode, process: process)
    }
  }

  /// As stat(2) has them in one number.
  private static func device(_ major: UInt64, _ minor: UInt64) -> UInt64 {
    (major & 0xffff_f000) << 32 | (major & 0xfff) << 8 | (minor & 0xffff_ff00) << 12 | minor & 0xff
  }

  package func holders(of path: Path) -> [Holder] {
    var there = Kernel.Attributes()
    guard Kernel.attributes(ofLinkAt: path, &there) == 0 else { return [] }
    var found = entries.filter { $0.inode == there.inode && $0.device == there.device }
    // Layered file systems show another device than stat(2).
    if found.isEmpty { found = entries.filter { $0.inode == there.inode } }
    var holders: [Holder] = []
    for entry in found {
      let name = LockTable.content(of: "/proc/\(entry.process)/comm").map { Array($0.utf8).trimmed }
      let holder = Holder(process: entry.process, name: name ?? [UInt8]("a process that has ended, and a child of it"))
      if !holders.contains(holder) { holders.append(holder) }
    }
    return holders
  }

  package static func names(_ holders: [Holder]) -> [UInt8] {
    let most = 4
    var text = Array(holders.prefix(most).map { sentence([.bytes($0.name), " (", .number(Int($0.process)), ")"]) }.joined(separator: [0x2c, 0x20]))
    if holders.count > most { text += sentence([" and ", .number(holders.count - most), " more"]) }
    return text
  }

  /// Files of /proc have no size.
  package static func content(of path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65536)
    while case let got = fread(&piece, 1, piece.count, file), got > 0 { bytes += piece[..<got] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
