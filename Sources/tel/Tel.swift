import ArgumentParser
import CTel
import Files

/// The command `tel`. Each subcommand has its file.
@main
struct Tel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tel",
    abstract: "See, limit or switch off telemetry, and count from the shell.",
    discussion: """
      Counters live in files on this machine, one folder for each vendor, the
      organisation that asks for your consent. --vendor and --dir, which choose
      the folder, may stand before the subcommand or behind it.
      """,
    version: "tel \(TEL_VERSION_MAJOR).\(TEL_VERSION_MINOR).\(TEL_VERSION_PATCH)",
    subcommands: [
      OnCommand.self, LocalCommand.self, OffCommand.self, StatusCommand.self, EnvCommand.self, IncCommand.self, ViewCommand.self, TopCommand.self, DumpCommand.self,
      CSVCommand.self, ChartCommand.self, StacksCommand.self, DiffCommand.self, CleanCommand.self, ReportCommand.self, PreviewCommand.self, UploadCommand.self, SentCommand.self,
      ConfigCommand.self, ExportCommand.self, ImportCommand.self, PluginsCommand.self, ServiceCommand.self, LintCommand.self, FsckCommand.self, DoctorCommand.self,
      SelftestCommand.self,
    ])

  static func main() {
    do {
      let arguments = try CommandLineText.arguments()
      if let inc = IncCommand.quick(arguments) { return try inc.run() }
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch let failure as Failure {
      Complaint.say(failure.message)
      leave(failure.exit)
    } catch let fault as Fault {
      Complaint.say(fault.message)
      leave(.failure)
    } catch {
      exit(withError: error)
    }
  }

  static func leave(_ code: ExitCode) -> Never { exit(withError: code) }
}

/// What keeps a command from its work.
struct Failure: Error {
  var message: [UInt8]
  var exit: ExitCode

  init(_ exit: ExitCode, _ pieces: Piece...) {
    self.exit = exit
    message = sentence(pieces)
  }

  /// A fault in what the user typed.
  static func usage(_ fault: Fault) -> Failure { Failure(.validationFailure, message: fault.message) }

  private init(_ exit: ExitCode, message: [UInt8]) {
    self.exit = exit
    self.message = message
  }
}
