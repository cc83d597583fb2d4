import NIOCore
import Synchronization

/// Buckets of tokens, one for each network, in memory only. Each request takes a
/// token, and they come back at a rate. The table is bounded, and a full one keeps
/// nobody out: when it has no more room the half of it that was not asked for
/// lately is forgotten.
final class RateLimit: Sendable {
  private struct Bucket {
    var tokens: Double
    var time: UInt64
  }

  private struct Buckets {
    var lately: [UInt64: Bucket] = [:]
    var before: [UInt64: Bucket] = [:]
  }

  /// Networks in each half.
  static let room = 32_768

  private let rate: Limits.Rate
  private let buckets = Mutex(Buckets())

  init(_ rate: Limits.Rate) { self.rate = rate }

  /// Nil if the request may be answered; else the seconds after which one may.
  /// `now` is in nanoseconds.
  func wait(for network: UInt64, now: UInt64) -> Int? {
    guard rate.perSecond > 0 else { return nil }
    return buckets.withLock { buckets in
      var bucket = buckets.lately[network] ?? buckets.before[network] ?? Bucket(tokens: rate.burst, time: now)
      if now > bucket.time {
        bucket.tokens = min(rate.burst, bucket.tokens + Double(now - bucket.time) / 1e9 * rate.perSecond)
        bucket.time = now
      }
      let isFree = bucket.tokens >= 1
      if isFree { bucket.tokens -= 1 }
      if buckets.lately.count >= RateLimit.room, buckets.lately[network] == nil {
        buckets.before = buckets.lately
        buckets.lately = [:]
      }
      buckets.lately[network] = bucket
      return isFree ? nil : max(1, Int(((1 - bucket.tokens) / rate.perSecond).rounded(.up)))
    }
  }

  /// For tests.
  var networks: Int { buckets.withLock { $0.lately.count + $0.before.count } }
}

/// Whose request it is, to be counted with its network.
struct Doorkeeper: Sendable {
  let uploads, requests: RateLimit
  let trusted: [Network]

  init(_ limits: Limits) {
    uploads = RateLimit(limits.uploads)
    requests = RateLimit(limits.requests)
    trusted = limits.trusted
  }

  func isTrusted(_ address: Address) -> Bool { trusted.contains { $0.contains(address) } }

  /// `forwarded` are the values of X-Forwarded-For. Only what a trusted proxy has
  /// written counts, so it is read from its end on, up to the first that is none.
  /// Sockets without addresses, and proxies that do not say, are one network.
  func network(of peer: SocketAddress?, forwarded: [String]) -> UInt64 {
    guard let peer = Address(peer) else { return 0 }
    guard !trusted.isEmpty, isTrusted(peer) else { return peer.network }
    var nearest = peer
    for value in forwarded.reversed() {
      for part in value.split(separator: ",").reversed() {
        guard let address = Address(text: part) else { return nearest.network }
        nearest = address
        if !isTrusted(address) { return address.network }
      }
    }
    return nearest.network
  }
}
