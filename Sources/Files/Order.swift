/// Sorting. The standard library's sort is compiled anew for every type that is
/// sorted, 4 KB each in what ships; this one is compiled once.
///
/// The numbers from 0 to `count`, so that each precedes the next or is equal to
/// it; equal ones stay in their order.
@inline(never)
public func sortedIndices(_ count: Int, _ precedes: (Int, Int) -> Bool) -> [Int] {
  var from = [Int](0..<count)
  // What comes from a listing, a report or the ledger is in order already.
  guard count > 1, (1..<count).contains(where: { precedes($0, $0 - 1) }) else { return from }
  var to = from
  from.withUnsafeMutableBufferPointer { first in
    to.withUnsafeMutableBufferPointer { second in
      var (from, to) = (first, second)
      var width = 1
      while width < count {
        var low = 0
        while low < count {
          let middle = min(low + width, count)
          let high = min(middle + width, count)
          var (left, right) = (low, middle)
          for at in low..<high {
            if left < middle, right == high || !precedes(from[right], from[left]) {
              to[at] = from[left]
              left += 1
            } else {
              to[at] = from[right]
              right += 1
            }
          }
          low = high
        }
        swap(&from, &to)
        width *= 2
      }
      if from.baseAddress != first.baseAddress { _ = first.update(from: from) }
    }
  }
  return from
}

extension [[UInt8]] {
  /// Indices of the elements, in byte order.
  @inline(never)
  public var orderOfBytes: [Int] { sortedIndices(count) { self[$0].precedes(self[$1]) } }

  public var inByteOrder: [[UInt8]] { orderOfBytes.map { self[$0] } }
}
