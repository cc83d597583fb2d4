import ChartConfig
import Charts
import Dates
import Files

/// A stack as its program's rules see it.
struct StackView: Sendable {
  let id: [UInt8]
  let parsed: StackText
  /// From the innermost frame that is no wrapper.
  let shown: [StackText.Frame]
  let blamedFrame: StackText.Frame?

  var counter: [UInt8] { parsed.counter }
  var frames: [[UInt8]] { shown.map(\.symbol) }
  var module: [UInt8] { blamedFrame?.scope ?? [] }
  var blamed: [UInt8] { blamedFrame?.symbol ?? parsed.counter }

  init(_ stack: [UInt8], isGo: Bool, _ rules: Rules.Record) {
    id = StackID.exact(stack)
    parsed = StackText(stack, isGo: isGo)
    let kept = parsed.frames.filter { frame in !rules.ignored.contains { $0.matches(frame.symbol) } }
    // Nothing but wrappers: then they are all there is to blame.
    shown = kept.isEmpty ? parsed.frames : kept
    let all = shown
    blamedFrame = all.first { frame in rules.blamed.contains { $0.matches(frame.symbol) } } ?? all.first
  }
}

/// One stack, of all builds that sent it.
public struct SeenStack: Sendable {
  public let id: [UInt8]
  public let text: [UInt8]
  let view: StackView
  /// In the order of versions.
  public let sightings: [StackSighting]
  let subjects: [Predicate.Subject]
}

/// Stacks of one program and counter whose uppermost frames are the same.
public struct Cluster: Sendable {
  public let program: [UInt8]
  public let counter: [UInt8]
  public let blamed: [UInt8]
  /// As many as clusters are told apart by, or fewer.
  public let frames: [[UInt8]]
  public let fingerprint: [UInt8]
  /// The ones with most reports first.
  public let stacks: [SeenStack]
  public let count: Count

  /// How often, where and when sightings were.
  public struct Count: Sendable {
    /// Different reports; if the source has not numbered them, a report with two
    /// of the stacks counts twice.
    public let reports: Int
    public let isExact: Bool
    /// Of so many reports of the program; nil if that is not known.
    public let among: Int?
    public let events: UInt64
    public let firstVersion, lastVersion: [UInt8]
    public let firstDay, lastDay: Day
    /// `linux/amd64`, with reports, the most first.
    public let systems: [(name: [UInt8], reports: Int)]

    /// Of no sightings there is none.
    init?(_ sightings: [StackSighting], among: Int?) {
      guard let first = sightings.first else { return nil }
      let (reports, isExact) = Count.distinct(sightings)
      (self.reports, self.isExact) = (reports, isExact)
      self.among = among.map { max($0, reports) }
      var events: UInt64 = 0
      for sighting in sightings {
        let (sum, overflow) = events.addingReportingOverflow(sighting.events)
        events = overflow ? .max : sum
      }
      self.events = events
      let versions = sightings.map(\.version).inVersionOrder
      (firstVersion, lastVersion) = (versions.first ?? [], versions.last ?? [])
      firstDay = sightings.reduce(first.firstDay) { min($0, $1.firstDay) }
      lastDay = sightings.reduce(first.lastDay) { max($0, $1.lastDay) }
      let systems = Dictionary(grouping: sightings) { $0.os + [UInt8(ascii: "/")] + $0.arch }.map { (name: $0.key, reports: Count.distinct($0.value).0) }
      self.systems = systems.sorted { $0.reports != $1.reports ? $0.reports > $1.reports : $0.name.precedes($1.name) }
    }

    private static func distinct(_ sightings: [StackSighting]) -> (Int, Bool) {
      if sightings.count == 1 { return (sightings[0].reports, true) }
      guard sightings.allSatisfy({ $0.numbers.count == $0.reports }) else { return (sightings.reduce(0) { $0 + $1.reports }, false) }
      var all: Set<Int32> = []
      for sighting in sightings { all.formUnion(sighting.numbers) }
      return (all.count, true)
    }

    /// Where the share of reports lies, 95 times in 100.
    public var interval: ClosedRange<Double>? {
      among.map { Shares.interval(of: UInt64(max(0, reports)), among: UInt64($0)) }
    }
  }

  /// Under another number of frames: the same for more clusters, or for fewer.
  public func fingerprint(depth: Int) -> [UInt8] {
    StackID.fingerprint(program: program, counter: counter, frames: (stacks.first?.view.frames ?? []).prefix(depth))
  }
}

/// From sightings to clusters, the ones with most reports first.
public struct Clusters: Sendable {
  public static let depths = 1...16
  public static let usualDepth = 3

  public let list: [Cluster]
  public let depth: Int

  public init(_ sightings: Sightings, _ rules: Rules, depth: Int = Clusters.usualDepth, where wanted: Predicate? = nil) {
    let depth = min(max(depth, Clusters.depths.lowerBound), Clusters.depths.upperBound)
    self.depth = depth
    struct Key: Hashable {
      let program, stack: [UInt8]
    }
    struct Group {
      var sightings: [StackSighting] = []
    }
    var groups: [Key: Group] = [:]
    for sighting in sightings.list { groups[Key(program: sighting.program, stack: sighting.stack), default: Group()].sightings.append(sighting) }
    var records: [[UInt8]: Rules.Record] = [:]
    struct Place: Hashable {
      let program, counter: [UInt8]
      let frames: [[UInt8]]
    }
    var clusters: [Place: [SeenStack]] = [:]
    for (key, group) in groups {
      let record = records[key.program] ?? rules.record(of: key.program)
      records[key.program] = record
      let isGo = group.sightings.contains { $0.toolchain.starts(with: [UInt8]("go")) }
      let view = StackView(key.stack, isGo: isGo, record)
      var seen = group.sightings
      if let wanted { seen = seen.filter { wanted.matches(Predicate.Subject($0, view)) } }
      if seen.isEmpty { continue }
      let order = seen.map(\.version).orderOfVersions
      seen = order.map { seen[$0] }
      let stack = SeenStack(id: view.id, text: key.stack, view: view, sightings: seen, subjects: seen.map { Predicate.Subject($0, view) })
      clusters[Place(program: key.program, counter: view.counter, frames: Array(view.frames.prefix(depth))), default: []].append(stack)
    }
    list = clusters.compactMap { place, stacks -> Cluster? in
      let ranked = stacks.map { (stack: $0, reports: $0.sightings.reduce(0) { $0 + $1.reports }) }
        .sorted { $0.reports != $1.reports ? $0.reports > $1.reports : $0.stack.text.precedes($1.stack.text) }.map(\.stack)
      guard let first = ranked.first, let count = Cluster.Count(ranked.flatMap(\.sightings), among: sightings.reports[place.program]) else { return nil }
      return Cluster(
        program: place.program, counter: place.counter, blamed: first.view.blamed, frames: place.frames,
        fingerprint: StackID.fingerprint(program: place.program, counter: place.counter, frames: place.frames), stacks: ranked, count: count)
    }
    .sorted { a, b in
      if a.count.reports != b.count.reports { return a.count.reports > b.count.reports }
      if a.count.events != b.count.events { return a.count.events > b.count.events }
      return a.fingerprint.precedes(b.fingerprint)
    }
  }

  public var stacks: Int { list.reduce(0) { $0 + $1.stacks.count } }
}

extension [[UInt8]] {
  /// Indices, from the oldest version on.
  fileprivate var orderOfVersions: [Int] {
    let versions = map { Version($0) }
    return sortedIndices(count) { versions[$0] < versions[$1] }
  }
}
