import CPosix

/// Whole files, read and written by slow paths.
public enum File {
  /// Before umask, as the reference has them: what processes of one user share,
  /// and what nobody writes a second time.
  public static let sharedMode: UInt32 = 0o666
  public static let reportMode: UInt32 = 0o644

  /// The content of a regular file, or nil if there is no such file. `limit`
  /// is the largest size that is read, in bytes. `isTrusted`: it must be the
  /// administrator's, and nobody else's to write.
  public static func content(of path: Path, limit: Int, isTrusted: Bool = false) throws(Fault) -> [UInt8]? {
    let descriptor = Kernel.open(path, .read)
    if descriptor == -Kernel.notFound { return nil }
    guard descriptor >= 0 else { throw Fault(.io, "cannot open ", .path(path), ": ", .error(-descriptor)) }
    defer { Kernel.close(descriptor) }
    var attributes = Kernel.Attributes()
    let status = Kernel.attributes(of: descriptor, &attributes)
    guard status == 0 else { throw Fault(.io, "cannot look at ", .path(path), ": ", .error(-status)) }
    guard Kernel.isRegular(attributes) else { throw Fault(.io, "cannot read ", .path(path), ": it is not a regular file") }
    guard !isTrusted || attributes.owner == 0 && attributes.mode & 0o022 == 0 else {
      throw Fault(.io, "cannot rely on ", .path(path), ": it must belong to root, and nobody else may write it")
    }
    guard attributes.size <= Int64(limit) else {
      throw Fault(.corrupt, .path(path), " is too large: ", .number(Int(attributes.size)), " bytes, at most ", .number(limit), " are read")
    }
    let start = try content(of: descriptor, size: Int(attributes.size), named: path)
    return try whole(of: descriptor, from: start, limit: limit, named: path)
  }

  /// A file of which the start was read, to its end, but not beyond the limit.
  /// Others may extend it meanwhile, and lead from the start to what they have
  /// put behind the end that was known. So the size is looked at after the start.
  public static func whole(of descriptor: Int32, from start: [UInt8], limit: Int, named path: Path) throws(Fault) -> [UInt8] {
    var bytes = start
    // Each turn but the last sees the file larger.
    while bytes.count < limit {
      var attributes = Kernel.Attributes()
      let status = Kernel.attributes(of: descriptor, &attributes)
      guard status == 0 else { throw Fault(.io, "cannot look at ", .path(path), ": ", .error(-status)) }
      let size = min(Int(clamping: attributes.size), limit)
      if size <= bytes.count { break }
      let before = bytes.count
      bytes = try content(of: descriptor, after: bytes, size: size, named: path)
      if bytes.count == before { break }
    }
    return bytes
  }

  /// `size` bytes, or as many as there are; the first of them are known.
  public static func content(of descriptor: Int32, after known: [UInt8] = [], size: Int, named path: Path) throws(Fault) -> [UInt8] {
    var problem = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = known.count
      known.withUnsafeBytes { if count > 0 { Kernel.copy(buffer.baseAddress!, $0.baseAddress!, count) } }
      while count < size {
        let got = Kernel.read(descriptor, buffer.baseAddress! + count, size - count, at: count)
        if got < 0 { problem = got }
        if got <= 0 { break }
        count += got
      }
    }
    if problem < 0 { throw Fault(.io, "cannot read ", .path(path), ": ", .error(Int32(-problem))) }
    return bytes
  }

  /// Makes a new file that is complete or not there. `durable` also waits until
  /// the content is on the medium (the caller syncs the folder).
  public static func replace(_ path: Path, with bytes: [UInt8], mode: UInt32 = reportMode, durable: Bool) throws(Fault) {
    var file = try NewFile(beside: path, mode: mode)
    try file.append(bytes)
    try file.replace(path, durable: durable)
  }

  /// Makes a new file, complete from its first instant, unless the name is
  /// taken. Answers whether it was made.
  public static func create(_ path: Path, with bytes: [UInt8], mode: UInt32 = reportMode, durable: Bool) throws(Fault) -> Bool {
    var file = try NewFile(beside: path, mode: mode)
    try file.append(bytes)
    return try file.claim(path, durable: durable)
  }

  /// `.tmp-<16 hex digits>` in the same folder. Clean-up knows them by the prefix.
  public static func temporaryName(beside path: Path) -> Path {
    var random: [UInt8] = Array(repeating: 0, count: 8)
    let filled = random.withUnsafeMutableBytes { Kernel.fillRandomly($0.baseAddress!, $0.count) }
    if !filled {  // no entropy: the process and the time must do
      let seed = UInt64(bitPattern: Clock.monotonic) &+ UInt64(Process.identifier) &* 0x9E37_79B9_7F4A_7C15
      for index in 0..<8 { random[index] = UInt8(truncatingIfNeeded: seed >> UInt64(index * 8)) }
    }
    var name = [UInt8](".tmp-")
    name.append(hex: random)
    return path.parent.appending(name)
  }
}
