import Files

extension Chart {
  /// A histogram's buckets in order of magnitude, all weeks together: bounds
  /// between the columns, where they belong, and marks at the median and at the
  /// 90th percentile, as near as buckets know them. Of what is no histogram,
  /// shares are drawn.
  public func svgOfBuckets(_ canvas: Canvas) -> [UInt8] {
    distribution?.svg(title: name, canvas) ?? svgOfShares(canvas)
  }
}

extension Distribution {
  /// The same picture of values from elsewhere.
  public func svg(title: [UInt8], _ canvas: Canvas) -> [UInt8] {
    let marks = [(0.5, "median"), (0.9, "p90")].compactMap { fraction, name in quantile(fraction).map { (name, $0) } }
    let sentence = "\(Number.grouped(total)) values in \(bars.count) buckets."
      + marks.map { " \($0.0 == "p90" ? "90th percentile" : "Median"): \(text($0.1))." }.joined()
    var markup = Markup(canvas, kind: "buckets", title: Label.shown(title), description: sentence)
    HistogramPicture(self, marks, canvas).draw(&markup)
    return markup.close()
  }
}

private struct HistogramPicture {
  private static let widestBar = 56.0

  private let distribution: Distribution
  private let marks: [(name: String, quantile: Distribution.Quantile)]
  private let axis: Axis
  private let left: Int
  private let top = 30
  private let height: Int
  /// Of one column, and of all.
  private let step: Double
  private let width: Int
  private let canvasWidth: Int

  init(_ distribution: Distribution, _ marks: [(String, Distribution.Quantile)], _ canvas: Canvas) {
    self.distribution = distribution
    self.marks = marks
    axis = Axis(for: distribution.bars.map { $0.count }.max() ?? 0)
    left = axis.width
    height = max(4, canvas.height - top - 22)
    let room = Double(max(20, canvas.width - left - 16))
    step = min(room / Double(distribution.bars.count), max(HistogramPicture.widestBar, Double(canvas.width) / 10))
    width = Int((step * Double(distribution.bars.count)).rounded())
    canvasWidth = canvas.width
  }

  private func x(_ edge: Double) -> Int { left + Int((edge * step).rounded()) }

  private func y(_ count: UInt64) -> Int {
    count == 0 ? top + height : top + min(height - 1, height - Int((Double(count) / axis.top * Double(height)).rounded()))
  }

  func draw(_ markup: inout Markup) {
    markup.grid(axis, left: left, width: width, top: top, height: height)
    let base = top + height
    markup.add("<path class=\"q3\" d=\"")
    var steps = Steps(&markup, x: left, base: base)
    for (index, bar) in distribution.bars.enumerated() { steps.column(&markup, from: x(Double(index)), to: x(Double(index + 1)), y: y(bar.count)) }
    steps.close(&markup)
    markup.add("\"/>")
    if step >= 6, distribution.bars.count > 1 {
      markup.add("<path class=\"edge\" d=\"")
      for index in 1..<distribution.bars.count {
        markup.add("M")
        markup.add(x(Double(index)))
        markup.add(" ")
        markup.add(top)
        markup.add("v")
        markup.add(height + 3)
      }
      markup.add("\"/>")
    }
    drawBounds(&markup, base)
    drawMarks(&markup, base)
  }

  /// What parts two columns stands between them.
  private func drawBounds(_ markup: inout Markup, _ base: Int) {
    var used = -1.0
    markup.add("<g class=\"x\">")
    for edge in 0...distribution.bars.count {
      let text: String
      if edge < distribution.bars.count {
        text = edge == 0 && distribution.bars[0].lower == 0 ? "0" : distribution.unit.text(distribution.bars[edge].lower)
      } else if let upper = distribution.bars[edge - 1].upper {
        text = distribution.unit.text(upper)
      } else {
        text = "∞"
      }
      let half = Double(text.unicodeScalars.count) * Label.digit / 2
      let place = min(Double(x(Double(edge))), Double(canvasWidth) - half - 1)
      // Numbers do not run into each other; a column without any is still parted.
      guard place - half >= used + 4 else { continue }
      used = place + half
      markup.add("<text x=\"")
      markup.add(Int(place))
      markup.add("\" y=\"")
      markup.add(base + 15)
      markup.add("\">")
      markup.text(Array(text.utf8))
      markup.add("</text>")
    }
    markup.add("</g>")
  }

  private func drawMarks(_ markup: inout Markup, _ base: Int) {
    if marks.isEmpty { return }
    func place(_ quantile: Distribution.Quantile) -> Int { x(Double(quantile.bar) + (quantile.estimate == nil ? 0 : quantile.position)) }
    markup.add("<path class=\"mark\" d=\"")
    for (row, mark) in marks.enumerated() {
      markup.add("M")
      markup.add(place(mark.quantile))
      markup.add(" ")
      markup.add(row * 13 + 2)
      markup.add("V")
      markup.add(base)
    }
    markup.add("\"/>")
    for (row, mark) in marks.enumerated() {
      let text = mark.name + (mark.quantile.estimate.map { " ≈ " + distribution.unit.text($0) } ?? " ≥ " + distribution.unit.text(mark.quantile.lower))
      let at = place(mark.quantile)
      let isRight = Double(at) + 6 + Double(text.unicodeScalars.count) * Label.digit > Double(canvasWidth)
      markup.add("<text class=\"")
      if isRight { markup.add("m e\" x=\"") } else { markup.add("m\" x=\"") }
      markup.add(isRight ? at - 4 : at + 4)
      markup.add("\" y=\"")
      markup.add(row * 13 + 11)
      markup.add("\">")
      markup.text(Array(text.utf8))
      markup.add("</text>")
    }
  }
}
