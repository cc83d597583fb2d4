/// What every slow call can answer. The values are those of `tel_status` in tel.h.
public enum Status: Int32, Sendable {
  case ok = 0
  case invalid = -1
  case off = -2
  case io = -3
  case corrupt = -4
  case full = -5
  case notFound = -6
  case busy = -7
  case timeout = -8
  case unsupported = -9
  case plugin = -10
}

/// The one error of the core: a status for programs and a sentence for people,
/// which says what is wrong, where, and, when it is not plain, what to do.
public struct Fault: Error, Sendable {
  public var status: Status
  public var message: [UInt8]

  @_disfavoredOverload
  public init(_ status: Status, _ pieces: Piece...) {
    self.status = status
    self.message = sentence(pieces)
  }

  // The usual sentences: a call is a third of an array of pieces.

  @inline(never)
  public init(_ status: Status, _ text: StaticString) {
    self.init(status, message: [UInt8](text))
  }

  @inline(never)
  public init(_ status: Status, _ before: StaticString, _ piece: Piece, _ after: StaticString = "") {
    var text = [UInt8](before)
    text.append(piece)
    text.append(after)
    self.init(status, message: text)
  }

  @inline(never)
  public init(_ status: Status, _ before: StaticString, _ first: Piece, _ between: StaticString, _ second: Piece, _ after: StaticString = "") {
    self.init(status, before, first, between)
    message.append(second)
    message.append(after)
  }

  public init(_ status: Status, message: [UInt8]) {
    self.status = status
    self.message = message
  }
}

/// A part of a sentence.
public enum Piece: ExpressibleByStringLiteral, Sendable {
  case literal(StaticString)
  case bytes([UInt8])
  case path(Path)
  case number(Int)
  /// The text of an errno.
  case error(Int32)

  public init(stringLiteral value: StaticString) { self = .literal(value) }
}

/// Joins the pieces. Bytes that would break a line or a terminal become "?".
public func sentence(_ pieces: [Piece]) -> [UInt8] {
  var text: [UInt8] = []
  for piece in pieces { text.append(piece) }
  return text
}

extension [UInt8] {
  public mutating func append(_ literal: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  mutating func append(_ piece: Piece) {
    switch piece {
    case .literal(let literal): append(literal)
    case .bytes(let bytes): appendPrintable(bytes)
    case .path(let path): appendPrintable(path.bytes)
    case .number(let number): append(decimal: number)
    case .error(let number): self += Kernel.errorText(number)
    }
  }

  mutating func appendPrintable(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { text in Text.forEachPrintable(text) { append($0) } }
  }
}
