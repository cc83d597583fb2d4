/// An axis from 0, for counts: its steps are whole numbers.
struct Axis {
  let top: Double
  /// What stands at each step, from 0 up.
  let labels: [String]

  /// The lowest round number that is not less, and the steps that part it well.
  init(for greatest: UInt64) {
    let (top, steps) = Axis.round(greatest)
    self.top = top
    labels = (0...steps).map { Number.short(top * Double($0) / Double(steps)) }
  }

  private static func round(_ greatest: UInt64) -> (Double, Int) {
    if greatest <= 3 { return (Double(max(1, greatest)), Int(max(1, greatest))) }
    var size = 1.0
    while size * 10 <= Double(greatest) { size *= 10 }
    for (factor, steps) in [(1.0, 2), (1.5, 3), (2, 2), (3, 3), (4, 2), (5, 5), (6, 3), (8, 2)] {
      let top = size * factor
      if top >= Double(greatest), (top / Double(steps)).rounded() == top / Double(steps) { return (top, steps) }
    }
    return (size * 10, 2)
  }

  /// In pixels, with room beside them.
  var width: Int { 8 + Int(Double(labels.map { $0.utf8.count }.max() ?? 1) * Label.digit) }
}
