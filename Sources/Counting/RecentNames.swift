import CAtomics
import CounterFile

/// Where the names that were counted lately have their cells, by the address
/// of the text that named them. Most names are constants of the program, so
/// the same address means the same name: comparing it with the record's own
/// tells, and neither length nor hash of the text is needed. Anybody may
/// forget anything here at any time; the registry knows all.
///
/// A slot is one word, 0 or:
///
/// | bits  | what                                                        |
/// |-------|-------------------------------------------------------------|
/// | 0–4   | lower bits of the tag; a record is at a multiple of 32      |
/// | 0–47  | address of the cell, with the record's name behind it       |
/// | 48–60 | length of the name, 1 to 4096                               |
/// | 61–63 | upper bits of the tag: 8 bits of the text's address, hashed |
///
/// | offset | what                                                |
/// |--------|-----------------------------------------------------|
/// | 0      | 256 bits: which groups of 64 slots may have any set |
/// | 64     | 16,384 slots                                        |
struct RecentNames {
  let base: UnsafeMutableRawPointer

  private static let count = 16384
  private static let group = 64
  private static let slotsOffset = 64
  /// Slots that are looked at, from the one that the address leads to.
  private static let window = 8
  static let memoryLength = slotsOffset + count * 8

  private static let tagMask: UInt64 = 0xe000_0000_0000_001f
  private static let addressMask: UInt64 = 0x0000_ffff_ffff_ffe0

  /// Texts that lie side by side have slots side by side: few pages are touched.
  @inline(__always)
  private static func index(_ text: UInt) -> Int { Int(truncatingIfNeeded: text >> 4 ^ text >> 18) }

  @inline(__always)
  private static func tag(_ text: UInt) -> UInt64 {
    let hash = (UInt64(text) &* 0x9E37_79B9_7F4A_7C15) >> 56
    return hash & 31 | (hash >> 5) << 61
  }

  @inline(__always)
  private func slot(_ index: Int) -> UnsafeMutableRawPointer { base + RecentNames.slotsOffset + (index & (RecentNames.count &- 1)) &* 8 }

  /// The cell of the counter that this text names, if it is known.
  @inline(__always)
  func cell(of text: UnsafePointer<CChar>) -> UnsafeMutableRawPointer? {
    let address = UInt(bitPattern: text)
    let (first, tag) = (RecentNames.index(address), RecentNames.tag(address))
    for probe in 0..<RecentNames.window {
      let word = atomic_get_u64(slot(first &+ probe))
      if word == 0 { return nil }
      if (word ^ tag) & RecentNames.tagMask != 0 { continue }
      let cell = RecentNames.cell(word)
      if text_is(text, cell + Layout.recordHead, word >> 48 & 0x1fff) { return cell }
    }
    return nil
  }

  @inline(__always)
  private static func cell(_ word: UInt64) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: UInt(word & addressMask)).unsafelyUnwrapped
  }

  /// Remembers the cell, in the file that `current` answers, of the counter
  /// that this text names. Any thread, any time, in signal handlers too.
  func remember(_ text: UnsafePointer<CChar>, _ length: Int, _ cell: UnsafeMutableRawPointer, current: () -> MappedFile?) {
    // Not the cell of what was dropped, to which a refused counter leads; and the
    // word in which the name ends must be there: a strange file may end before.
    guard let file = current(), file.reaches(cell, Layout.recordHead &+ length &+ 8),
      text_is(text, cell + Layout.recordHead, UInt64(truncatingIfNeeded: length))
    else { return }
    let address = UInt(bitPattern: text)
    let (first, tag) = (RecentNames.index(address), RecentNames.tag(address))
    // An own slot that says something else, else an empty one, else the first.
    var place = first
    for probe in 0..<RecentNames.window {
      let word = atomic_get_u64(slot(first &+ probe))
      if word == 0 || (word ^ tag) & RecentNames.tagMask == 0 {
        place = first &+ probe
        break
      }
    }
    let word = UInt64(UInt(bitPattern: cell)) | UInt64(truncatingIfNeeded: length) << 48 | tag
    atomic_set_u64(slot(place), word)
    mark(place & (RecentNames.count &- 1))
    // A rotation sets the file first and forgets then: either it finds the mark
    // and forgets this, or the new file is seen here.
    if current().map({ $0.storage != file.storage }) ?? true { _ = atomic_replace_u64(slot(place), word, 0) }
  }

  /// Behind the store of a slot: whoever takes the mark away looks at it then.
  private func mark(_ index: Int) {
    let group = index / RecentNames.group
    let (at, bit) = (base + group / 64 &* 8, UInt64(1) << UInt64(truncatingIfNeeded: group % 64))
    while true {
      let marks = atomic_get_u64(at)
      if marks & bit != 0 || atomic_replace_u64(at, marks, marks | bit) { return }
    }
  }

  /// Slow. Nothing here leads to an earlier file any more.
  func forget() {
    for word in 0..<RecentNames.count / RecentNames.group / 64 {
      // Looking first leaves a forked child's pages shared.
      if atomic_get_u64(base + word &* 8) == 0 { continue }
      let marks = atomic_swap_u64(base + word &* 8, 0)
      for bit in 0..<64 where marks >> UInt64(truncatingIfNeeded: bit) & 1 != 0 {
        let first = (word &* 64 &+ bit) &* RecentNames.group
        for index in first..<first &+ RecentNames.group where atomic_get_u64(slot(index)) != 0 { atomic_set_u64(slot(index), 0) }
      }
    }
  }
}
