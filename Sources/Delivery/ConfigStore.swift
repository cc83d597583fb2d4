import Consent
import Dates
import Files
import Gate

/// The vendor's upload config: fetched, and kept. `local/upload.config` pins it
/// by its content, `key value` a line; the texts are in `config/<sha256>.json`.
public struct ConfigStore: Sendable {
  public let folder: UploadFolder

  public init(_ folder: UploadFolder) { self.folder = folder }

  public struct Pin: Sendable {
    public var destination: [UInt8] = []
    public var version: [UInt8] = []
    public var hash: [UInt8] = []
    /// The ETag.
    public var tag: [UInt8] = []
    /// RFC 3339.
    public var fetched: [UInt8] = []
    /// The hash and version of the config before.
    public var before: [UInt8] = []
    public var beforeVersion: [UInt8] = []

    public init() {}

    /// Nil for what is none.
    public init?(_ text: [UInt8]) {
      for line in text.split(separator: 0x0a) {
        guard let space = line.firstIndex(of: 0x20) else { continue }
        let (key, value) = (Array(line[..<space]), Array(line[(space + 1)...]))
        if key == "destination" { destination = value }
        if key == "version" { version = value }
        if key == "sha256" { hash = value }
        if key == "tag" { tag = value }
        if key == "fetched" { fetched = value }
        if key == "before" { before = value }
        if key == "before-version" { beforeVersion = value }
      }
      guard Pin.isHash(hash), UploadConfig.isVersion(version) else { return nil }
      if !Pin.isHash(before) || !UploadConfig.isVersion(beforeVersion) { (before, beforeVersion) = ([], []) }
    }

    /// It becomes a file's name.
    static func isHash(_ text: [UInt8]) -> Bool { text.count == 64 && text.allSatisfy { hexValue($0) != nil } }

    var text: [UInt8] {
      var text: [UInt8] = []
      for (key, value) in [
        ("destination", destination), ("version", version), ("sha256", hash), ("tag", tag), ("fetched", fetched), ("before", before),
        ("before-version", beforeVersion),
      ] as [(StaticString, [UInt8])] where !value.isEmpty {
        text += sentence([.literal(key), " ", .bytes(value)])
        text.append(0x0a)
      }
      return text
    }
  }

  public func pin() -> Pin? {
    let text = try? File.content(of: folder.pin, limit: 16 << 10)
    return text.flatMap { Pin($0) }
  }

  /// The text whose hash this is; nil if it is not here, or not it any more.
  private func text(_ hash: [UInt8]) -> [UInt8]? {
    let text = try? File.content(of: folder.config(hash), limit: UploadConfig.limit)
    guard let text, SHA256.text(of: text) == hash else { return nil }
    return text
  }

  /// The config in force, and the one before; nil if there is none.
  public func pinned() throws(Fault) -> (pin: Pin, config: UploadConfig, before: UploadConfig?)? {
    guard let pin = pin(), let text = text(pin.hash) else { return nil }
    let config = try UploadConfig(text, version: pin.version, origin: folder.config(pin.hash).bytes)
    var before: UploadConfig?
    if let old = pin.before.isEmpty ? nil : self.text(pin.before) {
      before = try? UploadConfig(old, version: pin.beforeVersion, origin: folder.config(pin.before).bytes)
    }
    return (pin, config, before)
  }

  /// Keeps a config that came from there, now in force.
  public func keep(_ text: [UInt8], _ config: UploadConfig, tag: [UInt8], from destination: [UInt8], now: Int64) throws(Fault) {
    var pin = self.pin() ?? Pin()
    let old = pin.before
    if pin.hash != config.hash { (pin.before, pin.beforeVersion) = (pin.hash, pin.version) }
    try Folder.make(folder.folder.configs, mode: 0o777)
    try Folder.refuseLink(folder.folder.configs)
    if self.text(config.hash) == nil { try File.replace(folder.config(config.hash), with: text, durable: true) }
    (pin.destination, pin.version, pin.hash, pin.tag, pin.fetched) = (destination, config.version, config.hash, tag, Instant.text(now))
    try Folder.make(folder.folder.local, mode: 0o777)
    try File.replace(folder.pin, with: pin.text, durable: true)
    if !old.isEmpty, old != pin.before, old != pin.hash { Kernel.unlink(folder.config(old)) }
  }

  /// Asks the collector for the config in force. What was fetched before serves
  /// if it says that nothing is new.
  public func fetch(_ destination: Destination, by transport: any Transport, timeout: Int, now: Int64) throws(Fault) -> UploadConfig {
    let known = try? pinned()
    let isKnown = known?.pin.destination == destination.text
    let tag = isKnown ? known?.pin.tag : nil
    let latest = destination.url([UInt8]("config/latest.json"))
    var request = Request(url: latest, tag: tag?.isEmpty ?? true ? nil : tag, timeout: timeout, most: UploadConfig.limit)
    let answer = try Redirects.follow(&request, destination, transport)
    if answer.code == 304, isKnown, let known {
      var pin = known.pin
      pin.fetched = Instant.text(now)
      try File.replace(folder.pin, with: pin.text, durable: false)
      return known.config
    }
    // A folder may have none; then it was carried here by hand.
    if answer.code == 404, destination.scheme == "file", isKnown, let known { return known.config }
    guard answer.code == 200 else {
      throw Fault(.io, "there is no upload config at ", .bytes(request.url), ": the collector answers ", .number(answer.code))
    }
    // The file's name is the version, unless the text has one.
    let file = request.url[(request.url.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...]
    let name = file.count > 5 ? Array(file.dropLast(5)) : []
    let config = try UploadConfig(answer.body, version: name, origin: request.url)
    try keep(answer.body, config, tag: answer.tag, from: destination.text, now: now)
    return config
  }
}

/// Redirects are followed within the origin alone, with method and body kept.
enum Redirects {
  private static let most = 5

  /// The request ends with the URL that gave the answer.
  static func follow(_ request: inout Request, _ destination: Destination, _ transport: any Transport) throws(Fault) -> Answer {
    let end = Clock.monotonic + Int64(request.timeout) * 1_000_000
    for _ in 0..<most {
      let answer = try transport.exchange(request)
      guard [301, 302, 303, 307, 308].contains(answer.code) else { return answer }
      guard destination.isOrigin(of: answer.location) else {
        throw Fault(.io, "the collector ", .bytes(destination.text), " leads to ", .bytes(answer.location), ", which is not followed: it is another server")
      }
      request.url = answer.location
      request.timeout = Int((end - Clock.monotonic) / 1_000_000)
      if request.timeout <= 0 { throw Fault(.timeout, "the collector ", .bytes(destination.text), " has led on until time was up") }
    }
    throw Fault(.io, "the collector ", .bytes(destination.text), " leads in circles")
  }
}
