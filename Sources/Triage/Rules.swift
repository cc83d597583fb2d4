import ChartConfig
import Files

/// What a team says of its programs' stacks: records of `key: value`, parted by `---`.
public struct Rules: Sendable {
  public struct Record: Sendable {
    let program: Pattern
    /// What stands before `bug in` in a new issue's title.
    var title: [UInt8]?
    var labels: [[UInt8]] = []
    /// Symbols of wrappers, such as those that every panic goes through.
    var ignored: [Pattern] = []
    /// Symbols that are blamed before others.
    var blamed: [Pattern] = []
    var links: [Link] = []
  }

  /// From a module to a page on one of its functions.
  public struct Link: Sendable {
    let module: [UInt8]
    let template: [UInt8]
  }

  public private(set) var records: [Record] = []

  static let longest = 1 << 20
  static let mostPatterns = 500

  public init() {}

  public init(_ text: [UInt8], file: Int, _ problems: inout Problems) {
    if text.count > Rules.longest {
      problems.error(Position(file: file, line: 1, column: 1), "rules have at most 1 MiB")
      return
    }
    var record: Record?
    var patterns = 0
    for (index, whole) in text.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
      // A # in a link is part of it: a comment has a blank before.
      let line = Rules.withoutComment(whole)
      let position = Position(file: file, line: index + 1, column: 1 + line.prefix { $0 == 0x20 || $0 == 0x09 }.count)
      let content = line.trimmed
      if content.isEmpty { continue }
      if content == "---" {
        if let record { records.append(record) }
        record = nil
        continue
      }
      guard let colon = content.firstIndex(of: UInt8(ascii: ":")) else {
        problems.error(position, "this is no line of a record", hint: "a line is key: value, and --- parts records")
        continue
      }
      let key = Array(content[..<colon]).trimmed
      let value = Array(content[(colon + 1)...]).trimmed
      let words = value.split { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") }.map { Array($0) }
      if value.isEmpty {
        problems.error(position, "\(shown(key)) has no value")
        continue
      }
      func pattern(_ word: [UInt8]) -> Pattern? {
        patterns += 1
        if patterns > Rules.mostPatterns {
          problems.error(position, "there are more than \(Rules.mostPatterns) patterns")
          return nil
        }
        do { return try Pattern(glob: word) } catch {
          problems.error(position, "\(shown(word)): \(error.message)", hint: error.hint)
          return nil
        }
      }
      if key == "program" {
        if record != nil { problems.error(position, "a record has one program", hint: "--- begins another record; * is any text, so that example.com/* is several programs") }
        if let glob = pattern(value) { record = record ?? Record(program: glob) }
        continue
      }
      guard ["title", "labels", "ignore", "blame", "link"].contains(String(decoding: key, as: UTF8.self)) else {
        problems.error(position, "there is no key \(shown(key))", hint: "there are program, title, labels, ignore, blame and link")
        continue
      }
      if record == nil {
        problems.error(position, "a record begins with its program", hint: "program: * is for all")
        record = (try? Pattern(glob: [UInt8(ascii: "*")])).map { Record(program: $0) }
      }
      switch String(decoding: key, as: UTF8.self) {
      case "title": record?.title = value
      case "labels": record?.labels += value.split(separator: UInt8(ascii: ",")).map { Array($0).trimmed }.filter { !$0.isEmpty }
      case "ignore": record?.ignored += words.compactMap(pattern)
      case "blame": record?.blamed += words.compactMap(pattern)
      default:
        let parts = value.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 }).map { Array($0) }
        if parts.count == 2, Link.isGood(parts[1]) {
          record?.links.append(Link(module: parts[0], template: parts[1]))
        } else {
          problems.error(position, "a link is a module and an address", hint: "such as: link: example.com/paint https://example.com/src/{version}/{package}?find={function}")
        }
      }
    }
    if let record { records.append(record) }
  }

  private static func withoutComment(_ line: ArraySlice<UInt8>) -> [UInt8] {
    for at in line.indices where line[at] == UInt8(ascii: "#") {
      if at == line.startIndex || line[at - 1] == 0x20 || line[at - 1] == 0x09 { return Array(line[..<at]) }
    }
    return Array(line)
  }

  /// Those of one program, put together.
  func record(of program: [UInt8]) -> Record {
    var all = Record(program: Pattern(steps: [.match]))
    for record in records where record.program.matches(program) {
      all.title = record.title ?? all.title
      all.labels += record.labels.filter { !all.labels.contains($0) }
      all.ignored += record.ignored
      all.blamed += record.blamed
      all.links += record.links
    }
    return all
  }
}

extension Rules.Link {
  private static let names = ["version", "module", "package", "function", "symbol", "line"]

  /// An address on the web, with braces around names of ours only.
  static func isGood(_ template: [UInt8]) -> Bool {
    guard template.starts(with: [UInt8]("https://")) || template.starts(with: [UInt8]("http://")) else { return false }
    guard template.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"<>()\"`\\".utf8.contains($0) }) else { return false }
    var rest = template[...]
    while let open = rest.firstIndex(of: UInt8(ascii: "{")) {
      guard let close = rest[open...].firstIndex(of: UInt8(ascii: "}")), names.contains(String(decoding: rest[(open + 1)..<close], as: UTF8.self)) else { return false }
      rest = rest[(close + 1)...]
    }
    return true
  }

  /// The address for a frame; nil if it is of another module. What comes from a
  /// report is percent-encoded.
  func address(_ frame: StackText.Frame, version: [UInt8]) -> [UInt8]? {
    let isModule = frame.scope.starts(with: module) && (frame.scope.count == module.count || frame.scope[module.count] == UInt8(ascii: "/"))
    guard isModule || module == "*" else { return nil }
    var text: [UInt8] = []
    var rest = template[...]
    while let open = rest.firstIndex(of: UInt8(ascii: "{")), let close = rest[open...].firstIndex(of: UInt8(ascii: "}")) {
      text += rest[..<open]
      let value =
        switch String(decoding: rest[(open + 1)..<close], as: UTF8.self) {
        case "version": version
        case "module": module
        case "package": frame.scope
        case "function": frame.function
        case "symbol": frame.symbol
        default: frame.line.filter { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        }
      text += Rules.Link.encoded(value)
      rest = rest[(close + 1)...]
    }
    return text + rest
  }

  private static func encoded(_ value: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    for byte in value.prefix(500) {
      if isWord(byte) || "-./".utf8.contains(byte) {
        text.append(byte)
      } else {
        let digits = [hexDigit(byte >> 4), hexDigit(byte & 15)].map { $0 >= UInt8(ascii: "a") ? $0 & 0xdf : $0 }
        text += [UInt8(ascii: "%")] + digits
      }
    }
    return text
  }
}
