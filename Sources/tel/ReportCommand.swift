import ArgumentParser
import Consent
import Crashes
import Dates
import Files
import JSON
import Reports
import Survey

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Turn every finished week into a report on this machine.",
    discussion: "Programs do the same in passing; this does all that is due. Nothing leaves the machine.")
  @OptionGroup var place: Place
  @OptionGroup var everywhere: Everywhere
  @OptionGroup var moment: Moment
  @OptionGroup var format: Format

  func run() throws {
    var output = Output()
    var json = JSONWriter(indent: [0x20, 0x20])
    if everywhere.all { json.beginArray() }
    var isGood = true
    for vendor in try everywhere.vendors(place) {
      let consent = try Consent.read(vendor.place, vendor: vendor.name)
      if consent.mode == .off {
        // Of several, others may be on.
        if everywhere.all { continue }
        throw Failure(.failure, "no reports are made: telemetry is off: ", .bytes(consent.reason))
      }
      let crashes = try CrashRun(consent.folder, at: moment.now, isOff: false).run()
      var summary = try ReportRun(consent.folder, at: moment.now, isDurable: true).run()
      summary.problems += crashes.problems
      for problem in summary.problems { Complaint.say(problem) }
      isGood = isGood && summary.problems.isEmpty
      try format.json ? write(summary, crashes, consent.folder, to: &json) : write(summary, crashes, consent.folder, to: &output)
    }
    if everywhere.all { json.endArray() }
    if format.json {
      output.write(json.bytes)
      output.line()
    }
    try output.flush()
    if !isGood { throw ExitCode.failure }
  }

  private func file(of week: Day, in folder: TelemetryFolder) -> Path {
    folder.local.appending([UInt8]("local.") + week.text + [UInt8](".json"))
  }

  private func write(_ summary: ReportRun.Summary, _ crashes: CrashRun.Summary, _ folder: TelemetryFolder, to output: inout Output) throws {
    let counted = crashes.counted + crashes.unsymbolized
    if counted > 0 { output.line("Counted ", .number(counted), counted == 1 ? " crash." : " crashes.") }
    for week in summary.published {
      output.line("Made the report of the week that ended on ", .bytes(week.text), ": ", .path(file(of: week, in: folder)))
    }
    if summary.published.isEmpty {
      let inventory = try Inventory(of: folder, at: moment.now)
      let next = inventory.nextReport.map { sentence(["; the next one is due on ", .bytes($0.text)]) } ?? []
      output.line("No report is due", .bytes(next), ".")
    }
    if summary.removed > 0 {
      output.line(
        "Removed ", .number(summary.removed), summary.removed == 1 ? " file" : " files", " of old weeks: finished reports may have ",
        .number(Int(ReportRun.quota(in: folder) >> 20)), " MiB, and be ", .number(ReportRun.age), " days old.")
    }
  }

  private func write(_ summary: ReportRun.Summary, _ crashes: CrashRun.Summary, _ folder: TelemetryFolder, to json: inout JSONWriter) {
    json.beginObject()
    json.key("directory")
    json.string(folder.path.bytes)
    json.key("today")
    json.string(moment.today.text)
    json.key("reports")
    json.beginArray()
    for week in summary.published {
      json.beginObject()
      json.key("week")
      json.string(week.text)
      json.key("file")
      json.string(file(of: week, in: folder).bytes)
      json.endObject()
    }
    json.endArray()
    json.member("crashes", UInt64(crashes.counted + crashes.unsymbolized))
    json.member("removed", UInt64(summary.removed))
    json.key("problems")
    json.beginArray()
    for problem in summary.problems { json.string(problem) }
    json.endArray()
    json.endObject()
  }
}
