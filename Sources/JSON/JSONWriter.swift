/// Writes JSON with the bytes that Go's encoding/json gives indented: one key
/// or element a line, `"key": value`, `{}` and `[]` for what is empty, no line
/// feed at the end, and nothing that HTML would take for markup.
public struct JSONWriter {
  public private(set) var bytes: [UInt8] = []
  private let indent: [UInt8]
  private var depth = 0
  /// A line feed and the indent of the members that are being written.
  private var lineStart: [UInt8] = [0x0a]
  /// The innermost object or array has no member yet.
  private var isEmpty = true
  private var isAfterKey = false

  public init(indent: [UInt8]) { self.indent = indent }

  public mutating func beginObject() { begin(UInt8(ascii: "{")) }
  public mutating func endObject() { end(UInt8(ascii: "}")) }
  public mutating func beginArray() { begin(UInt8(ascii: "[")) }
  public mutating func endArray() { end(UInt8(ascii: "]")) }

  /// What was written so far is somewhere else now.
  public mutating func forget() { bytes.removeAll(keepingCapacity: true) }

  public mutating func key(_ key: StaticString) { self.key(UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)) }

  public mutating func key(_ key: [UInt8]) { key.withUnsafeBufferPointer { self.key($0) } }

  @inline(never)
  public mutating func key(_ key: UnsafeBufferPointer<UInt8>) {
    startValue()
    quote(key)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(0x20)
    isAfterKey = true
  }

  @inline(never)
  public mutating func string(_ text: [UInt8]) {
    startValue()
    text.withUnsafeBufferPointer { quote($0) }
  }

  public mutating func integer(_ value: Int64) {
    startValue()
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    append(20) { decimal(value.magnitude, to: $0) }
  }

  public mutating func unsigned(_ value: UInt64) {
    startValue()
    append(20) { decimal(value, to: $0) }
  }

  public mutating func bool(_ value: Bool) {
    startValue()
    let word: StaticString = value ? "true" : "false"
    bytes.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }

  /// A value that is JSON already.
  public mutating func raw(_ value: [UInt8]) {
    startValue()
    bytes += value
  }

  /// The shortest digits that read back as the same number. Finite.
  public mutating func number(_ value: Double) {
    startValue()
    bytes += JSONNumber.text(of: value)
  }

  // MARK: Layout

  @inline(never)
  private mutating func begin(_ bracket: UInt8) {
    startValue()
    bytes.append(bracket)
    depth += 1
    lineStart += indent
    isEmpty = true
  }

  @inline(never)
  private mutating func end(_ bracket: UInt8) {
    depth -= 1
    lineStart.removeLast(indent.count)
    if !isEmpty { bytes += lineStart }
    bytes.append(bracket)
    isEmpty = false
  }

  @inline(never)
  private mutating func startValue() {
    if isAfterKey {
      isAfterKey = false
      return
    }
    guard depth > 0 else { return }
    if !isEmpty { bytes.append(UInt8(ascii: ",")) }
    isEmpty = false
    lineStart.withUnsafeBufferPointer { append($0.baseAddress.unsafelyUnwrapped, $0.count) }
  }

  /// (Array's own way goes byte by byte where size counts.)
  @inline(never)
  private mutating func append(_ start: UnsafePointer<UInt8>, _ count: Int) {
    bytes.append(addingCapacity: count) { span in
      span.withUnsafeMutableBufferPointer { space, filled in
        UnsafeMutableRawPointer(space.baseAddress.unsafelyUnwrapped).copyMemory(from: start, byteCount: count)
        filled = count
      }
    }
  }

  /// What `fill` writes, at most `room` bytes; it answers how many.
  private mutating func append(_ room: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Int) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { space in
      let start = space.baseAddress.unsafelyUnwrapped
      append(start, fill(start))
    }
  }

  // MARK: Strings

  private mutating func quote(_ text: UnsafeBufferPointer<UInt8>) {
    // No byte becomes more than six.
    append(6 * text.count + 2) { to in
      to[0] = UInt8(ascii: "\"")
      var end = 1
      var index = 0
      while index < text.count {
        let byte = text[index]
        if JSONWriter.isPlain(byte) {
          to[end] = byte
          end += 1
          index += 1
        } else if byte < 0x80 {
          end += JSONWriter.escape(byte, to + end)
          index += 1
        } else {
          let length = UTF8.length(text, at: index)
          if length == 0 {
            for byte in UTF8.replacement {
              to[end] = byte
              end += 1
            }
          } else if length == 3, byte == 0xe2, text[index + 1] == 0x80, text[index + 2] & 0xfe == 0xa8 {
            // U+2028 and U+2029 end lines in JavaScript.
            end += JSONWriter.escape(0x2020 | UInt16(text[index + 2] & 0x0f), to + end)
          } else {
            for at in index..<index + length {
              to[end] = text[at]
              end += 1
            }
          }
          index += max(length, 1)
        }
      }
      to[end] = UInt8(ascii: "\"")
      return end + 1
    }
  }

  /// ASCII that stands for itself: all but controls and `"&<>\`.
  private static func isPlain(_ byte: UInt8) -> Bool {
    // A bit for each: of 0 to 63, and of 64 to 127.
    let plain: UInt64 = byte < 64 ? 0xafff_ffbb_0000_0000 : 0xffff_ffff_efff_ffff
    return byte < 0x80 && plain >> UInt64(byte & 63) & 1 != 0
  }

  /// A control, or one of `"&<>\`; answers how many bytes it takes.
  private static func escape(_ byte: UInt8, _ to: UnsafeMutablePointer<UInt8>) -> Int {
    let short: UInt8
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): short = byte
    case 0x08: short = UInt8(ascii: "b")
    case 0x09: short = UInt8(ascii: "t")
    case 0x0a: short = UInt8(ascii: "n")
    case 0x0c: short = UInt8(ascii: "f")
    case 0x0d: short = UInt8(ascii: "r")
    default: return escape(UInt16(byte), to)
    }
    to[0] = UInt8(ascii: "\\")
    to[1] = short
    return 2
  }

  private static func escape(_ unit: UInt16, _ to: UnsafeMutablePointer<UInt8>) -> Int {
    to[0] = UInt8(ascii: "\\")
    to[1] = UInt8(ascii: "u")
    for digit in 0..<4 { to[2 + digit] = hexadecimal(UInt8(unit >> UInt16(12 - 4 * digit) & 15)) }
    return 6
  }

  /// The text as a reader will see it: U+FFFD for each malformed byte.
  public static func replacingInvalidUTF8(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(where: { $0 >= 0x80 }) else { return text }
    var clean: [UInt8] = []
    var index = 0
    while index < text.count {
      let length = text.withUnsafeBufferPointer { UTF8.length($0, at: index) }
      if length == 0 {
        clean += UTF8.replacement
        index += 1
      } else {
        clean += text[index..<index + length]
        index += length
      }
    }
    return clean
  }
}

private func hexadecimal(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value }

/// Up to 20 digits; answers how many.
func decimal(_ number: UInt64, to: UnsafeMutablePointer<UInt8>) -> Int {
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
