import Files
import Gate

/// One thing in which two upload configs differ.
public struct Change: Sendable, Equatable {
  public enum What: String, Sendable {
    case os, arch, toolchain, program, version, counter, stack, rate, depth, expires, owner, why
    case sampleRate = "sample_rate"
  }

  /// For what users send.
  public enum Effect: String, Sendable {
    /// More than before may be sent.
    case more
    /// Something that was approved is no more.
    case less
    /// The same of more versions, or other words for it.
    case same
  }

  public let what: What
  /// Whose; empty for the whole.
  public let program: [UInt8]
  public let name: [UInt8]
  /// Empty if it was not there, or is not there any more.
  public let old, new: [UInt8]
  public let effect: Effect
}

public struct Changes: Sendable {
  public internal(set) var list: [Change] = []

  public init(from old: UploadConfig, to new: UploadConfig) {
    compare(.os, old.systems.sorted, new.systems.sorted, gain: .more)
    compare(.arch, old.architectures.sorted, new.architectures.sorted, gain: .more)
    compare(.toolchain, old.toolchains.sorted, new.toolchains.sorted, gain: .same)
    compare(.sampleRate, [], [], old.sampleRate, new.sampleRate)
    compare(.program, old.programs.map(\.name), new.programs.map(\.name), gain: .more)
    for program in new.programs {
      let before = old.program(program.name)
      // Those of a new program are no news beside it.
      if let before { compare(.version, before.versions.sorted, program.versions.sorted, of: program.name, gain: .same) }
      compare(.counter, before.map { byName($0.counters) } ?? [], byName(program.counters), of: program.name)
      compare(.stack, before.map { byName($0.stacks) } ?? [], byName(program.stacks), of: program.name)
    }
  }

  public var isEmpty: Bool { list.isEmpty }

  /// How the number grows. Major: a report that was made by the old config may
  /// have something in it that the new one does not approve. Minor: none has, and
  /// more may be collected. Patch: the same is collected, of more versions perhaps.
  public enum Step: String, Sendable { case major, minor, patch, none }

  public var step: Step {
    if list.isEmpty { return .none }
    if list.contains(where: { $0.effect == .less }) { return .major }
    return list.contains { $0.effect == .more } ? .minor : .patch
  }

  // MARK: Comparing

  private typealias Named = (name: [UInt8], counter: UploadConfig.Counter)

  /// A counter for each full name; of two, the later holds, as for the client.
  private func byName(_ counters: [UploadConfig.Counter]) -> [Named] {
    var all: [[UInt8]: UploadConfig.Counter] = [:]
    for counter in counters { for name in UploadConfig.expand(counter.name) { all[name] = counter } }
    return all.sorted { $0.key.precedes($1.key) }.map { ($0.key, $0.value) }
  }

  private mutating func add(_ what: Change.What, _ program: [UInt8], _ name: [UInt8], _ old: [UInt8], _ new: [UInt8], _ effect: Change.Effect) {
    list.append(Change(what: what, program: program, name: name, old: old, new: new, effect: effect))
  }

  private mutating func compare(_ what: Change.What, _ old: [[UInt8]], _ new: [[UInt8]], of program: [UInt8] = [], gain: Change.Effect) {
    let (before, after) = (Set(old), Set(new))
    for name in after.subtracting(before).ordered(what) { add(what, program, name, [], name, gain) }
    // A version that is gone from between others was only padding.
    let oldest = what == .version ? new.inVersionOrder.first.map { Version($0) } : nil
    for name in before.subtracting(after).ordered(what) { add(what, program, name, name, [], oldest.map { Version(name) < $0 } ?? true ? .less : .same) }
  }

  private mutating func compare(_ what: Change.What, _ program: [UInt8], _ name: [UInt8], _ old: UploadConfig.Rate, _ new: UploadConfig.Rate) {
    if old != new { add(what, program, name, old.text, new.text, new.value > old.value ? .more : .less) }
  }

  private mutating func compare(_ what: Change.What, _ old: [Named], _ new: [Named], of program: [UInt8]) {
    compare(what, old.map(\.name), new.map(\.name), of: program, gain: .more)
    let before = Dictionary(old.map { ($0.name, $0.counter) }) { $1 }
    for (name, counter) in new {
      guard let was = before[name] else { continue }
      compare(.rate, program, name, was.rate, counter.rate)
      if was.depth != counter.depth {
        add(.depth, program, name, Array(String(was.depth).utf8), Array(String(counter.depth).utf8), counter.depth > was.depth ? .more : .less)
      }
      if was.expires != counter.expires {
        let isSooner = was.expires.map { old in counter.expires.map { $0 < old } ?? false } ?? true
        add(.expires, program, name, was.expires?.text ?? [], counter.expires?.text ?? [], isSooner ? .less : .more)
      }
      if was.owner != counter.owner { add(.owner, program, name, was.owner, counter.owner, .same) }
      if was.why != counter.why { add(.why, program, name, was.why, counter.why, .same) }
    }
  }
}

extension Set<[UInt8]> {
  fileprivate func ordered(_ what: Change.What) -> [[UInt8]] {
    what == .version || what == .toolchain ? Array(self).inVersionOrder : sorted { $0.precedes($1) }
  }
}
