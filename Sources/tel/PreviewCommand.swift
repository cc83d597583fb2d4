import ArgumentParser
import Consent
import CounterFile
import Dates
import Delivery
import Files
import Gate
import Glibc
import JSON
import Reports
import Survey

struct PreviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview", abstract: "Print what the next upload would send, byte for byte.",
    discussion: """
      It is made by what "tel upload" sends with, and of the same reports: due ones
      are made first, as "tel report" makes them. In mode on the collector is asked
      what it approves, as an upload asks it. In mode local nobody is asked without
      --fetch, and what is printed is what would be sent in mode on.
      """)
  @OptionGroup var place: Place
  @OptionGroup var target: Target
  @OptionGroup var moment: Moment
  @OptionGroup var format: Format
  @Argument(help: ArgumentHelp("The day on which the week ended; without it, all that would be sent.", valueName: "week"), completion: .custom(Uploading.openWeeks))
  var week: Day?
  @Flag(help: "Say of every program and counter whether it goes, and if not, why.")
  var explain = false
  @Flag(help: "Ask the collector what it approves, also in mode local.")
  var fetch = false
  @Flag(help: "Say it of the week that is not over yet, as if it ended with the counts of now.")
  var live = false

  func validate() throws {
    if live, week != nil { throw ValidationError("--live is of the week that is not over, and goes with no other") }
  }

  /// What the gate says of a week.
  private struct Judged {
    let week: Day
    /// Nothing of a week that is not over.
    let document: [UInt8]
    let outcome: Gate.Outcome
    let x: [UInt8]
  }

  func run() throws {
    let uploading = try Uploading(Vendor(place), target.destination)
    let consent = try uploading.consent()
    if consent.mode == .off { throw Failure(.failure, "nothing would be sent: telemetry is off: ", .bytes(consent.reason)) }
    let isOn = consent.mode == .on
    let config = try config(uploading, asks: isOn || fetch)
    if live { return try showWeekUnderWay(config, uploading, consent) }
    var reports = ReportRun(uploading.vendor.folder, at: moment.now, isDurable: true)
    reports.config = config.version
    for problem in try reports.run().problems { Complaint.say(problem) }
    // In mode local there is no day of consent yet: as if it had been long ago.
    let gate = Gate(config, asOf: isOn ? consent.asOf : nil, now: moment.now)
    let outbox = try Outbox(UploadFolder(uploading.vendor.folder), gate, only: week)
    for problem in outbox.problems { Complaint.say(problem) }
    if !isOn {
      Complaint.say(sentence(["nothing is sent: ", .bytes(consent.reason), "; this is what would be sent in mode on"]))
    }
    let items = outbox.items.map { Judged(week: $0.week, document: $0.document, outcome: $0.outcome, x: $0.x) }
    var output = Output()
    if format.json {
      output.json { write(items, outbox.problems, config, uploading, consent, to: &$0) }
    } else {
      write(items, config, to: &output)
    }
    try output.flush()
    if !outbox.problems.isEmpty { throw ExitCode.failure }
  }

  private func showWeekUnderWay(_ config: UploadConfig, _ uploading: Uploading, _ consent: Consent) throws {
    var problems: [[UInt8]] = []
    var items: [Judged] = []
    for under in try WeekUnderWay.all(in: uploading.vendor.folder, at: moment.now, config: config.version, problems: &problems) {
      let origin = uploading.vendor.folder.local
      // As on the day on which it will be sent at the earliest.
      let gate = Gate(config, asOf: consent.mode == .on ? consent.asOf : nil, now: under.week.start + 1)
      let outcome = gate.pass(try Report(under.report, origin: origin), from: .report(try Begins(under.begins, origin: origin)))
      items.append(Judged(week: under.week, document: [], outcome: outcome, x: [UInt8]("0")))
    }
    for problem in problems { Complaint.say(problem) }
    var output = Output()
    if format.json {
      output.json { write(items, problems, config, uploading, consent, to: &$0) }
    } else {
      for item in items {
        output.line("The week is not over, and X, which decides about rates, is not drawn yet: what follows is as if it ended now, in every sample.")
        explain(item, config, to: &output)
      }
      if items.isEmpty { output.line("Nothing was counted in the week that is not over.") }
    }
    try output.flush()
    if !problems.isEmpty { throw ExitCode.failure }
  }

  private func config(_ uploading: Uploading, asks: Bool) throws -> UploadConfig {
    guard asks else {
      guard let pinned = try uploading.pinned() else {
        throw Failure(.failure, "what ", .bytes(uploading.destination.text), " approves is not known here; --fetch asks it over the network")
      }
      return pinned
    }
    if fetch || Process.isTerminal(STDERR_FILENO) {
      Complaint.say(sentence(["asking ", .bytes(uploading.destination.text), " what it approves"]))
    }
    do throws(Fault) { return try uploading.fetch(at: moment.now) } catch {
      guard let pinned = try uploading.pinned() else { throw error }
      Complaint.say(sentence([.bytes(error.message), "; what it approved when it was last asked is used"]))
      return pinned
    }
  }

  private func write(_ items: [Judged], _ config: UploadConfig, to output: inout Output) {
    let going = items.filter { $0.outcome.refusal == nil }
    for (index, item) in going.enumerated() {
      if index > 0 { output.line() }
      output.write(exactly: item.document)
    }
    let isBare = !explain && going.count == 1 && !Process.isTerminal(STDOUT_FILENO)
    if !going.isEmpty, !isBare { output.line() }
    if going.isEmpty, !explain {
      Complaint.say(sentence([items.isEmpty ? "no report waits to be sent" : "nothing would be sent; --explain says why"]))
    }
    if explain { for item in items { explain(item, config, to: &output) } }
    if explain, items.isEmpty { output.line("No report waits to be sent.") }
  }

  private func explain(_ item: Judged, _ config: UploadConfig, to output: inout Output) {
    output.line("The report of ", .bytes(item.week.text), ", by the upload config ", .bytes(config.version), ":")
    if let refusal = item.outcome.refusal { output.line("  stays: ", .bytes(refusal.reason(nil, x: item.x))) }
    for verdict in item.outcome.verdicts {
      let who = verdict.identity
      guard let name = verdict.name else {
        output.line(
          "  ", .bytes(who.program), " ", .bytes(who.version), ", ", .bytes(who.toolchain), ", ", .bytes(who.os), "/", .bytes(who.arch),
          .bytes(verdict.refusal.map { sentence([" stays: ", .bytes($0.reason(who, x: item.x))]) } ?? []))
        continue
      }
      let (head, frames) = parts(ofName: name)
      output.line(
        verdict.refusal == nil ? "    goes   " : "    stays  ", .bytes(head),
        .bytes(verdict.refusal.map { sentence([": ", .bytes($0.reason(who, x: item.x))]) } ?? sentence([" = ", .number(Int(verdict.value))])))
      output.frames(frames, indent: 13)
    }
  }

  private func write(_ items: [Judged], _ problems: [[UInt8]], _ config: UploadConfig, _ uploading: Uploading, _ consent: Consent, to json: inout JSONWriter) {
    json.beginObject()
    json.member("mode", [UInt8](consent.mode.word))
    json.member("destination", uploading.destination.text)
    json.member("config", config.version)
    json.member("config_sha256", config.hash)
    json.key("reports")
    json.beginArray()
    for item in items {
      json.beginObject()
      json.member("week", item.week.text)
      json.member("goes", item.outcome.refusal == nil)
      if let refusal = item.outcome.refusal { json.members(refusal, nil, x: item.x) }
      json.member("bytes", UInt64(item.document.count))
      json.member("sha256", item.document.isEmpty ? [] : SHA256.text(of: item.document))
      json.member("document", item.document)
      json.key("verdicts")
      json.beginArray()
      for verdict in item.outcome.verdicts {
        json.beginObject()
        json.members(of: verdict.identity)
        if let name = verdict.name {
          json.members(ofName: name)
          json.key("value")
          json.integer(verdict.value)
        }
        json.member("goes", verdict.refusal == nil)
        if let refusal = verdict.refusal { json.members(refusal, verdict.identity, x: item.x) }
        json.endObject()
      }
      json.endArray()
      json.endObject()
    }
    json.endArray()
    json.key("problems")
    json.beginArray()
    for problem in problems { json.string(problem) }
    json.endArray()
    json.endObject()
  }
}

extension JSONWriter {
  fileprivate mutating func members(_ refusal: Refusal, _ who: Identity?, x: [UInt8]) {
    member("why", [UInt8](refusal.word))
    member("reason", refusal.reason(who, x: x))
  }
}
