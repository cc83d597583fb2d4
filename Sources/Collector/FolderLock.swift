import Files

/// A lock in a folder. It goes with the process, however that ends.
public struct FolderLock: Sendable {
  private let descriptor: Int32

  /// `sentence` says what is the matter when somebody else has it.
  public init(_ folder: Path, _ name: StaticString, _ sentence: StaticString) throws(Fault) {
    let file = folder.appending(name)
    descriptor = Kernel.openLock(file)
    guard descriptor >= 0 else { throw Fault(.io, "cannot open ", .path(file), ": ", .error(-descriptor)) }
    let status = Kernel.lock(descriptor, .exclusive)
    if status == 0 { return }
    Kernel.close(descriptor)
    if status == -Kernel.wouldBlock { throw Fault(.busy, .path(folder), ": ", .literal(sentence)) }
    throw Fault(.io, "cannot lock ", .path(file), ": ", .error(-status))
  }

  /// Whether somebody has it now.
  public static func isHeld(_ folder: Path, _ name: StaticString) -> Bool {
    let descriptor = Kernel.open(folder.appending(name), .read)
    guard descriptor >= 0 else { return false }
    defer { Kernel.close(descriptor) }
    return Kernel.lock(descriptor, .shared) == -Kernel.wouldBlock
  }

  public func close() { Kernel.close(descriptor) }
}
