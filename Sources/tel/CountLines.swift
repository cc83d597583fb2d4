import Counting
import Files
import Glibc

/// Lines of `name` or `name n`, as helpers of editors send them.
struct CountLines {
  /// Longer than any name and number.
  private static let longest = 8192

  private var number = 0
  private var isGood = true
  private var line: [UInt8] = []
  private var isTooLong = false
  private let count: ((name: [UInt8], n: UInt64)) throws -> Void

  /// Counts each line when it is complete. Bad lines are reported, and the
  /// others count. Answers whether all were good. `between`: after each
  /// portion of input.
  static func fromStandardInput(_ count: @escaping ((name: [UInt8], n: UInt64)) throws -> Void, between: () throws -> Void) throws -> Bool {
    var lines = CountLines(count: count)
    var portion = [UInt8](repeating: 0, count: 65536)
    while true {
      let got = read(STDIN_FILENO, &portion, portion.count)
      if got < 0 {
        if errno == EINTR { continue }
        throw Failure(.failure, "cannot read standard input: ", .error(errno))
      }
      if got == 0 { break }
      try between()
      lines.take(portion[..<got])
    }
    lines.end()
    return lines.isGood
  }

  private init(count: @escaping ((name: [UInt8], n: UInt64)) throws -> Void) { self.count = count }

  private mutating func take(_ portion: ArraySlice<UInt8>) {
    var rest = portion
    while let feed = rest.firstIndex(of: 0x0a) {
      append(rest[..<feed])
      finish()
      rest = rest[(feed + 1)...]
    }
    append(rest)
  }

  /// What is behind the last line feed.
  private mutating func end() { if !line.isEmpty || isTooLong { finish() } }

  private mutating func append(_ bytes: ArraySlice<UInt8>) {
    if isTooLong || line.count + bytes.count > CountLines.longest {
      isTooLong = true
      line = []
    } else {
      line += bytes
    }
  }

  private mutating func finish() {
    number += 1
    defer {
      line = []
      isTooLong = false
    }
    if isTooLong { return complain("it is longer than ", .number(CountLines.longest), " bytes") }
    let words = line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }).map { Array($0) }
    guard let name = words.first else { return }
    if words.count > 2 { return complain("it has more than a name and a number") }
    if let problem = name.withUnsafeBufferPointer({ Recorder.problem(withName: $0) }) {
      return complain("\"", .bytes(name), "\" is no counter name: ", .literal(problem))
    }
    guard let n = CountLines.number(words.count == 2 ? words[1] : [UInt8]("1")) else {
      return complain("\"", .bytes(words[1]), "\" is no number to add: it must be whole, from 0 to 18446744073709551615")
    }
    do { try count((name, n)) } catch let fault as Fault { complain(.bytes(fault.message)) } catch { complain("it was not counted") }
  }

  private mutating func complain(_ pieces: Piece...) {
    isGood = false
    Complaint.say(sentence(["standard input, line ", .number(number), ": "] + pieces))
  }

  /// Decimal digits of a number of 64 bits.
  static func number(_ text: [UInt8]) -> UInt64? {
    guard !text.isEmpty else { return nil }
    var value: UInt64 = 0
    for digit in text {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
      if tooLarge || overflow { return nil }
      value = sum
    }
    return value
  }
}
