import Dates
import Files
import Gate
import JSON

/// What is known of a document that was sent: `upload/<date>.receipt`, a
/// `key value` a line, and at the end the collector's answer as it came.
public struct Receipt: Sendable {
  public var week: [UInt8] = []
  /// When it was sent, RFC 3339.
  public var date: [UInt8] = []
  public var destination: [UInt8] = []
  /// Of the document.
  public var hash: [UInt8] = []
  /// Version and hash of the upload config by which it was approved.
  public var config: [UInt8] = []
  public var configHash: [UInt8] = []
  public var code: [UInt8] = []
  public var answer: [UInt8] = []

  /// Of the collector's answer, in bytes.
  static let limit = 4096

  public init() {}

  /// Nil for what is none.
  public init?(_ text: [UInt8]) {
    var at = 0
    while at < text.count {
      let end = text[at...].firstIndex(of: 0x0a) ?? text.count
      let line = text[at..<end]
      at = end + 1
      guard let space = line.firstIndex(of: 0x20) else {
        if Array(line) == "answer" { answer = at < text.count ? Array(text[at...]) : [] }
        break
      }
      let (key, value) = (Array(line[..<space]), Array(line[(space + 1)...]))
      if key == "week" { week = value }
      if key == "date" { date = value }
      if key == "destination" { destination = value }
      if key == "sha256" { hash = value }
      if key == "config" { config = value }
      if key == "config-sha256" { configHash = value }
      if key == "code" { code = value }
    }
    if !ConfigStore.Pin.isHash(hash) { return nil }
  }

  public var text: [UInt8] {
    var text: [UInt8] = []
    for (key, value) in [
      ("week", week), ("date", date), ("destination", destination), ("sha256", hash), ("config", config), ("config-sha256", configHash), ("code", code),
    ] as [(StaticString, [UInt8])] {
      text += sentence([.literal(key), " ", .bytes(value)])
      text.append(0x0a)
    }
    text.append("answer\n")
    return text + answer.prefix(Receipt.limit)
  }

  public static func read(_ week: Day, in folder: UploadFolder) throws(Fault) -> Receipt? {
    try File.content(of: folder.receipt(week), limit: 64 << 10).flatMap { Receipt($0) }
  }

  /// What the collector says it has received; nil if its answer is no receipt.
  public var received: (hash: [UInt8], day: [UInt8])? {
    guard let value = try? JSONReader.value(of: answer), case .string(let hash)? = value["sha256"] else { return nil }
    if case .string(let day)? = value["received"] { return (hash, day) }
    return (hash, [])
  }

  public enum Proof: Sendable {
    /// The collector has received these bytes.
    case same
    /// The collector's receipt, or ours, is of other bytes than are here.
    case different
    /// The collector gave no receipt.
    case none
  }

  /// Compares the bytes that are kept with the receipts.
  public func proof(of document: [UInt8]) -> Proof {
    let now = SHA256.text(of: document)
    if now != hash { return .different }
    guard let received else { return .none }
    return received.hash.lowered == now ? .same : .different
  }
}
