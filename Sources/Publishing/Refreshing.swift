import Dates
import Files
import Gate
import Store

extension Publisher {
  /// Edition 2 of a week, when no more reports of it are taken: `days` are its sums
  /// now. Whoever kept edition 1 can subtract it. So a number is refreshed only
  /// if at least `least` late reports changed it, and those that stay as they were
  /// hide enough of them together; rows that were not there do not appear, and parts
  /// by version and so on stay as they were. Nil if nothing is different.
  public func refreshed(_ first: Publication, with days: [(day: Day, tallies: Tallies)], made: Day) -> Publication? {
    guard first.edition == 1, first.span.kind == .week, !days.isEmpty else { return nil }
    let least = max(least, first.least)
    let gathered = Gathering(days, under: configs, newest: newest)
    var second = first
    second.reports = later(first.reports, gathered.reports.reduce(0, +), least)
    for (index, program) in first.programs.enumerated() {
      guard let now = gathered.programs.first(where: { $0.name == program.name }) else { continue }
      second.programs[index].reports = later(program.reports, now.reports.reduce(0, +), least)
      // Tables that have the same name were put together: which row is whose is not told.
      for (chart, data) in program.charts.enumerated() {
        let tables = now.tables.filter { $0.name == data.name && $0.kind == data.kind }
        if tables.count == 1 { second.programs[index].charts[chart] = refreshed(data, with: tables[0], least) }
      }
    }
    guard second != first else { return nil }
    (second.edition, second.isFinal, second.made) = (2, true, made)
    return second
  }

  private func later(_ before: Int, _ now: Int, _ least: Int) -> Int { now - before >= least ? now : before }

  private func refreshed(_ chart: ChartData, with table: Gathering.Table, _ least: Int) -> ChartData {
    guard let all = table.of[.all]?.sum else { return chart }
    func old(_ strata: [Stratum]) -> (reports: [Int], of: [Int]) {
      let found = table.rates.map { rate in strata.first { $0.rate == rate } }
      return (found.map { $0?.reports ?? 0 }, found.map { $0?.of ?? 0 })
    }
    guard chart.asked.allSatisfy({ table.rates.contains($0.rate) }) else { return chart }
    let before = old(chart.asked).of
    // Rates of which there were too few reports then are left out now, too.
    let strata = table.rates.indices.filter { before[$0] > 0 }
    let late = strata.map { all[$0] - before[$0] }
    guard late.contains(where: { $0 >= least }), late.allSatisfy({ $0 == 0 || $0 >= least }) else { return chart }
    var rows: [Int?] = table.buckets.map { _ in nil }
    for (index, row) in chart.rows.enumerated() where row.dimension == .all {
      if let bucket = row.bucket, let at = table.buckets.firstIndex(of: bucket) { rows[at] = index }
    }
    let changes = table.buckets.indices.map { bucket -> [Int] in
      let now = table.seen[.all]?[bucket]?.sum ?? table.rates.map { _ in 0 }
      let then = rows[bucket].map { old(chart.rows[$0].strata).reports } ?? table.rates.map { _ in 0 }
      return strata.map { now[$0] - then[$0] }
    }
    let frozen = Set(table.buckets.indices.filter { bucket in rows[bucket].map { chart.rows[$0].isAtLeast } ?? true || changes[bucket].contains { $0 < 0 } })
    // What is in no row counts from its beginning: not only what came late hides it.
    let hidden = Set(table.buckets.indices.filter { rows[$0] == nil })
    let suppression = Suppression(of: late, rows: changes.enumerated().map { hidden.contains($0.offset) ? $0.element.map { _ in 0 } : $0.element }, hidden: frozen, lowering: false, least: least)
    var chart = chart
    guard !suppression.shown.isEmpty else { return chart }
    chart.asked = strata.map { Stratum(rate: table.rates[$0], reports: 0, of: all[$0]) }
    for bucket in suppression.shown {
      guard let index = rows[bucket], let grid = table.seen[.all]?[bucket] else { continue }
      let cells = grid.sum
      chart.rows[index] = DataRow(
        bucket: table.buckets[bucket], dimension: .all, value: [], strata: strata.map { Stratum(rate: table.rates[$0], reports: cells[$0], of: all[$0]) }, total: grid.total)
    }
    return chart
  }
}
