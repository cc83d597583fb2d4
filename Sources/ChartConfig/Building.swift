import Dates
import Files

/// What the lists that a chart config names had in them.
public typealias Lists = [ListSource: [[UInt8]]]

extension ConfigSource {
  /// More would be no list of versions.
  public static let mostVersions = 20_000

  /// The upload config that these charts make. `isLeast`: with no more padding
  /// than there must be. What is wrong is told, and the answer then is of no use.
  public func draft(with lists: Lists, isLeast: Bool = false, _ problems: inout Problems) -> Draft {
    var draft = Draft()
    if let whole {
      draft.systems = Set(whole.systems).sorted { $0.precedes($1) }
      draft.architectures = Set(whole.architectures).sorted { $0.precedes($1) }
      draft.toolchains = (whole.toolchains + whole.sources.flatMap { lists[$0] ?? [] }).inVersionOrder
      for (list, key) in [(draft.systems, "os"), (draft.architectures, "arch"), (draft.toolchains, "toolchain")] where list.isEmpty {
        problems.error(whole.start, "the record of the whole config has no \(key)", hint: "reports of others are not accepted; for example \(ConfigSource.examples[key] ?? "")")
      }
    } else {
      problems.error(
        Position(file: 0, line: 1, column: 1), "no record says which systems and toolchains may report",
        hint: "add a record with os, arch and toolchain, here or in a file beside: \"os: linux darwin windows\", \"arch: amd64 arm64\", \"toolchain: gcc12.2 cpython3.11\"")
    }
    let byProgram = Dictionary(grouping: charts) { $0.program }
    for (name, own) in byProgram.sorted(by: { $0.key.precedes($1.key) }) where !name.isEmpty {
      let facts = facts(of: name)
      var program = Draft.Program(name: name)
      program.versions = versions(of: name, own, facts, draft.toolchains, lists, isLeast: isLeast, &problems)
      for chart in own {
        let (rate, sentence) = ConfigSource.rate(of: chart, facts, &problems)
        draft.reasons.append(Draft.Reason(program: name, counter: chart.counter, rate: rate, sentence: sentence))
        let counter = Draft.Counter(
          name: chart.counter, rate: rate, depth: chart.kind == .stack ? chart.depth : 0, owner: chart.owner.isEmpty ? facts?.owner ?? [] : chart.owner,
          why: chart.why, expires: chart.expires)
        if chart.kind == .stack { program.stacks.append(counter) } else { program.counters.append(counter) }
      }
      draft.programs.append(program)
    }
    // A report in which nothing could be counted need not be sent.
    let highest = draft.reasons.map(\.rate).max() ?? 1
    draft.sampleRate = whole?.sampleRate ?? highest
    if let given = whole?.sampleRate, let whole, given < highest {
      problems.warning(
        whole.start, "the sample rate \(rateText(given)) is below the rate \(rateText(highest)) of a counter, which so is \(rateText(given)), too",
        hint: "without sample-rate it is the highest rate of all counters")
    }
    return draft
  }

  private static let examples = ["os": "\"os: linux darwin windows\"", "arch": "\"arch: amd64 arm64\"", "toolchain": "\"toolchain: gcc12.2 cpython3.11\""]

  /// From the smallest `version` of the program's charts on, or all.
  private func versions(
    of name: [UInt8], _ charts: [Chart], _ facts: ProgramFacts?, _ toolchains: [[UInt8]], _ lists: Lists, isLeast: Bool, _ problems: inout Problems
  ) -> [[UInt8]] {
    let place = charts[0].place(.program)
    var known: [[UInt8]]
    if let facts, !facts.versions.isEmpty || !facts.sources.isEmpty || facts.padding != nil {
      known = facts.versions + facts.sources.flatMap { lists[$0] ?? [] }
    } else if name.starts(with: [UInt8]("cmd/")) {
      // The Go toolchain's own programs have its versions.
      known = toolchains.filter { Version($0).kind == .go }
    } else {
      problems.error(
        place, "nothing says which versions of \(shown(name)) there are",
        hint: "add a record \"program: \(shown(name))\" with versions, versions-file or versions-git")
      return []
    }
    let bounds = charts.map(\.version)
    if !bounds.contains([]), let first = bounds.map({ Version($0) }).min() { known.removeAll { Version($0) < first } }
    if let padding = isLeast ? facts?.paddingMinimum ?? facts?.padding : facts?.padding {
      if let odd = known.first(where: { !Version($0).isCanonical }), let facts {
        problems.error(facts.start, "padding continues versions like v1.2.3, and \"\(shown(odd))\" is none")
        return []
      }
      known = padding.applied(to: known)
    }
    if known.isEmpty { problems.error(place, "no version of \(shown(name)) is left", hint: "is the version of its charts above all that there are?") }
    if known.count > ConfigSource.mostVersions {
      problems.error(place, "\(shown(name)) has \(grouped(known.count)) versions; at most \(grouped(ConfigSource.mostVersions)) are allowed", hint: "give its charts a first version")
      return []
    }
    return known.inVersionOrder
  }

  /// The rate, and where it comes from.
  private static func rate(of chart: Chart, _ facts: ProgramFacts?, _ problems: inout Problems) -> (Double, String) {
    if let rate = chart.rate { return (rate, "as the chart says") }
    guard let wanted = chart.wanted else { return (1, "no error is wanted, so all are asked") }
    let reports = grouped(wanted.reports)
    let goal = "\(reports) reports give ±\(percent(wanted.margin)) at \(percent(wanted.confidence))"
    guard let installations = chart.installations ?? facts?.installations else {
      problems.warning(
        chart.place(.error), "nothing says how many installations report, so all are asked",
        hint: "add \"installations: …\" to the program's record; \(goal)")
      return (1, "\(goal), and nothing says how many installations there are")
    }
    let rate = wanted.rate(of: installations)
    if wanted.reports <= installations { return (rate, "\(goal); \(grouped(installations)) installations") }
    let reached = (wanted.margin(of: installations) * 1000).rounded(.up) / 1000
    problems.warning(
      chart.place(.error), "\(grouped(installations)) installations are too few for this error: \(reports) are needed",
      hint: "all are asked, which gives ±\(percent(reached))")
    return (1, "\(goal), and all \(grouped(installations)) installations give ±\(percent(reached))")
  }
}

/// 0.03 as 3%.
func percent(_ part: Double) -> String { rateText((part * 1_000_000).rounded() / 10_000) + "%" }
