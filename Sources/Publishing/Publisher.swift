import Dates
import Files
import Gate
import Store

/// From sums to what is published: a week, and its days with it. Days are not
/// published before their week is, because what a day may say depends on the
/// other six.
public struct Publisher: Sendable {
  /// k.
  public var least: Int
  /// The newest upload config: charts are in its order.
  public var newest: UploadConfig?
  public var configs: ConfigTable

  public init(least: Int = 10, newest: UploadConfig?, configs: @escaping ConfigTable) {
    self.least = max(1, least)
    (self.newest, self.configs) = (newest, configs)
  }

  /// Edition 1 of a week, and all that is ever published of its days. `days` are
  /// the sums of each day on which reports of the week end; days without may be missing.
  public func publications(of days: [(day: Day, tallies: Tallies)], week end: Day, made: Day, isFinal: Bool = false) -> [Publication] {
    let gathered = Gathering(days, under: configs, newest: newest)
    let total = gathered.reports.reduce(0, +)
    guard total >= least else { return [] }
    var week = Publication(span: TimeSpan(.week, ending: end), edition: 1, isFinal: isFinal, made: made, least: least, reports: total, programs: [])
    let kept = columns(gathered.reports.map { [$0] }, whole: [total])
    var parts = kept.map {
      Publication(span: TimeSpan(.day, ending: gathered.days[$0]), edition: 1, isFinal: true, made: made, least: least, reports: gathered.reports[$0], programs: [])
    }
    for program in gathered.programs {
      let reports = program.reports.reduce(0, +)
      guard reports >= least else { continue }
      let days = columns(program.reports.map { [$0] }, whole: [reports]).filter { kept.contains($0) }
      var charts = Charts(days: days)
      // What the reports themselves are comes first; by that, the rest is told apart.
      var values: [Dimension: [[UInt8]]] = [:]
      for table in program.tables {
        let work = TableWork(table, values, days: days, least: least)
        charts.add(work)
        // Where one is lowered its parts would tell by how much.
        guard table.kind == .about, let dimension = Dimension(rawValue: String(decoding: table.name, as: UTF8.self)), let rows = work.week?.rows else { continue }
        values[dimension] = rows.contains { $0.isAtLeast } ? [] : rows.compactMap { $0.bucket }
      }
      week.programs.append(ProgramData(name: program.name, reports: reports, charts: charts.week))
      for (index, day) in days.enumerated() where program.reports[day] > 0 {
        parts[kept.firstIndex(of: day)!].programs.append(ProgramData(name: program.name, reports: program.reports[day], charts: charts.byDay[index]))
      }
    }
    return [week] + parts.filter { $0.reports > 0 }
  }

  /// Of one span alone: nothing else may be published of what is in it.
  public func publication(of tallies: Tallies, span: TimeSpan, edition: Int = 1, made: Day, isFinal: Bool = false) -> Publication? {
    var publication = publications(of: [(span.end, tallies)], week: span.end, made: made, isFinal: isFinal).first
    publication?.span = span
    publication?.edition = edition
    return publication
  }

  /// Columns that can be told with their sum, so that the others together are enough.
  private func columns(_ columns: [[Int]], whole: [Int]) -> [Int] {
    // One row that is the column itself.
    Merging(of: columns, rows: [columns], other: columns.map { $0.map { _ in 0 } }, wholeOf: whole, whole: [whole], wholeOther: whole.map { _ in 0 }, least: least).shownColumns
  }

  /// Charts of one program, of tables that have the same name put together.
  private struct Charts {
    var week: [ChartData] = []
    var byDay: [[ChartData]]

    init(days: [Int]) { byDay = days.map { _ in [] } }

    mutating func add(_ work: TableWork) {
      if let chart = work.week { Charts.add(chart, to: &week) }
      for (index, chart) in work.byDay.enumerated() { if let chart { Charts.add(chart, to: &byDay[index]) } }
    }

    private static func add(_ chart: ChartData, to charts: inout [ChartData]) {
      if let index = charts.lastIndex(where: { $0.name == chart.name && $0.kind == chart.kind }) {
        let parts = charts[index].rows + chart.rows
        charts[index].rows = parts.filter { $0.dimension == .all } + parts.filter { $0.dimension != .all }
      } else {
        charts.append(chart)
      }
    }
  }
}
