import ArgumentParser
import Consent
import Dates
import Files
import JSON
import Survey

struct EnvCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "env", abstract: "Print the mode and where things are, for programs to read.",
    discussion: "The lines are those of \"gotelemetry env\". Nothing is written, and the exit status is 0.")
  @OptionGroup var place: Place
  @OptionGroup var everywhere: Everywhere
  @OptionGroup var format: Format

  func run() throws {
    let environments = everywhere.all ? try everywhere.vendors(place).map(Surroundings.init) : [try Surroundings(place)]
    var output = Output()
    if format.json {
      output.json { json in
        if everywhere.all { json.beginArray() }
        for environment in environments { environment.write(to: &json) }
        if everywhere.all { json.endArray() }
      }
    } else {
      for (index, environment) in environments.enumerated() {
        if index > 0 { output.line() }
        if everywhere.all { output.line("vendor: ", .bytes(environment.vendor)) }
        environment.write(to: &output)
      }
    }
    try output.flush()
  }
}

/// What `env` prints of a vendor.
private struct Surroundings {
  let vendor: [UInt8]
  /// Nil where there is no home: then telemetry is off.
  private let folder: TelemetryFolder?
  /// As the mode file has it, unless another layer lowers it.
  private let mode: [UInt8]
  private let asOf: Day?

  init(_ options: Place) throws {
    self.init(options.vendor.bytes, try options.checked())
  }

  init(_ vendor: Vendor) { self.init(vendor.name, vendor.place) }

  private init(_ vendor: [UInt8], _ place: Consent.Place) {
    self.vendor = vendor
    folder = try? Consent.folder(place, vendor: vendor)
    guard let consent = try? Consent.read(place, vendor: vendor) else {
      (mode, asOf) = ([UInt8](Mode.off.word), nil)
      return
    }
    let stored = ModeFile.read(consent.folder.modeFile)
    mode = consent.mode < stored.mode ? [UInt8](consent.mode.word) : stored.word
    asOf = consent.asOf
  }

  func write(to output: inout Output) {
    // A day as Go prints it; its zero stands for none.
    let day = asOf?.text ?? [UInt8]("0001-01-01")
    output.write("mode: ")
    output.write(exactly: mode)
    output.line(" ", .bytes(day), " 00:00:00 +0000 UTC")
    output.line()
    for (key, path) in [("modefile: ", folder?.modeFile), ("localdir: ", folder?.local), ("uploaddir: ", folder?.upload)] {
      output.write(key)
      output.write(exactly: path?.bytes ?? [])
      output.line()
    }
  }

  func write(to json: inout JSONWriter) {
    json.beginObject()
    json.member("vendor", vendor)
    json.member("mode", mode)
    json.member("as_of", asOf?.text ?? [])
    json.member("directory", folder?.path.bytes ?? [])
    json.member("mode_file", folder?.modeFile.bytes ?? [])
    json.member("local_directory", folder?.local.bytes ?? [])
    json.member("upload_directory", folder?.upload.bytes ?? [])
    json.endObject()
  }
}
