import ArgumentParser
import ChartConfig
import Files
import Gate
import JSON

struct ConfigDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Say in words in what two built configs differ.",
    discussion: "A file that is no JSON is taken for a chart config, and what it makes is compared.")
  @Argument(help: "The config before.", completion: .file())
  var old: String
  @Argument(help: "The config after.", completion: .file())
  var new: String
  @Flag(name: .customLong("exit-code"), help: "The status is 10 if they differ.")
  var exitCode = false
  @OptionGroup var format: Format

  func run() throws {
    let (before, after) = (try ConfigDiffCommand.read(old), try ConfigDiffCommand.read(new))
    let changes = Changes(from: before, to: after)
    var output = Terminal()
    if format.json {
      output.json { json in
        json.beginObject()
        json.member("old", before.version)
        json.member("new", after.version)
        changes.write(to: &json)
        json.endObject()
      }
    } else if changes.isEmpty {
      output.line("they approve the same")
    } else {
      for sentence in changes.sentences { output.line(sentence) }
    }
    try output.flush()
    if exitCode, !changes.isEmpty { throw ExitCode.different }
  }

  private static func read(_ name: String) throws -> UploadConfig {
    let path = Path(Array(name.utf8))
    guard let text = try File.content(of: path, limit: UploadConfig.limit) else { throw Fault(.notFound, "there is no file ", .path(path)) }
    // The reference's files have their number in the name of a module.
    let number = Number(file: path.name)?.text ?? [UInt8]("v0.0.0")
    if text.trimmed.first == UInt8(ascii: "{") { return try UploadConfig(text, version: number, origin: path.bytes) }
    let config = try LoadedConfig([name])
    if config.problems.errors > 0 {
      throw Fault(.invalid, .path(path), " has errors, of which \"tel-collector config check\" tells")
    }
    return try UploadConfig(config.draft.text(version: number), version: number, origin: path.bytes)
  }
}

extension Changes {
  func write(to json: inout JSONWriter) {
    json.member("step", step.rawValue)
    json.list("changes", list) { json, change in
      json.beginObject()
      json.member("what", change.what.rawValue)
      json.member("program", change.program)
      json.member("name", change.name)
      json.member("old", change.old)
      json.member("new", change.new)
      json.member("effect", change.effect.rawValue)
      json.endObject()
    }
    json.list("words", sentences) { json, sentence in json.string(Array(sentence.utf8)) }
  }
}
