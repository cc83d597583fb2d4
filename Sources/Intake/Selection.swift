import Dates
import Store

/// What of a report its upload config approves.
struct Selection {
  private let rules: Rules
  private let x: Double
  private let received: Day

  init(_ rules: Rules, x: Double, received: Day) { (self.rules, self.x, self.received) = (rules, x, received) }

  /// Nil for a build that is not approved. One that has counted nothing is kept:
  /// it is among those who were asked.
  func kept(_ program: Draft.Program, of draft: Draft, _ dropped: inout Dropped) -> KeptReport.Program? {
    guard let index = rules.programs.index(of: program.name) else {
      dropped.add("the program \(program.name.shown)")
      return nil
    }
    let approved = rules.ofPrograms[index]
    let name = rules.programs.names[index]
    func found(_ word: Word, _ table: NameTable, _ what: String) -> [UInt8]? {
      if let index = table.index(of: word) { return table.names[index] }
      dropped.add("\(program.name.shown) with the \(what) \(word.shown)")
      return nil
    }
    guard let version = found(program.version, approved.versions, "version"), let toolchain = found(program.toolchain, rules.toolchains, "toolchain"),
      let os = found(program.os, rules.systems, "operating system"), let arch = found(program.arch, rules.architectures, "architecture")
    else { return nil }
    var counters: [KeptReport.Count] = []
    counters.reserveCapacity(program.counters.count)
    for index in program.counters {
      let count = draft.counts[index]
      guard let found = approved.counters.index(of: count.name) else {
        dropped.add("the counter \(count.name.firstLine.shown) of \(program.name.shown)")
        continue
      }
      if let reason = reason(against: approved.counterRules[found]) {
        dropped.add("the counter \(count.name.shown) of \(program.name.shown): \(reason)")
      } else if count.value > 0 {
        // Clients list what they have not used with 0.
        counters.append(.init(name: approved.counters.names[found], value: UInt64(count.value)))
      }
    }
    var stacks: [KeptReport.Count] = []
    for index in program.stacks {
      let count = draft.counts[index]
      let first = count.name.firstLine
      guard let found = approved.stacks.index(of: first) else {
        dropped.add("the stack \(first.shown) of \(program.name.shown)")
        continue
      }
      let rule = approved.stackRules[found]
      if let reason = reason(against: rule) ?? StackSyntax.flaw(of: count.name, depth: rule.depth) {
        dropped.add("a stack \(first.shown) of \(program.name.shown): \(reason)")
      } else if count.value > 0 {
        stacks.append(.init(name: count.name.bytes, value: UInt64(count.value)))
      }
    }
    return KeptReport.Program(build: Build(program: name, version: version, toolchain: toolchain, os: os, arch: arch), counters: counters, stacks: stacks)
  }

  private func reason(against rule: Rules.Rule) -> String? {
    if x > rule.rate { return "X is above its rate \(rule.rate)" }
    // It may have been on its way on the last day.
    if let expires = rule.expires, received > expires { return "its approval has expired" }
    return nil
  }
}
