/// Text in the core is `[UInt8]`: names, paths and file contents need not be
/// UTF-8, and comparing String drags Unicode tables into the library.
extension [UInt8] {
  public init(_ literal: StaticString) {
    self = []
    append(literal)
  }

  /// The bytes of a NUL-terminated string.
  public init(cString: UnsafePointer<CChar>) {
    self.init(copying: UnsafeRawBufferPointer(start: cString, count: Kernel.length(cString)))
  }

  /// In no more memory than they need. (Array's own way goes byte by byte where
  /// size counts.)
  @inline(never)
  public init(copying bytes: UnsafeRawBufferPointer) {
    // The one empty array of all threads is not written to, not even a 0.
    if bytes.isEmpty {
      self = []
      return
    }
    self.init(unsafeUninitializedCapacity: bytes.count) { space, count in
      if let start = bytes.baseAddress { Kernel.copy(space.baseAddress.unsafelyUnwrapped, start, bytes.count) }
      count = bytes.count
    }
  }

  /// One byte. (Array's own is inlined, 90 bytes at each of 140 places.)
  @inline(never)
  public mutating func append(_ byte: UInt8) { appendAsArray(byte) }

  /// In one step. (Array's own way goes byte by byte where size counts, and is
  /// compiled anew for every kind of source. So are its operators.)
  @inline(never)
  public mutating func append(copying bytes: UnsafeRawBufferPointer) {
    if bytes.isEmpty { return }
    append(addingCapacity: bytes.count) { span in
      span.withUnsafeMutableBufferPointer { space, count in
        if let start = bytes.baseAddress { Kernel.copy(space.baseAddress.unsafelyUnwrapped, start, bytes.count) }
        count = bytes.count
      }
    }
  }

  public mutating func append(contentsOf bytes: UnsafeBufferPointer<UInt8>) { append(copying: UnsafeRawBufferPointer(bytes)) }

  @inline(never)
  public mutating func append(contentsOf bytes: [UInt8]) { bytes.withUnsafeBytes { append(copying: $0) } }

  @inline(never)
  public mutating func append(contentsOf bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { append(copying: $0) } }

  public static func += (bytes: inout [UInt8], more: [UInt8]) { bytes.append(contentsOf: more) }
  public static func += (bytes: inout [UInt8], more: ArraySlice<UInt8>) { bytes.append(contentsOf: more) }

  @inline(never)
  public static func + (bytes: [UInt8], more: [UInt8]) -> [UInt8] {
    var all = bytes
    all.append(contentsOf: more)
    return all
  }

  public mutating func append(decimal number: Int) {
    if number < 0 { append(UInt8(ascii: "-")) }
    append(decimal: UInt64(number.magnitude))
  }

  public mutating func append(decimal number: UInt64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Decimal.room) { digits in
      let start = digits.baseAddress.unsafelyUnwrapped
      append(contentsOf: UnsafeBufferPointer(start: start, count: Decimal.write(number, to: start)))
    }
  }

  /// Lower-case hexadecimal digits, two a byte.
  public mutating func append(hex bytes: some Sequence<UInt8>) {
    for byte in bytes {
      append(hexDigit(byte >> 4))
      append(hexDigit(byte & 15))
    }
  }

  /// Exactly equal to the literal.
  public static func == (bytes: [UInt8], literal: StaticString) -> Bool {
    bytes.count == literal.utf8CodeUnitCount && bytes.begins(with: literal)
  }

  public static func != (bytes: [UInt8], literal: StaticString) -> Bool { !(bytes == literal) }

  public func begins(with literal: StaticString) -> Bool {
    let count = literal.utf8CodeUnitCount
    guard self.count >= count else { return false }
    for index in 0..<count where self[index] != literal.utf8Start[index] { return false }
    return true
  }

  public func ends(with literal: StaticString) -> Bool {
    let count = literal.utf8CodeUnitCount
    guard self.count >= count else { return false }
    for index in 0..<count where self[self.count - count + index] != literal.utf8Start[index] { return false }
    return true
  }

  public func ends(with other: [UInt8]) -> Bool { count >= other.count && self[(count - other.count)...] == other[...] }

  /// Order of the bytes as unsigned numbers, which is the order of Go's strings.
  public func precedes(_ other: [UInt8]) -> Bool { order(to: other) < 0 }

  /// Negative if these bytes come first, 0 if they are the same.
  public func order(to other: [UInt8]) -> Int {
    let shared = Swift.min(count, other.count)
    let difference = withUnsafeBytes { a in
      other.withUnsafeBytes { b in shared == 0 ? 0 : Kernel.compare(a.baseAddress!, b.baseAddress!, shared) }
    }
    return difference != 0 ? difference : count - other.count
  }

  /// With small ASCII letters for capital ones.
  public var lowered: [UInt8] { map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 | 0x20 : $0 } }

  /// Without the ASCII white space and NEL, NBSP and the like at both ends that
  /// Unicode calls white space: files of one word are read that way.
  public var trimmed: [UInt8] {
    var start = 0
    var end = count
    while start < end, let length = whiteSpace(at: start, before: end) { start += length }
    while end > start, let length = whiteSpace(endingAt: end, from: start) { end -= length }
    return Array(self[start..<end])
  }

  /// The length of the white-space character that starts here.
  private func whiteSpace(at index: Int, before end: Int) -> Int? {
    let byte = self[index]
    if byte == 0x20 || (byte >= 0x09 && byte <= 0x0d) { return 1 }
    if byte == 0xc2, index + 1 < end, self[index + 1] == 0x85 || self[index + 1] == 0xa0 { return 2 }
    guard index + 2 < end else { return nil }
    let low = self[index + 2]
    switch (byte, self[index + 1]) {
    case (0xe1, 0x9a): return low == 0x80 ? 3 : nil  // U+1680
    case (0xe2, 0x80): return (low >= 0x80 && low <= 0x8a) || low == 0xa8 || low == 0xa9 || low == 0xaf ? 3 : nil
    case (0xe2, 0x81): return low == 0x9f ? 3 : nil  // U+205F
    case (0xe3, 0x80): return low == 0x80 ? 3 : nil  // U+3000
    default: return nil
    }
  }

  private func whiteSpace(endingAt end: Int, from start: Int) -> Int? {
    for length in 1...3 where end - length >= start && whiteSpace(at: end - length, before: end) == length { return length }
    return nil
  }
}

extension Array {
  /// Array's own.
  @inline(__always)
  fileprivate mutating func appendAsArray(_ element: Element) { append(element) }
}

extension [[UInt8]] {
  /// Whether it has these bytes; it is in byte order.
  public func hasSorted(_ bytes: [UInt8]) -> Bool {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      let order = self[middle].order(to: bytes)
      if order == 0 { return true }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return false
  }
}

public enum Decimal {
  /// Digits that a number has at most.
  public static let room = 20

  /// Writes the digits of a number; answers how many.
  public static func write(_ number: UInt64, to: UnsafeMutablePointer<UInt8>) -> Int {
    var (count, rest) = (1, number / 10)
    while rest != 0 {
      count += 1
      rest /= 10
    }
    rest = number
    for at in stride(from: count - 1, through: 0, by: -1) {
      to[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    return count
  }
}

public func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value }

/// The value of a hexadecimal digit as `hexDigit` writes it.
public func hexValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  default: nil
  }
}
