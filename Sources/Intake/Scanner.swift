import Files

/// Goes through the bytes of one JSON text (RFC 8259) that anybody may have
/// written, and makes no tree of it. Nothing traps.
struct Scanner {
  private let start: UnsafePointer<UInt8>
  private let end: UnsafePointer<UInt8>
  private var at: UnsafePointer<UInt8>
  /// Where text goes that is not as it is written. There is room: an escape is
  /// longer than what it stands for.
  private var room: UnsafeMutablePointer<UInt8>
  private var depth = 0

  /// A report has four levels; members that nobody knows may have a few more.
  static let deepest = 8

  init(_ text: UnsafeBufferPointer<UInt8>, room: UnsafeMutablePointer<UInt8>) {
    start = text.baseAddress.unsafelyUnwrapped
    end = start + text.count
    at = start
    self.room = room
  }

  /// Where it is, in words.
  func flaw(_ what: String) -> Flaw {
    var (line, column) = (1, 1)
    for byte in UnsafeBufferPointer(start: start, count: at - start) {
      if byte == 0x0a { (line, column) = (line + 1, 1) } else { column += 1 }
    }
    return Flaw("the report is no JSON, in line \(line), column \(column): \(what)")
  }

  private var next: UInt8 { at < end ? at.pointee : 0 }

  @inline(__always)
  mutating func skipSpace() {
    while at < end, at.pointee == 0x20 || at.pointee == 0x0a || at.pointee == 0x0d || at.pointee == 0x09 { at += 1 }
  }

  @inline(__always)
  private mutating func take(_ byte: UInt8) -> Bool {
    guard at < end, at.pointee == byte else { return false }
    at += 1
    return true
  }

  /// Nothing but white space is left.
  mutating func finish() throws(Flaw) {
    skipSpace()
    if at < end { throw flaw("something follows the end of the report") }
  }

  mutating func takeNull() throws(Flaw) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: "n") else { return false }
    try word("null")
    return true
  }

  private mutating func word(_ word: StaticString) throws(Flaw) {
    for index in 0..<word.utf8CodeUnitCount where !take(word.utf8Start[index]) { throw flaw("this is no value") }
  }

  /// False if something else is here.
  @inline(__always)
  mutating func object(_ member: (inout Scanner, Word) throws(Flaw) -> Void) throws(Flaw) -> Bool {
    skipSpace()
    guard take(UInt8(ascii: "{")) else { return false }
    try deeper()
    skipSpace()
    if !take(UInt8(ascii: "}")) {
      while true {
        skipSpace()
        guard next == UInt8(ascii: "\"") else { throw flaw("a member's name in quotation marks should be here") }
        let name = try string()
        skipSpace()
        if !take(UInt8(ascii: ":")) { throw flaw("a colon should be behind a member's name") }
        try member(&self, name)
        skipSpace()
        if take(UInt8(ascii: "}")) { break }
        if !take(UInt8(ascii: ",")) { throw flaw("a comma or the object's end should be here") }
      }
    }
    depth -= 1
    return true
  }

  /// False if something else is here.
  @inline(__always)
  mutating func array(_ element: (inout Scanner) throws(Flaw) -> Void) throws(Flaw) -> Bool {
    skipSpace()
    guard take(UInt8(ascii: "[")) else { return false }
    try deeper()
    skipSpace()
    if !take(UInt8(ascii: "]")) {
      while true {
        try element(&self)
        skipSpace()
        if take(UInt8(ascii: "]")) { break }
        if !take(UInt8(ascii: ",")) { throw flaw("a comma or the array's end should be here") }
      }
    }
    depth -= 1
    return true
  }

  private mutating func deeper() throws(Flaw) {
    depth += 1
    if depth > Scanner.deepest { throw flaw("objects and arrays are nested more than \(Scanner.deepest) deep") }
  }

  /// Any value that nobody wants.
  mutating func skipValue() throws(Flaw) {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): _ = try object { (scanner, _) throws(Flaw) in try scanner.skipValue() }
    case UInt8(ascii: "["): _ = try array { (scanner) throws(Flaw) in try scanner.skipValue() }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: if try number() == nil { throw flaw("a value should be here") }
    }
  }

  /// As it is written; nil if something else is here.
  mutating func number() throws(Flaw) -> Word? {
    skipSpace()
    let first = at
    let isNegative = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")), !digits() {
      if isNegative { throw flaw("a digit should be here") }
      return nil
    }
    if take(UInt8(ascii: ".")), !digits() { throw flaw("a digit should be behind the decimal point") }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      if !digits() { throw flaw("a digit should be in the exponent") }
    }
    return Word(start: first, count: at - first)
  }

  @inline(__always)
  private mutating func digits() -> Bool {
    let first = at
    while at < end, at.pointee >= UInt8(ascii: "0"), at.pointee <= UInt8(ascii: "9") { at += 1 }
    return at > first
  }

  /// Nil if something else is here.
  mutating func text() throws(Flaw) -> Word? {
    skipSpace()
    return next == UInt8(ascii: "\"") ? try string() : nil
  }

  @inline(__always)
  private mutating func string() throws(Flaw) -> Word {
    at += 1
    let first = at
    while at < end {
      let byte = at.pointee
      if byte == UInt8(ascii: "\"") {
        at += 1
        return Word(start: first, count: at - first - 1)
      }
      if byte == UInt8(ascii: "\\") { return try escaped(since: first) }
      if byte < 0x20 { throw flaw("a control character is in a string") }
      at += byte < 0x80 ? 1 : try character()
    }
    throw flaw("a string does not end")
  }

  private func character() throws(Flaw) -> Int {
    guard let (_, length) = Text.scalar(UnsafeBufferPointer(start: at, count: end - at), at: 0) else { throw flaw("this is no UTF-8") }
    return length
  }

  private mutating func escaped(since first: UnsafePointer<UInt8>) throws(Flaw) -> Word {
    let text = room
    room.update(from: first, count: at - first)
    room += at - first
    while at < end {
      let byte = at.pointee
      switch byte {
      case UInt8(ascii: "\""):
        at += 1
        return Word(start: UnsafePointer(text), count: room - text)
      case UInt8(ascii: "\\"):
        at += 1
        try escape()
      case 0..<0x20: throw flaw("a control character is in a string")
      default:
        let length = byte < 0x80 ? 1 : try character()
        room.update(from: at, count: length)
        room += length
        at += length
      }
    }
    throw flaw("a string does not end")
  }

  private mutating func put(_ byte: UInt8) {
    room.pointee = byte
    room += 1
  }

  private mutating func escape() throws(Flaw) {
    let letter = next
    at += at < end ? 1 : 0
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): put(letter)
    case UInt8(ascii: "b"): put(0x08)
    case UInt8(ascii: "f"): put(0x0c)
    case UInt8(ascii: "n"): put(0x0a)
    case UInt8(ascii: "r"): put(0x0d)
    case UInt8(ascii: "t"): put(0x09)
    case UInt8(ascii: "u"):
      var scalar = try fourDigits()
      if (0xd800..<0xdc00).contains(scalar), end - at >= 2, at[0] == UInt8(ascii: "\\"), at[1] == UInt8(ascii: "u") {
        let before = at
        at += 2
        let low = try fourDigits()
        if (0xdc00..<0xe000).contains(low) {
          scalar = 0x10000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
        } else {
          at = before  // the second escape stands for itself
        }
      }
      // Half of a pair is what encoding/json makes of it.
      let whole = Unicode.Scalar(scalar) ?? "\u{fffd}"
      for byte in UTF8.encode(whole).unsafelyUnwrapped { put(byte) }
    default: throw flaw("there is no such escape in a string")
    }
  }

  private mutating func fourDigits() throws(Flaw) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let isCapital = next >= UInt8(ascii: "A") && next <= UInt8(ascii: "F")
      guard let digit = hexValue(isCapital ? next | 0x20 : next) else { throw flaw("four hexadecimal digits should be behind \\u") }
      value = value << 4 | UInt32(digit)
      at += 1
    }
    return value
  }
}
