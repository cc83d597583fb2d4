import ChartConfig
import Dates
import Gate
import Synchronization

/// An upload config, ready to be asked for many names.
struct Rules: Sendable {
  /// Of a counter or a stack.
  struct Rule: Sendable {
    /// The least of its own and the sample rate.
    let rate: Double
    let depth: Int
    let expires: Day?

    init(_ counter: UploadConfig.Counter, sampleRate: Double) {
      rate = sampleRate > 0 ? min(counter.rate.value, sampleRate) : counter.rate.value
      depth = counter.depth
      expires = counter.expires
    }
  }

  struct Program: Sendable {
    let versions, counters, stacks: NameTable
    let counterRules, stackRules: [Rule]

    init(_ program: UploadConfig.Program, sampleRate: Double) {
      versions = NameTable(program.versions.sorted)
      var names: [[UInt8]] = []
      var rules: [Rule] = []
      for counter in program.counters {
        let rule = Rule(counter, sampleRate: sampleRate)
        for name in UploadConfig.expand(counter.name) {
          names.append(name)
          rules.append(rule)
        }
      }
      counters = NameTable(names)
      counterRules = rules
      stacks = NameTable(program.stacks.map(\.name))
      stackRules = program.stacks.map { Rule($0, sampleRate: sampleRate) }
    }
  }

  let sampleRate: Double
  let systems, architectures, toolchains, programs: NameTable
  let ofPrograms: [Program]

  init(_ config: UploadConfig) {
    sampleRate = config.sampleRate.value
    systems = NameTable(config.systems.sorted)
    architectures = NameTable(config.architectures.sorted)
    toolchains = NameTable(config.toolchains.sorted)
    programs = NameTable(config.programs.map(\.name))
    let rate = sampleRate
    ofPrograms = config.programs.map { Program($0, sampleRate: rate) }
  }
}

/// The rules of every config, made when a report first names it: there may be
/// hundreds, and reports name a few.
final class Rulebook: Sendable {
  let shelf: ConfigShelf
  private let made = Mutex<[[UInt8]: Rules]>([:])

  init(_ shelf: ConfigShelf) { self.shelf = shelf }

  subscript(version: [UInt8]) -> Rules? {
    made.withLock { made in
      if let rules = made[version] { return rules }
      guard let built = shelf[version] else { return nil }
      let rules = Rules(built.config)
      made[version] = rules
      return rules
    }
  }
}
