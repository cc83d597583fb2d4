import CAtomics
import Files

/// A handle: what `tel_counter *` points to. It lives as long as the process
/// and never moves.
///
/// | offset | size | what                                                      |
/// |--------|------|-----------------------------------------------------------|
/// | 0      | 8    | atomic pointer to the cell to add to; public, never NULL  |
/// | 8      | 8    | the own cell: what was added while there was no file      |
/// | 16     | 8    | the handle made before this one                           |
/// | 24     | 4    | length of the name                                        |
/// | 28     | 4    | flags                                                     |
/// | 32     | n+1  | the name and a NUL                                        |
public struct Counter {
  public let base: UnsafeMutableRawPointer

  public init(_ base: UnsafeMutableRawPointer) { self.base = base }

  static let nameOffset = 32

  /// Whoever holds the handle may add to the cell without asking: it must
  /// always be where counts are kept.
  static let isExposed: UInt32 = 1
  /// Counts what was dropped: has room in every file.
  static let isDrop: UInt32 = 2

  static func length(nameLength: Int) -> Int { (nameOffset &+ nameLength &+ 1 &+ 15) & ~15 }

  func initialize(name: UnsafeBufferPointer<UInt8>, flags: UInt32) {
    atomic_set_pointer(base, ownCell)
    atomic_set_u64(ownCell, 0)
    (base + 16).storeBytes(of: 0, as: UInt.self)
    (base + 24).storeBytes(of: UInt32(truncatingIfNeeded: name.count), as: UInt32.self)
    atomic_set_u32(base + 28, flags)
    Kernel.copy(base + Counter.nameOffset, name.baseAddress.unsafelyUnwrapped, name.count)
    (base + Counter.nameOffset + name.count).storeBytes(of: 0, as: UInt8.self)
  }

  @inline(__always)
  public var ownCell: UnsafeMutableRawPointer { base + 8 }

  @inline(__always)
  public var cell: UnsafeMutableRawPointer { atomic_get_pointer(base).unsafelyUnwrapped }

  var isAtHome: Bool { cell == ownCell }

  func move(from: UnsafeMutableRawPointer, to: UnsafeMutableRawPointer) -> Bool { atomic_replace_pointer(base, from, to) }

  public var name: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(
      start: (base + Counter.nameOffset).assumingMemoryBound(to: UInt8.self), count: Int((base + 24).load(as: UInt32.self)))
  }

  var next: Counter? { (base + 16).load(as: UnsafeMutableRawPointer?.self).map(Counter.init) }
  func setNext(_ next: UnsafeMutableRawPointer?) { (base + 16).storeBytes(of: next, as: UnsafeMutableRawPointer?.self) }

  func has(_ flag: UInt32) -> Bool { atomic_get_u32(base + 28) & flag != 0 }
  func set(_ flag: UInt32) {
    while true {
      let flags = atomic_get_u32(base + 28)
      if flags & flag != 0 || atomic_replace_u32(base + 28, flags, flags | flag) { return }
    }
  }

  /// One locked instruction; a sum beyond 2⁶⁴ − 1 stays there.
  @inline(__always)
  public static func add(_ n: UInt64, to cell: UnsafeMutableRawPointer) {
    let old = atomic_fetch_add_u64(cell, n)
    if old.addingReportingOverflow(n).overflow { atomic_set_u64(cell, .max) }
  }
}
