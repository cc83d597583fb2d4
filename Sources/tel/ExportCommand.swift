import ArgumentParser
import Consent
import Dates
import Delivery
import Files
import Gate
import Reports
import Survey

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Print the document that an upload of a week would send, to be carried by hand.",
    discussion: """
      For a machine without a network. It is what "tel upload" would send, byte for
      byte, and needs the same consent: mode on. Nobody is asked without --fetch:
      what the collector approves was brought here by "tel import". The week counts
      as sent when the collector's receipt has come back, by "tel import" too.
      """)
  @OptionGroup var place: Place
  @OptionGroup var target: Target
  @OptionGroup var moment: Moment
  @Argument(help: ArgumentHelp("The day on which the week ended.", valueName: "week"), completion: .custom(Uploading.openWeeks))
  var week: Day
  @Option(help: ArgumentHelp("Write it to a new file, instead of standard output.", valueName: "file"), completion: .file())
  var output: Text?
  @Flag(help: "Ask the collector first what it approves.")
  var fetch = false

  func run() throws {
    let uploading = try Uploading(Vendor(place), target.destination)
    try uploading.refuseDirectoryFromEnvironment()
    let consent = try uploading.consent()
    guard consent.mode == .on else { throw Failure(.failure, "nothing is exported: ", .bytes(consent.reason)) }
    if fetch {
      Complaint.say(sentence(["asking ", .bytes(uploading.destination.text), " what it approves"]))
      _ = try uploading.fetch(at: moment.now)
    }
    guard let config = try uploading.pinned() else {
      throw Failure(.failure, "what ", .bytes(uploading.destination.text), " approves is not known here; \"tel import\" takes its upload config, --fetch asks for it")
    }
    var reports = ReportRun(uploading.vendor.folder, at: moment.now, isDurable: true)
    reports.config = config.version
    for problem in try reports.run().problems { Complaint.say(problem) }
    let gate = Gate(config, asOf: consent.asOf, now: moment.now)
    guard let item = try Outbox.export(week, UploadFolder(uploading.vendor.folder), gate) else {
      throw Failure(.failure, "there is no report of a week that ended on ", .bytes(week.text))
    }
    if let refusal = item.outcome.refusal {
      throw Failure(.failure, "nothing of the report of ", .bytes(week.text), " may leave: ", .bytes(refusal.reason(nil, x: item.x)))
    }
    try write(item.document)
  }

  private func write(_ document: [UInt8]) throws {
    var screen = Output()
    if let output {
      let path = Path(output.bytes)
      guard try File.create(path, with: document, durable: true) else { throw Failure(.failure, .path(path), " is there already, and is not overwritten") }
      screen.line("Wrote the document of ", .bytes(week.text), ", ", .number(document.count), " bytes, to ", .path(path), ".")
    } else {
      screen.write(exactly: document)
    }
    try screen.flush()
  }
}
