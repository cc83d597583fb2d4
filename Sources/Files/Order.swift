/// Sorting by bytes. The standard library's sort is compiled anew for every
/// type that is sorted, 4 KB each in what ships; this one is compiled once.
extension [[UInt8]] {
  /// Indices of the elements, in byte order; equal ones stay in their order.
  @inline(never)
  public var orderOfBytes: [Int] {
    withUnsafeBufferPointer { keys in
      var from = [Int](keys.indices)
      // What comes from a listing, a report or the ledger is in order already.
      guard keys.indices.dropFirst().contains(where: { keys[$0].precedes(keys[$0 - 1]) }) else { return from }
      var to = from
      var width = 1
      while width < keys.count {
        for low in stride(from: 0, to: keys.count, by: 2 * width) {
          let middle = Swift.min(low + width, keys.count)
          let high = Swift.min(middle + width, keys.count)
          var (left, right) = (low, middle)
          for at in low..<high {
            if left < middle, right == high || !keys[from[right]].precedes(keys[from[left]]) {
              to[at] = from[left]
              left += 1
            } else {
              to[at] = from[right]
              right += 1
            }
          }
        }
        swap(&from, &to)
        width *= 2
      }
      return from
    }
  }

  public var inByteOrder: [[UInt8]] { orderOfBytes.map { self[$0] } }
}
