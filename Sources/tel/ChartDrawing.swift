import Charts
import Files

/// A chart in characters.
struct ChartDrawing {
  private let width: Int
  private let drawing: TextDrawing
  private static let rows = 8
  private static let mostBuckets = 20

  init(width: Int) {
    self.width = width
    drawing = TextDrawing(isUnicode: Screen.isUTF8)
  }

  func draw(_ chart: Chart, of program: [UInt8], to output: inout Output) {
    output.write(shortened(program, to: width), .strong)
    output.line()
    output.write(shortened(chart.name, to: width), .strong)
    output.line()
    wrap(chart.summary, .faint, to: &output)
    output.line()
    drawWeeks(chart, to: &output)
    if chart.kind == .counter { return }
    output.line()
    drawBuckets(chart.folded(to: ChartDrawing.mostBuckets), to: &output)
    guard let distribution = chart.distribution else { return }
    for (fraction, name) in [(0.5, "median"), (0.9, "90th percentile")] {
      guard let quantile = distribution.quantile(fraction) else { continue }
      wrap("\(name): \(distribution.text(quantile))", .plain, to: &output)
    }
  }

  private func shortened(_ name: [UInt8], to columns: Int) -> [UInt8] {
    let shown = Label.shown(name)
    // A locale without UTF-8 gets ASCII alone.
    let safe = drawing.isUnicode ? shown : String(decoding: shown, as: UTF8.self).unicodeScalars.map { $0.isASCII ? UInt8($0.value) : UInt8(ascii: "?") }
    return Label.shortened(safe, to: columns, isUnicode: drawing.isUnicode)
  }

  /// Columns over weeks, with the axis at their left and dates beneath.
  private func drawWeeks(_ chart: Chart, to output: inout Output) {
    let top = Number.short(chart.spans.map { $0.total }.max() ?? 0)
    let margin = max(top.utf8.count, 1) + 1
    let room = width - margin - 2
    var values = chart.values()
    values.removeFirst(max(0, values.count - room))
    let each = max(1, min(6, room / max(1, values.count)))
    let isLive = chart.spans.last?.isLive ?? false
    let live = isLive ? each : 0
    let (wall, corner, floor, soft) = drawing.isUnicode ? ("│", "└", "─", "╌") : ("|", "+", "-", ".")
    for (row, line) in drawing.columns(values, rows: ChartDrawing.rows, width: each).enumerated() {
      output.column(row == 0 ? top : "", width: margin - 1, .faint)
      output.write(" \(wall)", .faint)
      let end = line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex
      let split = min(end, line.index(line.endIndex, offsetBy: -live))
      output.write(String(line[..<split]))
      if split < end { output.write(String(line[split..<end]), .faint) }
      output.line()
    }
    output.column("0", width: margin - 1, .faint)
    output.write(" \(corner)" + String(repeating: floor, count: values.count * each - live) + String(repeating: soft, count: live), .faint)
    output.line()
    // Weeks are called by the days on which they end.
    let shown = values.count * each
    let indent = String(repeating: " ", count: margin + 1)
    let last = text(chart.spans.last?.week.end.text ?? [])
    let note = isLive && margin + 1 + max(shown, 10) + 15 <= width ? " (\(soft)\(soft) not over)" : ""
    if shown >= 24, values.count == chart.values().count, let first = chart.spans.first {
      output.write(indent + text(first.week.end.text) + String(repeating: " ", count: shown - 20) + last + note, .faint)
    } else {
      output.write(indent + String(repeating: " ", count: max(0, shown - 10)) + last + note, .faint)
    }
    output.line()
  }

  /// A sentence of ours, in as many lines as it needs.
  private func wrap(_ sentence: String, _ style: Output.Style, to output: inout Output) {
    var line = ""
    for word in sentence.split(separator: " ") {
      if !line.isEmpty, line.utf8.count + 1 + word.utf8.count > width {
        output.write(line, style)
        output.line()
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    output.write(line, style)
    output.line()
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// A line for each bucket: its name, its weeks, its share.
  private func drawBuckets(_ chart: Chart, to output: inout Output) {
    let totals = chart.totals
    let shares = Shares.of(totals)
    let names = chart.buckets.indices.map { shortened(chart.label(ofBucket: $0), to: max(8, width / 3)) }
    let label = names.map { Label.columns($0) }.max() ?? 0
    let numbers = totals.map { Number.grouped($0) }
    let number = numbers.map { $0.utf8.count }.max() ?? 1
    let left = width - label - number - 2 - 7 - 2
    let weeks = min(chart.values().count, left / 2 - 2)
    let bar = left - (weeks > 1 ? weeks + 2 : 0) - 2
    for index in chart.orderOfShares {
      output.write(names[index])
      output.write(String(repeating: " ", count: label - Label.columns(names[index]) + 2))
      if weeks > 1 { output.write(drawing.sparkline(Array(chart.values(ofBucket: index).suffix(weeks))) + "  ", .faint) }
      let blocks = drawing.bar(shares[index] / max(shares.max() ?? 1, 1e-9), columns: max(4, bar))
      output.write(blocks, .good)
      output.write(String(repeating: " ", count: max(0, max(4, bar) - blocks.unicodeScalars.count) + 2))
      output.column(Shares.text(shares[index]), width: 6)
      output.column(numbers[index], width: number + 2)
      output.line()
    }
  }
}
