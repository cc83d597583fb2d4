import Files
import Gate

/// Where built configs are: `v1.2.3.json` for each, written once and never again;
/// `latest.json`, the same bytes as the newest; and `SHA256SUMS`, which says what
/// each was when it was built. `sha256sum -c` reads it.
public struct ConfigFolder: Sendable {
  public let path: Path
  /// In the order of their numbers, with their hashes.
  public private(set) var built: [(number: Number, hash: [UInt8])] = []
  public private(set) var newest: UploadConfig?
  /// A build was broken off, or somebody changed it.
  public private(set) var latestIsBehind = false
  /// Numbers that no line of SHA256SUMS has.
  private var unlisted: [Number] = []
  /// SHA256SUMS as it was read.
  private var lines: [UInt8]

  private static let sums: StaticString = "SHA256SUMS"
  private static let latest: StaticString = "latest.json"

  /// Everything is read again and compared with its hash.
  public init(_ path: Path) throws(Fault) {
    self.path = path
    let names = try Folder.names(in: path) { Number(file: $0) != nil } ?? []
    lines = try File.content(of: path.appending(ConfigFolder.sums), limit: 4 << 20) ?? []
    for line in lines.split(separator: 0x0a) {
      guard line.count > 66, line.prefix(64).allSatisfy({ hexValue($0) != nil }), let number = Number(file: Array(line.dropFirst(66))) else {
        throw Fault(.corrupt, .path(path.appending(ConfigFolder.sums)), " has a line that is none: ", .bytes(Array(line.prefix(80))))
      }
      built.append((number, Array(line.prefix(64))))
    }
    built.sort { $0.number < $1.number }
    var text: [UInt8] = []
    for (number, hash) in built {
      text = try content(of: number)
      if SHA256.text(of: text) != hash {
        throw Fault(.corrupt, .path(file(number)), " is not what was built: a config that is out is never changed; restore it, and build another")
      }
    }
    let listed = built.map(\.number)
    unlisted = names.compactMap { Number(file: $0) }.filter { !listed.contains($0) }
    if let last = built.last {
      newest = try UploadConfig(text, version: last.number.text, origin: file(last.number).bytes)
      latestIsBehind = try File.content(of: path.appending(ConfigFolder.latest), limit: UploadConfig.limit) != text
    }
  }

  public var number: Number? { built.last?.number }

  public func file(_ number: Number) -> Path { path.appending(number.text + [UInt8](".json")) }

  public func content(of number: Number) throws(Fault) -> [UInt8] {
    guard let text = try File.content(of: file(number), limit: UploadConfig.limit) else {
      throw Fault(.notFound, .path(file(number)), " is gone: ", .literal(ConfigFolder.sums), " lists it, and reports name it")
    }
    return text
  }

  /// Makes the next. In an order that leaves no half: the numbered file, its
  /// hash, then what clients are led to.
  public mutating func add(_ text: [UInt8], as number: Number) throws(Fault) {
    if let last = self.number, number <= last {
      throw Fault(.invalid, .bytes(number.text), " is not above ", .bytes(last.text), ", the newest that was built")
    }
    if let stray = unlisted.first(where: { $0 != number }) {
      throw Fault(.corrupt, .path(file(stray)), " is not in SHA256SUMS; nobody knows whether it is out. Remove it, or restore SHA256SUMS")
    }
    try Folder.make(path, mode: 0o755)
    let lock = try locked()
    defer { Kernel.close(lock) }
    if try !File.create(file(number), with: text, durable: true), try content(of: number) != text {
      throw Fault(.invalid, .path(file(number)), " is there, with other content, and is not overwritten; give another --number")
    }
    built.append((number, SHA256.text(of: text)))
    unlisted = []
    lines = []
    for (number, hash) in built { lines += hash + [0x20, 0x20] + number.text + [UInt8](".json\n") }
    try File.replace(path.appending(ConfigFolder.sums), with: lines, durable: true)
    try lead(to: text)
    newest = try UploadConfig(text, version: number.text, origin: file(number).bytes)
  }

  /// A descriptor that keeps other builds out of the folder, which is still as
  /// it was read.
  private func locked() throws(Fault) -> Int32 {
    let descriptor = Kernel.open(path, .directory)
    guard descriptor >= 0 else { throw Fault(.io, "cannot open ", .path(path), ": ", .error(-descriptor)) }
    do throws(Fault) {
      let isOurs = Kernel.lock(descriptor, .exclusive) == 0
      let now = try File.content(of: path.appending(ConfigFolder.sums), limit: 4 << 20) ?? []
      guard isOurs, now == lines else { throw Fault(.busy, "another build is at work in ", .path(path), "; try again") }
      return descriptor
    } catch {
      Kernel.close(descriptor)
      throw error
    }
  }

  /// Makes `latest.json` the newest again.
  public mutating func repair() throws(Fault) {
    guard let number, latestIsBehind else { return }
    let lock = try locked()
    defer { Kernel.close(lock) }
    try lead(to: try content(of: number))
  }

  private mutating func lead(to text: [UInt8]) throws(Fault) {
    try File.replace(path.appending(ConfigFolder.latest), with: text, durable: true)
    try Folder.sync(path)
    latestIsBehind = false
  }
}
