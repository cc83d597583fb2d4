import CAtomics
import Files

/// Counter file contents in memory, shared with other processes, trusted with
/// nothing: every offset is compared with the size before it is used.
struct Chain {
  let base: UnsafeMutableRawPointer
  let headerLength: Int

  /// Of a record whose value can be added to atomically. All writers place
  /// records at multiples of 32; only a damaged link leads elsewhere.
  private static let alignment = 8

  enum Found {
    case record(Int)
    case absent
    /// A link that leads beyond `size`: the file may have grown, or is corrupt.
    case beyond
    case broken
  }

  func head(_ bucket: Int) -> UnsafeMutableRawPointer { base + headerLength + 4 + 4 &* bucket }
  var limit: UnsafeMutableRawPointer { base + headerLength }

  /// Looks for a name from a record on, until `stop` or the chain's end.
  func search(_ name: UnsafeBufferPointer<UInt8>, from first: UInt32, until stop: UInt32, size: Int) -> Found {
    var link = first
    // No chain is longer than the file has room for records: more is a cycle.
    var left = size / Layout.unit
    while link != 0, link != stop {
      guard left > 0, Int(link) >= headerLength &+ Layout.tableLength, Int(link) % Chain.alignment == 0 else { return .broken }
      left &-= 1
      let offset = Int(link)
      guard offset &+ Layout.recordHead <= size else { return .beyond }
      let length = Int(atomic_get_u32(base + offset + 8) & Layout.lengthMask)
      guard length > 0 else { return .broken }
      guard offset &+ Layout.recordHead &+ length <= size else { return .beyond }
      if length == name.count, Kernel.equal(base + offset + Layout.recordHead, name.baseAddress.unsafelyUnwrapped, length) { return .record(offset) }
      link = atomic_get_u32(base + offset + 12)
    }
    return .absent
  }

  /// Walks every chain once. Answers the number of records and the end of the
  /// last one, or nil if something is wrong.
  func survey(size: Int) -> (names: Int, end: Int)? {
    guard headerLength &+ Layout.tableLength <= size else { return nil }
    var names = 0
    var end = 0
    let most = size / Layout.unit
    for bucket in 0..<Layout.bucketCount {
      var link = Int(atomic_get_u32(head(bucket)))
      while link != 0 {
        guard names < most, link >= headerLength &+ Layout.tableLength, link % Chain.alignment == 0, link &+ Layout.recordHead <= size else { return nil }
        let length = Int(atomic_get_u32(base + link + 8) & Layout.lengthMask)
        guard length > 0, link &+ Layout.recordHead &+ length <= size else { return nil }
        names &+= 1
        end = max(end, link &+ Layout.recordHead &+ length)
        link = Int(atomic_get_u32(base + link + 12))
      }
    }
    return (names, end)
  }
}
