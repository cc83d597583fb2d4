import ArgumentParser
import Consent
import Dates
import Delivery
import Files
import JSON
import Survey

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show the mode in effect and why, and what is there.",
    discussion: "Writes nothing, not even a directory.")
  @OptionGroup var place: Place
  @OptionGroup var everywhere: Everywhere
  @OptionGroup var moment: Moment
  @OptionGroup var format: Format
  @Flag(help: "Print nothing; the exit status is 10 for on, 11 for local, 12 for off; of several vendors, the highest mode's.")
  var check = false
  @Flag(help: "Print what each layer says, from the highest to the mode file, and which one decides.")
  var explain = false

  func run() throws {
    let statuses = try everywhere.all
      ? everywhere.vendors(place).map { try TelemetryStatus($0.place, vendor: $0.name, at: moment.now) }
      : [TelemetryStatus(place.checked(), vendor: place.vendor.bytes, at: moment.now)]
    if check { throw TelemetryStatus.exit(statuses.map { $0.mode }.max() ?? .off) }
    var output = Output()
    try explain ? explanations(statuses, &output) : pictures(statuses, &output)
    try output.flush()
  }

  private func explanations(_ statuses: [TelemetryStatus], _ output: inout Output) {
    let all = statuses.map { Explanation($0.consent, reason: $0.reason, vendor: $0.vendor, folder: $0.folder) }
    if format.json { return output.json { json in write(all, &json) { $0.write(to: &$1) } } }
    for (index, explanation) in all.enumerated() {
      if index > 0 { output.line() }
      if everywhere.all { output.row("vendor", .bytes(statuses[index].vendor)) }
      explanation.write(to: &output)
    }
  }

  private func pictures(_ statuses: [TelemetryStatus], _ output: inout Output) throws {
    let all = try statuses.map { (status: $0, inventory: try $0.inventory()) }
    if format.json { return output.json { json in write(all, &json) { $0.status.write(to: &$1, $0.inventory) } } }
    for (index, each) in all.enumerated() {
      if index > 0 { output.line() }
      each.status.write(to: &output, each.inventory)
    }
  }

  private func write<Element>(_ all: [Element], _ json: inout JSONWriter, _ body: (Element, inout JSONWriter) -> Void) {
    if everywhere.all { json.beginArray() }
    for each in all { body(each, &json) }
    if everywhere.all { json.endArray() }
  }
}

private struct TelemetryStatus {
  let vendor: [UInt8]
  let today: Day
  let mode: Mode
  let reason: [UInt8]
  /// Nil if it cannot be told: there is no home.
  let folder: TelemetryFolder?
  let asOf: Day?
  /// Nil if it is not safe to count here.
  let consent: Consent?
  /// Nil of a vendor that sends nothing, and where it cannot be told.
  private let upload: UploadState?
  private let place: Consent.Place
  private let now: Int64

  init(_ place: Consent.Place, vendor: [UInt8], at now: Int64) throws {
    self.vendor = vendor
    self.place = place
    self.now = now
    today = Day(unixSeconds: now)
    do throws(Fault) {
      let consent = try Consent.read(place, vendor: vendor)
      (mode, reason, folder, asOf) = (consent.mode, consent.reason, consent.folder, consent.asOf)
      self.consent = consent
    } catch {
      // Not safe here, so off; the sentence says why.
      guard error.status == .off else { throw error }
      (mode, reason, folder, asOf) = (.off, error.message, try? Consent.folder(place, vendor: vendor), nil)
      consent = nil
    }
    upload = vendor == "tel" ? nil : folder.flatMap { try? UploadState(of: $0, vendor: vendor, at: now) }
  }

  static func exit(_ mode: Mode) -> ExitCode {
    switch mode {
    case .on: ExitCode(10)
    case .local: ExitCode(11)
    case .off: ExitCode(12)
    }
  }

  private var network: StaticString? { folder.flatMap { Folder.network(of: $0.path) } }

  /// What the mode file says, whatever holds it down.
  private var stored: Mode? { folder.map { ModeFile.read($0.modeFile).mode } }

  /// Nil where there is no folder.
  func inventory() throws -> Inventory? { try folder.map { try Inventory(of: $0, at: now) } }

  func write(to output: inout Output, _ inventory: Inventory?) {
    output.row("mode", [UInt8](mode.word), mode == .off ? .warning : .good)
    output.row("because", .bytes(reason))
    if let stored, stored > mode { output.row("mode file", .literal(stored.word), ": held down") }
    output.row("vendor", .bytes(vendor))
    output.row("directory", folder.map { sentence([.path($0.path)]) } ?? [UInt8]("none"))
    if let network { output.row("not saved", "counts stay in memory: the directory is on a network file system, ", .literal(network)) }
    output.row("as-of date", asOf?.text ?? [UInt8]("none"))
    if let inventory {
      output.row("week ends", inventory.weekEnd.map(relative) ?? [UInt8]("not chosen yet: the first program that counts does"))
      output.row("next report", nextReport(inventory))
      output.row("counter files", counterFiles(inventory))
      output.row("reports", reports(inventory))
    }
    if let upload { write(to: &output, upload) }
  }

  private func write(to output: inout Output, _ upload: UploadState) {
    guard let destination = upload.destination else { return output.row("destination", "none is recorded: nothing can be sent") }
    output.row("destination", .bytes(destination), upload.isAgreed ? "" : ": not what you agreed to; nothing is sent")
    if mode == .on {
      output.row("to be sent", upload.waiting.isEmpty ? [UInt8]("nothing") : sentence([.bytes(list(upload.waiting)), ": \"tel preview\" shows what of it"]))
      if upload.schedule.holds(at: now) {
        output.row("next try", "not before ", .bytes(Instant.text(upload.schedule.next)), upload.schedule.isAsked ? ", as the collector asked" : ", as the last one failed")
      }
    }
    if let (week, receipt) = upload.last {
      let how = receipt.map { sentence([", on ", .bytes(Array($0.date.prefix(10))), " to ", .bytes($0.destination)]) } ?? [UInt8](", by another program")
      output.row("sent last", .bytes(week.text), .bytes(how))
    } else {
      output.row("sent last", "nothing")
    }
    if !upload.rejected.isEmpty { output.row("rejected", .bytes(list(upload.rejected)), ": see ", .path(folder?.rejected ?? Path([]))) }
  }

  private func relative(_ day: Day) -> [UInt8] {
    let days = day.number - today.number
    return sentence([.bytes(day.text), days == 1 ? " (tomorrow)" : " (in ", .bytes(days == 1 ? [] : sentence([.number(days), " days)"]))])
  }

  private func nextReport(_ inventory: Inventory) -> [UInt8] {
    if mode == .off { return [UInt8]("none while telemetry is off") }
    if inventory.unreported > 0 { return [UInt8]("due now: \"tel report\" makes it, or the next program that opens") }
    guard let day = inventory.nextReport else { return [UInt8]("none: nothing was counted") }
    return sentence(["due ", .bytes(day > today ? relative(day) : [UInt8]("today"))])
  }

  private func counterFiles(_ inventory: Inventory) -> [UInt8] {
    var text = sentence([.number(inventory.active), " of this week, ", .number(inventory.expired), " expired"])
    if inventory.expired > 0 { text += sentence([" (", .number(inventory.unreported), " not yet reported)"]) }
    if inventory.unreadable > 0 { text += sentence([", ", .number(inventory.unreadable), " unreadable"]) }
    return text
  }

  private func reports(_ inventory: Inventory) -> [UInt8] {
    guard let last = inventory.reports.last else { return [UInt8]("none") }
    return sentence([.number(inventory.reports.count), ", the last of the week that ended on ", .bytes(last.text)])
  }

  func write(to json: inout JSONWriter, _ inventory: Inventory?) {
    func text(_ key: StaticString, _ value: [UInt8]?) {
      json.key(key)
      json.string(value ?? [])
    }
    func number(_ key: StaticString, _ value: Int?) {
      json.key(key)
      json.integer(Int64(value ?? 0))
    }
    json.beginObject()
    text("mode", [UInt8](mode.word))
    text("stored_mode", stored.map { [UInt8]($0.word) })
    text("reason", reason)
    text("vendor", vendor)
    text("directory", folder?.path.bytes)
    text("network_file_system", network.map { [UInt8]($0) })
    text("as_of", asOf?.text)
    text("today", today.text)
    text("week_end", inventory?.weekEnd?.text)
    let isDue = mode != .off && inventory?.unreported ?? 0 > 0
    text("next_report", mode == .off ? nil : isDue ? today.text : inventory?.nextReport?.text)
    json.key("counter_files")
    json.beginObject()
    number("active", inventory?.active)
    number("expired", inventory?.expired)
    number("unreported", inventory?.unreported)
    number("unreadable", inventory?.unreadable)
    json.endObject()
    json.key("reports")
    json.beginArray()
    for week in inventory?.reports ?? [] { json.string(week.text) }
    json.endArray()
    if let upload { write(to: &json, upload) }
    json.endObject()
  }

  private func write(to json: inout JSONWriter, _ upload: UploadState) {
    func weeks(_ key: StaticString, _ weeks: [Day]) {
      json.key(key)
      json.beginArray()
      for week in weeks { json.string(week.text) }
      json.endArray()
    }
    json.key("upload")
    json.beginObject()
    json.member("destination", upload.destination ?? [])
    json.member("agreed", upload.isAgreed)
    weeks("waiting", mode == .on ? upload.waiting : [])
    json.member("next_try", mode == .on && upload.schedule.holds(at: now) ? Instant.text(upload.schedule.next) : [])
    json.member("failures", UInt64(upload.schedule.failures))
    json.member("last_week", upload.last?.week.text ?? [])
    json.member("last_date", upload.last?.receipt?.date ?? [])
    json.member("last_destination", upload.last?.receipt?.destination ?? [])
    weeks("rejected", upload.rejected)
    json.endObject()
  }
}
