import Files

/// The same shares in several parts, to be compared: a row for each bucket, and in
/// it a dot with a whisker for each part.
public struct IntervalDots: Sendable {
  public struct Row: Sendable {
    public var label: [UInt8]
    /// One for each part; nil where there is none.
    public var intervals: [Interval?]

    public init(label: [UInt8], intervals: [Interval?]) { (self.label, self.intervals) = (label, intervals) }
  }

  public static let most = 6

  public var title: [UInt8]
  public var parts: [[UInt8]]
  public var rows: [Row]

  public init(title: [UInt8], parts: [[UInt8]], rows: [Row]) {
    self.title = title
    self.parts = Array(parts.prefix(IntervalDots.most))
    self.rows = rows
  }

  /// As high as its rows need.
  public func svg(_ canvas: Canvas) -> [UInt8] {
    let line = 11
    let step = max(24, line * parts.count + 10)
    let names = parts.map { Label.shown($0) }
    // The legend, in as many lines as it takes.
    var places: [(x: Int, y: Int)] = []
    var (x, y) = (0, 12)
    for name in names {
      let width = 26 + Int(Double(min(24, Label.columns(name))) * Label.letter)
      if x > 0, x + width > canvas.width { (x, y) = (0, y + 17) }
      places.append((x, y))
      x += width + 10
    }
    let top = y + 12
    var markup = Markup(canvas, height: top + rows.count * step + 22, kind: "dots", title: Label.shown(title), description: summary)
    legend(&markup, names, places)
    let axis = Axis(ofShares: rows.reduce(0) { most, row in row.intervals.reduce(most) { max($0, $1.map { $0.isTooFew ? 0 : $0.high } ?? 0) } })
    let longest = rows.map { Label.columns(Label.shown($0.label)) }.max() ?? 0
    let columns = max(4, min(longest, Int(Double(canvas.width) * 0.3 / Label.letter)))
    let left = Int(Double(columns) * Label.letter) + 12
    let room = max(20, canvas.width - left - 24)
    grid(&markup, axis, left: left, room: room, top: top, height: rows.count * step, step: step)
    for part in parts.indices {
      let drawn = rows.enumerated().compactMap { row, each -> (Int, Interval)? in
        guard part < each.intervals.count, let interval = each.intervals[part], !interval.isTooFew else { return nil }
        return (top + row * step + (step - line * parts.count) / 2 + line * part + line / 2, interval)
      }
      if drawn.isEmpty { continue }
      for isDot in [false, true] {
        markup.add(isDot ? "<path class=\"d s" : "<path class=\"s s")
        markup.add(part)
        markup.add("\" d=\"")
        for (y, interval) in drawn {
          if isDot {
            markup.move(left + axis.length(interval.share, room), y)
            markup.add("h0")
          } else {
            let low = left + axis.length(interval.low, room)
            markup.move(low, y)
            markup.add("h")
            markup.add(max(1, left + axis.length(interval.high, room) - low))
          }
        }
        markup.add("\"/>")
      }
    }
    markup.rowLabels(rows.map(\.label), columns: columns, top: top, step: step)
    return markup.close()
  }

  private func legend(_ markup: inout Markup, _ names: [[UInt8]], _ places: [(x: Int, y: Int)]) {
    for (part, place) in places.enumerated() {
      markup.add("<path class=\"s s")
      markup.add(part)
      markup.add("\" d=\"")
      markup.move(place.x, place.y - 4)
      markup.add("h18\"/><path class=\"d s")
      markup.add(part)
      markup.add("\" d=\"")
      markup.move(place.x + 9, place.y - 4)
      markup.add("h0\"/>")
    }
    markup.add("<g class=\"l\">")
    for (part, place) in places.enumerated() {
      markup.textStart(x: place.x + 24, y: place.y)
      markup.label(names[part], columns: 24)
      markup.add("</text>")
    }
    markup.add("</g>")
  }

  private func grid(_ markup: inout Markup, _ axis: Axis, left: Int, room: Int, top: Int, height: Int, step: Int) {
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
    for row in 0...rows.count {
      markup.add("M0 ")
      markup.add(tenths: (top + row * step) * 10 + 5)
      markup.add("h")
      markup.add(left + room)
    }
    markup.add("\"/><g class=\"x\">")
    for index in 0...steps {
      markup.textStart(x: left + room * index / steps, y: top + height + 15)
      markup.text(Array(axis.labels[index].utf8))
      markup.add("</text>")
    }
    markup.add("</g>")
  }

  /// One sentence for those who do not see the picture.
  var summary: String {
    let names = parts.map { String(decoding: Label.shortened(Label.shown($0), to: 40), as: UTF8.self) }
    return "\(rows.count == 1 ? "1 share" : "\(rows.count) shares") compared in \(names.joined(separator: ", ")). The numbers are in the table."
  }
}
