/// Which rows of a chart are shown, so that no number of reports between 0 and
/// `least` can be had, not even by subtracting what is shown from what it is of.
/// docs/decisions/0026 says what that protects, and what it cannot.
struct Suppression {
  /// A row by stratum: reports at the first rate, at the second and so on.
  typealias Cells = [Int]

  let least: Int
  let of: Cells
  let rows: [Cells]
  /// Indices of rows that are shown.
  private(set) var shown: [Int] = []
  /// What those are shown as that nearly all reports have.
  private(set) var lowered: [Int: Cells] = [:]
  /// What is not shown comes to so much; nil if that would tell a small number, or
  /// there is nothing.
  private(set) var other: Cells?

  static func isSmall(_ number: Int, _ least: Int) -> Bool { number > 0 && number < least }

  /// Rows of `hidden` may not be shown, whatever they are. Without `lowering` a row
  /// that nearly all have is not shown either.
  init(of: Cells, rows: [Cells], hidden: Set<Int> = [], lowering: Bool = true, least: Int) {
    (self.of, self.rows, self.least) = (of, rows, least)
    guard of.contains(where: { $0 > 0 }), !of.contains(where: { Suppression.isSmall($0, least) }) else { return }
    let none = Suppression.rest(of, rows)
    for index in rows.indices where !hidden.contains(index) && rows[index].contains(where: { $0 > 0 }) && !isBad(rows[index], lowering) { shown.append(index) }
    // The smallest last; of equal ones the one that comes later in the chart.
    let sums = rows.map { $0.reduce(0, +) }
    shown.sort { (sums[$0], $1) > (sums[$1], $0) }
    var folded = sum(of: Set(rows.indices).subtracting(shown))
    while true {
      let isNoneClear = none.allSatisfy { !Suppression.isSmall($0, least) }
      if isNoneClear, folded.allSatisfy({ !Suppression.isSmall($0, least) }) {
        other = folded.contains { $0 > 0 } ? folded : nil
        break
      }
      // Only together with those that have no bucket at all are they enough.
      if zip(folded, none).allSatisfy({ !Suppression.isSmall($0 + max($1, 0), least) && ($1 > 0 || !Suppression.isSmall($0, least)) }) { break }
      guard let smallest = shown.last else { break }
      if shown.count == 1, lowering, let cells = cells(lowering: smallest) {
        if cells != rows[smallest] { lowered[smallest] = cells }
        break
      }
      shown.removeLast()
      for stratum in folded.indices { folded[stratum] += rows[smallest][stratum] }
    }
    for index in shown where lowered[index] == nil && zip(of, rows[index]).contains(where: { Suppression.isSmall($0 - $1, least) }) { lowered[index] = cells(lowering: index) }
    shown.sort()
  }

  /// Shown on its own it would tell a small number: its own, or that of the others.
  private func isBad(_ row: Cells, _ lowering: Bool) -> Bool {
    zip(of, row).contains { Suppression.isSmall($1, least) || Suppression.isSmall($0 - $1, least) && (!lowering || $0 < 2 * least) }
  }

  /// Nil if there are too few reports for that.
  private func cells(lowering index: Int) -> Cells? {
    var cells = rows[index]
    for stratum in cells.indices where Suppression.isSmall(of[stratum] - cells[stratum], least) {
      cells[stratum] = of[stratum] - least
      if cells[stratum] < least { return nil }
    }
    return cells
  }

  private func sum(of indices: Set<Int>) -> Cells {
    var cells = Cells(repeating: 0, count: of.count)
    for index in indices { for stratum in cells.indices { cells[stratum] += rows[index][stratum] } }
    return cells
  }

  /// What is left of the whole without the rows: those that have none, if no
  /// report has two. Negative if many have several.
  static func rest(_ of: Cells, _ rows: [Cells]) -> Cells {
    var cells = of
    for row in rows { for stratum in cells.indices { cells[stratum] -= row[stratum] } }
    return cells
  }
}
