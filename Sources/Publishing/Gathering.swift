import Charts
import ChartConfig
import Dates
import Files
import Gate
import Store

/// Sums of some days, put together by program and chart; nothing is left out yet.
struct Gathering {
  /// Numbers of reports by day, and in each day by rate.
  struct Grid {
    /// All days in one: there are many grids.
    private var cells: [Int]
    private let rates: Int
    /// By day.
    private(set) var totals: [UInt64]

    init(days: Int, rates: Int) { (cells, totals, self.rates) = ([Int](repeating: 0, count: days * rates), [UInt64](repeating: 0, count: days), rates) }

    mutating func add(_ reports: Int, total: UInt64 = 0, day: Int, stratum: Int) {
      cells[day * rates + stratum] += reports
      totals[day] = totals[day].adding(total)
    }

    subscript(day: Int) -> [Int] { Array(cells[day * rates..<(day + 1) * rates]) }

    var sum: [Int] {
      var sum = [Int](repeating: 0, count: rates)
      for (index, number) in cells.enumerated() { sum[index % rates] += number }
      return sum
    }

    var total: UInt64 { totals.reduce(0) { $0.adding($1) } }
  }

  struct Place: Hashable {
    var dimension: Dimension
    var value: [UInt8]

    static let all = Place(dimension: .all, value: [])
  }

  /// Buckets of one chart that could always be seen in the same reports.
  struct Table {
    var name: [UInt8]
    var kind: ChartData.Kind
    var buckets: [[UInt8]]
    /// Different ones, the greatest first.
    var rates: [Double]
    var of: [Place: Grid] = [:]
    var seen: [Place: [Int: Grid]] = [:]
    /// Buckets that no upload config lists.
    var unlisted: Set<Int> = []
  }

  struct Program {
    var name: [UInt8]
    /// Of all rates together.
    var reports: [Int]
    var tables: [Table]
  }

  let days: [Day]
  let reports: [Int]
  let programs: [Program]

  /// Charts are in the order of the newest config, and then of older ones.
  init(_ days: [(day: Day, tallies: Tallies)], under configs: ConfigTable, newest: UploadConfig?) {
    self.days = days.map { $0.day }
    reports = days.map { $0.tallies.reports }
    var sums: [[UInt8]: Sums] = [:]
    for (index, (_, tallies)) in days.enumerated() {
      for asked in tallies.asked { sums[asked.part.program, default: Sums(days: days.count)].add(asked, index) }
      for seen in tallies.seen { sums[seen.part.program, default: Sums(days: days.count)].add(seen, index) }
    }
    let ends = self.days
    programs = sums.keys.sorted { $0.precedes($1) }.map { name in
      let own = sums[name]!
      var used = own.configs.inVersionOrder.reversed().compactMap { configs($0) }
      // It says in which order charts are, though no report names it yet.
      if let newest, !used.contains(where: { $0.version == newest.version }) { used.insert(newest, at: 0) }
      return Program(name: name, reports: own.reports(under: used), tables: Tabling(name, own, used, ends).tables)
    }
  }
}

/// What all reports say of one program.
struct Sums {
  struct Key: Hashable {
    var place: Gathering.Place
    var config: [UInt8]
  }

  let days: Int
  private(set) var configs: [[UInt8]] = []
  private var known: Set<[UInt8]> = []
  /// By day, for each rate.
  private(set) var asked: [Key: [Double: [Int]]] = [:]
  private(set) var seen: [(day: Int, row: Tallies.Seen)] = []

  init(days: Int) { self.days = days }

  private mutating func note(_ config: [UInt8]) { if known.insert(config).inserted { configs.append(config) } }

  mutating func add(_ row: Tallies.Asked, _ day: Int) {
    note(row.part.config)
    let key = Key(place: Gathering.Place(dimension: row.part.dimension, value: row.part.value), config: row.part.config)
    asked[key, default: [:]][row.rate, default: [Int](repeating: 0, count: days)][day] += row.reports
  }

  mutating func add(_ row: Tallies.Seen, _ day: Int) {
    note(row.part.config)
    seen.append((day, row))
  }

  /// By day: all that had the program.
  func reports(under configs: [UploadConfig]) -> [Int] {
    var sum = [Int](repeating: 0, count: days)
    for config in configs {
      guard let row = asked[Key(place: .all, config: config.version)]?[config.sampleRate.value] else { continue }
      for day in sum.indices { sum[day] += row[day] }
    }
    return sum
  }
}

extension UInt64 {
  /// A sum beyond the greatest number is that number, as counters have it.
  func adding(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
