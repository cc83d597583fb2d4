import Files

/// Where something is in the files that were read. Line and column count from 1,
/// the column in bytes, as compilers count.
public struct Position: Sendable, Equatable {
  public var file: Int
  public var line: Int
  public var column: Int

  public init(file: Int, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  func moved(by bytes: Int) -> Position { Position(file: file, line: line, column: column + bytes) }
}

/// One thing that is wrong, and what to do about it.
public struct Problem: Sendable, Equatable {
  public enum Severity: String, Sendable { case error, warning }

  public let severity: Severity
  public let position: Position
  public let message: String
  /// What to do; empty if the message says it.
  public let hint: String
}

/// All that is wrong, in the order of the files.
public struct Problems: Sendable {
  /// More are counted, but not kept: a file of another kind has one in each line.
  public static let limit = 200

  public private(set) var list: [Problem] = []
  public private(set) var errors = 0
  public private(set) var warnings = 0

  public init() {}

  public var more: Int { errors + warnings - list.count }

  /// Sentences that are not kept are not made.
  public mutating func error(_ position: Position, _ message: @autoclosure () -> String, hint: @autoclosure () -> String = "") {
    errors += 1
    if list.count < Problems.limit { list.append(Problem(severity: .error, position: position, message: message(), hint: hint())) }
  }

  public mutating func warning(_ position: Position, _ message: @autoclosure () -> String, hint: @autoclosure () -> String = "") {
    warnings += 1
    if list.count < Problems.limit { list.append(Problem(severity: .warning, position: position, message: message(), hint: hint())) }
  }

  /// By file, line and column; what is found later stands behind what is found first.
  public mutating func sort() {
    let order = sortedIndices(list.count) { a, b in
      let (a, b) = (list[a].position, list[b].position)
      return (a.file, a.line, a.column) < (b.file, b.line, b.column)
    }
    list = order.map { list[$0] }
  }
}

/// Text from a file inside a sentence: one line, and not the whole of it.
func shown(_ text: [UInt8]) -> String {
  let start = Array(text.prefix(80))
  return String(decoding: sentence([.bytes(start)]), as: UTF8.self) + (text.count > start.count ? "…" : "")
}

/// With commas between thousands.
public func grouped(_ number: Int) -> String {
  var digits = Array(String(number).utf8)
  var at = digits.count - 3
  while at > 0 {
    digits.insert(UInt8(ascii: ","), at: at)
    at -= 3
  }
  return String(decoding: digits, as: UTF8.self)
}
