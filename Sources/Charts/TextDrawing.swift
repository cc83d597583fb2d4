/// Pictures of characters, for terminals: block characters, or ASCII where the
/// locale has none.
public struct TextDrawing: Sendable {
  public let isUnicode: Bool

  public init(isUnicode: Bool) { self.isUnicode = isUnicode }

  /// One character a value; nil is a space. The lowest block is 0, and what is
  /// not 0 is higher.
  public func sparkline(_ values: [UInt64?]) -> String {
    let greatest = values.reduce(0) { max($0, $1 ?? 0) }
    let steps = Array(isUnicode ? "▁▂▃▄▅▆▇█" : "_.:-=+*#")
    return String(values.map { value -> Character in
      guard let value else { return " " }
      if value == 0 { return steps[0] }
      return steps[max(1, Int((Double(value) / Double(greatest) * 7).rounded()))]
    })
  }

  /// A bar of this share of so many columns; what is not 0 is seen. By eighths
  /// of a column, or by whole ones in ASCII.
  public func bar(_ share: Double, columns: Int) -> String {
    guard share > 0, columns > 0 else { return "" }
    let share = min(share, 1)
    if !isUnicode { return String(repeating: "#", count: max(1, Int((share * Double(columns)).rounded()))) }
    let eighths = max(1, Int((share * Double(columns) * 8).rounded()))
    let rest = Array("▏▎▍▌▋▊▉")
    return String(repeating: "█", count: eighths / 8) + (eighths % 8 > 0 ? String(rest[eighths % 8 - 1]) : "")
  }

  /// Columns of so many rows, the top one first, each value `width` columns wide;
  /// of three or more, the last is left free.
  public func columns(_ values: [UInt64?], rows: Int, width: Int = 1) -> [String] {
    let greatest = Double(values.reduce(0) { max($0, $1 ?? 0) })
    let steps = Array(isUnicode ? " ▁▂▃▄▅▆▇█" : "  ....::#")
    return (0..<rows).map { row in
      String(values.flatMap { value -> [Character] in
        let level: Int
        if let value, value > 0 {
          let eighths = max(1, Int((Double(value) / greatest * Double(rows * 8)).rounded()))
          level = min(8, max(0, eighths - (rows - 1 - row) * 8))
        } else {
          level = 0
        }
        return [Character](repeating: steps[level], count: width > 2 ? width - 1 : width) + (width > 2 ? [" "] : [])
      })
    }
  }
}
