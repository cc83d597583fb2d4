import Charts
import Dates
import Publishing
import Store

/// Shares of all charts over all weeks: little of each publication, so that a
/// year of many charts fits.
struct History: Sendable {
  struct Week: Sendable {
    var span: TimeSpan
    var edition: Int
    var isFinal: Bool
    var made: Day
    var least, reports: Int
    /// Of programs, by name.
    var programs: [[UInt8]: Int] = [:]
  }

  struct Row: Sendable {
    /// The week's last day.
    var end: Int32
    var bucket: Int32
    var reports, of: Int32
    var share, effective: Double
    var isAtLeast: Bool

    /// As it was published, but for what no page needs of weeks that have passed.
    func data(_ bucket: [UInt8]?) -> DataRow {
      var row = DataRow(bucket: bucket, dimension: .all, value: [], reports: Int(reports), of: Int(of), weighted: share, weightedOf: 1, effective: effective, total: 0)
      row.isAtLeast = isAtLeast
      return row
    }

    var estimate: Estimate { data(nil).estimate }
    var interval: Interval { Interval(estimate) }
    var isTooFew: Bool { effective < Estimate.fewest }
  }

  struct Chart: Sendable {
    let key: ChartKey
    var kind: ChartData.Kind
    /// Nil for what is folded.
    var buckets: [[UInt8]?] = []
    fileprivate var known: [[UInt8]?: Int32] = [:]
    fileprivate(set) var rows: [Row] = []
    /// Of stacks, by bucket.
    var versions: [Int32: (first: [UInt8], last: [UInt8])] = [:]

    fileprivate mutating func index(_ bucket: [UInt8]?) -> Int32 {
      if let index = known[bucket] { return index }
      known[bucket] = Int32(buckets.count)
      buckets.append(bucket)
      return Int32(buckets.count - 1)
    }

    func rows(of end: Day) -> [Row] { rows.filter { $0.end == end.number } }

    /// Of one bucket, a value for each of these weeks.
    func series(_ bucket: Int32, _ weeks: [Week]) -> [Row?] {
      var byEnd: [Int32: Row] = [:]
      for row in rows where row.bucket == bucket { byEnd[row.end] = row }
      return weeks.map { byEnd[Int32($0.span.end.number)] }
    }
  }

  struct Program: Sendable {
    let name: [UInt8]
    /// All that there ever were.
    var charts: [Chart] = []
    /// Those of the newest week, in its order.
    fileprivate(set) var newest: [Int] = []
    fileprivate var known: [ChartKey: Int] = [:]

    /// Counters and histograms of the newest week.
    var current: [Chart] { newest.map { charts[$0] }.filter { $0.kind != .stack && $0.kind != .about } }
    /// How many of them have something to show.
    func count(on end: Day) -> Int { current.count { $0.rows.last { $0.end == end.number } != nil } }
    /// Those, and then what there was before.
    var all: [Chart] {
      let old = Set(charts.indices).subtracting(newest).sorted()
      return (newest + old).map { charts[$0] }.filter { $0.kind != .stack && $0.kind != .about }
    }

    func chart(_ key: ChartKey) -> Chart? { known[key].map { charts[$0] } }
    func chart(slug: [UInt8]) -> Chart? { charts.first { $0.key.slug == slug && $0.kind != .stack } }
    func about(_ dimension: Dimension) -> Chart? { chart(ChartKey(Array(dimension.rawValue.utf8), .about)) }
  }

  /// Oldest first.
  private(set) var weeks: [Week] = []
  /// Days of which there are data, oldest first.
  var days: [TimeSpan] = [] { didSet { stamp += 1 } }
  private(set) var programs: [[UInt8]: Program] = [:]

  /// Grows with each change.
  private(set) var stamp = 0

  var newest: Week? { weeks.last }

  func program(slug: [UInt8]) -> Program? { programs.values.first { Slug.of($0.name) == slug } }

  func week(_ span: TimeSpan) -> Week? { weeks.first { $0.span == span } }

  /// By name; those that are in no publication any more are not there.
  var names: [[UInt8]] { programs.keys.sorted { NaturalOrder.precedes($0, $1) } }

  /// Of one chart alone: what of weeks before a span its document needs.
  func publications(of program: Program, _ chart: Chart, before end: Day) -> [Publication] {
    weeks.filter { $0.span.end < end }.map { week in
      let rows = chart.rows(of: week.span.end).map { $0.data(chart.buckets[Int($0.bucket)]) }
      let data = ProgramData(name: program.name, reports: week.programs[program.name] ?? 0, charts: [ChartData(name: chart.key.name, kind: chart.kind, rows: rows)])
      return Publication(
        span: week.span, edition: week.edition, isFinal: week.isFinal, made: week.made, least: week.least, reports: week.reports, programs: week.programs[program.name] == nil || rows.isEmpty ? [] : [data])
    }
  }

  mutating func remove(_ span: TimeSpan) {
    guard let index = weeks.firstIndex(where: { $0.span == span }) else { return }
    let end = Int32(span.end.number)
    for name in weeks[index].programs.keys {
      for chart in programs[name]!.charts.indices { programs[name]!.charts[chart].rows.removeAll { $0.end == end } }
    }
    weeks.remove(at: index)
  }

  mutating func add(_ publication: Publication) {
    remove(publication.span)
    var week = Week(
      span: publication.span, edition: publication.edition, isFinal: publication.isFinal, made: publication.made, least: publication.least, reports: publication.reports)
    let isNewest = weeks.allSatisfy { $0.span < publication.span }
    for data in publication.programs {
      week.programs[data.name] = data.reports
      var program = programs.removeValue(forKey: data.name) ?? Program(name: data.name)
      for chart in data.charts { program.add(chart, Int32(publication.span.end.number)) }
      if isNewest { program.newest = data.charts.compactMap { program.known[ChartKey($0.name, $0.kind)] } }
      programs[data.name] = program
    }
    weeks.insert(week, at: weeks.firstIndex { $0.span.end > week.span.end } ?? weeks.count)
  }
}

extension History.Program {
  fileprivate mutating func add(_ data: ChartData, _ end: Int32) {
    let key = ChartKey(data.name, data.kind)
    let at: Int
    if let place = known[key] {
      at = place
    } else {
      at = charts.count
      known[key] = at
      charts.append(History.Chart(key: key, kind: data.kind))
    }
    charts[at].kind = data.kind
    for row in data.rows {
      if row.dimension == .all {
        charts[at].rows.append(
          History.Row(
            end: end, bucket: charts[at].index(row.bucket), reports: Int32(clamping: row.reports), of: Int32(clamping: row.of), share: row.estimate.share, effective: row.effective,
            isAtLeast: row.isAtLeast))
      } else if data.kind == .stack, row.dimension == .version, let version = row.value {
        let bucket = charts[at].index(row.bucket)
        let (first, last) = charts[at].versions[bucket] ?? (version, version)
        charts[at].versions[bucket] = (NaturalOrder.precedes(version, first) ? version : first, NaturalOrder.precedes(last, version) ? version : last)
      }
    }
  }
}
