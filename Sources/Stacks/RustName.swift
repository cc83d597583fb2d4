import Files

/// Rust's newer names, `_R…`: RFC 2603, "v0". There is no demangler in a process
/// for them, so this is one. Generic arguments are "[]", hashes of crates go.
///
///     _RNvMs_CseDitor_6editorINtB4_4ListpE3add     <editor::List[]>::add
///     _RNCNvC6editor4main0                         editor::main::{closure#0}
struct RustName {
  /// Nil if it is none.
  static func plain(_ symbol: [UInt8]) -> [UInt8]? {
    guard symbol.begins(with: "_R") else { return nil }
    var reader = RustName(text: Array(symbol[2...]))
    reader.path()
    // Which crate has made this copy of something generic.
    if reader.at < reader.text.count { reader.silently { $0.path() } }
    guard !reader.isBroken, reader.at == reader.text.count, !reader.name.isEmpty else { return nil }
    return reader.name
  }

  /// Places that are referred to count from here: behind "_R".
  private let text: [UInt8]
  private var at = 0
  private var name: [UInt8] = []
  private var isSilent = false
  private var isBroken = false
  private var depth = 0
  private var steps = 0

  private init(text: [UInt8]) { self.text = text }

  /// A name may refer to its own parts, again and again.
  private static let deepest = 64
  private static let mostSteps = 4096
  private static let longest = 2048

  // MARK: Pieces

  private mutating func next() -> UInt8 {
    guard !isBroken, at < text.count else {
      isBroken = true
      return 0
    }
    at += 1
    return text[at - 1]
  }

  private mutating func eat(_ letter: Unicode.Scalar) -> Bool {
    guard !isBroken, at < text.count, text[at] == UInt8(ascii: letter) else { return false }
    at += 1
    return true
  }

  private mutating func write(_ more: [UInt8]) { if !isSilent, name.count < RustName.longest { name += more } }
  private mutating func write(_ more: StaticString) { write([UInt8](more)) }

  private mutating func silently(_ body: (inout RustName) -> Void) {
    let before = isSilent
    isSilent = true
    body(&self)
    isSilent = before
  }

  /// One more thing within another.
  private mutating func within(_ body: (inout RustName) -> Void) {
    steps += 1
    guard !isBroken, depth < RustName.deepest, steps < RustName.mostSteps else {
      isBroken = true
      return
    }
    depth += 1
    body(&self)
    depth -= 1
  }

  private mutating func untilEnd(_ body: (inout RustName) -> Void) { while !isBroken, !eat("E") { body(&self) } }

  /// `_` is 0, `0_` is 1.
  private mutating func base62() -> UInt64 {
    if eat("_") { return 0 }
    var value: UInt64 = 0
    while !isBroken {
      let byte = next()
      let digit: UInt64
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt64(byte) - 0x30
      case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = UInt64(byte) - 0x61 + 10
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = UInt64(byte) - 0x41 + 36
      case UInt8(ascii: "_"): return value &+ 1
      default:
        isBroken = true
        return 0
      }
      let (product, overflow) = value.multipliedReportingOverflow(by: 62)
      let (sum, overflow2) = product.addingReportingOverflow(digit)
      if overflow || overflow2 || sum == .max { isBroken = true }
      value = sum
    }
    return 0
  }

  /// 0 if there is none; the second is 1.
  private mutating func disambiguator() -> UInt64 { eat("s") ? base62() &+ 1 : 0 }

  private mutating func identifier() -> [UInt8] {
    let isPunycode = eat("u")
    var length = 0
    if !eat("0") {
      let start = at
      while at < text.count, (0x30...0x39).contains(text[at]), at - start < 6 {
        length = length * 10 + Int(text[at]) - 0x30
        at += 1
      }
      if at == start { isBroken = true }
    }
    _ = eat("_")
    guard !isBroken, length <= text.count - at else {
      isBroken = true
      return []
    }
    let bytes = Array(text[at..<at + length])
    at += length
    guard bytes.allSatisfy(FunctionName.isWord) else {
      isBroken = true
      return []
    }
    return isPunycode ? Punycode.decoded(bytes) ?? bytes : bytes
  }

  /// Reads something again that was there before. What is not written need not be.
  private mutating func again(_ body: (inout RustName) -> Void) {
    let here = at - 1
    let place = base62()
    guard !isBroken, place < UInt64(here) else {
      isBroken = true
      return
    }
    if isSilent { return }
    let behind = at
    at = Int(place)
    within(body)
    at = behind
  }

  // MARK: Paths

  private mutating func path() {
    within { reader in
      switch reader.next() {
      case UInt8(ascii: "C"):
        _ = reader.disambiguator()
        reader.write(reader.identifier())
      case UInt8(ascii: "M"): reader.implementation(ofTrait: false, isOwn: true)
      case UInt8(ascii: "X"): reader.implementation(ofTrait: true, isOwn: true)
      case UInt8(ascii: "Y"): reader.implementation(ofTrait: true, isOwn: false)
      case UInt8(ascii: "N"): reader.nested()
      case UInt8(ascii: "I"):
        reader.path()
        reader.write("[]")
        reader.silently { $0.untilEnd { $0.argument() } }
      case UInt8(ascii: "B"): reader.again { $0.path() }
      default: reader.isBroken = true
      }
    }
  }

  /// `<Type>`, `<Type as Trait>`.
  private mutating func implementation(ofTrait: Bool, isOwn: Bool) {
    if isOwn {
      _ = disambiguator()
      silently { $0.path() }
    }
    write("<")
    type()
    if ofTrait {
      write(" as ")
      path()
    }
    write(">")
  }

  private mutating func nested() {
    let space = next()
    path()
    let number = disambiguator()
    let word = identifier()
    switch space {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"):
      write("::{")
      write(space == UInt8(ascii: "C") ? [UInt8]("closure") : space == UInt8(ascii: "S") ? [UInt8]("shim") : [space])
      if !word.isEmpty { write([UInt8(ascii: ":")] + word) }
      write("#")
      write([UInt8](decimal: number))
      write("}")
    case UInt8(ascii: "a")...UInt8(ascii: "z"):
      if !word.isEmpty { write([UInt8]("::") + word) }
    default: isBroken = true
    }
  }

  private mutating func argument() {
    if eat("L") {
      _ = base62()
    } else if eat("K") {
      constant()
    } else {
      type()
    }
  }

  // MARK: Types, which are written where a path begins with one

  private static let basic: [StaticString] = [
    "i8", "bool", "char", "f64", "str", "f32", "", "u8", "isize", "usize", "", "i32", "u32", "i128", "u128", "_", "", "", "i16", "u16", "()", "...", "", "i64", "u64", "!",
  ]

  private mutating func type() {
    within { reader in
      let letter = reader.next()
      switch letter {
      case UInt8(ascii: "a")...UInt8(ascii: "z"):
        let word = RustName.basic[Int(letter) - 0x61]
        if word.utf8CodeUnitCount == 0 { reader.isBroken = true }
        reader.write(word)
      case UInt8(ascii: "A"):
        reader.write("[")
        reader.type()
        reader.write(";_]")
        reader.silently { $0.constant() }
      case UInt8(ascii: "S"):
        reader.write("[")
        reader.type()
        reader.write("]")
      case UInt8(ascii: "T"):
        reader.write("(")
        var isFirst = true
        reader.untilEnd {
          if !isFirst { $0.write(",") }
          isFirst = false
          $0.type()
        }
        reader.write(")")
      case UInt8(ascii: "R"), UInt8(ascii: "Q"):
        if reader.eat("L") { _ = reader.base62() }
        reader.write(letter == UInt8(ascii: "R") ? [UInt8]("&") : [UInt8]("&mut "))
        reader.type()
      case UInt8(ascii: "P"), UInt8(ascii: "O"):
        reader.write(letter == UInt8(ascii: "P") ? [UInt8]("*const ") : [UInt8]("*mut "))
        reader.type()
      case UInt8(ascii: "F"):
        reader.write("fn")
        reader.silently { $0.signature() }
      case UInt8(ascii: "D"): reader.object()
      case UInt8(ascii: "B"): reader.again { $0.type() }
      default:
        reader.at -= 1
        reader.path()
      }
    }
  }

  private mutating func signature() {
    if eat("G") { _ = base62() }
    _ = eat("U")
    if eat("K"), !eat("C") { _ = identifier() }
    untilEnd { $0.type() }
    type()
  }

  /// `dyn Trait + Other`, without what its types are.
  private mutating func object() {
    write("dyn ")
    if eat("G") { _ = base62() }
    var isFirst = true
    untilEnd { reader in
      if !isFirst { reader.write(" + ") }
      isFirst = false
      reader.path()
      while reader.eat("p") {
        _ = reader.identifier()
        reader.silently { $0.type() }
      }
    }
    if !eat("L") { isBroken = true }
    _ = base62()
  }

  /// Never written.
  private mutating func constant() {
    within { reader in
      let kind = reader.next()
      switch kind {
      case UInt8(ascii: "p"): break
      case UInt8(ascii: "B"): reader.again { $0.constant() }
      case UInt8(ascii: "R"), UInt8(ascii: "Q"): reader.constant()
      case UInt8(ascii: "A"), UInt8(ascii: "T"): reader.untilEnd { $0.constant() }
      case UInt8(ascii: "V"):
        reader.path()
        switch reader.next() {
        case UInt8(ascii: "U"): break
        case UInt8(ascii: "T"): reader.untilEnd { $0.constant() }
        case UInt8(ascii: "S"):
          reader.untilEnd {
            _ = $0.disambiguator()
            _ = $0.identifier()
            $0.constant()
          }
        default: reader.isBroken = true
        }
      case UInt8(ascii: "a")...UInt8(ascii: "z"):
        _ = reader.eat("n")
        var digit = reader.next()
        while !reader.isBroken, digit != UInt8(ascii: "_") {
          if !((0x30...0x39).contains(digit) || (0x61...0x66).contains(digit)) { reader.isBroken = true }
          digit = reader.next()
        }
      default: reader.isBroken = true
      }
    }
  }
}

extension [UInt8] {
  fileprivate init(decimal number: UInt64) {
    var digits: [UInt8] = []
    var rest = number
    repeat {
      digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    self = digits.reversed()
  }
}
