import Files

/// Reads a signature from left to right, and says at which byte, counted from 1,
/// it is wrong.
struct SignatureReader {
  private let bytes: [UInt8]
  private(set) var position = 0
  /// Members of structures and arguments, arrays counted by their elements.
  private var pieces = 0

  /// C promises as many arguments.
  private static let mostArguments = 127
  private static let mostPieces = 4096
  private static let deepest = 16
  private static let mostValues = 64

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func wrong(_ pieces: Piece..., at place: Int? = nil) -> Fault {
    Fault(.invalid, "the signature is wrong at position ", .number((place ?? position) + 1), ": ", .bytes(sentence(pieces)))
  }

  /// What stands there, for a message.
  private var found: [UInt8] {
    guard let next else { return [UInt8]("the end") }
    return [0x22, next, 0x22]
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func require(_ byte: UInt8, _ where: StaticString) throws(Fault) {
    if !take(byte) { throw wrong(.bytes([0x22, byte, 0x22]), " is expected ", .literal(`where`), ", and not ", .bytes(found)) }
  }

  // MARK: Types

  mutating func result() throws(Fault) -> Signature.Result {
    if take(UInt8(ascii: "v")) { return .void }
    if let next, next >= 0x30, next <= 0x39 { throw wrong("one result is returned, without a number before it") }
    return try type(depth: 0)
  }

  private mutating func type(depth: Int) throws(Fault) -> Signature.Result {
    let start = position
    guard let letter = next else { throw wrong("a type is expected, and not the end") }
    if letter == UInt8(ascii: "v") { throw wrong("\"v\" is a result only; \"()\" is without arguments") }
    position += 1
    switch letter {
    case UInt8(ascii: "c"), UInt8(ascii: "b"): return .integer(1, signed: true)
    case UInt8(ascii: "B"): return .integer(1, signed: false)
    case UInt8(ascii: "h"): return .integer(2, signed: true)
    case UInt8(ascii: "H"): return .integer(2, signed: false)
    case UInt8(ascii: "i"): return .integer(4, signed: true)
    case UInt8(ascii: "I"): return .integer(4, signed: false)
    case UInt8(ascii: "l"), UInt8(ascii: "n"): return .integer(MemoryLayout<Int>.size, signed: true)
    case UInt8(ascii: "L"), UInt8(ascii: "N"): return .integer(MemoryLayout<Int>.size, signed: false)
    case UInt8(ascii: "q"): return .integer(8, signed: true)
    case UInt8(ascii: "Q"): return .integer(8, signed: false)
    case UInt8(ascii: "?"): return .bool
    case UInt8(ascii: "P"): return .pointer
    case UInt8(ascii: "f"): return .float
    case UInt8(ascii: "d"): return .double
    case UInt8(ascii: "g"): return .longDouble
    case UInt8(ascii: "Z"):
      guard take(UInt8(ascii: "f")) || take(UInt8(ascii: "d")) || take(UInt8(ascii: "g")) else {
        throw wrong("\"Z\" is followed by f, d or g, and not by ", .bytes(found))
      }
      return .compound
    case UInt8(ascii: "T"):
      try structure(depth: depth + 1, from: start)
      return .compound
    default:
      position = start
      throw wrong(.bytes(found), " is no type; those are c b B h H i I l L q Q n N ? f d g P, Zf Zd Zg and T{...}")
    }
  }

  private mutating func structure(depth: Int, from start: Int) throws(Fault) {
    try require(UInt8(ascii: "{"), "after \"T\"")
    if depth > SignatureReader.deepest { throw wrong("structures are within ", .number(SignatureReader.deepest - 1), " others at most", at: start) }
    if next == UInt8(ascii: "}") { throw wrong("a structure has members") }
    while !take(UInt8(ascii: "}")) {
      if next == nil { throw wrong("the structure has no end, \"}\"") }
      _ = try counted(depth: depth)
    }
  }

  /// A type, and how many of it.
  private mutating func counted(depth: Int) throws(Fault) -> Int {
    let start = position
    var count = 0
    while let digit = next, digit >= 0x30, digit <= 0x39 {
      count = count * 10 + Int(digit - 0x30)
      position += 1
      if count > SignatureReader.mostPieces { throw wrong("more than ", .number(SignatureReader.mostPieces), " are too many", at: start) }
    }
    if position == start { count = 1 }
    if count == 0 { throw wrong("there is no array of none", at: start) }
    let before = pieces
    _ = try type(depth: depth)
    // A structure of 9 members, 10 times, is 90.
    pieces = before + max(1, pieces - before) * count
    if pieces > SignatureReader.mostPieces { throw wrong("arguments and members are more than ", .number(SignatureReader.mostPieces), at: start) }
    return count
  }

  // MARK: Arguments

  /// To the end; whether there may be more arguments.
  mutating func arguments() throws(Fault) -> Bool {
    try require(UInt8(ascii: "("), "after the result")
    var count = 0
    var isVariadic = false
    while !take(UInt8(ascii: ")")) {
      if next == nil { throw wrong("the arguments have no end, \")\"") }
      if isVariadic { throw wrong("\"...\" is the last of the arguments, and not followed by ", .bytes(found)) }
      if next == UInt8(ascii: ".") {
        for _ in 0..<3 { try require(UInt8(ascii: "."), "in \"...\"") }
        isVariadic = true
        continue
      }
      let start = position
      count += try counted(depth: 0)
      if count > SignatureReader.mostArguments { throw wrong("more than ", .number(SignatureReader.mostArguments), " arguments are too many", at: start) }
    }
    if next != nil { throw wrong("nothing may follow the arguments, and ", .bytes(found), " does") }
    return isVariadic
  }

  // MARK: The list of values

  mutating func list(of result: Signature.Result) throws(Fault) -> ([Signature.Value]?, [UInt8]?) {
    guard next == UInt8(ascii: "{") else { return (nil, nil) }
    guard case .integer(let size, let signed) = result else { throw wrong("a list of values is for results that are integers") }
    position += 1
    var values: [Signature.Value] = []
    var others: [UInt8]?
    repeat {
      let start = position
      if take(UInt8(ascii: "*")) {
        try require(UInt8(ascii: "="), "after \"*\"")
        if others != nil { throw wrong("\"*\" is in the list twice", at: start) }
        others = try bucket()
      } else {
        let value = try number(size: size, signed: signed)
        try require(UInt8(ascii: "="), "after a value")
        if values.contains(where: { $0.value == value }) { throw wrong("the value is in the list twice", at: start) }
        if values.count == SignatureReader.mostValues { throw wrong("more than ", .number(SignatureReader.mostValues), " values are too many", at: start) }
        values.append(.init(value: value, bucket: try bucket()))
      }
    } while take(UInt8(ascii: ","))
    if !take(UInt8(ascii: "}")) { throw wrong("\",\" or \"}\" is expected after a bucket's name, and not ", .bytes(found)) }
    return (values, others)
  }

  private mutating func number(size: Int, signed: Bool) throws(Fault) -> UInt64 {
    let start = position
    let isNegative = take(UInt8(ascii: "-"))
    let first = position
    var value: UInt64 = 0
    var overflows = false
    while let digit = next, digit >= 0x30, digit <= 0x39 {
      let (tens, beyond) = value.multipliedReportingOverflow(by: 10)
      let (sum, further) = tens.addingReportingOverflow(UInt64(digit - 0x30))
      overflows = overflows || beyond || further
      value = sum
      position += 1
    }
    if position == first { throw wrong("a whole number or \"*\" is expected, and not ", .bytes(found)) }
    let bits = UInt64(size * 8)
    let greatest = UInt64.max >> (64 - bits + (signed ? 1 : 0))
    let fits = !overflows && (isNegative ? signed && value <= greatest + 1 : value <= greatest)
    if !fits { throw wrong("the function cannot return this value", at: start) }
    return isNegative ? 0 &- value : value
  }

  private mutating func bucket() throws(Fault) -> [UInt8] {
    let start = position
    while let byte = next, SignatureReader.isOfBucket(byte) { position += 1 }
    if position == start { throw wrong("a bucket's name is expected, of letters, digits, \"_\", \"-\", \".\" and \"+\", and not ", .bytes(found)) }
    return Array(bytes[start..<position])
  }

  private static func isOfBucket(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "+"): true
    default: false
    }
  }
}
