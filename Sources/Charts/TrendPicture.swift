import Files

/// How a number went, small and without words: beside a name.
public struct Trend: Sendable {
  public var title: [UInt8]
  public var summary: String
  /// Oldest first; nil where nothing is known.
  public var values: [Double?]

  public init(title: [UInt8], summary: String, values: [Double?]) { (self.title, self.summary, self.values) = (title, summary, values) }

  public func svg(_ canvas: Canvas) -> [UInt8] {
    var markup = Markup(canvas, kind: "trend", title: Label.shown(title), description: summary)
    let greatest = values.reduce(0) { max($0, $1 ?? 0) }
    let (width, height) = (canvas.width - 6, canvas.height - 6)
    func x(_ index: Int) -> Int { values.count > 1 ? 3 + index * width / (values.count - 1) : 3 + width }
    func y(_ value: Double) -> Int { 3 + height - (greatest > 0 ? Int((value / greatest * Double(height)).rounded()) : 0) }
    var line: [(x: Int, y: Int, isStart: Bool)] = []
    for (index, value) in values.enumerated() {
      guard let value, value.isFinite else { continue }
      line.append((x(index), y(max(0, value)), index == 0 || values[index - 1] == nil))
    }
    guard let last = line.last else { return markup.close() }
    if canvas.height >= 40 {
      markup.add("<path class=\"band c0\" d=\"")
      for (index, each) in line.enumerated() {
        let isEnd = index + 1 == line.count || line[index + 1].isStart
        if each.isStart { markup.point("M", each.x, canvas.height) }
        markup.point("L", each.x, each.y)
        if isEnd {
          markup.point("L", each.x, canvas.height)
          markup.add("z")
        }
      }
      markup.add("\"/>")
    }
    markup.add("<path class=\"s s0 thin\" d=\"")
    var wasStart = false
    for each in line {
      markup.point(each.isStart ? "M" : wasStart ? "L" : " ", each.x, each.y)
      wasStart = each.isStart
    }
    markup.add("\"/><path class=\"d s0 small\" d=\"")
    markup.move(last.x, last.y)
    markup.add("h0\"/>")
    return markup.close()
  }
}
