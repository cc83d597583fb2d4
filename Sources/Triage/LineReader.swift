import Files

/// The lines of a file, however long, with no more of it in memory than a line
/// and a piece.
struct LineReader: ~Copyable {
  private static let piece = 1 << 20

  private let path: Path
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  /// What of the buffer was given out; where no line end is, searched before.
  private var start = 0
  private var searched = 0
  private var position = 0
  private var isAtEnd = false

  init(_ path: Path) throws(Fault) {
    self.path = path
    descriptor = path.withCString { Kernel.openThroughLinks($0) }
    guard descriptor >= 0 else { throw Fault(.io, "cannot open ", .path(path), ": ", .error(-descriptor)) }
    var attributes = Kernel.Attributes()
    let status = Kernel.attributes(of: descriptor, &attributes)
    guard status == 0, Kernel.isRegular(attributes) else {
      Kernel.close(descriptor)
      throw Fault(.io, "cannot read ", .path(path), ": it is not a regular file")
    }
  }

  deinit { Kernel.close(descriptor) }

  /// Without its line feed; nil at the end.
  mutating func next() throws(Fault) -> [UInt8]? {
    while true {
      if let end = lineEnd() {
        let line = Array(buffer[start..<end])
        start = end + 1
        searched = start
        return line
      }
      searched = buffer.count
      if isAtEnd {
        guard start < buffer.count else { return nil }
        let line = Array(buffer[start...])
        start = buffer.count
        return line
      }
      if start > 0 {
        buffer.removeFirst(start)
        (searched, start) = (searched - start, 0)
      }
      let more = try File.content(of: descriptor, at: position, count: LineReader.piece, named: path)
      position += more.count
      isAtEnd = more.isEmpty
      buffer += more
    }
  }

  private func lineEnd() -> Int? {
    buffer.withUnsafeBufferPointer { bytes in
      var at = searched
      while at < bytes.count {
        if bytes[at] == 0x0a { return at }
        at += 1
      }
      return nil
    }
  }
}

extension File {
  /// As many bytes from there as there are, at most `count`.
  fileprivate static func content(of descriptor: Int32, at position: Int, count: Int, named path: Path) throws(Fault) -> [UInt8] {
    var got = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      got = Kernel.read(descriptor, buffer.baseAddress!, count, at: position)
      filled = max(0, got)
    }
    if got < 0 { throw Fault(.io, "cannot read ", .path(path), ": ", .error(Int32(-got))) }
    return bytes
  }
}
