import ArgumentParser
import Consent
import Crashes
import Dates
import Delivery
import Files
import Gate
import Glibc
import JSON
import Survey

struct UploadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "upload", abstract: "Send what was approved and you have agreed to.",
    discussion: """
      Makes due reports, asks the vendor's collector what it approves, and sends
      just that: "tel preview" shows it before, byte for byte. What cannot be sent
      now waits and is sent later, at most 21 days after its week. On a terminal
      it says what it does; elsewhere only what goes wrong.

      The exit status is 0 if nothing is left to be sent, 75 if something waits
      for a later try, and 1 if nothing may be sent or the collector refuses it.
      """)
  @OptionGroup var place: Place
  @OptionGroup var target: Target
  @OptionGroup var moment: Moment
  @OptionGroup var format: Format
  @Option(
    help: ArgumentHelp("Send the report of this week alone, this once, whatever the mode file says; asks first.", valueName: "week"), completion: .custom(Uploading.openWeeks))
  var once: Day?
  @Flag(name: .customLong("dry-run"), help: "Send nothing, ask nobody and write nothing; say what would be sent.")
  var dryRun = false
  @Option(help: ArgumentHelp("Give up after so many seconds; 60 at most.", valueName: "seconds"))
  var timeout: Int = 60
  @Flag(help: ArgumentHelp("Nobody watches: end within 60 seconds, and leave a collector alone that has failed.", visibility: .hidden))
  var background = false

  func validate() throws {
    if !(1...60).contains(timeout) { throw ValidationError("--timeout is 1 to 60 seconds") }
    if once != nil, background { throw ValidationError("--once asks, and so does not go with --background") }
  }

  func run() throws {
    if background { alarm(60) }
    let uploading = try Uploading(Vendor(place), target.destination)
    try uploading.refuseDirectoryFromEnvironment()
    if background { try uploading.refuseUnlessAgreed() }
    let consent = try uploading.consent()
    guard once == nil ? consent.mode == .on : consent.modeOfOthers == .on else {
      throw Failure(.failure, "nothing is sent: ", .bytes(once == nil ? consent.reason : reasonOfOthers(consent)))
    }
    if dryRun { return try sayWhat(uploading) }
    if let once, !(try agrees(once, uploading)) { throw Failure(.failure, "nothing was sent") }
    var run = UploadRun(uploading.vendor.folder, to: uploading.destination, at: moment.now)
    run.only = once
    run.timeout = (background ? min(timeout, 50) : timeout) * 1000
    run.isByHand = !background
    run.makesReports = consent.mode != .off
    if run.makesReports { for problem in try CrashRun(uploading.vendor.folder, at: moment.now, isOff: false).run().problems { Complaint.say(problem) } }
    let watcher = Watcher(uploading.destination)
    let summary = try run.run(by: uploading.plugins, allowed: uploading.permission(once: once != nil), config: uploading.config(at: moment.now)) { watcher.see($0) }
    watcher.end()
    try say(summary, uploading)
  }

  private func reasonOfOthers(_ consent: Consent) -> [UInt8] {
    var others = consent
    others.layers.removeAll { $0.isModeFile }
    return others.reason
  }

  private func sayWhat(_ uploading: Uploading) throws {
    guard let config = try uploading.pinned() else {
      throw Failure(.failure, "what ", .bytes(uploading.destination.text), " approves is not known yet; \"tel config --fetch\" asks")
    }
    let gate = Gate(config, asOf: try uploading.permission(once: once != nil)().asOf, now: moment.now)
    let outbox = try Outbox(UploadFolder(uploading.vendor.folder), gate, only: once)
    var output = Output()
    for item in outbox.items where item.outcome.refusal == nil {
      output.line("Would send the report of ", .bytes(item.week.text), ", ", .number(item.document.count), " bytes, to ", .bytes(uploading.destination.text))
    }
    if outbox.items.allSatisfy({ $0.outcome.refusal != nil }) { output.line("Would send nothing.") }
    for problem in outbox.problems { Complaint.say(problem) }
    try output.flush()
  }

  private func agrees(_ week: Day, _ uploading: Uploading) throws -> Bool {
    guard Process.isTerminal(STDIN_FILENO), Process.isTerminal(STDERR_FILENO) else {
      throw Failure(.failure, "--once asks before it sends, and there is no terminal to ask on")
    }
    Question.put(
      sentence(["Send the approved part of the report of ", .bytes(week.text), " to ", .bytes(uploading.destination.text), ", this once? \"tel preview ", .bytes(week.text), "\" shows it. [y/N] "]))
    return Question.isYes(readLine(strippingNewline: true))
  }

  private func say(_ summary: UploadRun.Summary, _ uploading: Uploading) throws {
    for problem in summary.problems { Complaint.say(problem) }
    var output = Output()
    if format.json {
      output.json { summary.write(to: &$0, uploading.destination) }
    } else if Process.isTerminal(STDOUT_FILENO) {
      for week in summary.sent { output.line("Sent the report of ", .bytes(week.text), " to ", .bytes(uploading.destination.text), ".") }
      for (week, refusal, x) in summary.kept { output.line("Kept the report of ", .bytes(week.text), ": ", .bytes(refusal.reason(nil, x: x)), ".") }
      for week in summary.destroyed { output.line("Destroyed what waited of ", .bytes(week.text), ": the mode was changed.") }
      for week in summary.waiting { output.line("The report of ", .bytes(week.text), " waits for a later try", .bytes(summary.nextTry), ".") }
      if summary.sent.isEmpty, summary.kept.isEmpty, summary.waiting.isEmpty, summary.rejected.isEmpty { output.line("Nothing is to be sent.") }
    }
    try output.flush()
    if !summary.waiting.isEmpty { throw ExitCode(75) }
    if summary.fault != nil { throw ExitCode.failure }
  }
}

extension UploadRun.Summary {
  fileprivate var nextTry: [UInt8] { next == 0 ? [] : sentence([", not before ", .bytes(Instant.text(next))]) }

  fileprivate func write(to json: inout JSONWriter, _ destination: Destination) {
    func weeks(_ key: StaticString, _ weeks: [Day], _ json: inout JSONWriter) {
      json.key(key)
      json.beginArray()
      for week in weeks { json.string(week.text) }
      json.endArray()
    }
    json.beginObject()
    json.member("destination", destination.text)
    weeks("made", made, &json)
    weeks("sent", sent, &json)
    json.key("rejected")
    json.beginArray()
    for (week, code) in rejected {
      json.beginObject()
      json.member("week", week.text)
      json.member("code", UInt64(code))
      json.endObject()
    }
    json.endArray()
    json.key("kept")
    json.beginArray()
    for (week, refusal, x) in kept {
      json.beginObject()
      json.member("week", week.text)
      json.member("why", [UInt8](refusal.word))
      json.member("reason", refusal.reason(nil, x: x))
      json.endObject()
    }
    json.endArray()
    weeks("waiting", waiting, &json)
    weeks("destroyed", destroyed, &json)
    json.member("next", next == 0 ? [] : Instant.text(next))
    json.key("problems")
    json.beginArray()
    for problem in problems { json.string(problem) }
    json.endArray()
    json.endObject()
  }
}

/// Progress on a terminal: one line, which says what is being done.
private final class Watcher {
  private let destination: Destination
  private let isTerminal = Process.isTerminal(STDERR_FILENO)
  private var isOpen = false

  init(_ destination: Destination) { self.destination = destination }

  func see(_ step: UploadRun.Step) {
    switch step {
    case .asking: say(["Asking ", .bytes(destination.text), " what it approves"])
    case .making: say(["Making reports"])
    case .sending(let week, let bytes): say(["Sending the report of ", .bytes(week.text), ", ", .number(bytes), " bytes"])
    case .pausing(let wait, let why): say(["Trying again in ", .number((wait + 999) / 1000), " s: ", .bytes(why)])
    }
  }

  private func say(_ pieces: [Piece]) {
    guard isTerminal else { return }
    _ = Output.write(Array("\r\u{1b}[K".utf8) + printable(sentence(pieces)) + Array(" …".utf8), to: STDERR_FILENO)
    isOpen = true
  }

  func end() { if isOpen { _ = Output.write(Array("\r\u{1b}[K".utf8), to: STDERR_FILENO) } }
}
