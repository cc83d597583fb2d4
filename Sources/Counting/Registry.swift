import CAtomics
import Files

/// The process's handles by name. Look-up and insertion take no lock and no
/// malloc, and may interrupt themselves: a signal handler may do either.
///
/// Tables of growing size, each probed over a short window. A slot is written
/// once, so that whoever meets an empty one knows that the name is in none of
/// the tables behind. A slot holds the handle's address (48 bits) and 16 bits
/// of the hash, which spare most comparisons.
struct Registry {
  let base: UnsafeMutableRawPointer

  /// Slots of each table. The first is part of the process's static memory;
  /// the others are mapped when the ones before are crowded. The last is so
  /// large that 100,000 names hardly ever fill a window of it.
  static let sizes = (1024, 16384, 1_048_576)
  static let window = 16
  /// | 0 | second table | 8 | third table | 16 | current block | 24 | handles | 32 | blocks | 64 | first table |
  static let tableOffset = 64
  static let memoryLength = tableOffset + 1024 * 8

  /// More handles than this are refused: 100,000 with 24-byte names take 7 MB.
  static let maximumCount: UInt64 = 100_000

  @inline(__always)
  static func hash(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: name.count) &* 0x9E37_79B9_7F4A_7C15
    var at = UnsafeRawPointer(name.baseAddress.unsafelyUnwrapped)
    var left = name.count
    while left >= 8 {
      hash = (hash ^ at.loadUnaligned(as: UInt64.self)) &* 0xD6E8_FEB8_6659_FD93
      hash ^= hash >> 32
      at += 8
      left &-= 8
    }
    var tail: UInt64 = 0
    while left > 0 {
      left &-= 1
      tail = tail << 8 | UInt64(at.load(fromByteOffset: left, as: UInt8.self))
    }
    hash = (hash ^ tail) &* 0xD6E8_FEB8_6659_FD93
    return hash ^ hash >> 32
  }

  /// The table at this level, or nil if it is not there (and not wanted).
  private func table(_ level: Int, make: Bool) -> (slots: UnsafeMutableRawPointer, count: Int)? {
    if level == 0 { return (base + Registry.tableOffset, Registry.sizes.0) }
    let count = level == 1 ? Registry.sizes.1 : Registry.sizes.2
    let word = base + (level &- 1) &* 8
    if let slots = atomic_get_pointer(word) { return (slots, count) }
    guard make, let fresh = Kernel.memory(count &* 8) else { return nil }
    if atomic_replace_pointer(word, nil, fresh) { return (fresh, count) }
    Kernel.unmap(fresh, count &* 8)
    return (atomic_get_pointer(word).unsafelyUnwrapped, count)
  }

  @inline(__always)
  private static func counter(_ slot: UInt64) -> Counter {
    Counter(UnsafeMutableRawPointer(bitPattern: UInt(slot & 0xffff_ffff_ffff)).unsafelyUnwrapped)
  }

  @inline(__always)
  private static func matches(_ slot: UInt64, _ hash: UInt64, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard slot >> 48 == hash >> 48 else { return false }
    let other = counter(slot).name
    return other.count == name.count && Kernel.equal(other.baseAddress.unsafelyUnwrapped, name.baseAddress.unsafelyUnwrapped, name.count)
  }

  /// The handle of this name, if there is one.
  func find(_ name: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Counter? {
    for level in 0..<3 {
      guard let (slots, count) = table(level, make: false) else { return nil }
      for probe in 0..<Registry.window {
        let index = Int(truncatingIfNeeded: hash &+ UInt64(truncatingIfNeeded: probe)) & (count &- 1)
        let slot = atomic_get_u64(slots + index &* 8)
        if slot == 0 { return nil }
        if Registry.matches(slot, hash, name) { return Registry.counter(slot) }
      }
    }
    return nil
  }

  /// The handle of this name, made if need be; nil when there is no room.
  func counter(_ name: UnsafeBufferPointer<UInt8>, hash: UInt64, flags: UInt32) -> (counter: Counter, isNew: Bool)? {
    var fresh: Counter?
    for level in 0..<3 {
      guard let (slots, count) = table(level, make: true) else { return nil }
      var probe = 0
      while probe < Registry.window {
        let at = slots + (Int(truncatingIfNeeded: hash &+ UInt64(truncatingIfNeeded: probe)) & (count &- 1)) &* 8
        let slot = atomic_get_u64(at)
        if slot == 0 {
          if fresh == nil {
            // The few that count what was dropped are made also when there are too many others.
            let isExempt = flags & Counter.isDrop != 0
            guard isExempt || atomic_get_u64(base + 24) < Registry.maximumCount,
              let room = allocate(Counter.length(nameLength: name.count), most: isExempt ? .max : Registry.mostBlocks)
            else { return nil }
            fresh = Counter(room)
            fresh.unsafelyUnwrapped.initialize(name: name, flags: flags)
          }
          let value = UInt64(UInt(bitPattern: fresh.unsafelyUnwrapped.base)) | (hash >> 48) << 48
          if atomic_replace_u64(at, 0, value) {
            _ = atomic_fetch_add_u64(base + 24, 1)
            return (fresh.unsafelyUnwrapped, true)
          }
          continue  // somebody else took the slot: look what is in it
        }
        if Registry.matches(slot, hash, name) { return (Registry.counter(slot), false) }
        probe &+= 1
      }
    }
    return nil
  }

  // MARK: Memory for handles

  /// A block begins with the offset of what is free in it.
  private static let blockLength = 256 << 10
  /// 32 MiB, whatever the host counts: half a million short names, or 8,000 of
  /// the longest.
  private static let mostBlocks: UInt64 = 128

  private func allocate(_ length: Int, most: UInt64) -> UnsafeMutableRawPointer? {
    for _ in 0..<64 {
      let block = atomic_get_pointer(base + 16)
      if let block {
        let offset = Int(truncatingIfNeeded: atomic_fetch_add_u64(block, UInt64(truncatingIfNeeded: length)))
        if offset &+ length <= Registry.blockLength { return block + offset }
      }
      guard atomic_get_u64(base + 32) < most, let fresh = Kernel.memory(Registry.blockLength) else { return nil }
      atomic_set_u64(fresh, 16)
      if atomic_replace_pointer(base + 16, block, fresh) {
        _ = atomic_fetch_add_u64(base + 32, 1)
      } else {
        Kernel.unmap(fresh, Registry.blockLength)
      }
    }
    return nil
  }
}
