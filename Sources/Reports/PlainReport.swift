import CounterFile
import Files
import JSON

extension ReportDocument {
  /// A report in which all is as writers of reports write it, without a tree in
  /// between: a viewer reads a year of them before its first page. Nil for anything
  /// else, damaged or not: then `init(report:origin:)` says what it is.
  public init?(plain bytes: [UInt8]) {
    var reader = PlainReport(bytes, keepsCounts: true)
    guard let document = try? reader.document() else { return nil }
    self = document
  }

  /// The week of a report that `init(plain:)` takes.
  public static func week(ofPlain bytes: [UInt8]) -> [UInt8]? {
    var reader = PlainReport(bytes, keepsCounts: false)
    return (try? reader.document())?.end
  }
}

private struct PlainReport {
  private static let notPlain = JSONFault(offset: 0, line: 1, column: 1, message: [])

  private var parts: JSONParts

  private let keepsCounts: Bool

  init(_ bytes: [UInt8], keepsCounts: Bool) { (parts, self.keepsCounts) = (JSONParts(bytes), keepsCounts) }

  private mutating func text() throws(JSONFault) -> [UInt8] {
    guard let text = try parts.string() else { throw PlainReport.notPlain }
    return text
  }

  /// Members that are there once, and no others: `of` are their names, in the order
  /// that they most often have.
  private mutating func members(of names: [StaticString], _ read: (inout PlainReport, Int) throws(JSONFault) -> Void) throws(JSONFault) {
    var object = try parts.beginObject()
    var seen: UInt16 = 0
    var likely = 0
    while let name = try parts.member(of: &object) {
      if likely >= names.count || !parts.isName(name, names[likely]) {
        guard let index = names.indices.first(where: { parts.isName(name, names[$0]) }) else { throw PlainReport.notPlain }
        likely = index
      }
      if seen >> likely & 1 != 0 { throw PlainReport.notPlain }
      seen |= 1 << likely
      try read(&self, likely)
      likely += 1
    }
  }

  mutating func document() throws(JSONFault) -> ReportDocument {
    var week: [UInt8]?
    var programs: [ReportDocument.Program] = []
    try members(of: ["Week", "LastWeek", "X", "Programs", "Config"]) { (reader, member) throws(JSONFault) in
      switch member {
      case 0: week = try reader.text()
      case 3:
        var array = try reader.parts.beginArray()
        while try reader.parts.element(of: &array) { programs.append(try reader.program()) }
      default: try reader.parts.skip()
      }
    }
    try parts.end()
    guard let week else { throw PlainReport.notPlain }
    return ReportDocument(begin: [], end: week, programs: programs)
  }

  private mutating func program() throws(JSONFault) -> ReportDocument.Program {
    var texts = [[UInt8]](repeating: [], count: 5)
    var counters: [(name: [UInt8], value: UInt64)] = []
    var stacks: [(name: [UInt8], value: UInt64)] = []
    var hasName = false
    try members(of: ["Program", "Version", "GoVersion", "GOOS", "GOARCH", "Counters", "Stacks"]) { (reader, member) throws(JSONFault) in
      switch member {
      case 5: counters = try reader.counts()
      case 6: stacks = try reader.counts()
      default:
        texts[member] = try reader.text()
        if member == 0 { hasName = true }
      }
    }
    if !hasName { throw PlainReport.notPlain }
    let counts = counters + stacks
    return ReportDocument.Program(
      identity: Identity(program: texts[0], version: texts[1], toolchain: texts[2], os: texts[3], arch: texts[4]),
      counts: counts.map { $0.name }.orderOfBytes.map { counts[$0] })
  }

  /// Counts that are no more than 2⁶³ − 1; the reference writes others as negative numbers.
  private mutating func counts() throws(JSONFault) -> [(name: [UInt8], value: UInt64)] {
    var counts: [(name: [UInt8], value: UInt64)] = []
    if parts.next == UInt8(ascii: "n") {
      guard case .null = try parts.value() else { throw PlainReport.notPlain }
      return counts
    }
    var object = try parts.beginObject()
    while let name = try parts.member(of: &object) {
      guard let value = try parts.unsigned(), value <= UInt64(Int64.max) else { throw PlainReport.notPlain }
      if keepsCounts { counts.append((parts.text(of: name), value)) }
    }
    return counts
  }
}
