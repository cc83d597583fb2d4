import Files

/// One `key: value`.
struct Field {
  let key: Key
  let keyAt: Position
  var value: [UInt8]
  /// Of the value's first byte.
  let at: Position
  /// Of a counter with braces: what is in them.
  var buckets: [(name: [UInt8], at: Position)]?
}

/// The lines between two separators.
struct Record {
  var fields: [Field] = []
  /// There were more.
  var isCut = false

  subscript(_ key: Key) -> Field? { fields.first { $0.key == key } }

  func all(_ key: Key) -> [Field] { fields.filter { $0.key == key } }
}

/// Cuts a chart config into records. The grammar is the reference's; where that
/// is lax this is strict, because a slip would go out to every user's machine.
struct RecordReader {
  /// In bytes.
  static let longestFile = 1 << 20
  static let longestLine = 4096
  static let mostRecords = 10_000
  /// Of a record; and buckets of a counter.
  static let mostFields = 1000

  private let file: Int
  private(set) var records: [Record] = []
  private var record = Record()
  /// The braces that are open.
  private var open: Braces?

  private struct Braces {
    var field: Field
    let brace: Position
    /// What is read and was not ended yet by a comma or the brace.
    var bucket: (name: [UInt8], at: Position)?
    var comma: Position?
    /// Those beyond the limit are counted alone.
    var count = 0

    mutating func add(_ bucket: (name: [UInt8], at: Position)) {
      count += 1
      if count <= RecordReader.mostFields { field.buckets?.append(bucket) }
    }
  }

  static func records(of text: [UInt8], file: Int, _ problems: inout Problems) -> [Record] {
    let start = Position(file: file, line: 1, column: 1)
    if text.count > longestFile {
      problems.error(start, "the file is too large: \(grouped(text.count)) bytes, at most \(grouped(longestFile)) are read")
      return []
    }
    var reader = RecordReader(file: file)
    reader.read(text, &problems)
    return reader.records
  }

  private init(file: Int) { self.file = file }

  private mutating func read(_ text: [UInt8], _ problems: inout Problems) {
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    var number = 0
    for var line in text.split(separator: 0x0a, omittingEmptySubsequences: false) {
      number += 1
      if number == 1, line.starts(with: mark) { line = line.dropFirst(3) }
      if line.last == 0x0d { line = line.dropLast() }
      read(Array(line), at: Position(file: file, line: number, column: 1), &problems)
      if records.count > RecordReader.mostRecords {
        problems.error(Position(file: file, line: number, column: 1), "there are more than \(grouped(RecordReader.mostRecords)) records")
        return
      }
    }
    endRecord(Position(file: file, line: number, column: 1), &problems)
  }

  private mutating func endRecord(_ position: Position, _ problems: inout Problems) {
    if let open {
      problems.error(open.brace, "this brace is not closed before the record ends", hint: "put } behind the last bucket")
      record.fields.append(open.field)
      self.open = nil
    }
    if !record.fields.isEmpty { records.append(record) }
    record = Record()
  }

  private mutating func read(_ whole: [UInt8], at start: Position, _ problems: inout Problems) {
    if whole.count > RecordReader.longestLine {
      problems.error(start, "the line has \(grouped(whole.count)) bytes; at most \(grouped(RecordReader.longestLine)) are allowed")
      return
    }
    if let column = RecordReader.badByte(whole) {
      problems.error(start.moved(by: column), "this is no printable text in UTF-8", hint: "save the file as UTF-8 without control characters")
      return
    }
    var line = whole[...]
    if let hash = whole.firstIndex(of: UInt8(ascii: "#")) {
      line = whole[..<hash]
      let isInside = hash > 0 && whole[hash - 1] != 0x20 && whole[hash - 1] != 0x09
      if isInside, open == nil, !line.allSatisfy(isBlank) {
        problems.warning(start.moved(by: hash), "what is behind # is a comment, even inside a word", hint: "leave the # out, or put a space before a comment")
      }
    }
    while let last = line.last, isBlank(last) { line.removeLast() }
    if open != nil, Array(line) != [UInt8]("---") {
      readBuckets(line, start, &problems)
    } else if Array(line) == [UInt8]("---") {
      if whole.count > line.count, whole[line.count...].contains(UInt8(ascii: "#")) {
        problems.warning(start, "the reference takes no comment behind a separator", hint: "put it on a line of its own")
      }
      endRecord(start, &problems)
    } else if !line.isEmpty {
      readField(line, start, &problems)
    }
  }

  private mutating func readField(_ line: ArraySlice<UInt8>, _ start: Position, _ problems: inout Problems) {
    guard let first = line.first, !isBlank(first) else {
      return problems.error(start, "a key begins in the first column", hint: "remove the blanks before it; only buckets in braces may be indented")
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
      return problems.error(start, "a line is \"key: value\", \"---\" or a comment", hint: RecordReader.hint(forLine: line))
    }
    let word = Array(line[..<colon])
    guard let key = Key(rawValue: String(decoding: word, as: UTF8.self)) else {
      return problems.error(start, "there is no key \"\(shown(word))\"", hint: RecordReader.hint(forKey: word))
    }
    var value = line[(colon + 1)...]
    while let first = value.first, isBlank(first) { value.removeFirst() }
    guard record.fields.count < RecordReader.mostFields else {
      if !record.isCut { problems.error(start, "a record has at most \(grouped(RecordReader.mostFields)) lines", hint: "put --- between two records") }
      record.isCut = true
      return
    }
    let field = Field(key: key, keyAt: start, value: Array(value), at: start.moved(by: value.startIndex))
    if let before = record[key], !key.isRepeatable {
      return problems.error(
        start, "\(key.rawValue) is set twice in this record, the first time in line \(before.keyAt.line)", hint: "put --- between two records")
    }
    if value.isEmpty { return problems.error(field.at, "\(key.rawValue) has no value", hint: "remove the line, or give it one") }
    guard let brace = value.firstIndex(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else { return record.fields.append(field) }
    guard key == .counter else {
      return problems.error(start.moved(by: brace), "braces are for the buckets of a counter, and nothing else")
    }
    guard value[brace] == UInt8(ascii: "{") else { return problems.error(start.moved(by: brace), "this } closes nothing") }
    var counter = field
    counter.value = Array(value[..<brace])
    counter.buckets = []
    open = Braces(field: counter, brace: start.moved(by: brace))
    readBuckets(value[(brace + 1)...], start, &problems)
  }

  /// A line, or the rest of one, inside braces.
  private mutating func readBuckets(_ line: ArraySlice<UInt8>, _ start: Position, _ problems: inout Problems) {
    guard var inside = open else { return }
    open = nil  // or each line would copy the buckets
    var at = line.startIndex
    while at < line.endIndex {
      let byte = line[at]
      let here = start.moved(by: at)
      if isBlank(byte) {
        at += 1
      } else if byte == UInt8(ascii: ",") {
        if let bucket = inside.bucket { inside.add(bucket) } else { problems.error(here, "there is no bucket before this comma") }
        (inside.bucket, inside.comma) = (nil, here)
        at += 1
      } else if byte == UInt8(ascii: "}") {
        if let bucket = inside.bucket {
          inside.add(bucket)
        } else if let comma = inside.comma {
          problems.error(comma, "there is no bucket between this comma and the }", hint: "remove the comma")
        } else {
          problems.error(inside.brace, "there is no bucket in these braces", hint: "name the buckets, or leave the braces out")
        }
        if at + 1 < line.endIndex {
          problems.error(here.moved(by: 1), "nothing may be behind the closing brace", hint: "a counter is chart, chart:bucket or chart:{bucket,bucket}")
        }
        if inside.count > RecordReader.mostFields {
          problems.error(inside.brace, "\(grouped(inside.count)) buckets; at most \(grouped(RecordReader.mostFields)) are allowed in one chart")
        }
        record.fields.append(inside.field)
        return
      } else if byte == UInt8(ascii: "{") {
        problems.error(here, "there is a brace inside the braces", hint: "was the first one, in line \(inside.brace.line), meant to be closed?")
        at += 1
      } else {
        let end = line[at...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "{") } ?? line.endIndex
        var name = line[at..<end]
        while let last = name.last, isBlank(last) { name.removeLast() }
        if let before = inside.bucket {
          problems.error(here, "a comma is missing between \"\(shown(before.name))\" and \"\(shown(Array(name)))\"")
          inside.add(before)
        }
        inside.bucket = (Array(name), here)
        at = end
      }
    }
    open = inside
  }

  private static func hint(forLine line: ArraySlice<UInt8>) -> String {
    if line.allSatisfy({ $0 == UInt8(ascii: "-") }) { return "the separator has three dashes" }
    let word = Array(line.prefix { !isBlank($0) })
    return Key.near(word).map { "did you mean \"\($0.rawValue): \(shown(Array(line.dropFirst(word.count)).trimmed))\"?" } ?? "put # before a comment"
  }

  private static func hint(forKey word: [UInt8]) -> String {
    Key.near(word.trimmed).map { "did you mean \($0.rawValue)?" } ?? "the keys are " + Key.allCases.map(\.rawValue).joined(separator: ", ")
  }

  /// Offset of what is no printable character; tabs are.
  private static func badByte(_ line: [UInt8]) -> Int? {
    if line.allSatisfy({ $0 >= 0x20 && $0 < 0x7f || $0 == 0x09 }) { return nil }
    return line.withUnsafeBufferPointer { buffer in
      var at = 0
      while at < buffer.count {
        if buffer[at] < 0x80 {
          if buffer[at] < 0x20 && buffer[at] != 0x09 || buffer[at] == 0x7f { return at }
          at += 1
        } else {
          guard let (scalar, length) = Text.scalar(buffer, at: at), !Text.isControl(scalar) else { return at }
          at += length
        }
      }
      return nil
    }
  }
}

func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
