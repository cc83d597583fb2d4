import Files

/// Shares of a sample as bars, one below the other, each with a whisker that
/// says where the share lies.
public struct IntervalBars: Sendable {
  public struct Row: Sendable {
    public var label: [UInt8]
    public var interval: Interval
    /// How many were seen.
    public var count: UInt64
    /// It stands for others, and is drawn apart.
    public var isOther: Bool

    public init(label: [UInt8], interval: Interval, count: UInt64, isOther: Bool = false) {
      (self.label, self.interval, self.count, self.isOther) = (label, interval, count, isOther)
    }
  }

  public var title: [UInt8]
  public var rows: [Row]
  /// Rows of a histogram have an order, and one colour of their own.
  public var isOrdered: Bool
  /// The share that fills all of the width; nil: the lowest round one that has
  /// room for all. Small pictures side by side should have the same.
  public var scale: Double?

  public init(title: [UInt8], rows: [Row], isOrdered: Bool = false, scale: Double? = nil) {
    (self.title, self.rows, self.isOrdered, self.scale) = (title, rows, isOrdered, scale)
  }

  private static let fewText: StaticString = "too few reports to say"

  /// As high as its rows need; the canvas's height does not matter. A wide one has
  /// an axis, intervals and counts in words; a narrow one only shares.
  public func svg(_ canvas: Canvas) -> [UInt8] {
    let isWide = canvas.width >= 560
    let step = isWide ? 26 : 19
    let bar = isWide ? 16 : 12
    let top = 3
    var markup = Markup(canvas, height: top + rows.count * step + (isWide ? 22 : 1), kind: "bars", title: Label.shown(title), description: summary)
    let axis = Axis(ofShares: scale ?? rows.reduce(0) { max($0, $1.interval.isTooFew ? 0 : $1.interval.high) })
    let longest = rows.map { Label.columns(Label.shown($0.label)) }.max() ?? 0
    let columns = max(4, min(longest, Int(Double(canvas.width) * 0.3 / Label.letter)))
    let left = Int(Double(columns) * Label.letter) + 8
    let room = max(20, canvas.width - left - (isWide ? 236 : 52))
    if !isWide, scale != nil { track(&markup, left: left, room: room, top: top, step: step, bar: bar) }
    if isWide { grid(&markup, axis, left: left, room: room, top: top, height: rows.count * step) }
    let drawn = rows.enumerated().filter { !$0.element.interval.isTooFew }
    for isOther in [false, true] {
      let group = drawn.filter { $0.element.isOther == isOther && $0.element.interval.share > 0 }
      if group.isEmpty { continue }
      markup.add(isOther ? "<path class=\"bar o\" d=\"" : isOrdered ? "<path class=\"bar q3\" d=\"" : "<path class=\"bar c0\" d=\"")
      for (row, each) in group {
        let width = max(1, axis.length(each.interval.share, room))
        markup.move(left, top + row * step + (step - bar) / 2)
        markup.add("h")
        markup.add(width)
        markup.add("v")
        markup.add(bar)
        markup.add("h-")
        markup.add(width)
        markup.add("z")
      }
      markup.add("\"/>")
    }
    if !drawn.isEmpty {
      markup.add("<path class=\"w\" d=\"")
      for (row, each) in drawn {
        markup.whisker(from: left + axis.length(each.interval.low, room), to: left + axis.length(each.interval.high, room), y: top + row * step + step / 2, half: isWide ? 4 : 3)
      }
      markup.add("\"/>")
    }
    markup.rowLabels(rows.map(\.label), columns: columns, top: top, step: step)
    numbers(&markup, canvas, isWide: isWide, left: left, top: top, step: step)
    return markup.close()
  }

  private func numbers(_ markup: inout Markup, _ canvas: Canvas, isWide: Bool, left: Int, top: Int, step: Int) {
    func column(_ x: Int, _ text: (Row) -> String) {
      for (row, each) in rows.enumerated() where !each.interval.isTooFew {
        markup.textStart(x: x, y: top + row * step + step / 2 + 4)
        markup.text(Array(text(each).utf8))
        markup.add("</text>")
      }
    }
    markup.add("<g class=\"v\">")
    column(isWide ? canvas.width - 176 : canvas.width - 1) { Shares.text($0.interval.share) }
    if isWide {
      column(canvas.width - 60) { $0.interval.range }
      column(canvas.width - 1) { Number.grouped($0.count) }
    }
    markup.add("</g>")
    for (row, each) in rows.enumerated() where each.interval.isTooFew {
      markup.textStart(x: left + 4, y: top + row * step + step / 2 + 4)
      markup.add(IntervalBars.fewText)
      markup.add("</text>")
    }
  }

  private func grid(_ markup: inout Markup, _ axis: Axis, left: Int, room: Int, top: Int, height: Int) {
    let steps = axis.labels.count - 1
    markup.add("<path class=\"grid\" d=\"")
    for index in 0...steps {
      markup.add("M")
      markup.add(tenths: (left + room * index / steps) * 10 + 5)
      markup.add(" ")
      markup.add(top)
      markup.add("v")
      markup.add(height)
    }
    markup.add("\"/><g class=\"x\">")
    for index in 0...steps {
      markup.textStart(x: left + room * index / steps, y: top + height + 15)
      markup.text(Array(axis.labels[index].utf8))
      markup.add("</text>")
    }
    markup.add("</g>")
  }

  /// What all of it would be.
  private func track(_ markup: inout Markup, left: Int, room: Int, top: Int, step: Int, bar: Int) {
    markup.add("<path class=\"track\" d=\"")
    for row in rows.indices where !rows[row].interval.isTooFew {
      markup.move(left, top + row * step + (step - bar) / 2)
      markup.add("h")
      markup.add(room)
      markup.add("v")
      markup.add(bar)
      markup.add("h-")
      markup.add(room)
      markup.add("z")
    }
    markup.add("\"/>")
  }

  /// One sentence for those who do not see the picture.
  var summary: String {
    let known = rows.filter { !$0.interval.isTooFew }
    guard let most = known.filter({ !$0.isOther }).max(by: { $0.interval.share < $1.interval.share }) else { return "Too few reports to say." }
    let name = String(decoding: Label.shortened(Label.shown(most.label), to: 60), as: UTF8.self)
    return "\(rows.count == 1 ? "1 share" : "\(rows.count) shares"); the greatest is \(name) with \(Shares.text(most.interval.share)), between \(Shares.text(most.interval.low)) and \(Shares.text(most.interval.high))."
  }
}
