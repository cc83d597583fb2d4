import Charts
import CounterFile
import Dates
import Pages
import Survey

/// What of a program a page is about, as its address says.
struct Selection {
  let program: [UInt8]
  /// One chart alone.
  var chart: [UInt8]?
  let version: [UInt8]?
  /// The last so many weeks; all without.
  let weeks: Int?
  /// One week alone, by its end.
  let week: Day?
  /// Versions beside each other instead of buckets.
  let isApart: Bool
  let sort: [UInt8]

  init(_ query: Query) {
    program = query["program"] ?? []
    chart = query["chart"]
    version = query["version"]
    weeks = query["weeks"].flatMap { Int(String(decoding: $0, as: UTF8.self)) }.map { max(1, min($0, 4000)) }
    week = query["week"].flatMap { Day(text: $0) }
    isApart = query["apart"] != nil
    sort = query["sort"] ?? [UInt8]("name")
  }

  func address(_ path: StaticString, vendor: [UInt8]?, chart: [UInt8]? = nil) -> Address {
    Address(path).with("vendor", vendor).with("program", program).with("chart", chart).with("version", version)
      .with("weeks", weeks.map { Array(String($0).utf8) }).with("week", week?.text).with("apart", isApart ? [UInt8]("1") : nil)
  }

  func spans(_ snapshot: Snapshot) -> [History.Week] {
    // Of weeks that are not over, of which there may be several, those of this program.
    let totals = snapshot.totals(program)
    let all = snapshot.weeks.filter { !$0.isLive || program.isEmpty || totals[$0.end.number] != nil }
    if let week { return all.filter { $0.end == week } }
    return weeks.map { Array(all.suffix($0)) } ?? all
  }
}

/// Charts and stacks of a selection.
struct Picked {
  struct Stack {
    let name: [UInt8]
    let total: UInt64
  }

  private(set) var charts: [Chart] = []
  /// Of each chart, the counters' names.
  private(set) var names: [[UInt8]: Set<[UInt8]>] = [:]
  /// By the counter's name, its stacks, most frequent first.
  private(set) var stacks: [(name: [UInt8], stacks: [Stack])] = []
  let weeks: [History.Week]

  init(_ selection: Selection, _ snapshot: Snapshot) {
    weeks = selection.spans(snapshot)
    var place: [Int: Int] = [:]
    for (index, week) in weeks.enumerated() { place[week.end.number] = index }
    var parts: [[UInt8]: (chart: [UInt8], bucket: [UInt8])] = [:]
    var counted: [[UInt8]: [[(bucket: [UInt8], value: UInt64)]]] = [:]
    var found: [[UInt8]: [[UInt8]: UInt64]] = [:]
    snapshot.each(selection.program) { week, build, name, value in
      guard let at = place[week.end.number], selection.version == nil || build.version == selection.version else { return }
      let own = parts[name] ?? Chart.parts(ofCounter: name)
      parts[name] = own
      if let chart = selection.chart, own.chart != chart { return }
      if name.contains(0x0a) {
        found[own.chart, default: [:]][name, default: 0] &+= value
        return
      }
      names[own.chart, default: []].insert(name)
      counted[own.chart, default: Array(repeating: [], count: weeks.count)][at].append((selection.isApart ? build.version : own.bucket, value))
    }
    let begins = snapshot.begins(selection.program)
    charts = counted.map { name, counts in
      Chart(
        name: name,
        weeks: zip(weeks, counts).map { week, counts in
          .init(week: Week(begin: begins[week.end.number] ?? week.begin, end: week.end), isLive: week.isLive, counts: counts)
        })
    }
    if selection.sort == [UInt8]("total") {
      let totals = charts.map { $0.total }
      charts = charts.indices.sorted { (totals[$1], $0) < (totals[$0], $1) }.map { charts[$0] }
    } else {
      charts.sort { NaturalOrder.precedes($0.name, $1.name) }
    }
    stacks = found.map { name, totals in
      (name: name, stacks: totals.map { Stack(name: $0, total: $1) }.sorted { $0.total != $1.total ? $0.total > $1.total : $0.name.precedes($1.name) })
    }.sorted { NaturalOrder.precedes($0.name, $1.name) }
  }
}
