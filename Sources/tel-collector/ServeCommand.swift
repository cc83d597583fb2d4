import ArgumentParser
import ChartConfig
import Collector
import Files
import SQLiteStore

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "serve", abstract: "Receive reports, and show charts of them.")

  @Option(help: ArgumentHelp("Where reports, configs and what is published are.", valueName: "folder"), completion: .directory)
  var data = "."

  @Option(help: "The port, on loopback.")
  var port = 8080

  func run() async throws {
    throw Fault(.unsupported, "reports are not received yet")
  }
}
