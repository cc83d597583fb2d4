import ChartConfig
import Files
import Gate

/// A chart config that anybody may have proposed. Whatever has no error makes a
/// config that the client takes, and that says what the text says.
@Sendable func chartConfig(_ bytes: [UInt8]) {
  let source = ConfigSource([SourceFile(name: "fuzz", text: bytes)])
  var problems = source.problems
  let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
  let draft = source.draft(with: [:], &problems)
  for problem in problems.list {
    let (line, column) = (problem.position.line, problem.position.column)
    check(line >= 1 && line <= lines.count && column >= 1 && column <= lines[line - 1].count + 1, "a problem is outside the text")
    check(!problem.message.utf8.contains { $0 < 0x20 } && !problem.hint.utf8.contains { $0 < 0x20 }, "a message is no line")
  }
  check(problems.list.count <= Problems.limit, "too many problems are kept")
  guard problems.errors == 0 else { return }
  let text = draft.text(version: Number.first.text)
  guard let config = try? UploadConfig(text, version: [], origin: []) else { fatalError("the client cannot read what was built") }
  check(config.sampleRate.value > 0 && config.sampleRate.value <= 1, "a sample rate is no part of 1")
  for chart in source.charts {
    guard let program = config.program(chart.program) else { fatalError("a program is missing") }
    check(!program.versions.sorted.isEmpty, "a program without versions")
    for name in chart.counters {
      guard let counter = chart.kind == .stack ? program.stack(name) : program.counter(name) else { fatalError("a counter is missing") }
      check(counter.rate.value > 0 && counter.rate.value <= 1 && counter.expires == chart.expires, "another rate or end than was written")
    }
  }
  let approved = config.programs.reduce(0) { $0 + $1.counters.reduce(0) { $0 + UploadConfig.expand($1.name).count } + $1.stacks.count }
  check(approved == source.charts.reduce(0) { $0 + $1.counters.count }, "something is approved that was not written")
  check(Changes(from: config, to: config).isEmpty, "a config differs from itself")
}

/// Two upload configs of anybody, with a zero byte between.
@Sendable func configChanges(_ bytes: [UInt8]) {
  let halves = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map { Array($0) }
  let version = Number.first.text
  guard halves.count == 2, let old = try? UploadConfig(halves[0], version: version, origin: []), let new = try? UploadConfig(halves[1], version: version, origin: [])
  else { return }
  let there = Changes(from: old, to: new)
  let back = Changes(from: new, to: old)
  check(there.isEmpty == back.isEmpty && there.isEmpty == (there.step == .none), "one differs, and the other does not")
  check(there.isEmpty == there.sentences.isEmpty && there.sentences.count <= there.list.count, "a change without a word")
  check(!there.sentences.contains { $0.utf8.contains { $0 < 0x20 } }, "a sentence is no line")
  check(Changes(from: old, to: old).isEmpty, "a config differs from itself")
}
