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
      let chain = Chain(base: base, headerLength: headerLength)
      let lost = chain.clear(size: size)
      if lost == 0 { return }
      guard size > known, isGrown(chain, size: size, link: lost) else {
        throw Fault(.corrupt, .path(path), ": corrupt counter file: a chain is broken; what could be reached was set to 0")
      }
      known = size
    }
  }

  /// Another process has extended the file, and put a record there; or the link is nonsense.
  private static func isGrown(_ chain: Chain, size: Int, link: Int) -> Bool {
    chain.isRecord(link) && link &+ Layout.recordHead > size && link <= Int(atomic_get_u32(chain.limit)) && link < size + (16 << 20)
  }
}
