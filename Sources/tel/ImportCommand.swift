import ArgumentParser
import Consent
import Dates
import Delivery
import Files
import Gate
import JSON
import Survey

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take what was carried here from a collector: its upload config, or receipts.",
    discussion: """
      For a machine without a network. An upload config says from now on what the
      recorded destination approves. A receipt marks the week that "tel export"
      printed as sent, if it is of the very document. What is neither is refused.
      """)
  @OptionGroup var place: Place
  @OptionGroup var target: Target
  @OptionGroup var moment: Moment
  @OptionGroup var format: Format
  @Argument(help: ArgumentHelp("Upload configs and receipts.", valueName: "file"), completion: .file(extensions: ["json"]))
  var files: [Text]

  private enum Taken {
    case config(UploadConfig, before: [UInt8])
    case receipt(CollectorReceipt, UploadFolder.Arrival)
  }

  func run() throws {
    let uploading = try Uploading(Vendor(place), target.destination)
    try uploading.refuseDirectoryFromEnvironment()
    let consent = try uploading.consent()
    if consent.mode == .off { throw Failure(.failure, "nothing is imported: telemetry is off: ", .bytes(consent.reason)) }
    var taken: [(Path, Taken)] = []
    var isGood = true
    for file in files {
      do throws(Fault) { taken.append((Path(file.bytes), try take(Path(file.bytes), uploading))) } catch {
        Complaint.say(error.message)
        isGood = false
      }
    }
    var output = Output()
    if format.json { output.json { write(taken, to: &$0) } } else { for (_, what) in taken { write(what, uploading, to: &output) } }
    try output.flush()
    if !isGood { throw ExitCode.failure }
  }

  private func take(_ path: Path, _ uploading: Uploading) throws(Fault) -> Taken {
    guard let text = try File.content(of: path, limit: UploadConfig.limit) else { throw Fault(.notFound, "there is no file ", .path(path)) }
    switch try Parcel(text, origin: path) {
    case .config(let config, let text):
      let before = uploading.configs.pin()?.version ?? []
      try uploading.configs.keep(text, config, tag: [], from: uploading.destination.text, now: moment.now)
      return .config(config, before: before)
    case .receipt(let receipt):
      let folder = UploadFolder(uploading.vendor.folder)
      return .receipt(receipt, try folder.confirm(receipt, from: uploading.destination, uploading.configs.pin(), now: moment.now))
    }
  }

  private func write(_ taken: Taken, _ uploading: Uploading, to output: inout Output) {
    switch taken {
    case .config(let config, let before):
      let note = before.isEmpty || before == config.version ? [] : sentence([" (it was ", .bytes(before), ")"])
      output.line("The upload config of ", .bytes(uploading.destination.text), " is ", .bytes(config.version), " now", .bytes(note), ".")
    case .receipt(let receipt, .marked):
      output.line("The collector has received the report of ", .bytes(receipt.week.text), ": it counts as sent.")
    case .receipt(let receipt, .known):
      output.line("The report of ", .bytes(receipt.week.text), " was sent already; the collector's receipt is kept with it.")
    }
  }

  private func write(_ all: [(Path, Taken)], to json: inout JSONWriter) {
    json.beginArray()
    for (path, taken) in all {
      json.beginObject()
      json.member("file", path.bytes)
      switch taken {
      case .config(let config, let before):
        json.member("kind", [UInt8]("config"))
        json.member("version", config.version)
        json.member("sha256", config.hash)
        json.member("before", before)
      case .receipt(let receipt, let arrival):
        json.member("kind", [UInt8]("receipt"))
        json.member("week", receipt.week.text)
        json.member("sha256", receipt.hash)
        json.member("marked", arrival == .marked)
      }
      json.endObject()
    }
    json.endArray()
  }
}
