import Dates
import Files

extension Chart {
  /// Columns over weeks, buckets on top of each other, each column as wide as
  /// its week was long. A week that is not over is drawn otherwise. What is
  /// counted at all is at least a pixel high.
  public func svgOverWeeks(_ canvas: Canvas) -> [UInt8] {
    var markup = Markup(canvas, kind: "weeks", title: Label.shown(name), description: summary)
    WeeksPicture(folded(to: WeeksPicture.mostBuckets), canvas).draw(&markup)
    return markup.close()
  }
}

private struct WeeksPicture {
  static let mostBuckets = 6
  private static let widestWeek = 40.0

  private let chart: Chart
  private let top = 8
  private let height: Int
  private let left: Int
  /// Where labels of buckets begin.
  private let labels: Int
  private let labelColumns: Int
  private let axis: Axis
  /// Days of the first week's begin and the last one's end; pixels of a day.
  private let first: Int
  private let last: Int
  private let scale: Double
  private let width: Int

  init(_ chart: Chart, _ canvas: Canvas) {
    self.chart = chart
    width = canvas.width
    height = max(4, canvas.height - 30)
    axis = Axis(for: chart.spans.map { $0.total }.max() ?? 0)
    left = axis.width
    let longest = chart.buckets.count > 1 ? min(12, chart.buckets.indices.map { Label.columns(chart.label(ofBucket: $0)) }.max() ?? 0) : 0
    labelColumns = longest
    let column = longest > 0 ? 22 + Int(Double(longest) * Label.letter) : 8
    // A file may say that its week began at any time, or ended before.
    let end = chart.spans.last?.week.end.number ?? 7
    let begin = min(chart.spans.first?.week.begin.number ?? 0, end - 1)
    first = max(begin, end - 4000)
    last = end
    let room = Double(max(20, width - left - column))
    scale = min(room / Double(last - first), WeeksPicture.widestWeek / 7)
    labels = left + Int(Double(last - first) * scale) + 8
  }

  private func y(_ sum: UInt64) -> Int {
    if sum == 0 { return height }
    return min(height - 1, height - Int((Double(sum) / axis.top * Double(height)).rounded()))
  }

  /// In days from the first, as far as the picture reaches.
  private func range(_ week: Week) -> (Int, Int) { (max(0, week.begin.number - first), max(0, week.end.number - first)) }

  func draw(_ markup: inout Markup) {
    markup.grid(axis, left: left, width: Int((Double(last - first) * scale).rounded()), top: top, height: height)
    if chart.spans.isEmpty { return }
    // Along x, a unit is a day.
    markup.add("<g transform=\"translate(")
    markup.add(left)
    markup.add(" ")
    markup.add(top)
    markup.add(")scale(")
    markup.add(thousandths: Int((scale * 1000).rounded()))
    markup.add(" 1)\">")
    let sums = chart.spans.map { span in
      var sum: UInt64 = 0
      return span.counts.map { count in
        sum = sum.adding(count)
        return sum
      }
    }
    drawColumns(&markup, sums, areLive: false)
    if chart.spans.contains(where: { $0.isLive }) {
      markup.add("<g class=\"live\"><title>not over yet</title>")
      drawColumns(&markup, sums, areLive: true)
      drawHatching(&markup, sums)
      markup.add("</g>")
    }
    drawGaps(&markup)
    markup.add("</g>")
    drawDates(&markup)
    drawLabels(&markup, sums)
  }

  /// The highest sum first: what is beneath is drawn over it.
  private func drawColumns(_ markup: inout Markup, _ sums: [[UInt64]], areLive: Bool) {
    guard let begin = chart.spans.first(where: { $0.isLive == areLive }).map({ range($0.week).0 }) else { return }
    for bucket in chart.buckets.indices.reversed() {
      markup.add("<path class=\"")
      markup.color(chart, bucket)
      markup.add("\" d=\"")
      var steps = Steps(&markup, x: begin, base: height)
      for (index, span) in chart.spans.enumerated() where span.isLive == areLive {
        let (from, to) = range(span.week)
        steps.column(&markup, from: from, to: to, y: y(sums[index][bucket]))
      }
      steps.close(&markup)
      markup.add("\"/>")
    }
  }

  /// Over weeks that are not over.
  private func drawHatching(_ markup: inout Markup, _ sums: [[UInt64]]) {
    markup.add("<path class=\"hatch\" d=\"")
    for (index, span) in chart.spans.enumerated() where span.isLive {
      let (from, to) = range(span.week)
      var steps = Steps(&markup, x: from, base: height)
      steps.column(&markup, from: from, to: to, y: y(sums[index].last ?? 0))
      steps.close(&markup)
    }
    markup.add("\"/>")
  }

  /// Between weeks. A line of dashes, as high as the picture: a week of seven
  /// days is one dash, and a whole year of them one line.
  private func drawGaps(_ markup: inout Markup) {
    if scale * 7 < 4 { return }
    markup.add("<path class=\"gap\" stroke-width=\"")
    markup.add(height)
    markup.add("\" d=\"")
    var run: (start: Int, end: Int)?
    func flush() {
      if let run {
        markup.add("M")
        markup.add(run.start)
        markup.add(" ")
        markup.add(tenths: height * 5)
        markup.add("h")
        markup.add(run.end - run.start)
      }
    }
    for span in chart.spans.dropFirst() {
      let (from, to) = range(span.week)
      if let current = run, current.end == from, to - from == 7 {
        run = (current.start, to)
      } else {
        flush()
        run = (from, min(to, from + 7))
      }
    }
    flush()
    markup.add("\"/>")
  }

  /// At the ends of weeks, by which weeks are called; the last one always.
  private func drawDates(_ markup: inout Markup) {
    let half = 35
    var ends: [(x: Int, label: Int, day: Day)] = []
    for span in chart.spans.reversed() {
      let x = left + Int((Double(range(span.week).1) * scale).rounded())
      // A date stays inside.
      let label = min(max(x, half + 1), max(half + 1, width - half - 1))
      if ends.last.map({ $0.label - label >= 2 * half + 8 }) ?? true { ends.append((x, label, span.week.end)) }
    }
    markup.add("<path class=\"tick\" d=\"")
    for end in ends {
      markup.add("M")
      markup.add(end.x)
      markup.add(" ")
      markup.add(top + height)
      markup.add("v4")
    }
    markup.add("\"/><g class=\"x\">")
    for end in ends {
      markup.add("<text x=\"")
      markup.add(end.label)
      markup.add("\" y=\"")
      markup.add(top + height + 16)
      markup.add("\">")
      markup.text(end.day.text)
      markup.add("</text>")
    }
    markup.add("</g>")
  }

  /// Names beside the last week, each as near to its part as the others allow.
  private func drawLabels(_ markup: inout Markup, _ sums: [[UInt64]]) {
    guard chart.buckets.count > 1 else { return }
    // The last whole week says more than a beginning.
    let week = sums[chart.spans.lastIndex { !$0.isLive && $0.total > 0 } ?? sums.count - 1]
    let line = min(13, max(1, (height + 8) / chart.buckets.count))
    var places: [Int] = []
    for index in chart.buckets.indices {
      let (low, high) = (y(index > 0 ? week[index - 1] : 0), y(week[index]))
      let wanted = top + (low + high) / 2
      places.append(min(wanted, (places.last ?? top + height + line - 4) - line))
    }
    // Those pushed out at the top push back.
    var limit = top + 2
    for index in places.indices.reversed() {
      places[index] = max(places[index], limit)
      limit = places[index] + line
    }
    markup.add("<g class=\"l\">")
    for index in chart.buckets.indices.reversed() {
      markup.add("<path class=\"")
      markup.color(chart, index)
      markup.add("\" d=\"M")
      markup.add(labels)
      markup.add(" ")
      markup.add(places[index] - 4)
      markup.add("h8v8h-8z\"/><text x=\"")
      markup.add(labels + 11)
      markup.add("\" y=\"")
      markup.add(places[index] + 4)
      markup.add("\">")
      markup.label(chart.label(ofBucket: index), columns: labelColumns)
      markup.add("</text>")
    }
    markup.add("</g>")
  }
}

extension Markup {
  /// The class of a bucket: c0 to c5 for kinds, q0 to q5 for magnitudes, o for
  /// what stands for others.
  mutating func color(_ chart: Chart, _ bucket: Int) {
    if chart.folded?.index == bucket { return add("o") }
    if case .histogram = chart.kind {
      add("q")
      add(chart.buckets.count == 1 ? 3 : bucket * 5 / (chart.buckets.count - 1))
    } else {
      add("c")
      add(bucket % 6)
    }
  }
}
