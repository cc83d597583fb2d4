import Files

/// Where a vendor's reports go: the URL of a collector.
///
/// | scheme   | what                                             | who may name it          |
/// |----------|--------------------------------------------------|--------------------------|
/// | `https:` | a server                                         | anybody                  |
/// | `http:`  | one on this machine: 127.0.0.0/8, [::1], localhost | anybody                |
/// | `file:`  | a folder, to be carried away by hand             | anybody                  |
/// | `exec:`  | a program, and its arguments                     | programs, the command line |
///
/// Others are for plugins, and may be named by programs and the command line.
public struct Destination: Sendable, Equatable {
  /// As it was named: consent is to exactly this text.
  public let text: [UInt8]
  /// In small letters.
  public let scheme: [UInt8]

  public enum Source: Sendable {
    /// `destination` in the telemetry folder.
    case recorded
    /// The program's code or the command line.
    case given
  }

  /// In bytes, as consent has it.
  static let limit = 1000

  public init(_ text: [UInt8], from source: Source) throws(Fault) {
    func refused(_ why: StaticString) -> Fault { Fault(.invalid, "reports cannot be sent to \"", .bytes(text), "\": ", .literal(why)) }
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > 0, text.count <= Destination.limit, Text.isPrintable(text), !text.contains(0x20) || text.begins(with: "exec:") else {
      throw refused("it is no URL like https://telemetry.example.org")
    }
    self.text = text
    scheme = Array(text[..<colon]).lowered
    guard scheme.allSatisfy({ $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: ".") }) else {
      throw refused("it is no URL like https://telemetry.example.org")
    }
    if scheme == "https" || scheme == "http" {
      guard let authority = Destination.authority(text) else { throw refused("it names no host") }
      if authority.contains(UInt8(ascii: "@")) { throw refused("a name or a password does not belong into it") }
      if text.contains(UInt8(ascii: "?")) || text.contains(UInt8(ascii: "#")) { throw refused("it must end with a path, without ? and #") }
      if scheme == "http", !Destination.isLoopback(authority) { throw refused("http without TLS is only for this machine itself; use https") }
    } else if scheme == "file" {
      guard text.begins(with: "file:///") else { throw refused("a folder is named like file:///media/stick/telemetry") }
    } else if source == .recorded {
      throw refused("only https, file, and http to this machine can be recorded; other destinations are for program code and the command line")
    }
  }

  /// Of something below it: `config/latest.json`.
  public func url(_ path: [UInt8]) -> [UInt8] {
    // The arguments of a program have no end that a path could follow.
    if scheme == "exec" { return text + [UInt8]("#/") + path }
    var url = text
    while url.last == UInt8(ascii: "/"), !url.ends(with: "///") { url.removeLast() }
    return url + [UInt8](url.last == UInt8(ascii: "/") ? "" : "/") + path
  }

  /// A redirect may lead there: scheme, host and port are the same.
  public func isOrigin(of url: [UInt8]) -> Bool {
    guard let colon = url.firstIndex(of: UInt8(ascii: ":")), Array(url[..<colon]).lowered == scheme, scheme == "https" || scheme == "http",
      let mine = Destination.authority(text), let other = Destination.authority(url)
    else { return false }
    return withPort(mine) == withPort(other)
  }

  private func withPort(_ authority: [UInt8]) -> [UInt8] {
    let authority = authority.lowered
    let afterBracket = authority.lastIndex(of: UInt8(ascii: "]")).map { $0 + 1 } ?? 0
    if authority[afterBracket...].contains(UInt8(ascii: ":")) { return authority }
    return authority + [UInt8](scheme == "https" ? ":443" : ":80")
  }

  /// Host and port, not empty.
  private static func authority(_ url: [UInt8]) -> [UInt8]? {
    guard let colon = url.firstIndex(of: UInt8(ascii: ":")), url.count > colon + 3, url[colon + 1] == UInt8(ascii: "/"), url[colon + 2] == UInt8(ascii: "/") else { return nil }
    let rest = url[(colon + 3)...]
    let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? rest.endIndex
    // A browser would take it for a slash.
    guard end > rest.startIndex, rest[rest.startIndex] != UInt8(ascii: ":"), !rest[..<end].contains(UInt8(ascii: "\\")) else { return nil }
    return Array(rest[..<end])
  }

  private static func isLoopback(_ authority: [UInt8]) -> Bool {
    var host = authority.lowered
    if host.begins(with: "[::1]") {
      host.removeFirst(5)
      return host.isEmpty || host.first == UInt8(ascii: ":")
    }
    if let colon = host.lastIndex(of: UInt8(ascii: ":")) { host = Array(host[..<colon]) }
    if host == "localhost" { return true }
    // 127.x.y.z and nothing that only begins so.
    let parts = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4, Array(parts[0]) == "127" else { return false }
    return parts.allSatisfy { !$0.isEmpty && $0.count <= 3 && $0.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } }
  }
}
