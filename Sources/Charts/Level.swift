/// A part of the greatest, as a bar in a row of a table that has the number, too.
public struct Level: Sendable {
  private let part: Double

  public init(_ part: Double) { self.part = min(max(part.isFinite ? part : 0, 0), 1) }

  public func svg(_ canvas: Canvas) -> [UInt8] {
    var markup = Markup(canvas, kind: "level", title: Array("Compared with the greatest".utf8), description: Shares.text(part))
    if part > 0 {
      markup.add("<path class=\"bar c0\" d=\"M0 0h")
      markup.add(max(1, Int((part * Double(canvas.width)).rounded())))
      markup.add("v")
      markup.add(canvas.height)
      markup.add("H0z\"/>")
    }
    return markup.close()
  }
}
