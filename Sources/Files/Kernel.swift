import CPosix

/// The system calls of the core, each in one place. A result is the call's
/// own, or the negative errno. None of them allocates, so the recording path
/// may use those that take plain pointers. EINTR is retried.
///
/// In debug builds `interceptor` sees every call first and may make it fail:
/// that is how tests kill and starve each step of the protocol.
public enum Kernel {
  public enum Call: Int32, Sendable {
    case open, close, stat, read, write, allocate, map, unmap, lock, link, rename, unlink, makeDirectory, sync, random, setTime, list
  }

  #if DEBUG
    /// Answers 0 to let the call happen, else the errno to fail with.
    nonisolated(unsafe) public static var interceptor: (@Sendable (Call) -> Int32)?
    /// The kind of file system that a path is said to be on; nil for the true one.
    nonisolated(unsafe) public static var fileSystem: (@Sendable (Path) -> UInt32?)?
  #endif

  @inline(__always)
  static func refused(_ call: Call) -> Int32 {
    #if DEBUG
      if let interceptor { return interceptor(call) }
    #endif
    return 0
  }

  /// Runs a call until it is not interrupted; -1 becomes the negative errno.
  @inline(__always)
  static func retrying(_ call: Call, _ body: () -> Int) -> Int {
    let refusal = refused(call)
    if refusal != 0 { return 0 &- Int(refusal) }
    while true {
      let result = body()
      if result >= 0 { return result }
      let number = posix_errno()
      if number != EINTR { return 0 &- Int(number) }
    }
  }

  // MARK: Files

  public enum Access {
    case read, readWrite, appending, directory
    /// With this mode before umask.
    case createNew(UInt32)
  }

  /// A descriptor that is closed on exec, never follows a link, and is never
  /// a controlling terminal.
  public static func open(_ path: UnsafePointer<CChar>, _ access: Access) -> Int32 {
    let always = O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK
    let (flags, mode): (Int32, UInt32) =
      switch access {
      case .read: (O_RDONLY, 0)
      case .readWrite: (O_RDWR, 0)
      case .createNew(let mode): (O_RDWR | O_CREAT | O_EXCL, mode)
      case .appending: (O_WRONLY | O_APPEND, 0)
      case .directory: (O_RDONLY | O_DIRECTORY, 0)
      }
    return Int32(truncatingIfNeeded: retrying(.open) { Int(posix_open(path, flags | always, mode_t(mode))) })
  }

  /// For reading, through links: of a file that the linker has loaded.
  public static func openThroughLinks(_ path: UnsafePointer<CChar>) -> Int32 {
    Int32(retrying(.open) { Int(posix_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0)) })
  }

  /// Opens a lock file, made if need be.
  public static func openLock(_ path: UnsafePointer<CChar>) -> Int32 {
    Int32(retrying(.open) { Int(posix_open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0o666)) })
  }

  @discardableResult
  public static func close(_ descriptor: Int32) -> Int32 {
    // Linux closes the descriptor even when it reports EINTR: never retried.
    let refusal = refused(.close)
    let result = CPosix.close(descriptor)
    return refusal != 0 ? 0 &- refusal : (result == 0 ? 0 : 0 &- posix_errno())
  }

  /// What stat(2) says of a file.
  public struct Attributes: Sendable {
    public var device: UInt64 = 0
    public var inode: UInt64 = 0
    public var links: UInt64 = 0
    public var size: Int64 = 0
    /// Unix seconds.
    public var modified: Int64 = 0
    public var mode: UInt32 = 0
    public var owner: UInt32 = 0

    public init() {}

    init(_ status: posix_status) {
      device = status.device
      inode = status.inode
      links = status.links
      size = status.size
      modified = status.modified
      mode = status.mode
      owner = status.owner
    }
  }

  private static func attributes(_ into: inout Attributes, _ look: (UnsafeMutablePointer<posix_status>) -> Int32) -> Int32 {
    var status = posix_status()
    let result = Int32(truncatingIfNeeded: retrying(.stat) { Int(look(&status)) })
    if result == 0 { into = Attributes(status) }
    return result
  }

  public static func attributes(of descriptor: Int32, _ into: inout Attributes) -> Int32 {
    attributes(&into) { posix_fstat(descriptor, $0) }
  }

  public static func attributes(at path: UnsafePointer<CChar>, _ into: inout Attributes) -> Int32 {
    attributes(&into) { posix_stat(path, $0) }
  }

  /// Of the link itself, if it is one.
  public static func attributes(ofLinkAt path: UnsafePointer<CChar>, _ into: inout Attributes) -> Int32 {
    attributes(&into) { posix_lstat(path, $0) }
  }

  public static func isRegular(_ attributes: Attributes) -> Bool { attributes.mode & UInt32(S_IFMT) == UInt32(S_IFREG) }
  public static func isLink(_ attributes: Attributes) -> Bool { attributes.mode & UInt32(S_IFMT) == UInt32(S_IFLNK) }
  public static func isDirectory(_ attributes: Attributes) -> Bool { attributes.mode & UInt32(S_IFMT) == UInt32(S_IFDIR) }

  public static func read(_ descriptor: Int32, _ into: UnsafeMutableRawPointer, _ count: Int, at offset: Int) -> Int {
    retrying(.read) { pread(descriptor, into, count, off_t(offset)) }
  }

  public static func write(_ descriptor: Int32, _ from: UnsafeRawPointer, _ count: Int, at offset: Int) -> Int {
    if exceedsLimit(offset &+ count) { return -Int(tooLarge) }
    return retrying(.write) { pwrite(descriptor, from, count, off_t(offset)) }
  }

  /// At the end of a file that was opened for appending; `end` is where that
  /// was last seen.
  public static func append(_ descriptor: Int32, _ from: UnsafeRawPointer, _ count: Int, end: Int) -> Int {
    if exceedsLimit(end &+ count) { return -Int(tooLarge) }
    return write(descriptor, from, count)
  }

  /// At the descriptor's position: to a pipe or a terminal.
  public static func write(_ descriptor: Int32, _ from: UnsafeRawPointer, _ count: Int) -> Int {
    retrying(.write) { CPosix.write(descriptor, from, count) }
  }

  /// fallocate(2): reserves the range and extends the file over it. Never
  /// touches bytes that are there.
  public static func allocate(_ descriptor: Int32, from offset: Int, count: Int) -> Int32 {
    if exceedsLimit(offset &+ count) { return -tooLarge }
    return Int32(truncatingIfNeeded: retrying(.allocate) { Int(fallocate(descriptor, 0, off_t(offset), off_t(count))) })
  }

  /// A file that grows beyond RLIMIT_FSIZE sends SIGXFSZ, which ends the host.
  private static func exceedsLimit(_ size: Int) -> Bool { size > posix_file_size_limit() }

  public static func sync(_ descriptor: Int32) -> Int32 { Int32(retrying(.sync) { Int(fsync(descriptor)) }) }

  /// All of the file system that the file is in.
  public static func syncFileSystem(_ descriptor: Int32) -> Int32 { Int32(retrying(.sync) { Int(syncfs(descriptor)) }) }

  /// Sets the time of last modification, in Unix seconds.
  public static func setModified(_ descriptor: Int32, _ seconds: Int64) -> Int32 {
    Int32(retrying(.setTime) { Int(posix_set_modified(descriptor, seconds)) })
  }

  // MARK: Names

  public static func link(_ from: UnsafePointer<CChar>, to: UnsafePointer<CChar>) -> Int32 {
    Int32(retrying(.link) { Int(CPosix.link(from, to)) })
  }

  /// What link(2) answers on file systems that have no hard links.
  public static func isWithoutLinks(_ status: Int32) -> Bool {
    status == -notPermitted || status == -notSupported || status == -notImplemented
  }

  public static func rename(_ from: UnsafePointer<CChar>, to: UnsafePointer<CChar>) -> Int32 {
    Int32(retrying(.rename) { Int(CPosix.rename(from, to)) })
  }

  /// Fails with EEXIST rather than replace. Where the file system cannot do
  /// both at once, it looks first.
  public static func renameToNew(_ from: UnsafePointer<CChar>, to: UnsafePointer<CChar>) -> Int32 {
    let status = Int32(retrying(.rename) { Int(posix_rename_to_new(from, to)) })
    guard status == -EINVAL || status == -ENOSYS else { return status }
    var attributes = Attributes()
    if isThere(to, &attributes) { return -EEXIST }
    return rename(from, to: to)
  }

  private static func isThere(_ path: UnsafePointer<CChar>, _ into: inout Attributes) -> Bool {
    attributes(ofLinkAt: path, &into) == 0
  }

  public static func unlink(_ path: UnsafePointer<CChar>) -> Int32 { Int32(retrying(.unlink) { Int(CPosix.unlink(path)) }) }

  /// mkdir(2) with a mode before umask.
  public static func makeDirectory(_ path: UnsafePointer<CChar>, mode: UInt32) -> Int32 {
    Int32(retrying(.makeDirectory) { Int(mkdir(path, mode_t(mode))) })
  }

  // MARK: Locks

  public enum Lock { case shared, exclusive }

  /// flock(2) without waiting: 0, or -EWOULDBLOCK when somebody else's is in
  /// the way. It lasts until the last descriptor and mapping of this open file
  /// are gone, in forked children too.
  public static func lock(_ descriptor: Int32, _ kind: Lock) -> Int32 {
    Int32(retrying(.lock) { Int(flock(descriptor, (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB)) })
  }

  /// Whether nobody has the file open for writing or mapped so: a read lease
  /// is granted. It lasts until the descriptor, opened for reading, is closed.
  public static func lease(_ descriptor: Int32) -> Bool {
    retrying(.lock) { Int(posix_read_lease(descriptor)) } == 0
  }

  // MARK: Memory

  /// Maps a file, shared and writable, from its beginning. `length` may reach
  /// beyond the file's end: that part must not be touched until the file has
  /// grown over it.
  public static func map(_ descriptor: Int32, length: Int) -> UnsafeMutableRawPointer? {
    if refused(.map) != 0 { return nil }
    return posix_mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptor, 0)
  }

  /// What the process may map at most, in bytes.
  public static var addressSpaceLimit: Int { Int(posix_address_space_limit()) }

  /// Fresh zeroed memory, not from malloc.
  public static func memory(_ length: Int) -> UnsafeMutableRawPointer? {
    if refused(.map) != 0 { return nil }
    return posix_mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
  }

  /// Puts zeroed private memory where something else was mapped.
  public static func replaceByMemory(_ at: UnsafeMutableRawPointer, _ length: Int) -> Bool {
    posix_mmap(at, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != nil
  }

  public static func unmap(_ at: UnsafeMutableRawPointer, _ length: Int) { munmap(at, length) }

  // MARK: Bytes

  /// Some zeros to write, without memory of one's own.
  public static var zeros: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: posix_zeros(), count: Int(POSIX_ZEROS)) }

  public static func length(_ string: UnsafePointer<CChar>) -> Int { strlen(string) }

  public static func equal(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool { memcmp(a, b, count) == 0 }

  public static func hasByte(_ byte: UInt8, _ bytes: UnsafeRawPointer, _ count: Int) -> Bool { memchr(bytes, Int32(byte), count) != nil }

  /// Unlike copyMemory, without a trap: recording has none.
  public static func copy(_ to: UnsafeMutableRawPointer, _ from: UnsafeRawPointer, _ count: Int) { memcpy(to, from, count) }

  /// Negative if the bytes at `a` come first, 0 if they are the same.
  public static func compare(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Int { Int(memcmp(a, b, count)) }

  public static func fillRandomly(_ into: UnsafeMutableRawPointer, _ count: Int) -> Bool {
    retrying(.random) { getrandom(into, count, 0) } == count
  }

  public static func errorText(_ number: Int32) -> [UInt8] {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
      [UInt8](cString: posix_error_text(number, buffer.baseAddress!, buffer.count))
    }
  }

  /// The caller's errno, kept over recording.
  public static var lastError: Int32 {
    get { posix_errno() }
    set { posix_set_errno(newValue) }
  }
}

/// Errors that the core tells apart, as positive errno values.
extension Kernel {
  public static let notFound = ENOENT
  public static let notDirectory = ENOTDIR
  public static let exists = EEXIST
  public static let wouldBlock = EWOULDBLOCK
  public static let noSpace = ENOSPC
  public static let overQuota = EDQUOT
  public static let tooLarge = EFBIG
  public static let notSupported = EOPNOTSUPP
  public static let notImplemented = ENOSYS
  public static let linkMet = ELOOP
  public static let denied = EACCES
  public static let readOnly = EROFS
  public static let notPermitted = EPERM
  public static let tooManyLinks = EMLINK
  public static let failure = EIO
}

extension Kernel {
  /// Sleeps; a signal may cut it short.
  public static func pause(microseconds: Int) {
    posix_pause(Int64(microseconds) * 1000)
  }
}
