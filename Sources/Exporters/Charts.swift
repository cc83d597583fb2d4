import Files

/// The counts of all programs by their chart, as systems for metrics see them:
/// a chart is a counter, with labels for its buckets and stacks, or a histogram.
/// It is of one kind in all programs.
struct Chart {
  /// One value of a counter.
  struct Point {
    let program: Int
    let count: Exported.Count
    /// Behind the colon; nil if there is none.
    let bucket: [UInt8]?
  }

  /// One program's histogram.
  struct Distribution {
    let program: Int
    /// Ascending, no two the same as numbers; in a bucket is what is not in one before.
    fileprivate(set) var buckets: [(bound: UInt64, count: UInt64)] = []
    /// What is beyond the last.
    fileprivate(set) var beyond: UInt64 = 0

    var count: UInt64 { buckets.reduce(beyond) { saturating($0, $1.count) } }
  }

  let name: [UInt8]
  /// In order of the programs, and then of the names.
  private(set) var points: [Point] = []
  /// In order of the programs; in this unit.
  private(set) var distributions: [Distribution] = []
  private(set) var unit = Bound.Unit.none

  /// In byte order of their names.
  static func all(of exported: Exported) -> [Chart] {
    var points: [Point] = []
    var names: [[UInt8]] = []
    for (index, program) in exported.programs.enumerated() {
      for count in program.counts {
        let (chart, bucket) = count.parts
        names.append(chart)
        points.append(Point(program: index, count: count, bucket: bucket))
      }
    }
    // Equal ones stay in their order.
    let order = names.orderOfBytes
    var charts: [Chart] = []
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, names[order[end]] == names[order[start]] { end += 1 }
      charts.append(Chart(names[order[start]], order[start..<end].map { points[$0] }))
      start = end
    }
    return charts
  }

  private init(_ name: [UInt8], _ all: [Point]) {
    self.name = name
    guard let unit = Chart.unit(of: all) else {
      points = all
      return
    }
    self.unit = unit
    for point in all {
      guard !point.count.isStack, let bound = point.bucket.flatMap({ Bound($0) }) else {
        points.append(point)
        continue
      }
      if distributions.last?.program != point.program { distributions.append(Distribution(program: point.program)) }
      let last = distributions.count - 1
      switch bound {
      case .infinite: distributions[last].beyond = point.count.value
      case .finite(let value, _): distributions[last].buckets.append((value, point.count.value))
      }
    }
    for index in distributions.indices { distributions[index].arrange(unit) }
  }

  /// The one unit in which all buckets are bounds; nil if the chart is no histogram.
  private static func unit(of points: [Point]) -> Bound.Unit? {
    var unit: Bound.Unit?
    for point in points where !point.count.isStack {
      guard let bucket = point.bucket else { continue }
      switch Bound(bucket) {
      case nil: return nil
      case .infinite?: break
      case .finite(_, let own)?:
        if let unit, unit != own { return nil }
        unit = own
      }
    }
    return unit
  }
}

extension Chart.Distribution {
  /// By their bounds; two that are the same number (`<60s` and `<1m`) are one.
  fileprivate mutating func arrange(_ unit: Bound.Unit) {
    var arranged: [(bound: UInt64, count: UInt64)] = []
    for index in sortedIndices(buckets.count, { buckets[$0].bound < buckets[$1].bound }) {
      let next = buckets[index]
      if let last = arranged.last, Bound.number(last.bound, unit) == Bound.number(next.bound, unit) {
        arranged[arranged.count - 1] = (last.bound, saturating(last.count, next.count))
      } else {
        arranged.append(next)
      }
    }
    buckets = arranged
  }
}
