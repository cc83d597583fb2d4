import CAtomics

extension Chain {
  /// Exchanges each value for 0, as far as the chains lead. Only what is not zero
  /// is written: a page of a file with holes may have no place on a full disk.
  /// Answers a link that could not be followed, or 0.
  @discardableResult
  func clear(size: Int) -> Int {
    guard headerLength &+ Layout.tableLength <= size else { return .max }
    var lost = 0
    for bucket in 0..<Layout.bucketCount {
      var link = Int(atomic_get_u32(head(bucket)))
      var left = size / Layout.unit
      while isRecord(link), link &+ Layout.recordHead <= size, left > 0 {
        if atomic_get_u64(base + link) != 0 { _ = atomic_swap_u64(base + link, 0) }
        link = Int(atomic_get_u32(base + link + 12))
        left -= 1
      }
      if link != 0 { lost = link }
    }
    return lost
  }

  /// A record of a file that is long enough may begin here.
  func isRecord(_ link: Int) -> Bool { link >= headerLength &+ Layout.tableLength && link % 8 == 0 }
}
