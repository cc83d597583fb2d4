import Files
import Gate

extension Tallies {
  /// Of these reports, in the plainest way: each is looked at by itself. A store
  /// may come to the same sums in any other way.
  ///
  /// A report whose config is not there is one of `reports`, and no more: without
  /// its rates nobody knows how many it stands for.
  public init(of reports: some Sequence<KeptReport>, under configs: ConfigTable, mostStacks: Int = Tallies.mostStacks) {
    var fold = Fold()
    var known: [[UInt8]: UploadConfig?] = [:]
    for report in reports {
      if report.pending != nil {
        fold.pending += 1
        continue
      }
      fold.reports += 1
      let config = known[report.config] ?? configs(report.config)
      known[report.config] = .some(config)
      if let config { fold.add(report, config) }
    }
    self = fold.tallies(mostStacks)
  }
}

extension UploadConfig.Counter {
  /// It is sent by installations whose X is at most this.
  public func rate(under config: UploadConfig) -> Double { min(rate.value, config.sampleRate.value) }
}

extension UploadConfig.Program {
  /// The rates of its counters and stacks, and the one with which reports are sent at all.
  public func rates(under config: UploadConfig) -> Set<Double> {
    Set((counters + stacks).map { $0.rate(under: config) } + [config.sampleRate.value])
  }
}

private struct Fold {
  struct Name: Hashable {
    let part: Part
    let name: [UInt8]
    let isStack: Bool
    let rate: Double
  }

  var reports = 0
  var pending = 0
  private var asked: [Part: [Double: Int]] = [:]
  private var seen: [Name: (reports: Int, total: UInt64)] = [:]
  /// Reports that have a stack, in whichever program.
  private var stacks: [[UInt8]: Int] = [:]

  mutating func add(_ report: KeptReport, _ config: UploadConfig) {
    var parts: Set<Part> = []
    var sums: [Name: UInt64] = [:]
    for entry in report.programs {
      guard let program = config.program(entry.build.program) else { continue }
      for dimension in Dimension.allCases {
        let part = Part(program: program.name, dimension: dimension, value: dimension.value(of: entry.build), config: report.config)
        if parts.insert(part).inserted {
          for rate in program.rates(under: config) { asked[part, default: [:]][rate, default: 0] += report.x <= rate ? 1 : 0 }
        }
        for (counts, isStack) in [(entry.counters, false), (entry.stacks, true)] {
          for count in counts {
            guard let approved = isStack ? program.stack(count.name) : program.counter(count.name) else { continue }
            let rate = approved.rate(under: config)
            if report.x <= rate { sums[Name(part: part, name: count.name, isStack: isStack, rate: rate), default: 0].add(saturating: count.value) }
          }
        }
      }
    }
    for stack in Set(sums.keys.filter(\.isStack).map(\.name)) { stacks[stack, default: 0] += 1 }
    for (name, sum) in sums {
      seen[name, default: (0, 0)].reports += 1
      seen[name]!.total.add(saturating: sum)
    }
  }

  /// The stacks that most reports have; of equal ones those with the lesser digest.
  private func listed(_ most: Int) -> Set<[UInt8]> {
    if stacks.count <= most { return Set(stacks.keys) }
    let ranked = stacks.map { (name: $0, reports: $1, digest: $0.stackDigest) }.sorted { ($1.reports, $0.digest) < ($0.reports, $1.digest) }
    return Set(ranked.prefix(most).map(\.name))
  }

  func tallies(_ mostStacks: Int) -> Tallies {
    let listed = listed(mostStacks)
    let seen = seen.filter { !$0.key.isStack || listed.contains($0.key.name) }
    return Tallies(
      reports: reports, pending: pending,
      asked: asked.flatMap { part, rates in rates.map { Tallies.Asked(part: part, rate: $0.key, reports: $0.value) } }.sorted(),
      seen: seen.map { Tallies.Seen(part: $0.part, name: $0.name, isStack: $0.isStack, rate: $0.rate, reports: $1.reports, total: $1.total) }.sorted(),
      unlisted: stacks.count - listed.count)
  }
}

/// By which a stack is known, however long its name: 128 bits of SHA-256, because
/// whoever sends reports makes up names of stacks.
public struct StackDigest: Hashable, Comparable, Sendable {
  public let high, low: UInt64

  public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

  public static func < (a: StackDigest, b: StackDigest) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

extension [UInt8] {
  /// Of the name of a stack.
  public var stackDigest: StackDigest {
    var (high, low): (UInt64, UInt64) = (0, 0)
    for digit in SHA256.text(of: self).prefix(32) {
      high = high << 4 | low >> 60
      low = low << 4 | UInt64(hexValue(digit) ?? 0)
    }
    return StackDigest(high: high, low: low)
  }
}

extension UInt64 {
  /// The largest number, if the sum is more.
  public mutating func add(saturating other: UInt64) {
    let (sum, overflow) = addingReportingOverflow(other)
    self = overflow ? .max : sum
  }
}

extension Part: Comparable {
  public static func < (a: Part, b: Part) -> Bool {
    if a.program != b.program { return a.program.lexicographicallyPrecedes(b.program) }
    if a.dimension != b.dimension { return a.dimension < b.dimension }
    if a.value != b.value { return a.value.lexicographicallyPrecedes(b.value) }
    return a.config.lexicographicallyPrecedes(b.config)
  }
}

extension Tallies.Asked: Comparable {
  public static func < (a: Tallies.Asked, b: Tallies.Asked) -> Bool { a.part != b.part ? a.part < b.part : a.rate < b.rate }
}

extension Tallies.Seen: Comparable {
  public static func < (a: Tallies.Seen, b: Tallies.Seen) -> Bool {
    if a.part != b.part { return a.part < b.part }
    if a.rate != b.rate { return a.rate < b.rate }
    if a.name != b.name { return a.name.lexicographicallyPrecedes(b.name) }
    return !a.isStack && b.isStack
  }
}
