import ArgumentParser
import CTel
import ChartConfig
import Collector
import CollectorPages
import Files
import Glibc
import SQLiteStore
import Store

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Receive reports, and show charts of them.",
    discussion: "Each option may also stand in the environment, as TEL_COLLECTOR_ and its name in capitals, or in the file that --settings names. A flag counts more than the environment, and that more than the file.")

  @OptionGroup var options: SettingOptions
  @Flag(help: "Say which settings are in effect and where each comes from, and do nothing.")
  var check = false
  @OptionGroup var format: Format

  func run() async throws {
    if check { return try show() }
    let settings = try options.checked()
    let journal = Journal(settings.log)
    let folder = try DataFolder(settings.data)
    let lock = try folder.occupy()
    defer { lock.close() }
    let engine = try Workshop.engine(settings, folder, journal)
    let site = try Site(engine)
    let signals = Signals(engine)
    let rounds = Rounds(engine) { try Workshop.texts(settings) }
    let working = Task { await rounds.run() }
    signals.onReload = { rounds.wake() }
    journal.info("starting", ("version", .text(Array(CollectorProgram.number.utf8))), ("config", .text(engine.shelf.newest?.number.text ?? [])))
    do {
      let limits = settings.limits(descriptors: Workshop.allDescriptors())
      let responder = Responder(receiver: engine.receiver(), desk: Desk(engine, site, version: CollectorProgram.number), limits: limits)
      try await Server(responder, limits).run(host: settings.listen, port: settings.port, logger: journal.logger) { port in
        let address = "http://\(settings.listen.contains(":") ? "[\(settings.listen)]" : settings.listen):\(port)/"
        journal.info("listening", ("address", .text(Array(address.utf8))))
        _ = Terminal.write(Array((address + "\n").utf8), to: STDOUT_FILENO)
        // If it fails, so will the first page, and that is told.
        Task { try? await site.warm() }
      }
    } catch {
      working.cancel()
      throw Workshop.fault(of: error, settings)
    }
    working.cancel()
    await working.value
    try await engine.store.close()
    journal.info("stopped")
  }

  private func show() throws {
    let found = try options.found()
    var output = Terminal()
    if format.json {
      output.json { json in
        json.beginObject()
        found.write(to: &json)
        json.endObject()
      }
    } else {
      found.write(to: &output)
    }
    try output.flush()
    if !found.problems.isEmpty {
      if !format.json { SettingOptions.complain(found.problems) }
      throw ExitCode.validationFailure
    }
  }
}
