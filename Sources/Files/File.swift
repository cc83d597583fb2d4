import CPosix

/// Whole files, read and written by slow paths.
public enum File {
  /// Before umask, as the reference has them: what processes of one user share,
  /// and what nobody writes a second time.
  public static let sharedMode: UInt32 = 0o666
  public static let reportMode: UInt32 = 0o644

  /// The content of a regular file, or nil if there is no such file. `limit`
  /// is the largest size that is read, in bytes.
  public static func content(of path: Path, limit: Int) throws(Fault) -> [UInt8]? {
    let descriptor = Kernel.open(path, .read)
    if descriptor == -Kernel.notFound { return nil }
    guard descriptor >= 0 else { throw Fault(.io, "cannot open ", .path(path), ": ", .error(-descriptor)) }
    defer { Kernel.close(descriptor) }
    var attributes = Kernel.Attributes()
    let status = Kernel.attributes(of: descriptor, &attributes)
    guard status == 0 else { throw Fault(.io, "cannot look at ", .path(path), ": ", .error(-status)) }
    guard Kernel.isRegular(attributes) else { throw Fault(.io, "cannot read ", .path(path), ": it is not a regular file") }
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
      let more = try content(of: descriptor, from: bytes.count, size: size - bytes.count, named: path)
      if more.isEmpty { break }
      bytes += more
    }
    return bytes
  }

  /// `size` bytes, or as many as there are.
  public static func content(of descriptor: Int32, from offset: Int = 0, size: Int, named path: Path) throws(Fault) -> [UInt8] {
    var problem = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = 0
      while count < size {
        let got = Kernel.read(descriptor, buffer.baseAddress! + count, size - count, at: offset + count)
        if got < 0 { problem = got }
        if got <= 0 { break }
        count += got
      }
    }
    if problem < 0 { throw Fault(.io, "cannot read ", .path(path), ": ", .error(Int32(-problem))) }
    return bytes
  }

  /// Makes a new file that is complete or not there: written under a temporary
  /// name, renamed onto `path`. `durable` also waits until the content is on
  /// the medium (the caller syncs the folder).
  public static func replace(_ path: Path, with bytes: [UInt8], mode: UInt32 = reportMode, durable: Bool) throws(Fault) {
    let temporary = try write(bytes, beside: path, mode: mode, durable: durable)
    let status = Kernel.rename(temporary, to: path)
    if status < 0 {
      Kernel.unlink(temporary)
      throw Fault(.io, "cannot rename ", .path(temporary), " to ", .path(path), ": ", .error(-status))
    }
  }

  /// Makes a new file, complete from its first instant, unless the name is
  /// taken. Answers whether it was made.
  public static func create(_ path: Path, with bytes: [UInt8], mode: UInt32 = reportMode, durable: Bool) throws(Fault) -> Bool {
    let temporary = try write(bytes, beside: path, mode: mode, durable: durable)
    var status = Kernel.link(temporary, to: path)
    if Kernel.isWithoutLinks(status) { status = Kernel.renameToNew(temporary, to: path) }
    Kernel.unlink(temporary)
    if status == -Kernel.exists { return false }
    if status < 0 { throw Fault(.io, "cannot make ", .path(path), ": ", .error(-status)) }
    return true
  }

  /// Writes all of it to a new file with a name nobody else has.
  static func write(_ bytes: [UInt8], beside path: Path, mode: UInt32 = reportMode, durable: Bool) throws(Fault) -> Path {
    let temporary = temporaryName(beside: path)
    let descriptor = Kernel.open(temporary, .createNew(mode))
    guard descriptor >= 0 else { throw Fault(.io, "cannot make ", .path(temporary), ": ", .error(-descriptor)) }
    var problem: Int32 = 0
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let written = Kernel.write(descriptor, buffer.baseAddress! + done, buffer.count - done, at: done)
        if written <= 0 {
          problem = written < 0 ? Int32(-written) : Kernel.failure
          return
        }
        done += written
      }
    }
    if problem == 0, durable { problem = -Kernel.sync(descriptor) }
    let closed = Kernel.close(descriptor)
    if problem == 0, closed < 0 { problem = -closed }
    if problem != 0 {
      Kernel.unlink(temporary)
      throw Fault(.io, "cannot write ", .path(temporary), ": ", .error(problem))
    }
    return temporary
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
