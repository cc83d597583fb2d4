/// A file in the making, written piece by piece under a name that nobody else
/// has, `.tmp-<16 hex digits>` in the folder where it is wanted. It disappears
/// unless it is put in its place.
public struct NewFile: ~Copyable {
  /// Written in pieces of this size, in bytes: memory does not grow with the file.
  private static let piece = 64 << 10

  public let temporary: Path
  private var descriptor: Int32
  private var isNamed = true
  /// What is still to be written, `waiting` bytes of it.
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: NewFile.piece, alignment: 16)
  private var waiting = 0
  private var end = 0

  /// `mode` is before umask.
  public init(beside path: Path, mode: UInt32 = File.reportMode) throws(Fault) {
    temporary = File.temporaryName(beside: path)
    descriptor = Kernel.open(temporary, .createNew(mode))
    guard descriptor >= 0 else {
      isNamed = false
      throw Fault(.io, "cannot make ", .path(temporary), ": ", .error(-descriptor))
    }
  }

  deinit {
    buffer.deallocate()
    if descriptor >= 0 { Kernel.close(descriptor) }
    if isNamed { Kernel.unlink(temporary) }
  }

  public mutating func append(_ bytes: [UInt8]) throws(Fault) {
    try bytes.withUnsafeBufferPointer { bytes throws(Fault) in try append(UnsafeRawBufferPointer(bytes)) }
  }

  public mutating func append(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    if bytes.count > buffer.count - waiting { try flush() }
    if bytes.count > buffer.count { return try write(bytes) }
    guard let start = bytes.baseAddress else { return }
    Kernel.copy(buffer.baseAddress! + waiting, start, bytes.count)
    waiting += bytes.count
  }

  private mutating func flush() throws(Fault) {
    try write(UnsafeRawBufferPointer(rebasing: buffer[..<waiting]))
    waiting = 0
  }

  private mutating func write(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    var done = 0
    while done < bytes.count {
      let written = Kernel.write(descriptor, bytes.baseAddress! + done, bytes.count - done, at: end)
      if written <= 0 { throw failure(written < 0 ? Int32(-written) : Kernel.failure) }
      done += written
      end += written
    }
  }

  private func failure(_ number: Int32) -> Fault { Fault(.io, "cannot write ", .path(temporary), ": ", .error(number)) }

  /// All was appended. `durable` waits until the content is on the medium.
  private mutating func finish(durable: Bool) throws(Fault) {
    try flush()
    let synced = durable ? Kernel.sync(descriptor) : 0
    let closed = Kernel.close(descriptor)
    descriptor = -1
    if synced < 0 || closed < 0 { throw failure(synced < 0 ? -synced : -closed) }
  }

  /// In place of what has the name, if anything. (The caller syncs the folder.)
  public consuming func replace(_ path: Path, durable: Bool) throws(Fault) {
    try finish(durable: durable)
    let status = Kernel.rename(temporary, to: path)
    if status < 0 { throw Fault(.io, "cannot rename ", .path(temporary), " to ", .path(path), ": ", .error(-status)) }
    isNamed = false
  }

  /// Under a name that nobody has, complete from its first instant. Answers
  /// whether it has got the name.
  public consuming func claim(_ path: Path, durable: Bool) throws(Fault) -> Bool {
    try finish(durable: durable)
    var status = Kernel.link(temporary, to: path)
    if Kernel.isWithoutLinks(status) { status = Kernel.renameToNew(temporary, to: path) }
    if status == -Kernel.exists { return false }
    if status < 0 { throw Fault(.io, "cannot make ", .path(path), ": ", .error(-status)) }
    return true
  }
}
