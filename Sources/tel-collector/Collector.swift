import ArgumentParser
import CTel
import Files

/// The program `tel-collector`. Each subcommand has its file.
@main
struct CollectorProgram: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tel-collector",
    abstract: "Approve in public what programs may send, receive it, and publish charts.",
    version: "tel-collector \(number)",
    subcommands: [
      ConfigCommand.self, ServeCommand.self, PublishCommand.self, ExportCommand.self, RebuildCommand.self, BackupCommand.self, RestoreCommand.self, StatusCommand.self,
      TriageCommand.self,
    ])

  static let number = "\(TEL_VERSION_MAJOR).\(TEL_VERSION_MINOR).\(TEL_VERSION_PATCH)"

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? AsyncParsableCommand { try await command.run() } else { try command.run() }
    } catch let fault as Fault {
      Terminal.complain(fault.message)
      exit(withError: ExitCode.failure)
    } catch {
      exit(withError: error)
    }
  }
}

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Check the chart config, build the upload config that clients fetch, and tell what is new in it.",
    subcommands: [ConfigCheckCommand.self, ConfigBuildCommand.self, ConfigDiffCommand.self])
}

/// What the status of the program says beside 0, 1 and 64.
extension ExitCode {
  /// There is a difference: between two configs, or a config and its source.
  static let different = ExitCode(10)
}

/// How the output looks.
struct Format: ParsableArguments {
  @Flag(help: "Print JSON; the manual describes its keys.")
  var json = false
}

/// The files of a chart config, and where built configs are.
struct ConfigFiles: ParsableArguments {
  @Argument(help: ArgumentHelp("The chart config; several files are read as one.", valueName: "file"), completion: .file(extensions: ["txt"]))
  var files: [String]

  @Option(name: .shortAndLong, help: ArgumentHelp("The folder of built configs.", valueName: "folder"), completion: .directory)
  var output = "config"

  var folder: Path { Path(Array(output.utf8)) }
}
