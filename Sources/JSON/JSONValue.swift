/// A JSON text in memory. Strings are UTF-8; what was malformed is U+FFFD.
public indirect enum JSONValue {
  case null
  case bool(Bool)
  /// As it is written: `1e3` is a number, and not the same as `1000`.
  case number([UInt8])
  case string([UInt8])
  case array([JSONValue])
  /// In the order of the text, with repetitions.
  case object([(name: [UInt8], value: JSONValue)])

  /// The member of this name, the last if there are several. As Go reads
  /// structs: if none has exactly this name, one that differs in the case of
  /// ASCII letters will do.
  public subscript(_ name: StaticString) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    func matches(_ other: [UInt8], folding: Bool) -> Bool {
      guard other.count == wanted.count else { return false }
      for index in wanted.indices where other[index] != wanted[index] {
        if !folding || lowered(other[index]) != lowered(wanted[index]) { return false }
      }
      return true
    }
    return (members.last { matches($0.name, folding: false) } ?? members.last { matches($0.name, folding: true) })?.value
  }

  private func lowered(_ byte: UInt8) -> UInt8 { byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte }

  /// A whole number of 64 bits, written as one: no fraction, no exponent.
  public var int64: Int64? {
    guard case .number(let text) = self else { return nil }
    let isNegative = text.first == UInt8(ascii: "-")
    var value: UInt64 = 0
    for byte in isNegative ? text.dropFirst() : text[...] {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      if tooLarge || overflow { return nil }
      value = sum
    }
    if isNegative { return value <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- value) : nil }
    return Int64(exactly: value)
  }
}

/// Where and why a text is no JSON.
public struct JSONFault: Error {
  /// In bytes from the start; line and column count from 1, the column in bytes.
  public var offset, line, column: Int
  public var message: [UInt8]

  public init(offset: Int, line: Int, column: Int, message: [UInt8]) {
    self.offset = offset
    self.line = line
    self.column = column
    self.message = message
  }
}
