import Dates
import Files
import JSON
import Store

/// Reads what `Publication.json` wrote, and nothing that is not like it: numbers
/// that cannot be, such as more reports with something than there are, are refused.
extension Publication {
  /// `origin` is named in sentences.
  public init(json text: [UInt8], origin: [UInt8]) throws(Fault) {
    let value: JSONValue
    do throws(JSONFault) { value = try JSONReader.value(of: text) } catch {
      throw Fault(.corrupt, .bytes(origin), ":", .number(error.line), ":", .number(error.column), ": ", .bytes(error.message))
    }
    let reader = Fields(origin: origin)
    guard try reader.number(value, "format") == Publication.format else { throw reader.fault("format", "1: a newer collector has written it") }
    guard let span = TimeSpan(name: try reader.text(value, "span")) else { throw reader.fault("span", "weeks/ or days/, and a day") }
    guard let made = Day(text: try reader.text(value, "made")) else { throw reader.fault("made", "a day") }
    let edition = try reader.number(value, "edition")
    let least = try reader.number(value, "least")
    guard edition == 1 || edition == 2 else { throw reader.fault("edition", "1 or 2") }
    self.init(
      span: span, edition: edition, isFinal: try reader.bool(value, "final"), made: made, least: least, reports: try reader.number(value, "reports"),
      programs: try reader.list(value, "programs") { (item) throws(Fault) in
        ProgramData(name: try reader.text(item, "name"), reports: try reader.number(item, "reports"), charts: try reader.list(item, "charts") { (item) throws(Fault) in try reader.chart(item) })
      })
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

private struct Fields {
  let origin: [UInt8]

  func fault(_ key: StaticString, _ wanted: StaticString) -> Fault { Fault(.corrupt, .bytes(origin), " is no data of a collector: ", .literal(key), " should be ", .literal(wanted)) }

  func text(_ value: JSONValue, _ key: StaticString) throws(Fault) -> [UInt8] {
    guard case .string(let text)? = value[key] else { throw fault(key, "a string") }
    return text
  }

  func name(_ value: JSONValue, _ key: StaticString) throws(Fault) -> [UInt8]? {
    switch value[key] {
    case .string(let text)?: return text
    case .null?: return nil
    default: throw fault(key, "a string or null")
    }
  }

  func bool(_ value: JSONValue, _ key: StaticString) throws(Fault) -> Bool {
    guard case .bool(let bool)? = value[key] else { throw fault(key, "true or false") }
    return bool
  }

  /// Not more than a double can count.
  func number(_ value: JSONValue, _ key: StaticString) throws(Fault) -> Int {
    guard let number = value[key]?.int64, number >= 0, number <= 1 << 53 else { throw fault(key, "a number of reports") }
    return Int(number)
  }

  func unsigned(_ value: JSONValue, _ key: StaticString) throws(Fault) -> UInt64 {
    guard case .number(let text)? = value[key], let number = UInt64(String(decoding: text, as: UTF8.self)) else { throw fault(key, "a whole number") }
    return number
  }

  /// Over 0, and at most 1.
  func rate(_ value: JSONValue) throws(Fault) -> Double {
    guard case .number(let text)? = value["rate"], let rate = Double(String(decoding: text, as: UTF8.self)), rate > 1e-9, rate <= 1 else { throw fault("rate", "a part of 1") }
    return rate
  }

  func list<T>(_ value: JSONValue, _ key: StaticString, _ read: (JSONValue) throws(Fault) -> T) throws(Fault) -> [T] {
    guard case .array(let items)? = value[key] else { throw fault(key, "an array") }
    var list: [T] = []
    list.reserveCapacity(items.count)
    for item in items { list.append(try read(item)) }
    return list
  }

  func chart(_ item: JSONValue) throws(Fault) -> ChartData {
    guard let kind = ChartData.Kind(rawValue: String(decoding: try text(item, "kind"), as: UTF8.self)) else { throw fault("kind", "partition, histogram, stack or about") }
    let asked = try list(item, "asked") { (item) throws(Fault) in Stratum(rate: try rate(item), reports: 0, of: try number(item, "of")) }
    return ChartData(name: try text(item, "name"), kind: kind, asked: asked, rows: try list(item, "rows") { (item) throws(Fault) in try row(item) })
  }

  /// What can be calculated is, and what is written must be equal to it.
  func row(_ item: JSONValue) throws(Fault) -> DataRow {
    guard let dimension = Dimension(rawValue: String(decoding: try text(item, "dimension"), as: UTF8.self)) else { throw fault("dimension", "all, version, os, arch or toolchain") }
    var strata = [Stratum(rate: 1, reports: try number(item, "reports"), of: try number(item, "of"))]
    if item["strata"] != nil {
      strata = try list(item, "strata") { (item) throws(Fault) in Stratum(rate: try rate(item), reports: try number(item, "reports"), of: try number(item, "of")) }
    }
    guard strata.count <= 1000, strata.allSatisfy({ $0.of > 0 && $0.of < 1 << 40 && $0.reports < 1 << 40 }) else { throw fault("of", "some reports") }
    let isAtLeast = item["at_least"] == nil ? false : try bool(item, "at_least")
    let row = DataRow(bucket: try name(item, "bucket"), dimension: dimension, value: try name(item, "value"), strata: strata, total: try unsigned(item, "total"), isAtLeast: isAtLeast)
    // What is put together counts a report in several buckets several times.
    if row.bucket != nil, strata.contains(where: { $0.reports > $0.of }) { throw fault("reports", "no more than there are") }
    guard row.reports == (try number(item, "reports")), row.of == (try number(item, "of")) else { throw fault("strata", "what the row is made of") }
    return row
  }
}
