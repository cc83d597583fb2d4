/// Writes JSON with the bytes that Go's encoding/json gives indented: one key
/// or element a line, `"key": value`, `{}` and `[]` for what is empty, no line
/// feed at the end, and nothing that HTML would take for markup.
public struct JSONWriter {
  public private(set) var bytes: [UInt8] = []
  private let indent: [UInt8]
  private var depth = 0
  /// The innermost object or array has no member yet.
  private var isEmpty = true
  private var isAfterKey = false

  public init(indent: [UInt8]) { self.indent = indent }

  public mutating func beginObject() { begin(UInt8(ascii: "{")) }
  public mutating func endObject() { end(UInt8(ascii: "}")) }
  public mutating func beginArray() { begin(UInt8(ascii: "[")) }
  public mutating func endArray() { end(UInt8(ascii: "]")) }

  public mutating func key(_ key: StaticString) {
    self.key(Array(UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)))
  }

  public mutating func key(_ key: [UInt8]) {
    startValue()
    quote(key)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(0x20)
    isAfterKey = true
  }

  @inline(never)
  public mutating func string(_ text: [UInt8]) {
    startValue()
    quote(text)
  }

  public mutating func integer(_ value: Int64) {
    startValue()
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    bytes += decimal(value.magnitude)
  }

  public mutating func unsigned(_ value: UInt64) {
    startValue()
    bytes += decimal(value)
  }

  public mutating func bool(_ value: Bool) {
    startValue()
    let word: StaticString = value ? "true" : "false"
    bytes.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
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
    isEmpty = true
  }

  @inline(never)
  private mutating func end(_ bracket: UInt8) {
    depth -= 1
    if !isEmpty { newLine() }
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
    newLine()
  }

  private mutating func newLine() {
    bytes.append(0x0a)
    for _ in 0..<depth { bytes += indent }
  }

  // MARK: Strings

  private mutating func quote(_ text: [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte < 0x80 {
        escape(byte)
        index += 1
        continue
      }
      let length = UTF8.length(text, at: index)
      if length == 0 {
        bytes += UTF8.replacement
        index += 1
      } else if length == 3, byte == 0xe2, text[index + 1] == 0x80, text[index + 2] & 0xfe == 0xa8 {
        // U+2028 and U+2029 end lines in JavaScript.
        bytes += [UInt8(ascii: "\\"), UInt8(ascii: "u"), UInt8(ascii: "2"), UInt8(ascii: "0"), UInt8(ascii: "2"), UInt8(ascii: "8") + (text[index + 2] & 1)]
        index += 3
      } else {
        bytes += text[index..<index + length]
        index += length
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    let short: UInt8? =
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
      case 0x08: UInt8(ascii: "b")
      case 0x09: UInt8(ascii: "t")
      case 0x0a: UInt8(ascii: "n")
      case 0x0c: UInt8(ascii: "f")
      case 0x0d: UInt8(ascii: "r")
      default: nil
      }
    if let short {
      bytes += [UInt8(ascii: "\\"), short]
    } else if byte < 0x20 || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "&") {
      let digits: (UInt8, UInt8) = (byte >> 4, byte & 15)
      let zero = UInt8(ascii: "0")
      bytes += [UInt8(ascii: "\\"), UInt8(ascii: "u"), zero, zero, hexadecimal(digits.0), hexadecimal(digits.1)]
    } else {
      bytes.append(byte)
    }
  }

  /// The text as a reader will see it: U+FFFD for each malformed byte.
  public static func replacingInvalidUTF8(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(where: { $0 >= 0x80 }) else { return text }
    var clean: [UInt8] = []
    var index = 0
    while index < text.count {
      let length = UTF8.length(text, at: index)
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

func decimal(_ number: UInt64) -> [UInt8] {
  var digits: [UInt8] = []
  var rest = number
  repeat {
    digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
    rest /= 10
  } while rest != 0
  return digits.reversed()
}
