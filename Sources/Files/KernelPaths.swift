import CPosix

/// The system calls by path, for slow paths. (Compiled once each: a path's
/// bytes are copied to end with a NUL, which is too much code to repeat.)
extension Kernel {
  @inline(never)
  public static func open(_ path: Path, _ access: Access) -> Int32 { path.withCString { open($0, access) } }

  @inline(never)
  public static func openLock(_ path: Path) -> Int32 { path.withCString(openLock) }

  @inline(never)
  public static func attributes(at path: Path, _ into: inout Attributes) -> Int32 { path.withCString { attributes(at: $0, &into) } }

  /// The magic number of the file system that the path is on.
  @inline(never)
  public static func fileSystem(at path: Path, _ magic: inout UInt32) -> Int32 {
    #if DEBUG
      if let fake = fileSystem?(path) {
        magic = fake
        return 0
      }
    #endif
    return path.withCString { path in Int32(truncatingIfNeeded: retrying(.stat) { Int(posix_file_system(path, &magic)) }) }
  }

  /// Of the link itself, if it is one.
  @inline(never)
  public static func attributes(ofLinkAt path: Path, _ into: inout Attributes) -> Int32 { path.withCString { attributes(ofLinkAt: $0, &into) } }

  @inline(never)
  public static func link(_ from: Path, to: Path) -> Int32 { from.withCString { from in to.withCString { link(from, to: $0) } } }

  @inline(never)
  public static func rename(_ from: Path, to: Path) -> Int32 { from.withCString { from in to.withCString { rename(from, to: $0) } } }

  /// Fails with EEXIST rather than replace.
  @inline(never)
  public static func renameToNew(_ from: Path, to: Path) -> Int32 { from.withCString { from in to.withCString { renameToNew(from, to: $0) } } }

  @inline(never) @discardableResult
  public static func unlink(_ path: Path) -> Int32 { path.withCString(unlink) }

  @inline(never)
  public static func makeDirectory(_ path: Path, mode: UInt32) -> Int32 { path.withCString { makeDirectory($0, mode: mode) } }
}
