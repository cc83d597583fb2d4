import CPlugin
import CPosix
import Files

/// The file of a plugin, looked at and found trustworthy, and not loaded yet.
///
/// Loading runs its code as this user. So the file, its folder and the folders
/// above belong to root or this user, and nobody else may write them: then nobody
/// else can put another file in its place, now or before it is loaded, and it may
/// be loaded by its name. (By /proc/self/fd it would have the name of a
/// descriptor, by which the loader takes the next plugin with that number for the
/// same, and $ORIGIN would lead nowhere.)
struct PluginFile {
  /// With no link in it.
  let path: Path
  let device: UInt64
  let inode: UInt64
  let manifest: Manifest

  private static let largest = 256 << 20

  init(_ given: Path) throws(Fault) {
    path = try PluginFile.resolved(given)
    do throws(Fault) {
      try PluginFile.checkFolders(above: path)
      let descriptor = Kernel.open(path, .read)
      guard descriptor >= 0 else { throw Fault(.plugin, "it cannot be opened: ", .error(-descriptor)) }
      defer { Kernel.close(descriptor) }
      var attributes = Kernel.Attributes()
      let status = Kernel.attributes(of: descriptor, &attributes)
      guard status == 0 else { throw Fault(.plugin, "it cannot be looked at: ", .error(-status)) }
      try PluginFile.check(attributes)
      (device, inode) = (attributes.device, attributes.inode)
      manifest = try PluginFile.manifest(of: descriptor, size: Int(attributes.size))
    } catch {
      throw PluginFile.refusal(of: path, error)
    }
  }

  static func refusal(of path: Path, _ fault: Fault) -> Fault {
    Fault(fault.status, "the plugin ", .path(path), " is not loaded: ", .bytes(fault.message))
  }

  private static func resolved(_ given: Path) throws(Fault) -> Path {
    var number: Int32 = 0
    let text = given.withCString { path -> UnsafeMutablePointer<CChar>? in
      let text = cplugin_resolved(path)
      if text == nil { number = posix_errno() }
      return text
    }
    guard let text else {
      throw Fault(number == Kernel.notFound ? .notFound : .plugin, "the plugin ", .path(given), " is not loaded: it cannot be found: ", .error(number))
    }
    defer { free(text) }
    return Path(cString: text)
  }

  private static func check(_ attributes: Kernel.Attributes) throws(Fault) {
    guard Kernel.isRegular(attributes) else { throw Fault(.plugin, "it is not a regular file") }
    guard isOurs(attributes) else {
      throw Fault(.plugin, "it belongs to user ", .number(Int(attributes.owner)), ", and must be root's or your own")
    }
    guard attributes.mode & 0o022 == 0 else { throw Fault(.plugin, "others may write it; \"chmod go-w\" mends that") }
    guard attributes.size <= Int64(largest) else { throw Fault(.plugin, "it has more than ", .number(largest >> 20), " MiB") }
  }

  private static func isOurs(_ attributes: Kernel.Attributes) -> Bool { attributes.owner == 0 || attributes.owner == Process.effectiveUser }

  /// Others may write to a folder further up if it is sticky, as /tmp is: what is
  /// in it they cannot rename.
  private static func checkFolders(above path: Path) throws(Fault) {
    var folder = path.parent
    var isFirst = true
    while true {
      var attributes = Kernel.Attributes()
      let status = Kernel.attributes(ofLinkAt: folder, &attributes)
      guard status == 0 else { throw Fault(.plugin, "its folder ", .path(folder), " cannot be looked at: ", .error(-status)) }
      guard Kernel.isDirectory(attributes) else { throw Fault(.plugin, "its folder ", .path(folder), " has just been moved") }
      guard isOurs(attributes) else {
        throw Fault(.plugin, "its folder ", .path(folder), " belongs to user ", .bytes(decimal(attributes.owner)), ", and must be root's or your own")
      }
      // Of root's folders further up, the group is root's choice: /usr/local/lib is
      // open to Debian's group staff.
      let others: UInt32 = isFirst || attributes.owner != 0 ? 0o022 : 0o002
      guard attributes.mode & others == 0 || (!isFirst && attributes.mode & 0o1000 != 0) else {
        throw Fault(.plugin, "others may write to its folder ", .path(folder), "; \"chmod go-w\" mends that")
      }
      let parent = folder.parent
      if parent == folder { return }
      folder = parent
      isFirst = false
    }
  }

  private static func decimal(_ number: UInt32) -> [UInt8] {
    var digits: [UInt8] = []
    digits.append(decimal: UInt64(number))
    return digits
  }

  private static func manifest(of descriptor: Int32, size: Int) throws(Fault) -> Manifest {
    let section = try ELFFile.section(Manifest.section, limit: Manifest.limit, fileSize: size) { offset, count throws(Fault) in
      try bytes(of: descriptor, at: offset, count)
    }
    guard let section else { throw Fault(.plugin, "it has no manifest, so it is no plugin of libtel; see TEL_PLUGIN_MANIFEST in tel/plugin.h") }
    return try Manifest(section)
  }

  private static func bytes(of descriptor: Int32, at offset: Int, _ wanted: Int) throws(Fault) -> [UInt8] {
    var problem = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
      while count < wanted {
        let got = Kernel.read(descriptor, buffer.baseAddress! + count, wanted - count, at: offset + count)
        if got < 0 { problem = got }
        if got <= 0 { break }
        count += got
      }
    }
    if problem < 0 { throw Fault(.plugin, "it cannot be read: ", .error(Int32(-problem))) }
    return bytes
  }

  func isSame(as other: PluginFile) -> Bool { device == other.device && inode == other.inode }
}
