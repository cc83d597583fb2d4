import Dates
import Files
import JSON
import Store

/// Reads what `Publication.json` wrote, and nothing that is not like it: numbers
/// that cannot be, such as more reports with something than there are, are refused.
/// Nothing but the publication is in memory meanwhile: a week of many programs has
/// tens of megabytes of text.
extension Publication {
  /// `origin` is named in sentences. Rows of other dimensions than these are read,
  /// and left out.
  public init(json text: [UInt8], origin: [UInt8], of dimensions: Set<Dimension> = Set(Dimension.allCases)) throws(Fault) {
    var reader = Reader(text, origin: origin, dimensions)
    self = try reader.publication()
  }
}

extension TimeSpan {
  /// `weeks/2026-11-22`.
  public init?(name: [UInt8]) {
    let kind: Kind = name.starts(with: Array("days/".utf8)) ? .day : .week
    let head = kind == .day ? "days/" : "weeks/"
    guard name.starts(with: Array(head.utf8)), let end = Day(text: name.dropFirst(head.utf8.count)) else { return nil }
    self.init(kind, ending: end)
  }
}

private struct Reader {
  private var parts: JSONParts
  private let origin: [UInt8]
  private let dimensions: Set<Dimension>

  init(_ text: [UInt8], origin: [UInt8], _ dimensions: Set<Dimension>) { (parts, self.origin, self.dimensions) = (JSONParts(text), origin, dimensions) }

  private func fault(_ key: StaticString, _ wanted: StaticString) -> Fault { Fault(.corrupt, .bytes(origin), " is no data of a collector: ", .literal(key), " should be ", .literal(wanted)) }

  // MARK: JSON

  private mutating func json<T>(_ read: (inout JSONParts) throws(JSONFault) -> T) throws(Fault) -> T {
    do throws(JSONFault) { return try read(&parts) } catch {
      throw Fault(.corrupt, .bytes(origin), ":", .number(error.line), ":", .number(error.column), ": ", .bytes(error.message))
    }
  }

  /// Each member of an object is given to `read`, which has it read or skipped.
  private mutating func members(_ read: (inout Reader, JSONParts.Name) throws(Fault) -> Void) throws(Fault) {
    var object = try json { (parts) throws(JSONFault) in try parts.beginObject() }
    while let name = try json({ (parts) throws(JSONFault) in try parts.member(of: &object) }) { try read(&self, name) }
  }

  private mutating func list<T>(_ read: (inout Reader) throws(Fault) -> T?) throws(Fault) -> [T] {
    var list: [T] = []
    var array = try json { (parts) throws(JSONFault) in try parts.beginArray() }
    while try json({ (parts) throws(JSONFault) in try parts.element(of: &array) }) { if let item = try read(&self) { list.append(item) } }
    return list
  }

  private mutating func skip() throws(Fault) { try json { (parts) throws(JSONFault) in try parts.skip() } }

  private mutating func text(_ key: StaticString) throws(Fault) -> [UInt8] {
    guard let text = try json({ (parts) throws(JSONFault) in try parts.string() }) else { throw fault(key, "a string") }
    return text
  }

  private mutating func name(_ key: StaticString) throws(Fault) -> [UInt8]? {
    switch try json({ (parts) throws(JSONFault) in try parts.value() }) {
    case .string(let text): return text
    case .null: return nil
    default: throw fault(key, "a string or null")
    }
  }

  private mutating func bool(_ key: StaticString) throws(Fault) -> Bool {
    guard case .bool(let bool) = try json({ (parts) throws(JSONFault) in try parts.value() }) else { throw fault(key, "true or false") }
    return bool
  }

  /// Not more than a double can count.
  private mutating func number(_ key: StaticString) throws(Fault) -> Int {
    guard let number = try json({ (parts) throws(JSONFault) in try parts.unsigned() }), number <= 1 << 53 else { throw fault(key, "a number of reports") }
    return Int(number)
  }

  /// Over 0, and at most 1.
  private mutating func rate() throws(Fault) -> Double {
    guard let text = try json({ (parts) throws(JSONFault) in try parts.number() }), let rate = Double(String(decoding: text, as: UTF8.self)), rate > 1e-9, rate <= 1 else { throw fault("rate", "a part of 1") }
    return rate
  }

  private func there<T>(_ value: T?, _ key: StaticString, _ wanted: StaticString) throws(Fault) -> T {
    guard let value else { throw fault(key, wanted) }
    return value
  }

  // MARK: What is in it

  mutating func publication() throws(Fault) -> Publication {
    var format, edition, least, reports: Int?
    var span: TimeSpan?
    var made: Day?
    var isFinal: Bool?
    var programs: [ProgramData]?
    try members { (reader, name) throws(Fault) in
      let parts = reader.parts
      if parts.isName(name, "format") {
        format = try reader.number("format")
        // What another format has in it is not read as this one.
        if format != Publication.format { throw reader.fault("format", "1: a newer collector has written it") }
      } else if parts.isName(name, "span") {
        span = TimeSpan(name: try reader.text("span"))
      } else if parts.isName(name, "made") {
        made = Day(text: try reader.text("made"))
      } else if parts.isName(name, "edition") {
        edition = try reader.number("edition")
      } else if parts.isName(name, "least") {
        least = try reader.number("least")
      } else if parts.isName(name, "reports") {
        reports = try reader.number("reports")
      } else if parts.isName(name, "final") {
        isFinal = try reader.bool("final")
      } else if parts.isName(name, "programs") {
        programs = try reader.list { (reader) throws(Fault) in try reader.program() }
      } else {
        try reader.skip()
      }
    }
    try json { (parts) throws(JSONFault) in try parts.end() }
    _ = try there(format, "format", "1")
    guard let edition, edition == 1 || edition == 2 else { throw fault("edition", "1 or 2") }
    return Publication(
      span: try there(span, "span", "weeks/ or days/, and a day"), edition: edition, isFinal: try there(isFinal, "final", "true or false"), made: try there(made, "made", "a day"),
      least: try there(least, "least", "a number of reports"), reports: try there(reports, "reports", "a number of reports"), programs: try there(programs, "programs", "an array"))
  }

  private mutating func program() throws(Fault) -> ProgramData {
    var name: [UInt8]?
    var reports: Int?
    var charts: [ChartData]?
    try members { (reader, key) throws(Fault) in
      if reader.parts.isName(key, "name") {
        name = try reader.text("name")
      } else if reader.parts.isName(key, "reports") {
        reports = try reader.number("reports")
      } else if reader.parts.isName(key, "charts") {
        charts = try reader.list { (reader) throws(Fault) in try reader.chart() }
      } else {
        try reader.skip()
      }
    }
    return ProgramData(name: try there(name, "name", "a string"), reports: try there(reports, "reports", "a number of reports"), charts: try there(charts, "charts", "an array"))
  }

  private mutating func chart() throws(Fault) -> ChartData {
    var name: [UInt8]?
    var kind: ChartData.Kind?
    var asked: [Stratum]?
    var rows: [DataRow]?
    try members { (reader, key) throws(Fault) in
      if reader.parts.isName(key, "name") {
        name = try reader.text("name")
      } else if reader.parts.isName(key, "kind") {
        kind = ChartData.Kind(rawValue: String(decoding: try reader.text("kind"), as: UTF8.self))
      } else if reader.parts.isName(key, "asked") {
        asked = try reader.list { (reader) throws(Fault) in try reader.stratum(hasReports: false) }
      } else if reader.parts.isName(key, "rows") {
        rows = try reader.list { (reader) throws(Fault) in try reader.row() }
      } else {
        try reader.skip()
      }
    }
    return ChartData(
      name: try there(name, "name", "a string"), kind: try there(kind, "kind", "partition, histogram, stack or about"), asked: try there(asked, "asked", "an array"), rows: try there(rows, "rows", "an array"))
  }

  private mutating func stratum(hasReports: Bool) throws(Fault) -> Stratum {
    var rate: Double?
    var reports: Int? = hasReports ? nil : 0
    var of: Int?
    try members { (reader, key) throws(Fault) in
      if reader.parts.isName(key, "rate") {
        rate = try reader.rate()
      } else if hasReports, reader.parts.isName(key, "reports") {
        reports = try reader.number("reports")
      } else if reader.parts.isName(key, "of") {
        of = try reader.number("of")
      } else {
        try reader.skip()
      }
    }
    return Stratum(rate: try there(rate, "rate", "a part of 1"), reports: try there(reports, "reports", "a number of reports"), of: try there(of, "of", "a number of reports"))
  }

  /// What can be calculated is, and what is written must be equal to it. Nil if it
  /// is left out.
  private mutating func row() throws(Fault) -> DataRow? {
    var bucket, value: [UInt8]??
    var dimension: Dimension?
    var reports, of: Int?
    var total: UInt64?
    var strata: [Stratum]?
    var isAtLeast = false
    try members { (reader, key) throws(Fault) in
      let parts = reader.parts
      if parts.isName(key, "bucket") {
        bucket = .some(try reader.name("bucket"))
      } else if parts.isName(key, "dimension") {
        dimension = Dimension(rawValue: String(decoding: try reader.text("dimension"), as: UTF8.self))
      } else if parts.isName(key, "value") {
        value = .some(try reader.name("value"))
      } else if parts.isName(key, "reports") {
        reports = try reader.number("reports")
      } else if parts.isName(key, "of") {
        of = try reader.number("of")
      } else if parts.isName(key, "total") {
        total = try reader.json { (parts) throws(JSONFault) in try parts.unsigned() }
      } else if parts.isName(key, "strata") {
        strata = try reader.list { (reader) throws(Fault) in try reader.stratum(hasReports: true) }
      } else if parts.isName(key, "at_least") {
        isAtLeast = try reader.bool("at_least")
      } else {
        try reader.skip()
      }
    }
    let all = Stratum(rate: 1, reports: try there(reports, "reports", "a number of reports"), of: try there(of, "of", "a number of reports"))
    let dimensionOfRow = try there(dimension, "dimension", "all, version, os, arch or toolchain")
    let made = strata ?? [all]
    guard made.count <= 1000, made.allSatisfy({ $0.of > 0 && $0.of < 1 << 40 && $0.reports < 1 << 40 }) else { throw fault("of", "some reports") }
    let row = DataRow(
      bucket: try there(bucket, "bucket", "a string or null"), dimension: dimensionOfRow, value: try there(value, "value", "a string or null"), strata: made, total: try there(total, "total", "a whole number"),
      isAtLeast: isAtLeast)
    // What is put together counts a report in several buckets several times.
    if row.bucket != nil, made.contains(where: { $0.reports > $0.of }) { throw fault("reports", "no more than there are") }
    guard row.reports == all.reports, row.of == all.of else { throw fault("strata", "what the row is made of") }
    return dimensions.contains(dimensionOfRow) ? row : nil
  }
}
