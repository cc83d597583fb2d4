import Charts
import ChartConfig
import Dates
import Files
import Gate
import Store

/// Which tables a program has, and what is in them.
struct Tabling {
  private let sums: Sums
  private let configs: [UploadConfig]
  private let programs: [UploadConfig.Program?]
  private let days: [Day]
  private let byConfig: [[UInt8]: Int]
  private let places: [Gathering.Place]
  private(set) var tables: [Gathering.Table] = []
  /// Of a counter's or a stack's full name: its table and place there.
  private var counters: [[UInt8]: (table: Int, bucket: Int)] = [:]
  private var stacks: [[UInt8]: Int] = [:]
  private var stackBuckets: [[UInt8]: Int] = [:]

  /// Configs newest first.
  init(_ name: [UInt8], _ sums: Sums, _ configs: [UploadConfig], _ days: [Day]) {
    (self.sums, self.configs, self.days) = (sums, configs, days)
    programs = configs.map { $0.program(name) }
    byConfig = Dictionary(configs.enumerated().map { ($1.version, $0) }, uniquingKeysWith: { first, _ in first })
    places = Set(sums.asked.keys.map { $0.place }).sorted { ($0.dimension.index, 0) < ($1.dimension.index, 0) || ($0.dimension == $1.dimension && $0.value.precedes($1.value)) }
    for dimension in Dimension.allCases where dimension != .all { tables.append(about(dimension)) }
    addCounters()
    addStacks()
    for (day, row) in sums.seen { add(row, day) }
  }

  // MARK: Which there are

  /// Rates of one bucket: for each config that lists it, until which day.
  private struct Signature: Hashable {
    var rates: [Double?]
    var ends: [Int?]
  }

  private func signature(_ entry: (UploadConfig.Program) -> UploadConfig.Counter?) -> Signature {
    var signature = Signature(rates: [], ends: [])
    for (config, program) in zip(configs, programs) {
      let counter = program.flatMap(entry)
      signature.rates.append(counter.map { min($0.rate.value, config.sampleRate.value) })
      signature.ends.append(counter?.expires?.number)
    }
    return signature
  }

  private mutating func addCounters() {
    var order: [[UInt8]] = []
    var buckets: [[UInt8]: [[UInt8]]] = [:]
    var listed: Set<[UInt8]> = []
    for program in programs {
      for counter in program?.counters ?? [] {
        for name in UploadConfig.expand(counter.name) where listed.insert(name).inserted {
          let chart = Array(name.prefix { $0 != UInt8(ascii: ":") })
          if buckets[chart] == nil { order.append(chart) }
          buckets[chart, default: []].append(name)
        }
      }
    }
    for chart in order {
      var ordered = buckets[chart]!
      func bucket(_ name: [UInt8]) -> [UInt8] { Array(name.dropFirst(chart.count + 1)) }
      let bars = Distribution(ordered.map { (name: bucket($0), value: 0) })?.bars
      if let bars {
        let byBucket = Dictionary(ordered.map { (bucket($0), $0) }, uniquingKeysWith: { first, _ in first })
        ordered = bars.map { byBucket[$0.name]! }
      }
      var bySignature: [Signature: Int] = [:]
      for name in ordered {
        let signature = signature { $0.counter(name) }
        let table = bySignature[signature] ?? tables.count
        if table == tables.count {
          bySignature[signature] = table
          tables.append(self.table(chart, bars == nil ? .partition : .histogram, signature))
        }
        counters[name] = (table, tables[table].buckets.count)
        tables[table].buckets.append(bucket(name))
      }
    }
  }

  private mutating func addStacks() {
    for program in programs {
      for stack in program?.stacks ?? [] where stacks[stack.name] == nil {
        stacks[stack.name] = tables.count
        tables.append(table(stack.name, .stack, signature { $0.stack(stack.name) }))
      }
    }
  }

  private func table(_ name: [UInt8], _ kind: ChartData.Kind, _ signature: Signature) -> Gathering.Table {
    var table = Gathering.Table(name: name, kind: kind, buckets: [], rates: Set(signature.rates.compactMap { $0 }).filter { $0 > 0 }.sorted(by: >))
    for place in places { table.of[place] = asked(place, table.rates, signature) }
    return table
  }

  /// Reports in which it could be: those of configs that list it, with X in its rate.
  private func asked(_ place: Gathering.Place, _ rates: [Double], _ signature: Signature, counting: Bool = false) -> Gathering.Grid {
    var grid = Gathering.Grid(days: days.count, rates: rates.count)
    for (index, config) in configs.enumerated() {
      guard let rate = signature.rates[index], let stratum = rates.firstIndex(of: rate), let numbers = sums.asked[Sums.Key(place: place, config: config.version)]?[rate] else { continue }
      // The client sends it until the day before; at the earliest on the day after the week.
      for day in days.indices where signature.ends[index].map({ days[day].number + 1 < $0 }) ?? true {
        grid.add(numbers[day], total: counting ? UInt64(numbers[day]) : 0, day: day, stratum: stratum)
      }
    }
    return grid
  }

  /// The reports themselves: the values are the buckets.
  private func about(_ dimension: Dimension) -> Gathering.Table {
    let signature = Signature(rates: configs.map { $0.sampleRate.value }, ends: configs.map { _ in nil })
    var table = Gathering.Table(name: Array(dimension.rawValue.utf8), kind: .about, buckets: [], rates: Set(configs.map { $0.sampleRate.value }).filter { $0 > 0 }.sorted(by: >))
    table.of[.all] = asked(.all, table.rates, signature)
    let values = places.filter { $0.dimension == dimension }.map { $0.value }
    table.buckets = dimension == .version || dimension == .toolchain ? values.inVersionOrder : values
    table.seen[.all] = [:]
    for (index, value) in table.buckets.enumerated() {
      // Each report counts itself.
      table.seen[.all]![index] = asked(Gathering.Place(dimension: dimension, value: value), table.rates, signature, counting: true)
      if !isListed(dimension, value) { table.unlisted.insert(index) }
    }
    return table
  }

  private func isListed(_ dimension: Dimension, _ value: [UInt8]) -> Bool {
    switch dimension {
    case .version: programs.contains { $0?.versions.contains(value) ?? false }
    case .os: configs.contains { $0.systems.contains(value) }
    case .arch: configs.contains { $0.architectures.contains(value) }
    case .all, .toolchain: true
    }
  }

  // MARK: What is in them

  private mutating func add(_ row: Tallies.Seen, _ day: Int) {
    guard byConfig[row.part.config] != nil else { return }
    let (table, bucket): (Int, Int)
    if row.isStack {
      guard let at = stacks[Array(row.name.prefix { $0 != 0x0a })] else { return }
      table = at
      bucket = stackBuckets[row.name] ?? tables[table].buckets.count
      if bucket == tables[table].buckets.count {
        tables[table].buckets.append(row.name)
        stackBuckets[row.name] = bucket
      }
    } else {
      guard let known = counters[row.name] else { return }
      (table, bucket) = known
    }
    guard let stratum = tables[table].rates.firstIndex(of: row.rate) else { return }
    let place = Gathering.Place(dimension: row.part.dimension, value: row.part.value)
    let empty = Gathering.Grid(days: days.count, rates: tables[table].rates.count)
    tables[table].seen[place, default: [:]][bucket, default: empty].add(row.reports, total: row.total, day: day, stratum: stratum)
  }
}
