import CounterFile
import Dates
import Files

/// The one function that decides what leaves the machine. Whether anything may
/// leave at all, which is for the mode to say, was asked before.
public struct Gate: Sendable {
  public let config: UploadConfig
  /// The day of consent; nil if none is recorded.
  public let asOf: Day?
  /// Unix seconds.
  public let now: Int64

  public init(_ config: UploadConfig, asOf: Day?, now: Int64) {
    self.config = config
    self.asOf = asOf
    self.now = now
  }

  /// What becomes of a program, or of one of its counters or stacks.
  public struct Verdict: Sendable {
    public let identity: Identity
    /// Nil for the program itself.
    public let name: [UInt8]?
    public let value: Int64
    /// Nil if it goes.
    public let refusal: Refusal?
  }

  public struct Outcome: Sendable {
    /// Nothing of the report goes, for this reason.
    public fileprivate(set) var refusal: Refusal?
    /// In the order of the report.
    public fileprivate(set) var verdicts: [Verdict] = []
    /// What goes.
    public fileprivate(set) var document: Report

    /// Nothing was held back.
    public var isWhole: Bool { refusal == nil && verdicts.allSatisfy { $0.refusal == nil } }
  }

  /// Where a report comes from.
  public enum Origin: Sendable {
    /// One of libtel's local reports.
    case report(Begins)
    /// A document that waits, and of which only the reference knows since when it was counted.
    case foreign
  }

  public func pass(_ report: Report, from origin: Origin) -> Outcome {
    var outcome = Outcome(document: report)
    outcome.document.programs = []
    outcome.document.config = config.version
    outcome.refusal = refusal(of: report, origin)
    for program in report.programs {
      let who = program.identity
      func judge(_ name: [UInt8]?, _ value: Int64, _ refusal: Refusal?) { outcome.verdicts.append(Verdict(identity: who, name: name, value: value, refusal: refusal)) }
      let rules = config.program(who.program)
      let refusal = refusal(of: who, rules) ?? lateness(of: who, report.week, origin)
      judge(nil, 0, refusal)
      guard refusal == nil, let rules else { continue }
      var kept = program
      func keep(_ counts: [Report.Count], _ rule: ([UInt8]) -> UploadConfig.Counter?) -> [Report.Count] {
        counts.filter { count in
          let refusal = self.refusal(of: rule(count.name), report)
          judge(count.name, count.value, refusal)
          return refusal == nil
        }
      }
      kept.counters = keep(program.counters) { rules.counter($0) }
      kept.stacks = keep(program.stacks) { rules.stack($0) }
      outcome.document.programs.append(kept)
    }
    if outcome.refusal != nil { outcome.document.programs = [] }
    return outcome
  }

  private func isTooOld(_ end: Day) -> Bool { now - end.start > Int64(Refusal.age) * 86400 }

  private func refusal(of report: Report, _ origin: Origin) -> Refusal? {
    if isTooOld(report.week) { return .tooOld }
    // As the reference has it, 0 is no limit.
    if config.sampleRate.value > 0, report.xValue > config.sampleRate.value { return .sampled(rate: config.sampleRate.text) }
    switch origin {
    case .foreign:
      if let asOf, report.week <= asOf { return .endedBefore(asOf: asOf) }
    case .report(let begins):
      // One program that was begun too early keeps the others of its week back,
      // as in the reference: their counts belong to the week of consent.
      for program in report.programs {
        guard let begin = begins.begin(program.identity), let asOf, begin <= asOf, end(begin, report.week) == report.week else { continue }
        return .begunBefore(begin, asOf: asOf)
      }
    }
    return nil
  }

  private func refusal(of who: Identity, _ rules: UploadConfig.Program?) -> Refusal? {
    guard let rules else { return .program }
    if !rules.versions.contains(who.version) { return .version }
    if !config.toolchains.contains(who.toolchain) { return .toolchain }
    if !config.systems.contains(who.os) { return .system }
    if !config.architectures.contains(who.arch) { return .architecture }
    return nil
  }

  private func refusal(of rule: UploadConfig.Counter?, _ report: Report) -> Refusal? {
    guard let rule else { return .unlisted }
    if rule.isExpired(Day(unixSeconds: now)) { return .expired(rule.expires == UploadConfig.past ? nil : rule.expires) }
    return report.xValue > rule.rate.value ? .rate(rule.rate.text) : nil
  }

  /// The week that a program counted from this day on ended on the first such
  /// weekday after it: all weeks of a user end on one weekday.
  private func end(_ begin: Day, _ week: Day) -> Day {
    let days = (week.weekday - begin.weekday + 7) % 7
    return begin.advanced(by: days == 0 ? 7 : days)
  }

  /// Counts that came after their own week's report are in a later one; they go
  /// by when they were made.
  private func lateness(of who: Identity, _ week: Day, _ origin: Origin) -> Refusal? {
    guard case .report(let begins) = origin else { return nil }
    guard let begin = begins.begin(who) else { return .unknownBegin }
    if let asOf, begin <= asOf { return .begunBefore(begin, asOf: asOf) }
    return isTooOld(end(begin, week)) ? .tooOld : nil
  }
}
