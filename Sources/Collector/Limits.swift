import NIOCore

/// What nobody may take more of. `tel-collector serve` has a flag for most.
public struct Limits: Sendable {
  /// Seconds for the head of a request to be complete, from the opening of the
  /// connection or its first byte.
  public var head: Int64 = 10
  /// Seconds for the body to be complete, from the end of the head.
  public var body: Int64 = 30
  /// Seconds for an answer to be made and taken; and one more for each 64 KiB.
  public var answer: Int64 = 60
  /// Seconds that a connection may be kept between two requests.
  public var idle: Int64 = 60
  /// The most connections at once. Each takes a descriptor: a program that serves
  /// raises its limit of those before.
  public var connections = 4096
  /// And of one network, IPv4's /24 or IPv6's /48.
  public var connectionsOfNetwork = 512
  /// Uploads of one network: so many a second, and so many at once before that
  /// counts. 0 is no limit.
  public var uploads = Rate(perSecond: 20, burst: 400)
  /// All other requests.
  public var requests = Rate(perSecond: 100, burst: 500)
  /// Proxies whose X-Forwarded-For is believed. For their connections there is no
  /// limit but that of all.
  public var trusted: [Network] = []

  public init() {}

  public struct Rate: Sendable {
    public var perSecond: Double
    public var burst: Double

    public init(perSecond: Double, burst: Double) { (self.perSecond, self.burst) = (perSecond, burst) }
  }
}

/// An address of a client: 128 bits, IPv4 as IPv6 maps it. It lives as long as the
/// request, and is written nowhere.
struct Address: Hashable, Sendable {
  let high, low: UInt64

  init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

  /// Nil for a socket that has none.
  init?(_ address: SocketAddress?) {
    switch address {
    case .v4(let four):
      self.init(high: 0, low: 0xffff << 32 | UInt64(UInt32(bigEndian: four.address.sin_addr.s_addr)))
    case .v6(let six):
      var address = six.address.sin6_addr
      self = withUnsafeBytes(of: &address) {
        Address(high: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)), low: UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
      }
    default: return nil
    }
  }

  /// `192.0.2.7`, `2001:db8::7`; as proxies write them, `192.0.2.7:1234`, `[2001:db8::7]:1234`.
  init?(text: Substring) {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    if text.first == "[", let end = text.firstIndex(of: "]") {
      text = text[text.index(after: text.startIndex)..<end]
    } else if let colon = text.firstIndex(of: ":"), text.lastIndex(of: ":") == colon {
      text = text[..<colon]
    }
    self.init(try? SocketAddress(ipAddress: String(text), port: 0))
  }

  var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }

  /// What is counted together: whoever has one address often has all of these.
  var network: UInt64 { isIPv4 ? 1 << 63 | (low & 0xffff_ffff) >> 8 : high >> 16 }
}

/// Addresses that begin with the same bits: `10.0.0.0/8`, `2001:db8::/32`, `127.0.0.1`.
public struct Network: Sendable, Equatable {
  let address: Address
  let bits: Int

  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let address = Address(text: parts[0]) else { return nil }
    let most = address.isIPv4 ? 32 : 128
    guard let given = parts.count == 2 ? Int(parts[1]) : most, (0...most).contains(given) else { return nil }
    (self.address, bits) = (address, given + 128 - most)
  }

  func contains(_ other: Address) -> Bool {
    let first = min(bits, 64)
    let rest = bits - first
    func equal(_ one: UInt64, _ other: UInt64, _ bits: Int) -> Bool { bits == 0 || (one ^ other) >> UInt64(64 - bits) == 0 }
    return equal(address.high, other.high, first) && equal(address.low, other.low, rest)
  }
}
