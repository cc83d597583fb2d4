import Dates
import Files
import Store

/// What is published of one table: rows of all reports, of parts of them, and of days.
struct TableWork {
  typealias Cells = Suppression.Cells

  private let table: Gathering.Table
  private let days: [Int]
  private let least: Int
  private var rates: [Double] = []
  private var strata: [Int] = []
  private var shown: [Int] = []
  private var isShown: [Bool]
  private(set) var week: ChartData?
  /// For each of the days that are given; nil where nothing is told.
  private(set) var byDay: [ChartData?]

  /// `values` are those that may be told apart.
  init(_ table: Gathering.Table, _ values: [Dimension: [[UInt8]]], days: [Int], least: Int) {
    (self.table, self.days, self.least) = (table, days, least)
    byDay = days.map { _ in nil }
    isShown = [Bool](repeating: false, count: table.buckets.count)
    guard let suppression = chooseStrata() else { return }
    rates = strata.map { table.rates[$0] }
    shown = suppression.shown
    for bucket in shown { isShown[bucket] = true }
    if table.kind == .stack { rankStacks() }
    let of = pick(table.of[.all]!.sum)
    var chart = ChartData(name: table.name, kind: table.kind, asked: asked(of), rows: [])
    for bucket in shown {
      let cells = pick(grid(.all, bucket).sum)
      let less = suppression.lowered[bucket]
      let total = grid(.all, bucket).total
      // A total can tell how many there were: each counts at least 1.
      let missing = less.map { UInt64(sum(cells) - sum($0)) } ?? 0
      chart.rows.append(row(table.buckets[bucket], .all, [], less ?? cells, of, total > missing ? total - missing : 0, isAtLeast: less != nil))
    }
    if let other = suppression.other { chart.rows.append(row(nil, .all, [], other, of, total(of: isShown, .all), isAtLeast: false)) }
    if suppression.lowered.isEmpty, !shown.isEmpty {
      let isNumbered = suppression.other != nil || sum(folded(.all)) == 0
      for dimension in Dimension.allCases where dimension != .all { chart.rows += rows(by: dimension, values[dimension] ?? [], of, isNumbered: isNumbered) }
      tellDays(of, isNumbered: isNumbered)
    }
    week = chart
  }

  /// Those in most reports first.
  private mutating func rankStacks() {
    let ranked = shown.map { (bucket: $0, reports: sum(pick(grid(.all, $0).sum))) }
    shown = ranked.sorted { $0.reports != $1.reports ? $0.reports > $1.reports : table.buckets[$0.bucket].precedes(table.buckets[$1.bucket]) }.map { $0.bucket }
  }

  /// Reports at rates of which there are few would hide rows that have many
  /// others: they are left out, the smallest first, if that shows more.
  private mutating func chooseStrata() -> Suppression? {
    guard let all = table.of[.all]?.sum else { return nil }
    var candidates = all.indices.filter { all[$0] >= least }.sorted { (all[$0], $1) > (all[$1], $0) }
    var best: (suppression: Suppression, strata: [Int], reports: Int)?
    while !candidates.isEmpty {
      strata = candidates.sorted()
      let rows = table.buckets.indices.map { pick(grid(.all, $0).sum) }
      let suppression = Suppression(of: pick(all), rows: rows, hidden: table.unlisted, least: least)
      let reports = suppression.shown.reduce(0) { $0 + sum(suppression.lowered[$1] ?? rows[$1]) }
      if best == nil || reports > best!.reports { best = (suppression, strata, reports) }
      candidates.removeLast()
    }
    strata = best?.strata ?? []
    return best?.suppression
  }

  // MARK: Parts and days

  private func rows(by dimension: Dimension, _ values: [[UInt8]], _ of: Cells, isNumbered: Bool) -> [DataRow] {
    let places = values.map { Gathering.Place(dimension: dimension, value: $0) }.filter { table.of[$0] != nil }
    guard !places.isEmpty else { return [] }
    let ofs = places.map { pick(table.of[$0]!.sum) }
    let cells = shown.map { bucket in places.map { pick(grid($0, bucket).sum) } }
    let merging = Merging(
      of: ofs, rows: cells, other: places.map { folded($0) }, wholeOf: of, whole: shown.map { pick(grid(.all, $0).sum) }, wholeOther: folded(.all), isNumbered: isNumbered, least: least)
    let together = isShown(in: merging)
    var rows: [DataRow] = []
    for column in merging.shownColumns {
      let place = places[column]
      for index in merging.shownRows where sum(cells[index][column]) > 0 {
        rows.append(row(table.buckets[shown[index]], dimension, place.value, cells[index][column], ofs[column], grid(place, shown[index]).total))
      }
      if isNumbered, let other = merging.other(column) { rows.append(row(nil, dimension, place.value, other, ofs[column], total(of: together, place))) }
    }
    // All other values, if they can be told: not where reports of several are counted twice.
    if !merging.shownColumns.isEmpty, let rest = merging.restColumn, rest.of.allSatisfy({ $0 >= 0 }) {
      for index in merging.shownRows where sum(rest.rows[index]) >= least && zip(rest.rows[index], rest.of).allSatisfy({ $0 >= 0 && $0 <= $1 }) {
        let shownTotal = merging.shownColumns.reduce(UInt64(0)) { $0.adding(grid(places[$1], shown[index]).total) }
        let whole = grid(.all, shown[index]).total
        rows.append(row(table.buckets[shown[index]], dimension, nil, rest.rows[index], rest.of, whole > shownTotal ? whole - shownTotal : 0))
      }
    }
    return rows
  }

  private mutating func tellDays(_ of: Cells, isNumbered: Bool) {
    guard !days.isEmpty, let all = table.of[.all] else { return }
    let ofs = days.map { pick(all[$0]) }
    let cells = shown.map { bucket in days.map { pick(grid(.all, bucket)[$0]) } }
    let others = days.map { day in
      var cells = Cells(repeating: 0, count: strata.count)
      for (bucket, grid) in table.seen[.all] ?? [:] where !isShown[bucket] { for (index, number) in pick(grid[day]).enumerated() { cells[index] += number } }
      return cells
    }
    let merging = Merging(of: ofs, rows: cells, other: others, wholeOf: of, whole: shown.map { pick(grid(.all, $0).sum) }, wholeOther: folded(.all), isNumbered: isNumbered, least: least)
    let together = isShown(in: merging)
    for column in merging.shownColumns where sum(ofs[column]) > 0 {
      let day = days[column]
      var chart = ChartData(name: table.name, kind: table.kind, asked: asked(ofs[column]), rows: [])
      for index in merging.shownRows where sum(cells[index][column]) > 0 {
        chart.rows.append(row(table.buckets[shown[index]], .all, [], cells[index][column], ofs[column], grid(.all, shown[index]).totals[day]))
      }
      if isNumbered, let other = merging.other(column) {
        chart.rows.append(row(nil, .all, [], other, ofs[column], total(of: together, day: day)))
      }
      byDay[column] = chart
    }
  }

  // MARK: Numbers

  private func sum(_ cells: Cells) -> Int { cells.reduce(0, +) }
  private func pick(_ cells: Cells) -> Cells { strata.map { cells[$0] } }

  private func grid(_ place: Gathering.Place, _ bucket: Int) -> Gathering.Grid {
    table.seen[place]?[bucket] ?? Gathering.Grid(days: table.of[.all]!.totals.count, rates: table.rates.count)
  }

  private func folded(_ place: Gathering.Place) -> Cells {
    var cells = Cells(repeating: 0, count: strata.count)
    for (bucket, grid) in table.seen[place] ?? [:] where !isShown[bucket] { for (index, number) in pick(grid.sum).enumerated() { cells[index] += number } }
    return cells
  }

  /// What all buckets but those that are shown come to.
  private func total(of isShown: [Bool], _ place: Gathering.Place = .all, day: Int? = nil) -> UInt64 {
    var sum: UInt64 = 0
    for (bucket, grid) in table.seen[place] ?? [:] where !isShown[bucket] { sum = sum.adding(day.map { grid.totals[$0] } ?? grid.total) }
    return sum
  }

  private func isShown(in merging: Merging) -> [Bool] {
    var isShown = [Bool](repeating: false, count: table.buckets.count)
    for index in merging.shownRows { isShown[shown[index]] = true }
    return isShown
  }

  private func asked(_ of: Cells) -> [Stratum] { zip(rates, of).filter { $1 > 0 }.map { Stratum(rate: $0, reports: 0, of: $1) } }

  private func row(_ bucket: [UInt8]?, _ dimension: Dimension, _ value: [UInt8]?, _ cells: Cells, _ of: Cells, _ total: UInt64, isAtLeast: Bool = false) -> DataRow {
    let strata = rates.indices.filter { of[$0] > 0 }.map { Stratum(rate: rates[$0], reports: cells[$0], of: of[$0]) }
    return DataRow(bucket: bucket, dimension: dimension, value: value, strata: strata, total: total, isAtLeast: isAtLeast)
  }
}
