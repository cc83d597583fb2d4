import CAtomics
import Files

/// Forgetting what a counter file has counted, while processes count into it:
/// each value is exchanged for 0 by one atomic instruction, so that nobody is
/// disturbed, and what is added afterwards counts.
public enum Emptying {
  /// The file must be open for reading and writing. Throws if a chain is
  /// damaged; what could be reached is 0 then, too.
  public static func empty(_ descriptor: Int32, named path: Path) throws(Fault) {
    var known = -1
    while true {
      var attributes = Kernel.Attributes()
      let status = Kernel.attributes(of: descriptor, &attributes)
      guard status == 0 else { throw Fault(.io, "cannot look at ", .path(path), ": ", .error(-status)) }
      guard Kernel.isRegular(attributes), attributes.size <= Int64(Layout.maximumSize) else {
        throw Fault(.corrupt, .path(path), " is no counter file")
      }
      let size = Int(attributes.size)
      let head = try File.content(of: descriptor, size: min(size, Layout.page), named: path)
      let headerLength = try head.withUnsafeBufferPointer { bytes throws(Fault) in try CounterFileBytes(bytes: bytes, name: path.bytes).headerLength() }
      guard let base = Kernel.map(descriptor, length: size) else { throw Fault(.io, "cannot map ", .path(path)) }
      defer { Kernel.unmap(base, size) }
      switch empty(Chain(base: base, headerLength: headerLength), size: size) {
      case nil: return
      case .grown where size > known: known = size
      case .grown, .broken: throw Fault(.corrupt, .path(path), ": corrupt counter file: a chain is broken; what could be reached was set to 0")
      }
    }
  }

  private enum Problem { case grown, broken }

  private static func empty(_ chain: Chain, size: Int) -> Problem? {
    guard chain.headerLength &+ Layout.tableLength <= size else { return .broken }
    var problem: Problem?
    for bucket in 0..<Layout.bucketCount {
      var link = Int(atomic_get_u32(chain.head(bucket)))
      var left = size / Layout.unit
      while link != 0 {
        guard left > 0, link >= chain.headerLength &+ Layout.tableLength, link % 8 == 0 else {
          problem = .broken
          break
        }
        guard link &+ Layout.recordHead <= size else {
          // Another process has extended the file, and put a record there; or the link is nonsense.
          problem = problem ?? (link <= Int(atomic_get_u32(chain.limit)) && link < size + (16 << 20) ? .grown : .broken)
          break
        }
        left -= 1
        if atomic_get_u64(chain.base + link) != 0 { _ = atomic_swap_u64(chain.base + link, 0) }
        link = Int(atomic_get_u32(chain.base + link + 12))
      }
    }
    return problem
  }
}
