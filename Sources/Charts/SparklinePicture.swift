import Files

extension Chart {
  /// All buckets together over weeks, small and without words: beside a name.
  public func svgSparkline(_ canvas: Canvas) -> [UInt8] {
    var markup = Markup(canvas, kind: "spark", title: Label.shown(name), description: summary)
    guard let last = spans.last, let first = spans.first else { return markup.close() }
    let begin = max(min(first.week.begin.number, last.week.end.number - 1), last.week.end.number - 4000)
    let scale = min(Double(canvas.width) / Double(last.week.end.number - begin), Double(canvas.width) / 70)
    let greatest = Double(spans.map { $0.total }.max() ?? 0)
    func x(_ day: Int) -> Int { Int((Double(max(0, day - begin)) * scale).rounded()) }
    for areLive in [false, true] {
      guard let start = spans.first(where: { $0.isLive == areLive }) else { continue }
      markup.add(areLive ? "<path class=\"live c0\" d=\"" : "<path class=\"c0\" d=\"")
      var steps = Steps(&markup, x: x(start.week.begin.number), base: canvas.height)
      for span in spans where span.isLive == areLive {
        let total = span.total
        let height = total == 0 ? 0 : max(1, Int((Double(total) / greatest * Double(canvas.height)).rounded()))
        steps.column(&markup, from: x(span.week.begin.number), to: x(span.week.end.number), y: canvas.height - height)
      }
      steps.close(&markup)
      markup.add("\"/>")
    }
    return markup.close()
  }
}
