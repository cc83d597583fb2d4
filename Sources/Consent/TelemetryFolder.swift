import Files

/// Where one vendor's telemetry is: the reference's layout, and what is ours.
///
/// | under T              | what                                        |
/// |----------------------|---------------------------------------------|
/// | `mode`               | consent, see `ModeFile`                     |
/// | `destination`        | ours: where reports may be sent, a URL      |
/// | `consent`            | ours: what the user was asked, and said     |
/// | `days`               | ours: on which days, before that            |
/// | `local/`             | counter files, `weekends`, local reports    |
/// | `upload/`            | copies of what was sent                     |
/// | `rejected/`          | ours: what the collector refused            |
/// | `config/`            | ours: upload configs, by their hashes       |
/// | `quarantine/`        | ours: damaged files that were set aside     |
/// | `crash/`             | ours: records of processes, dead or watched |
public struct TelemetryFolder: Sendable, Equatable {
  public let path: Path

  public init(_ path: Path) { self.path = path }

  public var modeFile: Path { path.appending("mode") }
  public var destinationFile: Path { path.appending("destination") }
  public var consentFile: Path { path.appending("consent") }
  public var daysFile: Path { path.appending("days") }
  public var local: Path { path.appending("local") }
  public var upload: Path { path.appending("upload") }
  public var rejected: Path { path.appending("rejected") }
  public var configs: Path { path.appending("config") }
  public var quarantine: Path { path.appending("quarantine") }
  public var crashes: Path { path.appending("crash") }

  /// Where reports may be sent; nil if none is recorded.
  public var destination: [UInt8]? {
    guard let content = try? File.content(of: destinationFile, limit: 4096) else { return nil }
    let text = content.trimmed
    return text.isEmpty ? nil : text
  }

  /// Whether the user's answer, if he was asked, is about this destination. One
  /// that he has written down himself needs no answer.
  public func isAgreed(_ destination: [UInt8]) throws(Fault) -> Bool {
    guard let answer = try File.content(of: consentFile, limit: 4096) else { return true }
    return answer.split(separator: 0x0a).contains { Array($0) == [UInt8]("destination ") + destination }
  }

  /// `<user config dir>/<vendor>/telemetry`. The vendor becomes a folder's
  /// name: printable, without slash, not hidden.
  public static func standard(vendor: [UInt8], _ variables: Variables = .now()) throws(Fault) -> TelemetryFolder {
    try check(vendor: vendor)
    guard let configuration = variables.configuration else { throw Fault(.off, message: variables.problem) }
    return TelemetryFolder(configuration.appending(vendor).appending("telemetry"))
  }

  static func check(vendor: [UInt8]) throws(Fault) {
    for byte in vendor where byte <= 0x20 || byte == 0x7f || byte == UInt8(ascii: "/") {
      throw Fault(.invalid, "the vendor \"", .bytes(vendor), "\" has white space, a control character or a slash; it names a folder")
    }
    if vendor.isEmpty || vendor[0] == UInt8(ascii: ".") || vendor.count > 100 {
      throw Fault(.invalid, "the vendor \"", .bytes(vendor), "\" cannot name a folder: it must have 1 to 100 bytes and not begin with a dot")
    }
  }
}
