import Files
import JSON
import Store

/// A publication as CSV (RFC 4180), a line a row, for spreadsheets and statistics.
/// JSON is what is read back.
extension Publication {
  static let columns = "span,edition,program,chart,kind,bucket,dimension,value,is_other,at_least,reports,of,weighted,weighted_of,effective,total,share,low,high,too_few"

  public var csv: [UInt8] {
    var text = Array(Publication.columns.utf8) + [0x0d, 0x0a]
    for program in programs { for chart in program.charts { for row in chart.rows { text += line(program, chart, row) } } }
    return text
  }

  private func line(_ program: ProgramData, _ chart: ChartData, _ row: DataRow) -> [UInt8] {
    let estimate = row.estimate
    let isOther = row.bucket == nil || row.value == nil
    let cells: [[UInt8]] = [
      Array(span.name.utf8), Array(String(edition).utf8), program.name, chart.name, Array(chart.kind.rawValue.utf8), row.bucket ?? [], Array(row.dimension.rawValue.utf8), row.value ?? [],
      Array(isOther ? "1".utf8 : "0".utf8), Array(row.isAtLeast ? "1".utf8 : "0".utf8), Array(String(row.reports).utf8), Array(String(row.of).utf8), Publication.digits(row.weighted),
      Publication.digits(row.weightedOf), Publication.digits(row.effective), Array(String(row.total).utf8), Publication.digits(estimate.share), Publication.digits(estimate.low),
      Publication.digits(estimate.high), Array(estimate.isTooFew ? "1".utf8 : "0".utf8),
    ]
    return Array(cells.map { Publication.cell($0) }.joined(separator: [UInt8(ascii: ",")])) + [0x0d, 0x0a]
  }

  /// As JSON has it.
  static func digits(_ number: Double) -> [UInt8] {
    var json = JSONWriter(indent: [])
    json.number(number)
    return json.bytes
  }

  /// A spreadsheet takes what begins with one of these for a formula: it gets a
  /// quotation mark before it.
  static func cell(_ text: [UInt8]) -> [UInt8] {
    var text = JSONWriter.replacingInvalidUTF8(text)
    if let first = text.first, [UInt8]("=+-@\t\r").contains(first) { text.insert(UInt8(ascii: "'"), at: 0) }
    guard text.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ",") || $0 == 0x0a || $0 == 0x0d }) else { return text }
    return [UInt8]("\"") + text.flatMap { $0 == UInt8(ascii: "\"") ? [$0, $0] : [$0] } + [UInt8]("\"")
  }
}
