import Files

/// The folder of a collector. Who serves has it alone; what else works there is
/// done beside it.
public struct DataFolder: Sendable {
  public let path: Path

  private static let lock: StaticString = "lock"

  /// Made if it is not there, for nobody else to read.
  public init(_ path: Path) throws(Fault) {
    self.path = path
    try Folder.make(path, mode: 0o700)
  }

  /// As it is.
  public init(existing path: Path) { self.path = path }

  /// Where reports are.
  public var store: Path { path.appending("reports.db") }

  /// Keeps other collectors out.
  public func occupy() throws(Fault) -> FolderLock {
    try FolderLock(path, DataFolder.lock, "another tel-collector is at work there; stop it, or name another folder with --data")
  }

  public var isOccupied: Bool { FolderLock.isHeld(path, DataFolder.lock) }

  public var hasStore: Bool {
    var attributes = Kernel.Attributes()
    return Kernel.attributes(at: store, &attributes) == 0
  }
}
