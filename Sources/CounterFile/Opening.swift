import CAtomics
import Files

/// Joining or making a counter file: steps W1 to W5 of docs/protocol.md.
/// A file that is published is complete, and a file that is joined is locked
/// and still has its name.
public struct Opening {
  let path: Path
  let header: [UInt8]

  /// `header` is the first H bytes that the file must have.
  public init(path: Path, header: [UInt8]) {
    self.path = path
    self.header = header
  }

  public enum Result {
    case opened(MappedFile)
    /// The file that has the name is about something else: its header. Nothing was changed.
    case otherHeader([UInt8])
    /// It is no counter file, or a damaged one; the inode that was looked at.
    case corrupt(device: UInt64, inode: UInt64)
  }

  /// What another process does at the same time can make an opener start over;
  /// a reporter holds its lock for microseconds.
  private static let attempts = 200

  public func run() throws(Fault) -> Result {
    for attempt in 0..<Opening.attempts {
      let descriptor = Kernel.open(path, .readWrite)
      if descriptor == -Kernel.notFound {
        if let file = try create() { return .opened(file) }
        continue
      }
      if descriptor == -Kernel.linkMet { throw Fault(.io, "cannot count into ", .path(path), ": it is a symbolic link, which is not followed") }
      guard descriptor >= 0 else { throw problem("open", -descriptor) }
      let joined: Result?
      do throws(Fault) { joined = try join(descriptor) } catch {
        Kernel.close(descriptor)
        throw error
      }
      Kernel.close(descriptor)
      if let joined { return joined }
      if attempt > 4 { Kernel.pause(microseconds: 50) }
    }
    throw Fault(.busy, "cannot count into ", .path(path), ": other processes kept replacing or locking it")
  }

  private static func cannotLock(_ path: Path, _ status: Int32) -> Fault {
    Fault(
      .unsupported, "telemetry is disabled on this platform: ", .path(path.parent), " is on a file system that cannot lock files (flock: ",
      .error(-status), "); choose another with TEL_DIR")
  }

  private func problem(_ verb: StaticString, _ number: Int32) -> Fault {
    Fault(.io, "cannot ", .literal(verb), " the counter file ", .path(path), ": ", .error(number))
  }

  /// nil: start over.
  private func join(_ descriptor: Int32) throws(Fault) -> Result? {
    var attributes = Kernel.Attributes()
    var status = Kernel.attributes(of: descriptor, &attributes)
    guard status == 0 else { throw problem("look at", -status) }
    guard Kernel.isRegular(attributes) else { throw Fault(.io, "cannot count into ", .path(path), ": it is not a regular file") }
    status = Kernel.lock(descriptor, .shared)
    if status == -Kernel.wouldBlock { return nil }  // a reporter is about to unlink it
    guard status == 0 else {
      throw Opening.cannotLock(path, status)
    }
    guard stillNamed(attributes) else { return nil }
    // The reference makes its files under their own name, so that one can be met half made.
    if attributes.size < Layout.minimumSize {
      guard try complete(descriptor, size: Int(attributes.size)) else { return .corrupt(device: attributes.device, inode: attributes.inode) }
      status = Kernel.attributes(of: descriptor, &attributes)
      guard status == 0 else { throw problem("look at", -status) }
    }
    guard attributes.size <= Int64(Layout.maximumSize) else {
      throw Fault(.full, "the counter file ", .path(path), " has ", .number(Int(attributes.size)), " bytes, more than libtel adds to")
    }
    switch Extension.reserve(descriptor, path, from: 0, count: Int(attributes.size), end: Int(attributes.size)) {
    case .done: break
    case .noSpace: throw Fault(.full, "no space left for the counter file ", .path(path))
    case .gone, .failed: throw problem("reserve the space of", Kernel.failure)
    }
    let found = try firstBytes(descriptor)
    guard found == header else { return .otherHeader(found) }
    let file = try map(descriptor, attributes)
    var isKept = false
    defer {
      if !isKept {
        file.bury()
        file.release()
      }
    }
    isKept = try isSound(file, descriptor)
    if isKept { return .opened(file) }
    return .corrupt(device: attributes.device, inode: attributes.inode)
  }

  /// Walks all chains. What leads beyond the size that was known is damage only
  /// if the file has not grown meanwhile: others extend it, and link what they
  /// put there, at any time. So the size is looked at after the links.
  private func isSound(_ file: MappedFile, _ descriptor: Int32) throws(Fault) -> Bool {
    let chain = Chain(base: file.storage.pointee.base, headerLength: header.count)
    while true {
      let survey = chain.survey(size: file.size)
      let limit = Int(atomic_get_u32(chain.limit))
      var now = Kernel.Attributes()
      let status = Kernel.attributes(of: descriptor, &now)
      guard status == 0 else { throw problem("look at", -status) }
      let size = min(Int(clamping: now.size), file.reserved)
      if let survey, survey.end <= limit, limit <= size + Layout.page { return true }
      // Each turn sees it larger, which it can be at most so often.
      if size <= file.size { return false }
      guard file.adopt(size: size, descriptor) else { throw Fault(.full, "no space left for the counter file ", .path(path)) }
    }
  }

  private func stillNamed(_ attributes: Kernel.Attributes) -> Bool {
    var now = Kernel.Attributes()
    return Kernel.attributes(ofLinkAt: path, &now) == 0 && now.inode == attributes.inode && now.device == attributes.device
  }

  /// As many bytes as the header should have, and all of the header that is there.
  private func firstBytes(_ descriptor: Int32) throws(Fault) -> [UInt8] {
    let bytes = try File.content(of: descriptor, size: max(header.count, Layout.headerLength(metadataLength: Layout.maximumMetadata)), named: path)
    let own = Array(bytes.prefix(header.count))
    return own == header ? own : bytes
  }

  /// Finishes a file that a reference process has begun with the same header:
  /// what both write is the same, so it does not matter who is first. False if
  /// the content is anything else.
  private func complete(_ descriptor: Int32, size: Int) throws(Fault) -> Bool {
    let there = try File.content(of: descriptor, size: size, named: path)
    for (index, byte) in there.enumerated() where byte != (index < header.count ? header[index] : 0) {
      if index < header.count && byte == 0 { continue }
      return false
    }
    try write(header, to: descriptor, at: 0)
    switch Extension.reserve(descriptor, path, from: 0, count: Layout.minimumSize, end: max(size, header.count)) {
    case .done: return true
    case .noSpace: throw Fault(.full, "no space left for the counter file ", .path(path))
    case .gone, .failed: throw problem("extend", Kernel.failure)
    }
  }

  /// W4 and W5. nil: the name is taken now; start over.
  private func create() throws(Fault) -> MappedFile? {
    let temporary = File.temporaryName(beside: path)
    let descriptor = Kernel.open(temporary, .createNew(File.sharedMode))
    guard descriptor >= 0 else { throw Fault(.io, "cannot make a counter file in ", .path(path.parent), ": ", .error(-descriptor)) }
    defer {
      Kernel.close(descriptor)
      Kernel.unlink(temporary)
    }
    // Reserve first: on a full disk nothing is written at all.
    switch Extension.reserve(descriptor, temporary, from: 0, count: Layout.minimumSize, end: 0) {
    case .done: break
    case .noSpace: throw Fault(.full, "no space left for a counter file in ", .path(path.parent))
    case .gone, .failed: throw problem("reserve the space of", Kernel.failure)
    }
    try write(header, to: descriptor, at: 0)
    var id: [UInt8] = Array(repeating: 0, count: Layout.idLength)
    // Without randomness the file is as one of the reference's: known by its inode.
    if id.withUnsafeMutableBytes({ Kernel.fillRandomly($0.baseAddress!, $0.count) }) {
      try write(id, to: descriptor, at: header.count + Layout.tableLength)
    }
    var status = Kernel.lock(descriptor, .shared)
    guard status == 0 else {
      throw Opening.cannotLock(path, status)
    }
    var attributes = Kernel.Attributes()
    status = Kernel.attributes(of: descriptor, &attributes)
    guard status == 0 else { throw problem("look at", -status) }
    let file = try map(descriptor, attributes)
    status = Kernel.link(temporary, to: path)
    if status == 0 { return file }
    file.bury()
    file.release()
    // Taken by somebody; or the temporary name was cleaned up, because this process stood still for so long.
    if status == -Kernel.exists || status == -Kernel.notFound { return nil }
    if Kernel.isWithoutLinks(status) {
      throw Fault(
        .unsupported, "telemetry is disabled on this platform: ", .path(path.parent), " is on a file system without hard links (link: ",
        .error(-status), "); choose another with TEL_DIR")
    }
    throw problem("make", -status)
  }

  private func write(_ bytes: [UInt8], to descriptor: Int32, at offset: Int) throws(Fault) {
    var done = 0
    while done < bytes.count {
      let written = bytes.withUnsafeBytes { Kernel.write(descriptor, $0.baseAddress! + done, bytes.count - done, at: offset + done) }
      guard written > 0 else { throw problem("write", written < 0 ? Int32(-written) : Kernel.failure) }
      done += written
    }
  }

  private func map(_ descriptor: Int32, _ attributes: Kernel.Attributes) throws(Fault) -> MappedFile {
    let size = Int(attributes.size)
    guard let room = Kernel.memory(MappedFile.storageLength), path.bytes.count < MappedFile.storageLength - MappedFile.pathOffset else {
      throw Fault(.io, "no memory to open the counter file ", .path(path))
    }
    // A process may be short of address space: then less is kept free, and the
    // file is full sooner. Files of past weeks take as much.
    let most = max(size, 1 << 20, Kernel.addressSpaceLimit / 32)
    for reserved in [Layout.maximumSize, 16 << 20, 4 << 20, 1 << 20, size] where reserved >= size && reserved <= most {
      guard let base = Kernel.map(descriptor, length: reserved) else { continue }
      let name = (room + MappedFile.pathOffset).assumingMemoryBound(to: CChar.self)
      path.withCString { name.update(from: $0, count: path.bytes.count + 1) }
      let storage = room.assumingMemoryBound(to: MappedFile.Storage.self)
      storage.initialize(
        to: MappedFile.Storage(
          size: UInt64(size), trouble: 0, retry: 0, surveyed: 0, reserved: UInt64(reserved), base: base, headerLength: header.count,
          device: attributes.device, inode: attributes.inode, path: UnsafePointer(name)))
      return MappedFile(storage)
    }
    Kernel.unmap(room, MappedFile.storageLength)
    throw Fault(.io, "no address space to map the counter file ", .path(path))
  }
}
