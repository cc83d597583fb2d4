import ChartConfig
import HTTPTypes
import Hummingbird
import Intake
import NIOCore
import Synchronization

/// The configs that are gone by, which may be replaced while all goes on. Whoever
/// asks has one shelf, and what goes with it, for as long as it needs them.
public final class Configs: Sendable {
  public struct Current: Sendable {
    public let shelf: ConfigShelf
    public let intake: Intake

    init(_ shelf: ConfigShelf) {
      self.shelf = shelf
      intake = Intake(shelf)
    }
  }

  private let held: Mutex<Current>

  public init(_ shelf: ConfigShelf) { held = Mutex(Current(shelf)) }

  public var current: Current { held.withLock { $0 } }

  public func replace(with shelf: ConfigShelf) {
    let next = Current(shelf)
    held.withLock { $0 = next }
  }

  /// `/config/latest.json` leads to the newest, which never changes; nil for what
  /// is no config. Clients send the ETag of the one that they have.
  func answer(_ path: String, _ headers: HTTPFields) -> Response? {
    guard path.hasPrefix("/config/"), path.hasSuffix(".json") else { return nil }
    let shelf = current.shelf
    let name = path.dropFirst("/config/".count).dropLast(".json".count)
    let isLatest = name == "latest"
    guard let built = isLatest ? shelf.newest : shelf[Array(name.utf8)] else { return nil }
    let tag = "\"" + String(decoding: built.hash.prefix(32), as: UTF8.self) + "\""
    var fields: HTTPFields = [.eTag: tag, .cacheControl: isLatest ? "public, max-age=300" : "public, max-age=31536000, immutable", .xContentTypeOptions: "nosniff"]
    if Configs.names(headers[values: .ifNoneMatch], tag) { return Response(status: .notModified, headers: fields) }
    if isLatest {
      fields[.location] = String(decoding: built.number.text, as: UTF8.self) + ".json"
      return Response(status: .found, headers: fields)
    }
    fields[.contentType] = "application/json"
    return Response(status: .ok, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: built.text)))
  }

  /// Whether If-None-Match has the tag; a weak one will do.
  static func names(_ values: [String], _ tag: String) -> Bool {
    values.contains { value in
      value.split(separator: ",").contains { part in
        let word = part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        return String(word) == tag || String(word) == "W/" + tag || String(word) == "*"
      }
    }
  }
}
