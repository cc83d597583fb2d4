import ArgumentParser
import ChartConfig
import Dates
import Files
import Gate
import JSON

struct ConfigCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say all that is wrong in a chart config.",
    discussion: "The status is 1 if there is an error, and 10 if with --drift the built config is not what its source would make.")
  @OptionGroup var source: ConfigFiles
  @Flag(help: "Say too whether the built config is what these files would make: for CI.")
  var drift = false
  @Flag(help: "A warning is an error.")
  var strict = false
  @Option(name: .customLong("as-of"), help: ArgumentHelp("Take this day, YYYY-MM-DD, for today: what has expired is told.", valueName: "date"))
  var asOf: DayOption?
  @OptionGroup var format: Format

  func run() throws {
    let config = try LoadedConfig(source.files)
    let problems = config.expired(on: asOf?.day ?? Day(unixSeconds: Clock.seconds))
    let isBad = problems.errors > 0 || strict && problems.warnings > 0
    let found = drift && problems.errors == 0 ? try Comparison(config, with: ConfigFolder(source.folder)) : nil
    var output = Terminal()
    if format.json {
      output.json { json in
        json.beginObject()
        json.member("charts", config.source.charts.count)
        json.member("programs", config.draft.programs.count)
        problems.write(to: &json, config.files)
        if let found {
          json.key("drift")
          found.write(to: &json)
        }
        json.endObject()
      }
    } else {
      problems.write(to: &output, config.files)
      let charts = config.source.charts.count
      if problems.errors > 0 {
        output.line(problems.summary)
      } else {
        let programs = config.draft.programs.count
        let warnings = problems.warnings == 0 ? "" : ", " + problems.summary
        output.line("\(charts) \(charts == 1 ? "chart" : "charts") of \(programs) \(programs == 1 ? "program" : "programs")\(warnings)")
      }
      found?.write(to: &output)
    }
    try output.flush()
    if isBad { throw ExitCode.failure }
    if let found, !found.isNone { throw ExitCode.different }
  }
}

struct DayOption: ExpressibleByArgument {
  let day: Day

  init?(argument: String) {
    guard let day = Day(text: Array(argument.utf8)) else { return nil }
    self.day = day
  }
}

/// A built config beside its source.
struct Comparison {
  let number: Number?
  let changes: Changes?
  let latestIsBehind: Bool

  init(_ config: LoadedConfig, with folder: ConfigFolder) throws(Fault) {
    number = folder.number
    latestIsBehind = folder.latestIsBehind
    if let built = folder.newest, let number = folder.number {
      let drift = Drift(
        built: built, full: try UploadConfig(config.draft.text(version: number.text), version: [], origin: []),
        least: try UploadConfig(config.least.text(version: number.text), version: [], origin: []))
      changes = drift.changes
    } else {
      changes = nil
    }
  }

  var isNone: Bool { changes?.isEmpty == true && !latestIsBehind }

  func write(to output: inout Terminal) {
    guard let changes, let number else { return output.line("nothing was built yet") }
    if latestIsBehind { output.line("latest.json is not \(shown(number.text)); the next build puts that right") }
    if changes.isEmpty { return output.line("\(shown(number.text)) is what these files make") }
    output.line("\(shown(number.text)) is not what these files make:")
    for sentence in changes.sentences { output.line("  \(sentence)") }
  }

  func write(to json: inout JSONWriter) {
    json.beginObject()
    json.member("version", number?.text ?? [])
    json.member("drifted", !isNone)
    json.member("latest_is_behind", latestIsBehind)
    changes?.write(to: &json)
    json.endObject()
  }
}
