import Files

/// Reserving space before it is touched: a mapped hole on a full disk is a
/// SIGBUS, a refused reservation is only a dropped count.
enum Extension {
  /// Backs `count` bytes from `from` on. `end` is the file's size just now.
  static func reserve(_ descriptor: Int32, _ path: UnsafePointer<CChar>, from: Int, count: Int, end: Int) -> MappedFile.Growth {
    if count <= 0 { return .done }
    let status = Kernel.allocate(descriptor, from: from, count: count)
    switch 0 &- status {
    case 0: return .done
    case Kernel.notSupported, Kernel.notImplemented: return append(path, upTo: from &+ count, end: end)
    case Kernel.noSpace, Kernel.overQuota, Kernel.tooLarge: return .noSpace
    default: return .failed
    }
  }

  @inline(never)
  static func reserve(_ descriptor: Int32, _ path: Path, from: Int, count: Int, end: Int) -> MappedFile.Growth {
    path.withCString { reserve(descriptor, $0, from: from, count: count, end: end) }
  }

  /// For file systems without fallocate(2): zeros, past the end only, in whole
  /// pages. O_APPEND makes the kernel choose the place, so that two processes
  /// doing it at once, or one that adds meanwhile, cannot be overwritten.
  private static func append(_ path: UnsafePointer<CChar>, upTo target: Int, end: Int) -> MappedFile.Growth {
    if end >= target { return .done }
    let descriptor = Kernel.open(path, .appending)
    guard descriptor >= 0 else { return .failed }
    defer { Kernel.close(descriptor) }
    let zeros = Kernel.zeros
    let last = end &+ Layout.roundUp(target &- end, to: Layout.page)
    var reached = end
    while reached < last {
      let written = Kernel.append(descriptor, zeros.baseAddress.unsafelyUnwrapped, min(last &- reached, zeros.count), end: reached)
      switch Int32(truncatingIfNeeded: 0 &- written) {
      case ..<0: reached &+= written
      case Kernel.noSpace, Kernel.overQuota, Kernel.tooLarge: return .noSpace
      default: return .failed
      }
    }
    return .done
  }
}
