import ArgumentParser
import ChartConfig
import Collector
import Files
import JSON
import SQLiteStore
import Store
import Triage

struct TriageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "triage", abstract: "Say which stacks are one bug, which issue each belongs to, and keep the issues.",
    discussion: """
      Nothing is changed without --apply. Reports are read from files as they are \
      published, one in each line, or from what a collector keeps; issues are \
      Markdown files in a folder.
      """)

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Files of reports, or folders of them.", valueName: "file"), completion: .file())
  var data: [String] = []
  @Option(help: ArgumentHelp("A collector's folder: all reports that it keeps.", valueName: "folder"), completion: .directory)
  var collector: String?
  @Option(help: ArgumentHelp("The folder of issues.", valueName: "folder"), completion: .directory)
  var issues: String?
  @Option(help: ArgumentHelp("Only issues with this label.", valueName: "label"))
  var label: String?
  @Option(help: ArgumentHelp("What is said of programs: wrappers, titles, labels, links.", valueName: "file"), completion: .file())
  var rules: String?
  @Option(name: .customLong("where"), help: ArgumentHelp("Only stacks that this matches.", valueName: "predicate"))
  var wanted: String?
  @Option(help: ArgumentHelp("Frames in which stacks of one bug agree, 1 to 16.", valueName: "frames"))
  var depth = Clusters.usualDepth
  @Option(help: ArgumentHelp("Reports that must have a bug before there is an issue for it.", valueName: "reports"))
  var least = 1
  @Flag(help: "Do what the plan says: make, comment and reopen issues.")
  var apply = false
  @Option(help: ArgumentHelp("Write the plan here; with --apply and without --data, apply the one that is here.", valueName: "file"), completion: .file(extensions: ["json"]))
  var plan: String?
  @Option(help: ArgumentHelp("Say why each issue has this stack or has it not.", valueName: "stack"))
  var explain: String?
  @Flag(help: "Say what is odd in the predicates of issues; the status is 10 if anything is.")
  var lint = false
  @Flag(help: "Print Markdown.")
  var markdown = false
  @OptionGroup var format: Format

  func validate() throws {
    guard Clusters.depths.contains(depth) else { throw ValidationError("--depth is a number from 1 to 16") }
    guard least >= 1 else { throw ValidationError("--least is a number from 1") }
    if apply, issues == nil { throw ValidationError("--apply needs --issues, the folder that is changed") }
    if data.isEmpty, collector == nil, !(apply && plan != nil) { throw ValidationError("--data is missing: files of reports, or folders of them; or --collector, a collector's folder") }
    if lint || explain != nil, apply || plan != nil { throw ValidationError("--lint and --explain change nothing: leave --apply and --plan out") }
    if lint, issues == nil { throw ValidationError("--lint needs --issues") }
  }

  func run() async throws {
    var source = try DayFiles(data.map { Path(Array($0.utf8)) })
    if let collector { try await read(Path(Array(collector.utf8)), into: &source) }
    try triage(&source)
  }

  /// Stacks of reports as they were received: those that few have are not published.
  private func read(_ path: Path, into source: inout DayFiles) async throws {
    let folder = DataFolder(existing: path)
    guard folder.hasStore else { throw Fault(.notFound, "there are no reports in ", .path(path), "; --collector names the folder that \"tel-collector serve\" has as --data") }
    let store = try SQLiteStore(folder.store)
    for (day, _, _) in try await store.days() {
      try await store.forEachReport(of: day) { report in
        source.add(day, report.programs.map { ($0.build.program, $0.build.version, $0.build.toolchain, $0.build.os, $0.build.arch, $0.stacks.map { ($0.name, $0.value) }) })
        return true
      }
    }
    try await store.close()
  }

  private func triage(_ source: inout DayFiles) throws {
    let rules = try loadRules()
    // From reading to writing nobody else triages here.
    var folder = try issues.map { try IssueFolder(Path(Array($0.utf8)), isLocked: apply) }
    if data.isEmpty, collector == nil, let plan { return try perform(try Plan(Path(Array(plan.utf8))), to: &folder) }
    let filter = try loadFilter()
    let sightings = try source.sightings()
    for line in source.skipped { Terminal.complain(Array("\(shown(line.file.bytes)):\(line.line): skipped: \(line.reason)".utf8)) }
    if source.skippedLines > source.skipped.count { Terminal.complain(Array("and \(source.skippedLines - source.skipped.count) more lines are skipped".utf8)) }
    let clusters = Clusters(sightings, rules, depth: depth, where: filter)
    let list: [Issue]
    // (Optional's map would copy what cannot be copied.)
    if issues != nil { list = try folder!.list(label: label.map { Array($0.utf8) }) } else { list = [] }
    if lint { return try write(PredicateLint(list, clusters)) }
    if let explain { return try write(clusters.explanation(of: Array(explain.utf8), list), of: explain) }
    if issues == nil, plan == nil { return try write(clusters, source) }
    let made = Plan(clusters, list, rules, least: least)
    if let plan { try File.replace(Path(Array(plan.utf8)), with: made.json, durable: true) }
    if apply { return try perform(made, to: &folder) }
    try write(made, clusters, source)
  }

  private func loadRules() throws -> Rules {
    guard let name = rules else { return Rules() }
    let path = Path(Array(name.utf8))
    guard let text = try File.content(of: path, limit: 1 << 20) else { throw Fault(.notFound, "there is no file ", .path(path)) }
    var problems = Problems()
    let rules = Rules(text, file: 0, &problems)
    if problems.errors > 0 {
      var output = Terminal()
      problems.write(to: &output, [SourceFile(name: name, text: text)])
      output.line(problems.summary)
      try output.flush()
      throw ExitCode.failure
    }
    return rules
  }

  private func loadFilter() throws -> Predicate? {
    guard let wanted else { return nil }
    do { return try Predicate(Array(wanted.utf8)) } catch {
      throw Fault(.invalid, message: Array("--where: column \(error.column): \(error.message)\(error.hint.isEmpty ? "" : "; \(error.hint)")".utf8))
    }
  }

  // MARK: What is said

  private func perform(_ plan: Plan, to folder: inout IssueFolder?) throws {
    let result = try plan.apply(to: &folder!)
    var output = Terminal()
    if format.json {
      output.json { json in
        json.beginObject()
        for (key, outcomes) in [("created", result.created), ("updated", result.updated)] as [(StaticString, [(name: [UInt8], outcome: IssueOutcome)])] {
          json.list(key, outcomes) { json, one in
            json.beginObject()
            json.member("issue", one.name)
            json.member("outcome", one.outcome.rawValue)
            json.endObject()
          }
        }
        json.endObject()
      }
    } else {
      for (verb, outcomes) in [("updated", result.updated), ("created", result.created)] {
        for (name, outcome) in outcomes {
          let words =
            switch outcome {
            case .done: verb
            case .already: "\(verb) before"
            case .changed: "left alone: it was changed since the plan was made"
            }
          output.line("\(shown(name)): \(words)")
        }
      }
      if plan.isEmpty { output.line("there is nothing to do") }
    }
    try output.flush()
    if result.count(.changed) > 0 { throw ExitCode.different }
  }

  private func write(_ plan: Plan, _ clusters: Clusters, _ source: DayFiles) throws {
    var output = Terminal()
    if format.json {
      output.json { plan.write(to: &$0) }
    } else if markdown {
      output.raw(PlanText(plan).markdown)
    } else {
      for line in PlanText(plan).lines { output.line(line) }
      if clusters.list.isEmpty { output.line("there is no stack in \(source.reports) \(source.reports == 1 ? "report" : "reports")") }
    }
    try output.flush()
  }

  private func write(_ clusters: Clusters, _ source: DayFiles) throws {
    var output = Terminal()
    if format.json {
      output.json { json in
        json.beginObject()
        json.member("reports", source.reports)
        json.member("repeated", source.repeated)
        json.member("skipped", source.skippedLines)
        clusters.write(to: &json)
        json.endObject()
      }
    } else if markdown {
      output.raw(clusters.markdown)
    } else {
      for line in clusters.lines { output.line(line) }
      output.line("\(clusters.stacks) \(clusters.stacks == 1 ? "stack" : "stacks") of \(clusters.list.count) \(clusters.list.count == 1 ? "kind" : "kinds"), in \(source.reports) \(source.reports == 1 ? "report" : "reports")")
    }
    try output.flush()
  }

  private func write(_ lint: PredicateLint) throws {
    var output = Terminal()
    if format.json {
      output.json { json in
        json.beginObject()
        json.list("findings", lint.findings) { json, finding in
          json.beginObject()
          json.member("kind", finding.kind.rawValue)
          json.member("issue", finding.issue)
          json.member("other", finding.other)
          json.member("message", finding.message)
          json.endObject()
        }
        json.endObject()
      }
    } else {
      for finding in lint.findings { output.line("\(shown(finding.issue)): \(finding.kind.rawValue): \(finding.message)") }
      if lint.findings.isEmpty { output.line("nothing is odd") }
    }
    try output.flush()
    if !lint.findings.isEmpty { throw ExitCode.different }
  }

  private func write(_ explanation: [String]?, of stack: String) throws {
    guard let explanation else { throw Fault(.notFound, "there is no stack ", .bytes(Array(stack.utf8)), " in these reports") }
    var output = Terminal()
    if format.json {
      output.json { json in
        json.beginObject()
        json.member("stack", stack)
        json.list("explanation", explanation) { $0.string(Array($1.utf8)) }
        json.endObject()
      }
    } else {
      for line in explanation { output.line(line) }
    }
    try output.flush()
  }
}
