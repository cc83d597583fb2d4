import Dates
import Files
import JSON
import Publishing

/// What is published of a span, as a file.
enum DataFile {
  static func json(_ publication: Publication) -> [UInt8] {
    var json = JSONWriter(indent: [])
    json.beginObject()
    json.key("span")
    json.string(Array(publication.span.name.utf8))
    json.key("edition")
    json.integer(Int64(publication.edition))
    json.key("final")
    json.bool(publication.isFinal)
    json.key("made")
    json.string(publication.made.text)
    json.key("least")
    json.integer(Int64(publication.least))
    json.key("reports")
    json.integer(Int64(publication.reports))
    json.key("programs")
    json.beginArray()
    for program in publication.programs {
      json.beginObject()
      json.key("name")
      json.string(program.name)
      json.key("reports")
      json.integer(Int64(program.reports))
      json.key("charts")
      json.beginArray()
      for chart in program.charts {
        json.beginObject()
        json.key("name")
        json.string(chart.name)
        json.key("kind")
        json.string(Array(chart.kind.rawValue.utf8))
        json.key("rows")
        json.beginArray()
        for row in chart.rows { json.row(row) }
        json.endArray()
        json.endObject()
      }
      json.endArray()
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return json.bytes + [0x0a]
  }

  static func csv(_ publication: Publication) -> [UInt8] {
    var text = CSV.head
    for program in publication.programs { for chart in program.charts { for row in chart.rows { text += CSV.line(publication.span, program.name, chart.name, row) } } }
    return text
  }
}

extension JSONWriter {
  mutating func text(_ text: [UInt8]?) { if let text { string(text) } else { raw([UInt8]("null")) } }

  mutating func row(_ row: DataRow) {
    beginObject()
    key("bucket")
    text(row.bucket)
    key("dimension")
    string(Array(row.dimension.rawValue.utf8))
    key("value")
    text(row.value)
    key("reports")
    integer(Int64(row.reports))
    key("of")
    integer(Int64(row.of))
    key("weighted")
    number(row.weighted)
    key("weighted_of")
    number(row.weightedOf)
    key("effective")
    number(row.effective)
    key("total")
    unsigned(row.total)
    endObject()
  }
}

enum CSV {
  static let head = [UInt8]("span,program,chart,bucket,dimension,value,reports,of,weighted,weighted_of,effective,total,share,low,high\r\n")

  static func line(_ span: TimeSpan, _ program: [UInt8], _ chart: [UInt8], _ row: DataRow) -> [UInt8] {
    let estimate = row.estimate
    func number(_ value: Double) -> [UInt8] { Array(String((value * 1e6).rounded() / 1e6).utf8) }
    let cells: [[UInt8]] = [
      Array(span.name.utf8), program, chart, row.bucket ?? [], Array(row.dimension.rawValue.utf8), row.value ?? [], Array(String(row.reports).utf8), Array(String(row.of).utf8), number(row.weighted),
      number(row.weightedOf), number(row.effective), Array(String(row.total).utf8), number(estimate.share), number(estimate.low), number(estimate.high),
    ]
    return Array(cells.map { cell($0) }.joined(separator: [UInt8(ascii: ",")])) + [UInt8]("\r\n")
  }

  /// A spreadsheet takes what begins with one of these for a formula.
  static func cell(_ text: [UInt8]) -> [UInt8] {
    var text = JSONWriter.replacingInvalidUTF8(text)
    if let first = text.first, [UInt8]("=+-@\t\r").contains(first) { text.insert(UInt8(ascii: "'"), at: 0) }
    if !text.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ",") || $0 == 0x0a || $0 == 0x0d }) { return text }
    return [UInt8]("\"") + text.flatMap { $0 == UInt8(ascii: "\"") ? [$0, $0] : [$0] } + [UInt8]("\"")
  }
}
