import Files

/// The address of a page here: a path of ours, and a query whose values are any bytes.
public struct Address: Sendable {
  public private(set) var bytes: [UInt8]
  private var isFirst = true

  public init(_ path: StaticString) { bytes = [UInt8](path) }

  /// A path of letters that paths may have, made by whoever knows that.
  public init(path: [UInt8]) { bytes = path }

  /// What follows is about one place on the page.
  public func at(_ fragment: StaticString) -> Address {
    var address = self
    address.bytes.append(UInt8(ascii: "#"))
    address.bytes.append(fragment)
    return address
  }

  /// Nothing is added for nil.
  public func with(_ key: StaticString, _ value: [UInt8]?) -> Address {
    guard let value else { return self }
    var address = self
    address.bytes.append(isFirst ? UInt8(ascii: "?") : UInt8(ascii: "&"))
    address.isFirst = false
    address.bytes.append(key)
    address.bytes.append(UInt8(ascii: "="))
    address.bytes += Address.encoded(value)
    return address
  }

  /// Any bytes as letters that a query may have.
  public static func encoded(_ value: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    for byte in value {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: ":"):
        text.append(byte)
      default:
        text.append(UInt8(ascii: "%"))
        text.append(hex: [byte])
      }
    }
    return text
  }
}

/// What stands behind the `?` of an address, as bytes.
public struct Query: Sendable {
  private var values: [[UInt8]: [UInt8]] = [:]
  /// As it came.
  public let text: [UInt8]

  public init(_ text: String?) {
    self.text = Array((text ?? "").utf8)
    for part in (text ?? "").utf8.split(separator: UInt8(ascii: "&")).prefix(64) {
      let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      values[Query.decoded(sides[0])] = sides.count > 1 ? Query.decoded(sides[1]) : []
    }
  }

  /// Nil for what is missing or empty.
  public subscript(key: StaticString) -> [UInt8]? {
    let value = values[[UInt8](key)]
    return value?.isEmpty ?? true ? nil : value
  }

  /// Browsers write them in capitals.
  private static func digit(_ byte: UInt8) -> UInt8? { hexValue(byte >= 0x41 && byte <= 0x46 ? byte | 0x20 : byte) }

  private static func decoded(_ text: Substring.UTF8View) -> [UInt8] {
    let text = Array(text)
    var value: [UInt8] = []
    var index = 0
    while index < text.count {
      if text[index] == UInt8(ascii: "%"), index + 2 < text.count, let high = Query.digit(text[index + 1]), let low = Query.digit(text[index + 2]) {
        value.append(high << 4 | low)
        index += 3
      } else {
        value.append(text[index] == UInt8(ascii: "+") ? 0x20 : text[index])
        index += 1
      }
    }
    return value
  }
}
