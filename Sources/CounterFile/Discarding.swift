import CAtomics
import Files

/// Taking a counter file away although processes count into it: its values
/// become zero under their hands, and it loses its name. They go on adding to
/// memory that nobody else can reach, and notice at their next slow path.
public enum LiveFile {
  public static func discard(_ path: Path) throws(Fault) {
    let descriptor = Kernel.open(path, .readWrite)
    if descriptor >= 0 {
      clear(descriptor)
      Kernel.close(descriptor)
    }
    // What cannot be opened can lose its name all the same.
    let status = Kernel.unlink(path)
    if status < 0, status != -Kernel.notFound { throw Fault(.io, "cannot delete ", .path(path), ": ", .error(-status)) }
  }

  /// For those who have opened or mapped the file: they see zeros. A damaged
  /// file is cleared as far as its chains lead.
  private static func clear(_ descriptor: Int32) {
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(of: descriptor, &attributes) == 0, Kernel.isRegular(attributes), attributes.size >= Int64(Layout.minimumSize),
      attributes.size <= Int64(Layout.maximumSize), case let size = Int(attributes.size), let base = Kernel.map(descriptor, length: size)
    else { return }
    let headerLength = Int(atomic_get_u32(base + 28))
    if headerLength >= Layout.metadataOffset, headerLength <= Layout.page, headerLength % 4 == 0 {
      Chain(base: base, headerLength: headerLength).clear(size: size)
    }
    Kernel.unmap(base, size)
  }
}
