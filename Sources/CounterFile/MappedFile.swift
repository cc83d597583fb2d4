import CAtomics
import Files

/// A counter file that this process adds to, and holds a shared lock on.
///
/// Mapped once, over 64 MiB of address space if that much is to be had, so
/// that cells never move; the file grows beneath. The descriptor is closed:
/// the mapping keeps the lock, in forked children too. Nothing here allocates,
/// locks or traps: this is the recording path. Hence the arithmetic that wraps
/// around, of numbers far from where they would.
public struct MappedFile {
  /// The first five members are atomic and lie where `Offset` says.
  public struct Storage {
    var size: UInt64
    var trouble: UInt64
    var retry: UInt64
    /// The latest survey: number of names, and in the lower half the limit then.
    var surveyed: UInt64
    var reserved: UInt64
    public var base: UnsafeMutableRawPointer
    public var headerLength: Int
    public var device: UInt64
    public var inode: UInt64
    public var path: UnsafePointer<CChar>
  }

  enum Offset {
    static let size = 0
    static let trouble = 8
    static let retry = 16
    static let surveyed = 24
    static let reserved = 32
  }

  /// Room for `Storage` and, behind it, the path: PATH_MAX bytes and a bit.
  static let storageLength = 8192
  static let pathOffset = 256

  public let storage: UnsafeMutablePointer<Storage>

  public init(_ storage: UnsafeMutablePointer<Storage>) { self.storage = storage }

  private var raw: UnsafeMutableRawPointer { UnsafeMutableRawPointer(storage) }
  private var chain: Chain { Chain(base: storage.pointee.base, headerLength: storage.pointee.headerLength) }
  public var path: UnsafePointer<CChar> { storage.pointee.path }

  /// The bytes that may be touched.
  public var size: Int { Int(truncatingIfNeeded: atomic_get_u64(raw + Offset.size)) }

  /// The address space that is kept for it.
  var reserved: Int { Int(truncatingIfNeeded: atomic_get_u64(raw + Offset.reserved)) }

  /// Whether the address is in this file's mapping.
  public func holds(_ cell: UnsafeMutableRawPointer) -> Bool {
    cell >= storage.pointee.base && cell < storage.pointee.base + reserved
  }

  /// Whether so many bytes from the cell on are in the file.
  public func reaches(_ cell: UnsafeMutableRawPointer, _ count: Int) -> Bool { holds(cell) && cell + count <= storage.pointee.base + size }

  public enum Slot {
    case cell(UnsafeMutablePointer<UInt64>)
    /// As many names as were allowed.
    case full
    /// The disk, the quota or the reserved address space is full.
    case noSpace
    case corrupt
    /// The file has lost its name, or it means another file.
    case gone
  }

  /// The cell of the counter of this name, 1 to 4096 bytes, if it has one.
  public func cell(of name: UnsafeBufferPointer<UInt8>) -> UnsafeMutablePointer<UInt64>? {
    var size = size
    for _ in 0..<2 {
      let head = atomic_get_u32(chain.head(Layout.bucket(of: name)))
      switch chain.search(name, from: head, until: 0, size: size) {
      case .record(let offset): return cell(at: offset)
      case .absent, .broken: return nil
      case .beyond:
        guard case .done = grow(to: size &+ 1, allowed: false) else { return nil }
        size = self.size
      }
    }
    return nil
  }

  /// Finds the counter, or makes it with value 0 if the file then has at most
  /// `maximum` names. The name has 1 to 4096 bytes. `spare` bytes at the end
  /// stay free: they are kept for the counters of what was dropped.
  public func slot(of name: UnsafeBufferPointer<UInt8>, maximum: Int, spare: Int) -> Slot {
    let bucket = Layout.bucket(of: name)
    let head = chain.head(bucket)
    var first = atomic_get_u32(head)
    var mapped = size
    // Each turn either ends or sees the file larger, which it can be at most so often.
    for _ in 0..<Layout.maximumSize / Layout.page {
      switch chain.search(name, from: first, until: 0, size: mapped) {
      case .record(let offset): return .cell(cell(at: offset))
      case .absent: return insert(name, head: head, first: first, maximum: maximum, spare: spare)
      case .broken: return troubled()
      case .beyond:
        switch grow(to: mapped &+ 1, allowed: false) {
        case .done: break
        case .gone: return .gone
        case .noSpace: return .noSpace
        case .failed: return troubled()
        }
        mapped = size
        first = atomic_get_u32(head)
      }
    }
    return troubled()
  }

  /// Something is wrong with the content. The next slow path sets the file aside.
  public var isTroubled: Bool { atomic_get_u64(raw + Offset.trouble) != 0 }

  private func troubled() -> Slot {
    atomic_set_u64(raw + Offset.trouble, 1)
    return .corrupt
  }

  private func cell(at offset: Int) -> UnsafeMutablePointer<UInt64> {
    (storage.pointee.base + offset).assumingMemoryBound(to: UInt64.self)
  }

  @inline(never)
  private func insert(_ name: UnsafeBufferPointer<UInt8>, head: UnsafeMutableRawPointer, first: UInt32, maximum: Int, spare: Int) -> Slot {
    let base = storage.pointee.base
    var start: Int
    // Reserve. Every failure means that somebody else has got on.
    while true {
      let limit = atomic_get_u32(chain.limit)
      if isFull(limit, maximum) { return .full }
      let place = place(limit, name.count, spare)
      start = place.start
      if place.end &+ spare > size {
        switch grow(to: place.end &+ spare, allowed: true) {
        case .done: continue
        case .gone: return .gone
        case .noSpace: return .noSpace
        case .failed: return troubled()
        }
      }
      if atomic_replace_u32(chain.limit, limit, UInt32(truncatingIfNeeded: place.end)) { break }
    }
    // The space is ours. It should be zero; a foreign writer may have left anything.
    atomic_set_u64(base + start, 0)
    Kernel.copy(base + start + Layout.recordHead, name.baseAddress.unsafelyUnwrapped, name.count)
    atomic_set_u32(base + start + 8, UInt32(truncatingIfNeeded: name.count) | Layout.lengthMark)
    var seen = first
    while true {
      atomic_set_u32(base + start + 12, seen)
      if atomic_replace_u32(head, seen, UInt32(truncatingIfNeeded: start)) { return .cell(cell(at: start)) }
      // Others have put records in front; is the name among them?
      let newest = atomic_get_u32(head)
      var found = chain.search(name, from: newest, until: seen, size: size)
      if case .beyond = found, case .done = grow(to: size &+ 1, allowed: false) {
        found = chain.search(name, from: newest, until: seen, size: size)
      }
      switch found {
      case .record(let offset):
        atomic_set_u32(base + start + 12, Layout.deadMark)
        return .cell(cell(at: offset))
      case .absent: seen = newest
      case .beyond, .broken:
        atomic_set_u32(base + start + 12, Layout.deadMark)
        return troubled()
      }
    }
  }

  /// Where the reference would put it, unless that is in the cache line in which
  /// a short record begins, and the file has room behind: two threads that count
  /// two things would slow each other down.
  private func place(_ limit: UInt32, _ nameLength: Int, _ spare: Int) -> (start: Int, end: Int) {
    let headerLength = storage.pointee.headerLength
    let place = Layout.place(limit: limit, nameLength: nameLength, headerLength: headerLength)
    let before = place.start &- Layout.unit
    guard place.start % Layout.cacheLine != 0, limit != 0, before >= headerLength &+ Layout.recordsOffset, place.end <= size else { return place }
    // What may be a record: the end of a longer one's name seldom looks so.
    let length = atomic_get_u32(storage.pointee.base + before + 8)
    guard length & Layout.lengthMark == Layout.lengthMark, length & Layout.lengthMask <= Layout.unit - Layout.recordHead else { return place }
    let apart = Layout.place(limit: UInt32(truncatingIfNeeded: place.start &+ Layout.unit), nameLength: nameLength, headerLength: headerLength)
    return apart.end &+ spare <= size ? apart : place
  }

  /// Counts the names only when there may be so many: no record is smaller than
  /// a unit, so that room bounds their number.
  private func isFull(_ limit: UInt32, _ maximum: Int) -> Bool {
    let used = Int(limit) &- storage.pointee.headerLength &- Layout.recordsOffset
    if used / Layout.unit < maximum { return false }
    let latest = atomic_get_u64(raw + Offset.surveyed)
    let (names, then) = (Int(truncatingIfNeeded: latest >> 32), UInt32(truncatingIfNeeded: latest))
    if latest != 0, then <= limit {
      if names &+ Int(limit &- then) / Layout.unit < maximum { return false }
      if then == limit { return names >= maximum }
    }
    guard let survey = chain.survey(size: size) else { return false }
    atomic_set_u64(raw + Offset.surveyed, UInt64(truncatingIfNeeded: survey.names) << 32 | UInt64(limit))
    return survey.names >= maximum
  }

  enum Growth { case done, gone, noSpace, failed }

  /// How long a full disk is left alone, in nanoseconds.
  private static let patience: UInt64 = 1_000_000_000

  /// Makes `needed` bytes usable: by seeing that another process has extended
  /// the file, or, if allowed, by extending it.
  private func grow(to needed: Int, allowed: Bool) -> Growth {
    guard needed <= reserved else { return allowed ? overgrown() : .noSpace }
    // Before the size: whoever sets a limit, or links a record, has extended the file first.
    let limit = Int(atomic_get_u32(chain.limit))
    let now = UInt64(truncatingIfNeeded: Clock.monotonic)
    if now < atomic_get_u64(raw + Offset.retry) { return .noSpace }
    let descriptor = Kernel.open(path, .readWrite)
    guard descriptor >= 0 else { return descriptor == 0 &- Kernel.notFound ? .gone : later(now) }
    defer { Kernel.close(descriptor) }
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(of: descriptor, &attributes) == 0 else { return later(now) }
    guard attributes.inode == storage.pointee.inode, attributes.device == storage.pointee.device else { return .gone }
    let known = size
    let there = min(Int(clamping: attributes.size), reserved)
    if there >= needed {
      // Extended by somebody. The reference leaves holes: fill them before use.
      return adopt(size: there, descriptor) ? .done : later(now)
    }
    guard allowed else { return .failed }
    // A limit pages beyond the end was not written by anybody who extends first.
    if limit > there &+ Layout.page { return .failed }
    // More than is needed, so as to come here seldom; on a crowded disk, just that.
    let least = min(Layout.roundUp(needed, to: Layout.page), reserved)
    let wanted = min(Layout.roundUp(max(needed, there &+ there / 4), to: Layout.page), reserved)
    if reserve(from: known, to: wanted, there, descriptor) || reserve(from: known, to: least, there, descriptor) { return .done }
    return later(now)
  }

  /// Makes what others have added to the file usable, as far as this size.
  func adopt(size: Int, _ descriptor: Int32) -> Bool { reserve(from: self.size, to: size, size, descriptor) }

  private func reserve(from known: Int, to size: Int, _ end: Int, _ descriptor: Int32) -> Bool {
    guard Extension.reserve(descriptor, path, from: known, count: size &- known, end: end) == .done else { return false }
    raise(to: size)
    return true
  }

  /// The mapping cannot grow that far. A sane limit: full. Else: corrupt.
  private func overgrown() -> Growth {
    Int(atomic_get_u32(chain.limit)) > reserved &+ Layout.page ? .failed : .noSpace
  }

  private func later(_ now: UInt64) -> Growth {
    atomic_set_u64(raw + Offset.retry, now &+ MappedFile.patience)
    return .noSpace
  }

  /// Full disks may be tried again at once.
  public func forgetFullDisk() { atomic_set_u64(raw + Offset.retry, 0) }

  private func raise(to newSize: Int) {
    var known = atomic_get_u64(raw + Offset.size)
    while known < UInt64(truncatingIfNeeded: newSize), !atomic_replace_u64(raw + Offset.size, known, UInt64(truncatingIfNeeded: newSize)) {
      known = atomic_get_u64(raw + Offset.size)
    }
  }

  // MARK: The end of a mapping

  /// Lets go of file and lock, and of the address space beyond the file. A late
  /// add lands in private memory. Only when no thread can be making a counter here.
  public func bury() {
    let kept = Layout.roundUp(size, to: 65536)  // the largest page of any Linux
    let whole = reserved
    if kept < whole {
      atomic_set_u64(raw + Offset.reserved, UInt64(kept))
      Kernel.unmap(storage.pointee.base + kept, whole - kept)
    }
    _ = Kernel.replaceByMemory(storage.pointee.base, min(kept, whole))
  }

  /// Gives the address space back. Only when no thread can hold a cell.
  public func release() {
    Kernel.unmap(storage.pointee.base, reserved)
    Kernel.unmap(raw, MappedFile.storageLength)
  }
}
