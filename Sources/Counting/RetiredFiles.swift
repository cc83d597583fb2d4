import CounterFile

/// Files that a process counted into before. A thread may have loaded the
/// address of a cell long ago and add to it now, so they outlive the session
/// that opened them. One thread at a time.
public final class RetiredFiles {
  /// Of past weeks, oldest first. Mapping and lock stay, so that a late count is found.
  private var past: [MappedFile] = []
  /// Older still: private memory under the same addresses.
  private var buried: [MappedFile] = []

  /// As many rotations may pass between a thread's load and its add without
  /// loss; as many again before the address is used for something else.
  private static let kept = 16

  public init() {}

  func retire(_ file: MappedFile) {
    past.append(file)
    if past.count > RetiredFiles.kept { bury(past.removeFirst()) }
  }

  /// Lets go of all, and of this one.
  func bury(with file: MappedFile) {
    for old in past { bury(old) }
    past = []
    bury(file)
  }

  private func bury(_ file: MappedFile) {
    file.bury()
    buried.append(file)
    if buried.count > RetiredFiles.kept { buried.removeFirst().release() }
  }
}
