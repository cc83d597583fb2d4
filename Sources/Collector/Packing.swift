import CZlib
import Synchronization

/// Answers in gzip. Each is packed once: an ETag stands for its bytes.
final class Packing: Sendable {
  private struct State {
    var packed: [String: (bytes: [UInt8], used: Int)] = [:]
    var size = 0
    var clock = 0
  }

  private let state = Mutex(State())

  private static let most = 16 << 20
  /// Less than this is not worth it.
  private static let least = 600
  private static let level: Int32 = 6

  /// Nil: better as it is.
  func packed(_ body: [UInt8], type: String, etag: String) -> [UInt8]? {
    guard body.count >= Packing.least, body.count <= Int(UInt32.max), Packing.isText(type) else { return nil }
    if !etag.isEmpty, let known = known(etag) { return known }
    guard let bytes = Packing.gzip(body), bytes.count < body.count else { return nil }
    if !etag.isEmpty { keep(bytes, etag) }
    return bytes
  }

  private func known(_ etag: String) -> [UInt8]? {
    state.withLock {
      $0.clock += 1
      let clock = $0.clock
      $0.packed[etag]?.used = clock
      return $0.packed[etag]?.bytes
    }
  }

  private func keep(_ bytes: [UInt8], _ etag: String) {
    guard bytes.count <= Packing.most / 4 else { return }
    state.withLock { state in
      state.size += bytes.count - (state.packed[etag]?.bytes.count ?? 0)
      state.packed[etag] = (bytes, state.clock)
      guard state.size > Packing.most else { return }
      // The half that was asked for longest ago goes.
      for (key, each) in state.packed.sorted(by: { $0.value.used < $1.value.used }) where state.size > Packing.most / 2 {
        state.size -= each.bytes.count
        state.packed[key] = nil
      }
    }
  }

  static func isText(_ type: String) -> Bool {
    type.hasPrefix("text/") || type.hasPrefix("application/json") || type.hasPrefix("application/x-ndjson") || type.hasPrefix("image/svg+xml")
  }

  static func gzip(_ body: [UInt8]) -> [UInt8]? {
    let room = zlib_gzip_bound(body.count)
    let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      count = body.withUnsafeBytes { zlib_gzip($0.baseAddress, $0.count, buffer.baseAddress, room, level) }
    }
    return bytes.isEmpty ? nil : bytes
  }

  /// Whether an Accept-Encoding allows gzip.
  static func isWelcome(_ accepted: String?) -> Bool {
    var any: Bool?
    for part in (accepted ?? "").split(separator: ",") {
      let pieces = part.split(separator: ";").map { String($0.filter { $0 != " " && $0 != "\t" }).lowercased() }
      guard let name = pieces.first else { continue }
      let isRefused = pieces.dropFirst().contains { $0.hasPrefix("q=0") && !$0.dropFirst(3).contains { $0 >= "1" && $0 <= "9" } }
      if name == "gzip" || name == "x-gzip" { return !isRefused }
      if name == "*" { any = !isRefused }
    }
    return any ?? false
  }
}
