import ArgumentParser

@main
struct Tel: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "tel", abstract: "Look at, limit or switch off telemetry.")
}
