import Files

/// A chart told apart by something else, such as versions or days: a table whose
/// rows are buckets. It is shown with so many rows and columns put together that
/// every number in it is 0 or at least `least`, and so is every sum and every
/// difference with what is known of all reports.
struct Merging {
  typealias Cells = Suppression.Cells

  let least: Int
  /// What is put together is shown as a number, too.
  private let isNumbered: Bool
  private let of: [Cells]
  private let rows: [[Cells]]
  private let wholeOf: Cells
  private let whole: [Cells]
  private let other: [Cells]
  private let wholeOther: Cells
  /// Indices of what stays on its own.
  private(set) var shownRows: [Int]
  private(set) var shownColumns: [Int]
  /// For each column what is put together, and then what all the other columns are.
  private var folded: [Cells]
  private var restOf: Cells
  private var rest: [Cells]
  private var restOther: Cells

  /// `rows[bucket][column]`, and `other[column]` for the buckets that are shown
  /// nowhere; `whole` is what is known of all reports.
  init(of: [Cells], rows: [[Cells]], other: [Cells], wholeOf: Cells, whole: [Cells], wholeOther: Cells, isNumbered: Bool = true, least: Int) {
    (self.of, self.rows, self.other, self.isNumbered, self.least) = (of, rows, other, isNumbered, least)
    (self.wholeOf, self.whole, self.wholeOther) = (wholeOf, whole, wholeOther)
    (shownRows, shownColumns) = (Array(rows.indices), Array(of.indices))
    folded = other
    (restOf, rest, restOther) = (wholeOf, whole, wholeOther)
    for column in of.indices {
      Merging.subtract(&restOf, of[column])
      Merging.subtract(&restOther, other[column])
      for row in rows.indices { Merging.subtract(&rest[row], rows[row][column]) }
    }
    while !shownRows.isEmpty, !shownColumns.isEmpty, case let worst = worst, !worst.isEmpty { for each in worst { if each.isRow { mergeRow(each.index) } else { mergeColumn(each.index) } } }
    if shownRows.isEmpty || shownColumns.isEmpty { (shownRows, shownColumns) = ([], []) }
  }

  /// Of a shown column, all that is in no shown row; nil if there is nothing.
  func other(_ column: Int) -> Cells? { folded[column].contains { $0 > 0 } ? folded[column] : nil }
  /// All columns that are not shown, by row; nil if there is nothing.
  var restColumn: (of: Cells, rows: [Cells])? { restOf.contains { $0 > 0 } ? (restOf, rest) : nil }

  private static func subtract(_ cells: inout Cells, _ others: Cells) { for index in cells.indices { cells[index] -= others[index] } }
  private static func add(_ cells: inout Cells, _ others: Cells) { for index in cells.indices { cells[index] += others[index] } }

  private mutating func mergeRow(_ row: Int) {
    shownRows.removeAll { $0 == row }
    for column in of.indices { Merging.add(&folded[column], rows[row][column]) }
    Merging.add(&restOther, rest[row])
  }

  private mutating func mergeColumn(_ column: Int) {
    shownColumns.removeAll { $0 == column }
    Merging.add(&restOf, of[column])
    Merging.add(&restOther, folded[column])
    for row in rows.indices { Merging.add(&rest[row], rows[row][column]) }
  }

  /// The row or column that, put to the others, rids the table of most small
  /// numbers for the fewest reports; of a large table, several. None if it has no
  /// small number.
  private var worst: ArraySlice<(isRow: Bool, index: Int)> {
    var badRows = [Int](repeating: 0, count: rows.count)
    var badColumns = [Int](repeating: 0, count: of.count)
    let smallestRow = shownRows.min { (Merging.sum(whole[$0]), $1) < (Merging.sum(whole[$1]), $0) }!
    let smallestColumn = shownColumns.min { (Merging.sum(of[$0]), $1) < (Merging.sum(of[$1]), $0) }!
    var isClean = true
    func blame(_ row: Int?, _ column: Int?) {
      isClean = false
      if let row { badRows[row] += 1 }
      if let column { badColumns[column] += 1 }
    }
    for column in shownColumns {
      for row in shownRows where isSmall(rows[row][column], of[column]) { blame(row, column) }
      if isNumbered, folded[column].contains(where: { Suppression.isSmall($0, least) }) { blame(smallestRow, column) }
      if isSmallWhole(of[column], shownRows.map { rows[$0][column] }, folded[column]) { blame(nil, column) }
    }
    for row in shownRows where isSmall(rest[row], restOf) { blame(row, smallestColumn) }
    if isNumbered, restOther.contains(where: { Suppression.isSmall($0, least) }) { blame(smallestRow, smallestColumn) }
    if isSmallWhole(restOf, shownRows.map { rest[$0] }, restOther) { blame(nil, smallestColumn) }
    guard !isClean else { return [] }
    var offers: [(isRow: Bool, index: Int, gain: Double)] = []
    func offer(_ isRow: Bool, _ index: Int, _ bad: Int, _ cost: Int) { if bad > 0 { offers.append((isRow, index, Double(bad) / Double(cost + 1))) } }
    for row in shownRows { offer(true, row, badRows[row], Merging.sum(whole[row])) }
    for column in shownColumns { offer(false, column, badColumns[column], shownRows.reduce(0) { $0 + Merging.sum(rows[$1][column]) }) }
    let order = sortedIndices(offers.count) { offers[$0].gain > offers[$1].gain }
    return order.prefix(1 + shownRows.count * shownColumns.count / Merging.stride).map { (offers[$0].isRow, offers[$0].index) }[...]
  }

  /// So many numbers are looked at for each row or column that goes.
  private static let stride = 2000

  private static func sum(_ cells: Cells) -> Int { cells.reduce(0, +) }

  private func isSmall(_ cells: Cells, _ of: Cells) -> Bool { zip(cells, of).contains { Suppression.isSmall($0, least) || Suppression.isSmall($1 - $0, least) } }

  /// The column itself, or those in it that have no bucket, also together with
  /// those that have one that is not shown.
  private func isSmallWhole(_ of: Cells, _ shown: [Cells], _ folded: Cells) -> Bool {
    let hidden = Suppression.rest(of, shown)
    return of.indices.contains { Suppression.isSmall(of[$0], least) || Suppression.isSmall(hidden[$0], least) || isNumbered && Suppression.isSmall(hidden[$0] - folded[$0], least) }
  }
}
