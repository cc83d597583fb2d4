/// Reads one JSON text (RFC 8259) from bytes that anybody may have written:
/// depth and size are bounded, and nothing traps.
public struct JSONReader {
  /// Deeper nesting is refused: each level takes stack. Reports have four.
  static let maximumDepth = 64
  /// Members, elements and scalars in one text.
  static let maximumValues = 4_000_000

  let bytes: [UInt8]
  var at = 0
  var values = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The value, with nothing behind it but white space.
  public static func value(of bytes: [UInt8]) throws(JSONFault) -> JSONValue {
    var reader = JSONReader(bytes)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    if reader.at < bytes.count { throw reader.fault("something follows the end of the JSON text") }
    return value
  }

  func fault(_ message: StaticString) -> JSONFault {
    let seen = bytes[..<min(at, bytes.count)]
    let lineStart = seen.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    return JSONFault(
      offset: at, line: seen.reduce(1) { $1 == 0x0a ? $0 + 1 : $0 }, column: seen.count - lineStart + 1,
      message: Array(UnsafeBufferPointer(start: message.utf8Start, count: message.utf8CodeUnitCount)))
  }

  var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { at += 1 }
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    at += 1
    return true
  }

  mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
    values += 1
    if values > JSONReader.maximumValues { throw fault("there are too many values") }
    if depth > JSONReader.maximumDepth { throw fault("objects and arrays are nested more than 64 deep") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case let byte? where byte == UInt8(ascii: "-") || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"): return .number(try number())
    case nil: throw fault("the text ends where a value should be")
    default: throw fault("this is no value")
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
    let letters = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    for letter in letters where !take(letter) { throw fault("this is no value") }
    return value
  }

  private mutating func object(_ depth: Int) throws(JSONFault) -> JSONValue {
    at += 1
    var members: [(name: [UInt8], value: JSONValue)] = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw fault("a member's name in quotation marks should be here") }
      let name = try string()
      skipSpace()
      if !take(UInt8(ascii: ":")) { throw fault("a colon should be behind a member's name") }
      members.append((name, try value(depth: depth + 1)))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      if !take(UInt8(ascii: ",")) { throw fault("a comma or the object's end should be here") }
    }
  }

  private mutating func array(_ depth: Int) throws(JSONFault) -> JSONValue {
    at += 1
    var elements: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(elements) }
      if !take(UInt8(ascii: ",")) { throw fault("a comma or the array's end should be here") }
    }
  }

  private mutating func number() throws(JSONFault) -> [UInt8] { Array(bytes[try numberPlace()]) }

  /// Goes over a number.
  mutating func numberPlace() throws(JSONFault) -> Range<Int> {
    let start = at
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")), !digits() { throw fault("a digit should be here") }
    if take(UInt8(ascii: ".")), !digits() { throw fault("a digit should be behind the decimal point") }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      if !digits() { throw fault("a digit should be in the exponent") }
    }
    return start..<at
  }

  private mutating func digits() -> Bool {
    let start = at
    while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
    return at > start
  }

  mutating func string() throws(JSONFault) -> [UInt8] {
    at += 1
    // Most have nothing in them that is written otherwise, and are copied once.
    let start = at
    while let byte = next, byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { at += 1 }
    var text = Array(bytes[start..<at])
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        at += 1
        return text
      case UInt8(ascii: "\\"):
        at += 1
        try escape(into: &text)
      case 0..<0x20: throw fault("a control character is in a string")
      case 0x20..<0x80:
        text.append(byte)
        at += 1
      default:
        let length = bytes.withUnsafeBufferPointer { UTF8.length($0, at: at) }
        text += length == 0 ? UTF8.replacement[...] : bytes[at..<at + length]
        at += max(1, length)
      }
    }
    throw fault("a string does not end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONFault) {
    guard let byte = next else { throw fault("a string does not end") }
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var scalar = try fourDigits()
      if (0xd800..<0xdc00).contains(scalar), at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") {
        let before = at
        at += 2
        let low = try fourDigits()
        if (0xdc00..<0xe000).contains(low) {
          scalar = 0x10000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
        } else {
          at = before  // the second escape stands for itself
        }
      }
      UTF8.append(scalar, to: &text)
    default: throw fault("there is no such escape in a string")
    }
  }

  private mutating func fourDigits() throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let digit: UInt32
      switch next {
      case let byte? where byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"): digit = UInt32(byte - UInt8(ascii: "0"))
      case let byte? where byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f"): digit = UInt32((byte | 0x20) - UInt8(ascii: "a") + 10)
      default: throw fault("four hexadecimal digits should be behind \\u")
      }
      value = value << 4 | digit
      at += 1
    }
    return value
  }
}
