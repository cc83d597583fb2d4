import Dates
import Files
import Gate
import JSON

/// What was carried here by hand, from a collector that this machine cannot
/// reach. It is known by its content; other content is refused with a sentence
/// that says what it is and where it belongs.
public enum Parcel: Sendable {
  /// With its text.
  case config(UploadConfig, [UInt8])
  case receipt(CollectorReceipt)

  public init(_ text: [UInt8], origin: Path) throws(Fault) {
    func refused(_ why: StaticString) -> Fault { Fault(.invalid, .path(origin), " ", .literal(why)) }
    if text.begins(with: "# telemetry/counter file") { throw refused("is a counter file: it stays in local/, and \"tel dump\" shows it") }
    if text.begins(with: "week ") { throw refused("is this machine's own note on what it sent: it stays in upload/; the collector's receipt is JSON") }
    let value: JSONValue
    do throws(JSONFault) { value = try JSONReader.value(of: text) } catch {
      throw Fault(
        .invalid, .path(origin), " is neither an upload config nor a receipt of the collector: line ", .number(error.line), ", column ",
        .number(error.column), ": ", .bytes(error.message))
    }
    if value["sha256"] != nil, let receipt = try CollectorReceipt(value, text, origin: origin) {
      self = .receipt(receipt)
    } else if value["Week"] != nil, value["Programs"] != nil {
      if value["X"] == nil { throw refused("says since when a report's programs had counted: it stays in local/ and goes nowhere") }
      throw refused("is a report: that is for the collector, and comes from \"tel export\"; what comes back is its receipt")
    } else if value["GoVersion"] != nil, value["Programs"] != nil {
      let name = origin.name
      self = .config(try UploadConfig(text, version: name.ends(with: ".json") ? Array(name.dropLast(5)) : [], origin: origin.bytes), text)
    } else {
      throw refused("is neither an upload config, which has Programs and GoVersion, nor a receipt of the collector, which has week and sha256")
    }
  }
}

/// What a collector says of a document that it has received.
public struct CollectorReceipt: Sendable {
  public let week: Day
  /// SHA-256 of the document, 64 hexadecimal digits in small letters.
  public let hash: [UInt8]
  public let text: [UInt8]

  fileprivate init?(_ value: JSONValue, _ text: [UInt8], origin: Path) throws(Fault) {
    func string(_ key: StaticString) -> [UInt8] {
      if case .string(let text)? = value[key] { return text }
      return []
    }
    let hash = string("sha256").lowered
    guard let week = Day(text: string("week")), ConfigStore.Pin.isHash(hash) else {
      throw Fault(.invalid, .path(origin), " is no receipt of the collector: it needs week, a day, and sha256, 64 hexadecimal digits")
    }
    if text.count > Receipt.limit { throw Fault(.invalid, .path(origin), " is too large for a receipt of the collector: more than ", .number(Receipt.limit), " bytes") }
    (self.week, self.hash, self.text) = (week, hash, text)
  }
}
