import Hummingbird

/// Who may look. Loopback alone is no protection: other users of the machine
/// reach it, and so does every web page in the user's browser.
struct Door: Sendable {
  let key: String
  let port: Int

  enum Verdict {
    case open
    /// The key was right: from now on a cookie stands for it.
    case welcome(cookie: String)
    case closed(HTTPResponse.Status, String)
  }

  /// Cookies know no port: two viewers of one user must not take each other's.
  private var cookieName: String { "tel-view-\(port)" }

  private var hosts: [String] { ["127.0.0.1:\(port)", "localhost:\(port)", "[::1]:\(port)"] }

  func look(at request: Request) -> Verdict {
    // A name that somebody made point to this machine is not ours.
    guard let host = request.head.authority, hosts.contains(host) else { return .closed(.misdirectedRequest, "This is not the address that tel view printed.") }
    if let origin = request.headers[.origin], !hosts.contains(where: { origin == "http://" + $0 }) { return .closed(.forbidden, "Another site has asked.") }
    guard request.method == .get || request.method == .head else { return .closed(.methodNotAllowed, "Here is only to be looked at.") }
    if request.uri.path == "/", let given = request.uri.queryParameters["key"] {
      guard Door.areEqual(String(given), key) else { return .closed(.forbidden, "The key is not the one that tel view printed.") }
      return .welcome(cookie: "\(cookieName)=\(key); Path=/; HttpOnly; SameSite=Strict")
    }
    for cookie in request.headers[values: .cookie].flatMap({ $0.split(separator: ";") }) {
      let sides = cookie.split(separator: "=", maxSplits: 1)
      if sides.count == 2, sides[0].drop(while: { $0 == " " }) == cookieName, Door.areEqual(String(sides[1]), key) { return .open }
    }
    return .closed(.forbidden, "Open the address that tel view printed: it has the key.")
  }

  /// In a time that does not tell how much of it was right.
  private static func areEqual(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    return a.count == b.count && zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  static func newKey() -> String {
    var random = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let part = String(random.next(), radix: 16)
      return String(repeating: "0", count: 16 - part.count) + part
    }.joined()
  }
}
