/// Reads a large text part by part, of which nothing stays but what the caller keeps:
///
///     var parts = JSONParts(bytes)
///     var object = try parts.beginObject()
///     while let name = try parts.member(of: &object) {
///       if parts.isName(name, "reports") { reports = try parts.unsigned() } else { try parts.skip() }
///     }
///     try parts.end()
public struct JSONParts {
  private var reader: JSONReader

  /// Of a member. It is copied only if something in it is escaped.
  public struct Name {
    fileprivate let place: Range<Int>
    fileprivate let text: [UInt8]?
  }

  /// An object or array that has been begun: whether a comma must come.
  public struct Nest {
    fileprivate var isBegun = false
  }

  public init(_ bytes: [UInt8]) { reader = JSONReader(bytes) }

  /// The first byte of what comes next; nil at the end.
  public var next: UInt8? {
    mutating get {
      reader.skipSpace()
      return reader.next
    }
  }

  // MARK: Objects and arrays

  public mutating func beginObject() throws(JSONFault) -> Nest {
    try begin(UInt8(ascii: "{"), "an object should be here")
  }

  public mutating func beginArray() throws(JSONFault) -> Nest {
    try begin(UInt8(ascii: "["), "an array should be here")
  }

  private mutating func begin(_ byte: UInt8, _ wanted: StaticString) throws(JSONFault) -> Nest {
    reader.skipSpace()
    if !reader.take(byte) { throw reader.fault(wanted) }
    return Nest()
  }

  /// The next member's name, with its value to be read; nil behind the last.
  public mutating func member(of object: inout Nest) throws(JSONFault) -> Name? {
    reader.skipSpace()
    if reader.take(UInt8(ascii: "}")) { return nil }
    try comma(&object, "a comma or the object's end should be here")
    guard reader.next == UInt8(ascii: "\"") else { throw reader.fault("a member's name in quotation marks should be here") }
    let name = try name()
    reader.skipSpace()
    if !reader.take(UInt8(ascii: ":")) { throw reader.fault("a colon should be behind a member's name") }
    reader.skipSpace()
    return name
  }

  private mutating func name() throws(JSONFault) -> Name {
    let start = reader.at + 1
    var at = start
    while at < reader.bytes.count, reader.bytes[at] >= 0x20, reader.bytes[at] < 0x80, reader.bytes[at] != UInt8(ascii: "\\") {
      if reader.bytes[at] == UInt8(ascii: "\"") {
        reader.at = at + 1
        return Name(place: start..<at, text: nil)
      }
      at += 1
    }
    return Name(place: start..<start, text: try reader.string())
  }

  /// Its bytes, with escapes resolved.
  public func text(of name: Name) -> [UInt8] { name.text ?? Array(reader.bytes[name.place]) }

  public func isName(_ name: Name, _ wanted: StaticString) -> Bool {
    let wanted = UnsafeBufferPointer(start: wanted.utf8Start, count: wanted.utf8CodeUnitCount)
    if let text = name.text { return text.elementsEqual(wanted) }
    return name.place.count == wanted.count && wanted.indices.allSatisfy { wanted[$0] == reader.bytes[name.place.lowerBound + $0] }
  }

  /// False behind the last element.
  public mutating func element(of array: inout Nest) throws(JSONFault) -> Bool {
    reader.skipSpace()
    if reader.take(UInt8(ascii: "]")) { return false }
    try comma(&array, "a comma or the array's end should be here")
    return true
  }

  private mutating func comma(_ nest: inout Nest, _ wanted: StaticString) throws(JSONFault) {
    if nest.isBegun {
      if !reader.take(UInt8(ascii: ",")) { throw reader.fault(wanted) }
      reader.skipSpace()
    }
    nest.isBegun = true
  }

  /// Nothing but white space is behind what was read.
  public mutating func end() throws(JSONFault) {
    reader.skipSpace()
    if reader.at < reader.bytes.count { throw reader.fault("something follows the end of the JSON text") }
  }

  // MARK: Values

  /// Whatever it is, with all that is in it.
  public mutating func value() throws(JSONFault) -> JSONValue {
    reader.values = 0
    return try reader.value(depth: 0)
  }

  /// Goes over a value, whatever it is.
  public mutating func skip() throws(JSONFault) {
    reader.skipSpace()
    if isNumber { _ = try reader.numberPlace() } else { _ = try value() }
  }

  /// Nil for what is none.
  public mutating func string() throws(JSONFault) -> [UInt8]? {
    reader.skipSpace()
    if reader.next == UInt8(ascii: "\"") { return try reader.string() }
    try skip()
    return nil
  }

  /// As it is written; nil for what is none.
  public mutating func number() throws(JSONFault) -> ArraySlice<UInt8>? {
    reader.skipSpace()
    if isNumber { return reader.bytes[try reader.numberPlace()] }
    try skip()
    return nil
  }

  private var isNumber: Bool {
    guard let byte = reader.next else { return false }
    return byte == UInt8(ascii: "-") || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// Nil for what is no whole number from 0 to 2⁶⁴ − 1, written as one.
  public mutating func unsigned() throws(JSONFault) -> UInt64? {
    reader.skipSpace()
    guard isNumber else {
      try skip()
      return nil
    }
    var value: UInt64 = 0
    for at in try reader.numberPlace() {
      let byte = reader.bytes[at]
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      if tooLarge || overflow { return nil }
      value = sum
    }
    return value
  }
}
