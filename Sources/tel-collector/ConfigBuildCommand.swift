import ArgumentParser
import ChartConfig
import Files
import Gate
import JSON

struct ConfigBuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Build the upload config that clients fetch, under the next number.",
    discussion: """
      What was built is never overwritten. Nothing is built if the newest is \
      what the chart config would make.
      """)
  @OptionGroup var source: ConfigFiles
  @Option(help: ArgumentHelp("The number, instead of the one that follows from what has changed.", valueName: "version"))
  var number: NumberOption?
  @Flag(help: "Build although the newest is good, to pad its versions again.")
  var again = false
  @Flag(name: .customLong("dry-run"), help: "Only say what would be built.")
  var dryRun = false
  @OptionGroup var format: Format

  func run() throws {
    let config = try LoadedConfig(source.files)
    if config.problems.errors > 0 {
      var output = Terminal()
      if format.json {
        output.json { json in
          json.beginObject()
          config.problems.write(to: &json, config.files)
          json.endObject()
        }
      } else {
        config.problems.write(to: &output, config.files)
        output.line(config.problems.summary + "; nothing was built")
      }
      try output.flush()
      throw ExitCode.failure
    }
    var folder = try ConfigFolder(source.folder)
    let plan = try Plan(config, folder, number?.number, again: again)
    if !dryRun {
      if plan.isNeeded { try folder.add(config.draft.text(version: plan.number.text), as: plan.number) } else { try folder.repair() }
    }
    let hash = plan.isNeeded ? SHA256.text(of: config.draft.text(version: plan.number.text)) : folder.built.last?.hash ?? []
    var output = Terminal()
    if format.json {
      output.json { json in
        json.beginObject()
        json.member("version", plan.number.text)
        json.member("sha256", hash)
        json.member("file", folder.file(plan.number).bytes)
        json.member("built", plan.isNeeded && !dryRun)
        json.member("needed", plan.isNeeded)
        json.member("before", plan.before?.text ?? [])
        config.draft.write(to: &json)
        plan.changes?.write(to: &json)
        config.problems.write(to: &json, config.files)
        json.endObject()
      }
    } else {
      config.problems.write(to: &output, config.files)
      config.draft.write(to: &output)
      output.line()
      plan.write(to: &output, folder.file(plan.number), isDry: dryRun)
      output.line("sha256 \(shown(hash))")
    }
    try output.flush()
  }
}

struct NumberOption: ExpressibleByArgument {
  let number: Number

  init?(argument: String) {
    guard let number = Number(Array(argument.utf8)) else { return nil }
    self.number = number
  }
}

/// Whether to build, under which number, and why that.
private struct Plan {
  let before: Number?
  let number: Number
  let isNeeded: Bool
  /// From the newest to what would be built.
  let changes: Changes?

  init(_ config: LoadedConfig, _ folder: ConfigFolder, _ wanted: Number?, again: Bool) throws(Fault) {
    before = folder.number
    guard let built = folder.newest, let before else {
      (number, isNeeded, changes) = (wanted ?? .first, true, nil)
      return
    }
    let all = Changes(from: built, to: try UploadConfig(config.draft.text(version: before.text), version: [], origin: []))
    let drifted = try !(Comparison(config, with: folder).changes?.isEmpty ?? true)
    isNeeded = drifted || (again || wanted != nil) && !all.isEmpty
    number = !isNeeded ? before : wanted ?? before.next(all.step)
    changes = all
  }

  func write(to output: inout Terminal, _ file: Path, isDry: Bool) {
    let name = shown(file.bytes)
    guard isNeeded else { return output.line("\(name) is up to date") }
    let verb = isDry ? "would be built" : "is built"
    guard let changes, let before else { return output.line("\(name) \(verb), the first") }
    let reason =
      switch changes.step {
      case .major: "a major step: some of what was approved is no more"
      case .minor: "a minor step: more may be collected than before"
      case .patch, .none: "a patch: nothing else is collected than before"
      }
    output.line("\(name) \(verb), after \(shown(before.text)); \(reason)")
    for sentence in changes.sentences { output.line("  \(sentence)") }
  }
}

extension Draft {
  fileprivate func write(to output: inout Terminal) {
    let byProgram = Dictionary(grouping: reasons) { $0.program }
    for program in programs {
      output.line("\(shown(program.name)): \(grouped(program.versions.count)) \(program.versions.count == 1 ? "version" : "versions")")
      for reason in byProgram[program.name] ?? [] {
        output.line("  \(shown(reason.counter)): rate \(rateText(reason.rate)): \(reason.sentence)")
      }
    }
    output.line("sample rate \(rateText(sampleRate))")
  }

  fileprivate func write(to json: inout JSONWriter) {
    json.key("sample_rate")
    json.number(sampleRate)
    let byProgram = Dictionary(grouping: reasons) { $0.program }
    json.list("programs", programs) { json, program in
      json.beginObject()
      json.member("name", program.name)
      json.member("versions", program.versions.count)
      json.list("rates", byProgram[program.name] ?? []) { json, reason in
        json.beginObject()
        json.member("counter", reason.counter)
        json.key("rate")
        json.number(reason.rate)
        json.member("reason", reason.sentence)
        json.endObject()
      }
      json.endObject()
    }
  }
}
