import Dates

/// The counts of one chart over weeks: what every picture is drawn from, and the
/// table beside it is made of.
public struct Chart: Sendable {
  public enum Kind: Sendable, Equatable {
    /// One counter without buckets.
    case counter
    /// Buckets with bounds, in order of magnitude.
    case histogram(BucketUnit)
    /// Other buckets, in natural order.
    case partition
  }

  /// One week as it was counted; a counter without a bucket has the bucket "".
  public struct Counted: Sendable {
    public var week: Week
    /// It is not over: more may come.
    public var isLive: Bool
    public var counts: [(bucket: [UInt8], value: UInt64)]

    public init(week: Week, isLive: Bool = false, counts: [(bucket: [UInt8], value: UInt64)]) {
      self.week = week
      self.isLive = isLive
      self.counts = counts
    }
  }

  /// One week, with a count for each of the chart's buckets: a row of the table.
  public struct Span: Sendable {
    public var week: Week
    public var isLive: Bool
    public var counts: [UInt64]

    public var total: UInt64 { counts.reduce(0) { $0.adding($1) } }
  }

  public let name: [UInt8]
  public let kind: Kind
  /// In the order in which they are shown: the columns of the table.
  public let buckets: [[UInt8]]
  /// Oldest first; what was given for the same week is added up.
  public let spans: [Span]
  /// Of the buckets, the one that stands for several, and for how many.
  public let folded: (index: Int, count: Int)?

  /// Any bytes are good names.
  public init(name: [UInt8], weeks: [Counted]) {
    var known: [[UInt8]: Int] = [:]
    var names: [[UInt8]] = []
    // Weeks mostly have the same buckets in the same order.
    let indices = weeks.map { week in
      var guess = 0
      return week.counts.map { count -> Int in
        let index: Int
        if guess < names.count, names[guess] == count.bucket {
          index = guess
        } else if let found = known[count.bucket] {
          index = found
        } else {
          index = names.count
          known[count.bucket] = index
          names.append(count.bucket)
        }
        guess = index + 1
        return index
      }
    }
    let order: [Int]
    if names.isEmpty || names == [[]] {
      kind = .counter
      order = Array(names.indices)
    } else if let (unit, bounds) = Distribution.order(names) {
      kind = .histogram(unit)
      order = bounds.map { $0.index }
    } else {
      kind = .partition
      order = NaturalOrder.order(of: names)
    }
    var place = [Int](repeating: 0, count: names.count)
    for (at, index) in order.enumerated() { place[index] = at }
    var spans: [Span] = []
    spans.reserveCapacity(weeks.count)
    let ascending = weeks.indices.sorted { (weeks[$0].week.end, $0) < (weeks[$1].week.end, $1) }
    for index in ascending {
      let week = weeks[index]
      if spans.last?.week.end == week.week.end {
        let last = spans.count - 1
        spans[last].week.begin = min(spans[last].week.begin, week.week.begin)
        spans[last].isLive = spans[last].isLive || week.isLive
      } else {
        spans.append(Span(week: week.week, isLive: week.isLive, counts: [UInt64](repeating: 0, count: max(1, names.count))))
      }
      let last = spans.count - 1
      for (bucket, count) in zip(indices[index], week.counts) {
        let at = place[bucket]
        spans[last].counts[at] = spans[last].counts[at].adding(count.value)
      }
    }
    self.name = name
    self.buckets = names.isEmpty ? [[]] : order.map { names[$0] }
    self.spans = spans
    folded = nil
  }

  private init(_ chart: Chart, _ buckets: [[UInt8]], _ spans: [Span], _ folded: (index: Int, count: Int)?) {
    name = chart.name
    kind = chart.kind
    self.buckets = buckets
    self.spans = spans
    self.folded = folded
  }

  /// A counter's name in two: its chart, and its bucket, "" if it has none. Of a
  /// stack counter, the first line.
  public static func parts(ofCounter name: [UInt8]) -> (chart: [UInt8], bucket: [UInt8]) {
    let line = name.prefix { $0 != 0x0a }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return (Array(line), []) }
    return (Array(line[..<colon]), Array(line[(colon + 1)...]))
  }

  /// What a bucket is called where people read it; that of a plain counter is
  /// called as the counter is.
  public func label(ofBucket index: Int) -> [UInt8] {
    if kind == .counter { return Label.shown(name) }
    return buckets[index].isEmpty ? Array("(no bucket)".utf8) : Label.shown(buckets[index])
  }

  /// Buckets as shares are shown: the greatest first, and what stands for others
  /// last; those of a histogram in their own order.
  public var orderOfShares: [Int] {
    if case .histogram = kind { return Array(buckets.indices) }
    let totals = totals
    return buckets.indices.sorted { a, b in
      if folded?.index == a || folded?.index == b { return folded?.index == b && a != b }
      return totals[a] == totals[b] ? a < b : totals[a] > totals[b]
    }
  }

  /// Of each bucket, over all weeks.
  public var totals: [UInt64] {
    var totals = [UInt64](repeating: 0, count: buckets.count)
    for span in spans { for (index, count) in span.counts.enumerated() { totals[index] = totals[index].adding(count) } }
    return totals
  }

  public var total: UInt64 { totals.reduce(0) { $0.adding($1) } }

  /// All weeks together; nil if it is no histogram.
  public var distribution: Distribution? { distribution(of: totals) }

  /// Of one week: of a row of the table.
  public func distribution(of counts: [UInt64]) -> Distribution? {
    guard case .histogram = kind else { return nil }
    return Distribution(zip(buckets, counts).map { (name: $0, value: $1) })
  }

  /// The last so many weeks that were counted.
  public func last(_ weeks: Int) -> Chart { Chart(self, buckets, Array(spans.suffix(weeks)), folded) }

  /// Week by week, of all buckets or of one: nil where a week of seven days is
  /// missing between two. For sparklines, oldest first.
  public func values(ofBucket bucket: Int? = nil) -> [UInt64?] {
    var values: [UInt64?] = []
    var before: Day?
    for span in spans {
      if let before, case let missing = (span.week.end.number - before.number + 3) / 7 - 1, missing > 0 {
        values += [UInt64?](repeating: nil, count: min(missing, 520))
      }
      before = span.week.end
      values.append(bucket.map { span.counts[$0] } ?? span.total)
    }
    return values
  }

  /// With no more buckets than that; totals stay. Of a histogram, neighbours are
  /// joined under the greater bound, which stays true; of others, the rarest
  /// become one, `folded`, at the end.
  public func folded(to most: Int) -> Chart {
    guard buckets.count > max(1, most) else { return self }
    let most = max(1, most)
    var place = [Int](repeating: 0, count: buckets.count)
    var names: [[UInt8]] = []
    var folded: (index: Int, count: Int)?
    if case .histogram = kind {
      for index in buckets.indices { place[index] = index * most / buckets.count }
      for index in buckets.indices {
        if index + 1 == buckets.count || place[index + 1] != place[index] { names.append(buckets[index]) }
      }
    } else {
      let totals = totals
      let order = buckets.indices.sorted { (totals[$1], $0) < (totals[$0], $1) }
      let kept = Set(order.prefix(most - 1))
      for index in buckets.indices where kept.contains(index) {
        place[index] = names.count
        names.append(buckets[index])
      }
      for index in buckets.indices where !kept.contains(index) { place[index] = names.count }
      folded = (names.count, buckets.count - kept.count)
      names.append(Array("other (\(buckets.count - kept.count))".utf8))
    }
    let spans = spans.map { span in
      var counts = [UInt64](repeating: 0, count: names.count)
      for (index, count) in span.counts.enumerated() { counts[place[index]] = counts[place[index]].adding(count) }
      return Span(week: span.week, isLive: span.isLive, counts: counts)
    }
    return Chart(self, names, spans, folded)
  }

  /// One sentence for those who do not see the picture.
  public var summary: String {
    guard let first = spans.first, let last = spans.last else { return "Nothing was counted." }
    let weeks = spans.count == 1 ? "1 week" : "\(spans.count) weeks"
    var text = "\(Number.grouped(total)) in \(weeks), from \(String(decoding: first.week.begin.text, as: UTF8.self)) to \(String(decoding: last.week.end.text, as: UTF8.self))"
    if last.isLive { text += "; the last is not over" }
    return text + "."
  }
}
