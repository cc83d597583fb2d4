import CAtomics
import CounterFile
import Files
import Glibc

/// A counter file that is watched: mapped once, read-only and without a lock, so
/// that nobody notices.
final class LiveFile {
  struct Record {
    let name: [UInt8]
    let offset: Int
  }

  let path: Path
  let program: [UInt8]
  private(set) var records: [Record] = []
  private var base: UnsafeMutableRawPointer
  private var size: Int
  private let headerLength: Int
  private let inode: UInt64
  private var limit: UInt32 = 0

  /// Nil if it is no sound counter file, or has gone.
  init?(_ path: Path) {
    guard let (base, attributes) = LiveFile.map(path) else { return nil }
    self.path = path
    self.base = base
    size = Int(attributes.size)
    inode = attributes.inode
    let start = Array(UnsafeRawBufferPointer(start: base, count: min(size, Layout.page)))
    guard let header = CounterFileHeader(start), size >= Layout.minimumSize else {
      munmap(base, size)
      return nil
    }
    program = header.value(of: "Program") ?? []
    headerLength = Int(start.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 28, as: UInt32.self) })
  }

  deinit { munmap(base, size) }

  private static func map(_ path: Path) -> (UnsafeMutableRawPointer, Kernel.Attributes)? {
    let descriptor = Kernel.open(path, .read)
    guard descriptor >= 0 else { return nil }
    defer { Kernel.close(descriptor) }
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(of: descriptor, &attributes) == 0, Kernel.isRegular(attributes), attributes.size > 0, attributes.size <= Int64(Layout.maximumSize),
      let base = mmap(nil, Int(attributes.size), PROT_READ, MAP_SHARED, descriptor, 0), base != MAP_FAILED
    else { return nil }
    return (base, attributes)
  }

  /// Looks for new counters; answers whether there are any. Cheap if not: then
  /// the limit is as it was.
  func update() -> Bool {
    let now = atomic_get_u32(base + headerLength)
    guard now != limit || records.isEmpty else { return false }
    if Int(now) > size, let (larger, attributes) = LiveFile.map(path) {
      guard attributes.inode == inode else {
        munmap(larger, Int(attributes.size))
        return false
      }
      munmap(base, size)
      (base, size) = (larger, Int(attributes.size))
    }
    limit = now
    let before = records.count
    read()
    return records.count != before
  }

  /// Walks the chains, as far as they are sound.
  private func read() {
    records.removeAll(keepingCapacity: true)
    for bucket in 0..<Layout.bucketCount {
      var link = Int(atomic_get_u32(base + headerLength + 4 + 4 * bucket))
      var left = size / Layout.unit
      while link != 0, left > 0, link >= headerLength + Layout.tableLength, link % 8 == 0, link + Layout.recordHead <= size {
        let length = Int(atomic_get_u32(base + link + 8) & Layout.lengthMask)
        guard length > 0, link + Layout.recordHead + length <= size else { break }
        records.append(Record(name: [UInt8](copying: UnsafeRawBufferPointer(start: base + link + Layout.recordHead, count: length)), offset: link))
        link = Int(atomic_get_u32(base + link + 12))
        left -= 1
      }
    }
  }

  func value(of record: Record) -> UInt64 { atomic_get_u64(base + record.offset) }
}
