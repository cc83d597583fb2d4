import Files

extension Chart {
  /// A partition's buckets as shares of all, the greatest first: bars of one
  /// colour, each with its name, share and count. As high as its rows need;
  /// the canvas's height does not matter. With intervals, a line shows where the
  /// share of a whole lies of which these are a sample (95 of 100 times).
  public func svgOfShares(_ canvas: Canvas, rows most: Int = 10, intervals: Bool = false) -> [UInt8] {
    let chart = folded(to: most)
    let totals = chart.totals
    let total = chart.total
    let shares = Shares.of(totals)
    let isOrdered = if case .histogram = kind { true } else { false }
    let order = chart.orderOfShares
    let height = 20 * order.count + 2
    let most = order.first.map { chart.label(ofBucket: $0) } ?? []
    var sentence = "\(Number.grouped(total)) in \(buckets.count == 1 ? "1 bucket" : "\(buckets.count) buckets")"
    if total > 0, !isOrdered, chart.folded?.index != order[0] {
      sentence += "; the greatest is \(String(decoding: Label.shortened(most, to: 60), as: UTF8.self)) with \(Shares.text(shares[order[0]]))"
    }
    var markup = Markup(canvas, height: height, kind: "shares", title: Label.shown(name), description: sentence + ".")

    let right = 104
    let longest = order.map { Label.columns(chart.label(ofBucket: $0)) }.max() ?? 0
    let columns = max(4, min(longest, Int(Double(canvas.width) * 0.36 / Label.letter)))
    let left = Int(Double(columns) * Label.letter) + 6
    let room = max(10, canvas.width - left - right)
    for isOther in [false, true] {
      let rows = order.enumerated().filter { (chart.folded?.index == $0.element) == isOther && totals[$0.element] > 0 }
      if rows.isEmpty { continue }
      markup.add(isOther ? "<path class=\"o\" d=\"" : "<path class=\"c0\" d=\"")
      for (row, index) in rows {
        let width = max(1, Int((shares[index] * Double(room)).rounded()))
        markup.add("M")
        markup.add(left)
        markup.add(" ")
        markup.add(row * 20 + 4)
        markup.add("h")
        markup.add(width)
        markup.add("v14h-")
        markup.add(width)
        markup.add("z")
      }
      markup.add("\"/>")
    }
    if intervals, total > 0 {
      markup.add("<path class=\"mark\" d=\"")
      for (row, index) in order.enumerated() {
        let range = Shares.interval(of: totals[index], among: total)
        let low = left + Int((range.lowerBound * Double(room)).rounded())
        markup.add("M")
        markup.add(low)
        markup.add(" ")
        markup.add(row * 20 + 11)
        markup.add("h")
        markup.add(max(1, left + Int((range.upperBound * Double(room)).rounded()) - low))
      }
      markup.add("\"/>")
    }
    markup.add("<g class=\"n\">")
    for (row, index) in order.enumerated() {
      markup.add("<text y=\"")
      markup.add(row * 20 + 15)
      markup.add("\">")
      markup.label(chart.label(ofBucket: index), columns: columns)
      markup.add("</text>")
    }
    markup.add("</g><g class=\"v\">")
    for (row, index) in order.enumerated() {
      for (x, text) in [(canvas.width - 52, Shares.text(shares[index])), (canvas.width - 2, Number.short(totals[index]))] {
        markup.add("<text x=\"")
        markup.add(x)
        markup.add("\" y=\"")
        markup.add(row * 20 + 15)
        markup.add("\">")
        markup.text(Array(text.utf8))
        markup.add("</text>")
      }
    }
    markup.add("</g>")
    return markup.close()
  }
}
