import Files
import Gate
import JSON

/// A report as it is written: all that it says, before anybody asks a config.
/// Its words are good as long as its bytes are there.
struct Draft {
  struct Count {
    let name: Word
    let value: Int64
  }

  struct Program {
    var words: [Word]
    var counters: Range<Int>
    var stacks: Range<Int>

    var name: Word { words[0] }
    var version: Word { words[1] }
    var toolchain: Word { words[2] }
    var os: Word { words[3] }
    var arch: Word { words[4] }

    static let keys: [StaticString] = ["Program", "Version", "GoVersion", "GOOS", "GOARCH"]

    func order(to other: Program) -> Int {
      for (one, another) in zip(words, other.words) {
        let order = one.order(to: another)
        if order != 0 { return order }
      }
      return 0
    }
  }

  private(set) var week: Word?
  private(set) var x: Word?
  private(set) var config: Word?
  /// In the order of their words.
  private(set) var programs: [Program] = []
  /// Of all programs, those of one in the order of names.
  private(set) var counts: [Count] = []
  /// Members that a report does not have.
  private(set) var strangers: [Word] = []

  init(_ scanner: inout Scanner) throws(Flaw) {
    counts.reserveCapacity(64)
    var seen = 0
    let isObject = try scanner.object { (scanner, key) throws(Flaw) in
      if key.isKey("Week") {
        try Draft.once(&seen, 1, key)
        week = try Draft.text(&scanner, key)
      } else if key.isKey("LastWeek") {
        // It would link two reports; that it is a text is all that is asked.
        try Draft.once(&seen, 2, key)
        _ = try Draft.text(&scanner, key)
      } else if key.isKey("X") {
        try Draft.once(&seen, 4, key)
        guard let number = try scanner.number() else { throw scanner.flaw("X should be a number") }
        x = number
      } else if key.isKey("Config") {
        try Draft.once(&seen, 8, key)
        config = try Draft.text(&scanner, key)
      } else if key.isKey("Programs") {
        try Draft.once(&seen, 16, key)
        if try scanner.takeNull() { return }
        let isArray = try scanner.array { (scanner) throws(Flaw) in try addProgram(&scanner) }
        if !isArray { throw scanner.flaw("Programs should be an array") }
      } else {
        strangers.append(key)
        try scanner.skipValue()
      }
    }
    if !isObject { throw scanner.flaw("a report is an object") }
    try scanner.finish()
    try order()
  }

  private static func once(_ seen: inout Int, _ bit: Int, _ key: Word) throws(Flaw) {
    if seen & bit != 0 { throw Flaw("the report has \(key.shown) twice in one object") }
    seen |= bit
  }

  /// Nil for null.
  private static func text(_ scanner: inout Scanner, _ key: Word) throws(Flaw) -> Word? {
    if let text = try scanner.text() { return text }
    if try scanner.takeNull() { return nil }
    throw scanner.flaw("\(key.shown) should be a string")
  }

  private mutating func addProgram(_ scanner: inout Scanner) throws(Flaw) {
    var seen = 0
    let none = counts.count..<counts.count
    var program: Program?
    let isObject = try scanner.object { (scanner, key) throws(Flaw) in
      if program == nil { program = Program(words: [Word](repeating: Word(start: key.start, count: 0), count: Program.keys.count), counters: none, stacks: none) }
      var index = 0
      while index < Program.keys.count {
        if key.isKey(Program.keys[index]) {
          try Draft.once(&seen, 1 << index, key)
          if let text = try Draft.text(&scanner, key) { program?.words[index] = text }
          return
        }
        index += 1
      }
      if key.isKey("Counters") {
        try Draft.once(&seen, 32, key)
        program?.counters = try addCounts(&scanner, key)
      } else if key.isKey("Stacks") {
        try Draft.once(&seen, 64, key)
        program?.stacks = try addCounts(&scanner, key)
      } else {
        strangers.append(key)
        try scanner.skipValue()
      }
    }
    if !isObject { throw scanner.flaw("a program should be an object") }
    guard let program, !program.name.isEmpty else { throw Flaw("a program of the report has no name: each needs Program, Version, GoVersion, GOOS and GOARCH") }
    programs.append(program)
  }

  private mutating func addCounts(_ scanner: inout Scanner, _ key: Word) throws(Flaw) -> Range<Int> {
    let first = counts.count
    if try scanner.takeNull() { return first..<first }
    var isOrdered = true
    let isObject = try scanner.object { (scanner, name) throws(Flaw) in
      guard let number = try scanner.number() else { throw scanner.flaw("a count should be a number") }
      let value = try Draft.value(of: number, name)
      if isOrdered, counts.count > first, counts[counts.count - 1].name.order(to: name) >= 0 { isOrdered = false }
      counts.append(Count(name: name, value: value))
    }
    if !isObject { throw scanner.flaw("\(key.shown) should be an object") }
    let range = first..<counts.count
    // encoding/json writes them in order.
    if isOrdered { return range }
    counts[range].sort { one, other in
      let order = one.name.order(to: other.name)
      return order != 0 ? order < 0 : one.value < other.value
    }
    for index in range.dropFirst() where counts[index].name.order(to: counts[index - 1].name) == 0 {
      // Names that were no UTF-8 are often one, once they are JSON.
      let isReplaced = counts[index].name.bytes.indices.contains { counts[index].name.bytes[$0...].starts(with: [0xef, 0xbf, 0xbd]) }
      if !isReplaced { throw Flaw("the report counts \(counts[index].name.firstLine.shown) twice in one program") }
    }
    return range
  }

  private static func value(of number: Word, _ name: Word) throws(Flaw) -> Int64 {
    if number.start[0] == UInt8(ascii: "-") { throw Flaw("the report counts \(name.firstLine.shown) less than 0 times") }
    var value: Int64 = 0
    for digit in number.buffer {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { throw Flaw("the count of \(name.firstLine.shown) is no whole number") }
      let (ten, isTooMuch) = value.multipliedReportingOverflow(by: 10)
      let (sum, isMore) = ten.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
      if isTooMuch || isMore { throw Flaw("the count of \(name.firstLine.shown) does not fit in 63 bits") }
      value = sum
    }
    return value
  }

  private mutating func order() throws(Flaw) {
    guard programs.count > 1 else { return }
    programs.sort { $0.order(to: $1) < 0 }
    for index in programs.indices.dropFirst() where programs[index].order(to: programs[index - 1]) == 0 {
      throw Flaw("the report has one build of \(programs[index].name.shown) twice")
    }
  }

  // MARK: What it comes to

  /// SHA-256 of what it says, however that is written: white space, the order of
  /// members and of programs do not matter, nor does what no report has.
  func hash(week: [UInt8], x: Double, config: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(64 + programs.count * 160 + counts.count * 64)
    func add(_ number: UInt64) { withUnsafeBytes(of: number.littleEndian) { text.append(copying: $0) } }
    func add(_ word: UnsafeBufferPointer<UInt8>) {
      add(UInt64(word.count))
      text.append(copying: UnsafeRawBufferPointer(word))
    }
    week.withUnsafeBufferPointer { add($0) }
    add(x.bitPattern)
    config.withUnsafeBufferPointer { add($0) }
    for program in programs {
      for word in program.words { add(word.buffer) }
      for range in [program.counters, program.stacks] {
        add(UInt64(range.count))
        for index in range {
          add(counts[index].name.buffer)
          add(UInt64(bitPattern: counts[index].value))
        }
      }
    }
    return SHA256.digest(of: text)
  }

  /// What a report of a config that is not here yet is kept as: without
  /// LastWeek, and without what no report has.
  func text(week: [UInt8], x: Word, config: [UInt8]) -> [UInt8] {
    var json = JSONWriter(indent: [])
    json.beginObject()
    json.key("Week")
    json.string(week)
    json.key("X")
    json.raw(x.bytes)
    json.key("Programs")
    json.beginArray()
    for program in programs {
      json.beginObject()
      for (key, word) in zip(Program.keys, program.words) {
        json.key(key)
        json.string(word.bytes)
      }
      for (key, range) in [("Counters", program.counters), ("Stacks", program.stacks)] as [(StaticString, Range<Int>)] {
        json.key(key)
        json.beginObject()
        for index in range {
          json.key(counts[index].name.bytes)
          json.integer(counts[index].value)
        }
        json.endObject()
      }
      json.endObject()
    }
    json.endArray()
    json.key("Config")
    json.string(config)
    json.endObject()
    return json.bytes
  }
}
