import Dates
import Files

/// Shares over time, each with the band in which it lies.
public struct IntervalLines: Sendable {
  public struct Series: Sendable {
    public var label: [UInt8]
    /// One for each date; nil where nothing is known.
    public var points: [Interval?]

    public init(label: [UInt8], points: [Interval?]) { (self.label, self.points) = (label, points) }
  }

  /// More lines than this cannot be told apart.
  public static let most = 6

  public var title: [UInt8]
  /// Ascending.
  public var dates: [Day]
  public var series: [Series]
  /// Dates whose reports are not all there: their points are hollow.
  public var open: Set<Int>

  public init(title: [UInt8], dates: [Day], series: [Series], open: Set<Int> = []) {
    (self.title, self.dates, self.open) = (title, dates, open)
    self.series = Array(series.prefix(IntervalLines.most))
  }

  private struct Frame {
    var left, right, top, height: Int
    var axis: Axis
    var first, last: Int
    func x(_ day: Day) -> Int { last == first ? (left + right) / 2 : left + (day.number - first) * (right - left) / (last - first) }
    func y(_ share: Double) -> Int { top + height - axis.length(share, height) }
  }

  public func svg(_ canvas: Canvas) -> [UInt8] {
    var markup = Markup(canvas, kind: "lines", title: Label.shown(title), description: summary)
    guard let first = dates.first, let last = dates.last else { return markup.close() }
    let greatest = series.reduce(0.0) { most, each in each.points.reduce(most) { max($0, $1.map { $0.isTooFew ? 0 : $0.high } ?? 0) } }
    let axis = Axis(ofShares: greatest)
    let longest = series.count > 1 ? min(canvas.width < 560 ? 9 : 18, series.map { Label.columns(Label.shown($0.label)) }.max() ?? 0) : 0
    let column = longest > 0 ? 28 + Int(Double(longest) * Label.letter) : 14
    let frame = Frame(
      left: axis.width + 14, right: max(axis.width + 48, canvas.width - column), top: 8, height: max(20, canvas.height - 34), axis: axis, first: first.number, last: last.number)
    markup.grid(axis, left: axis.width + 8, width: frame.right - axis.width - 2, top: frame.top, height: frame.height)
    for (index, each) in series.enumerated() { band(&markup, each, index, frame) }
    for (index, each) in series.enumerated() { line(&markup, each, index, frame) }
    drawDates(&markup, frame, canvas)
    if series.count > 1 { labels(&markup, frame, longest) }
    return markup.close()
  }

  /// Stretches without a gap.
  private func runs(_ points: [Interval?]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start: Int?
    for index in 0...points.count {
      let isThere = index < min(points.count, dates.count) && points[index].map { !$0.isTooFew } ?? false
      // Two weeks that are not neighbours are not joined.
      let isFar = isThere && index > 0 && dates[index].number - dates[index - 1].number > 10
      if let from = start, !isThere || isFar {
        runs.append(from..<index)
        start = nil
      }
      if isThere, start == nil { start = index }
    }
    return runs
  }

  private func band(_ markup: inout Markup, _ each: Series, _ index: Int, _ frame: Frame) {
    var alone: [Int] = []
    markup.add("<path class=\"band c")
    markup.add(index)
    markup.add("\" d=\"")
    for run in runs(each.points) {
      if run.count == 1 {
        alone.append(run.lowerBound)
        continue
      }
      for (place, at) in run.enumerated() { markup.point(place == 0 ? "M" : place == 1 ? "L" : " ", frame.x(dates[at]), frame.y(each.points[at]!.high)) }
      for at in run.reversed() { markup.point(" ", frame.x(dates[at]), frame.y(each.points[at]!.low)) }
      markup.add("z")
    }
    markup.add("\"/>")
    if alone.isEmpty { return }
    markup.add("<path class=\"w\" d=\"")
    for at in alone {
      let (x, point) = (frame.x(dates[at]), each.points[at]!)
      markup.move(x, frame.y(point.low))
      markup.add("V")
      markup.add(min(frame.y(point.low) - 1, frame.y(point.high)))
    }
    markup.add("\"/>")
  }

  private func line(_ markup: inout Markup, _ each: Series, _ index: Int, _ frame: Frame) {
    let runs = runs(each.points)
    markup.add("<path class=\"s s")
    markup.add(index)
    markup.add("\" d=\"")
    for run in runs where run.count > 1 {
      for (place, at) in run.enumerated() { markup.point(place == 0 ? "M" : place == 1 ? "L" : " ", frame.x(dates[at]), frame.y(each.points[at]!.share)) }
    }
    markup.add("\"/>")
    // Points, where there is room for them.
    let isDense = dates.count > 27
    let shown = runs.flatMap { run in run.filter { !isDense || run.count == 1 || open.contains(dates[$0].number) } }
    if shown.isEmpty { return }
    markup.add("<path class=\"d s")
    markup.add(index)
    markup.add("\" d=\"")
    for at in shown {
      markup.move(frame.x(dates[at]), frame.y(each.points[at]!.share))
      markup.add("h0")
    }
    markup.add("\"/>")
    let hollow = shown.filter { open.contains(dates[$0].number) }
    if hollow.isEmpty { return }
    markup.add("<path class=\"hollow\" d=\"")
    for at in hollow {
      markup.move(frame.x(dates[at]), frame.y(each.points[at]!.share))
      markup.add("h0")
    }
    markup.add("\"/>")
  }

  private func drawDates(_ markup: inout Markup, _ frame: Frame, _ canvas: Canvas) {
    let half = 35
    var used = Int.max
    var shown: [(x: Int, label: Int, day: Day)] = []
    for day in dates.reversed() {
      let x = frame.x(day)
      let label = min(max(x, half + 1), max(half + 1, canvas.width - half - 1))
      if used == Int.max || used - label >= 2 * half + 14 {
        shown.append((x, label, day))
        used = label
      }
    }
    markup.add("<path class=\"tick\" d=\"")
    for each in shown {
      markup.move(each.x, frame.top + frame.height)
      markup.add("v4")
    }
    markup.add("\"/><g class=\"x\">")
    for each in shown {
      markup.textStart(x: each.label, y: frame.top + frame.height + 17)
      markup.text(each.day.text)
      markup.add("</text>")
    }
    markup.add("</g>")
  }

  /// Beside where each line ends, as near as the others allow.
  private func labels(_ markup: inout Markup, _ frame: Frame, _ columns: Int) {
    let ends = series.indices.map { index in (index, series[index].points.last { $0.map { !$0.isTooFew } ?? false }.flatMap { $0 }.map { frame.y($0.share) } ?? frame.top + frame.height) }
      .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    var places: [(index: Int, y: Int)] = []
    for (index, y) in ends { places.append((index, max(y, (places.last?.y ?? frame.top - 13) + 13))) }
    var limit = frame.top + frame.height + 4
    for at in places.indices.reversed() {
      places[at].y = min(places[at].y, limit)
      limit = places[at].y - 13
    }
    for (index, y) in places {
      markup.add("<path class=\"s s")
      markup.add(index)
      markup.add("\" d=\"")
      markup.move(frame.right + 8, y)
      markup.add("h8\"/>")
    }
    markup.add("<g class=\"l\">")
    for (index, y) in places {
      markup.textStart(x: frame.right + 19, y: y + 4)
      markup.label(Label.shown(series[index].label), columns: columns)
      markup.add("</text>")
    }
    markup.add("</g>")
  }

  /// One sentence for those who do not see the picture.
  var summary: String {
    guard let first = dates.first, let last = dates.last else { return "Nothing is known." }
    let span = first == last ? "on \(String(decoding: last.text, as: UTF8.self))" : "from \(String(decoding: first.text, as: UTF8.self)) to \(String(decoding: last.text, as: UTF8.self))"
    let parts = series.map { each -> String in
      let known = each.points.compactMap { $0 }.filter { !$0.isTooFew }
      let name = String(decoding: Label.shortened(Label.shown(each.label), to: 40), as: UTF8.self)
      guard let begin = known.first, let end = known.last else { return "\(name): too few reports to say" }
      return known.count == 1 ? "\(name) \(Shares.text(end.share))" : "\(name) from \(Shares.text(begin.share)) to \(Shares.text(end.share))"
    }
    return "Shares \(span): \(parts.joined(separator: "; "))."
  }
}

extension Markup {
  mutating func point(_ command: StaticString, _ x: Int, _ y: Int) {
    add(command)
    add(x)
    add(" ")
    add(y)
  }
}
