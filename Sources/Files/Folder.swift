import CPosix

/// Directories.
public enum Folder {
  /// The names in a folder, without "." and "..", in byte order; nil when
  /// there is no such folder. `where` keeps a listing of junk small.
  @inline(never)
  @_semantics("optimize.sil.specialize.generic.never")
  public static func names(in path: Path, where wanted: ([UInt8]) -> Bool) throws(Fault) -> [[UInt8]]? {
    let refusal = Kernel.refused(.list)
    var opened = refusal != 0 ? nil : path.withCString { opendir($0) }
    while opened == nil, refusal == 0, posix_errno() == EINTR { opened = path.withCString { opendir($0) } }
    guard let stream = opened else {
      let number = refusal != 0 ? refusal : posix_errno()
      if number == ENOENT { return nil }
      throw Fault(.io, "cannot list ", .path(path), ": ", .error(number))
    }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while true {
      posix_set_errno(0)
      guard let entry = readdir(stream) else {
        if posix_errno() == EINTR { continue }
        // A listing that breaks off is no listing.
        if posix_errno() != 0 { throw Fault(.io, "cannot list ", .path(path), ": ", .error(posix_errno())) }
        break
      }
      let name = [UInt8](cString: posix_entry_name(entry))
      if name != ".", name != "..", wanted(name) { names.append(name) }
    }
    return names.inByteOrder
  }

  /// Makes the folder and its parents, with this mode before umask.
  public static func make(_ path: Path, mode: UInt32) throws(Fault) {
    let status = Kernel.makeDirectory(path, mode: mode)
    if status == 0 { return }
    if status == -Kernel.exists || status == -Kernel.readOnly || status == -Kernel.denied {
      var attributes = Kernel.Attributes()
      if Kernel.attributes(at: path, &attributes) == 0 {
        if Kernel.isDirectory(attributes) { return }
        throw Fault(.io, "cannot make the folder ", .path(path), ": something else has that name")
      }
    }
    if status == -Kernel.notFound {
      let parent = path.parent
      if parent != path {
        try make(parent, mode: mode)
        let again = Kernel.makeDirectory(path, mode: mode)
        if again == 0 || again == -Kernel.exists { return }
        throw Fault(.io, "cannot make the folder ", .path(path), ": ", .error(-again))
      }
    }
    throw Fault(.io, "cannot make the folder ", .path(path), ": ", .error(-status))
  }

  /// A folder of ours is no link, which could lead anywhere; those above it may be.
  public static func refuseLink(_ path: Path) throws(Fault) {
    var attributes = Kernel.Attributes()
    if Kernel.attributes(ofLinkAt: path, &attributes) == 0, Kernel.isLink(attributes) {
      throw Fault(.io, "cannot use the folder ", .path(path), ": it is a symbolic link, which is not followed; TEL_DIR can name another directory")
    }
  }

  /// Which network file system the folder, or its nearest parent that exists, is
  /// on; nil for a local one. Two hosts that map a file there do not see what
  /// the other adds.
  public static func network(of path: Path) -> StaticString? {
    var at = path
    while true {
      var magic: UInt32 = 0
      let status = Kernel.fileSystem(at: at, &magic)
      if status == 0 { return networkName(magic) }
      let parent = at.parent
      // What cannot be told is met again when a file is made.
      if status != -Kernel.notFound || parent == at { return nil }
      at = parent
    }
  }

  /// FUSE is not among them: most of it is local, and what is not cannot be told.
  private static func networkName(_ magic: UInt32) -> StaticString? {
    switch magic {
    case 0x6969: "NFS"
    case 0x517b, 0xff53_4d42, 0xfe53_4d42: "SMB"
    case 0x5346_414f, 0x6b41_4653: "AFS"
    case 0x0102_1997: "9p"
    case 0x00c3_6400: "Ceph"
    case 0x0bd0_0bd0: "Lustre"
    case 0x4750_4653: "GPFS"
    case 0x7375_7245: "Coda"
    default: nil
    }
  }

  /// Waits until the folder's names are on the medium; or all that is in the
  /// folder's file system.
  public static func sync(_ path: Path, withAllFiles: Bool = false) throws(Fault) {
    let descriptor = Kernel.open(path, .directory)
    guard descriptor >= 0 else { throw Fault(.io, "cannot open ", .path(path), ": ", .error(-descriptor)) }
    let status = withAllFiles ? Kernel.syncFileSystem(descriptor) : Kernel.sync(descriptor)
    Kernel.close(descriptor)
    if status < 0 { throw Fault(.io, "cannot sync ", .path(path), ": ", .error(-status)) }
  }

  /// The owner of the folder, or of its nearest parent that exists.
  public static func owner(of path: Path) throws(Fault) -> UInt32 {
    var at = path
    while true {
      var attributes = Kernel.Attributes()
      let status = Kernel.attributes(at: at, &attributes)
      if status == 0 { return attributes.owner }
      let parent = at.parent
      if status != -Kernel.notFound || parent == at {
        throw Fault(.io, "cannot look at ", .path(at), ": ", .error(-status))
      }
      at = parent
    }
  }
}
