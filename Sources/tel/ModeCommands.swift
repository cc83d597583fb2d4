import ArgumentParser
import Consent
import Dates
import Delivery
import Files
import JSON
import Reports
import Survey

// on and local: what the user allows. off is in OffCommand.swift.

struct OnCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "on", abstract: "Count, make weekly reports, and allow approved counters to be uploaded.")
  @OptionGroup var place: Place
  /// Known, to say why it does not go.
  @OptionGroup(visibility: .hidden) var everywhere: Everywhere
  @OptionGroup var format: Format
  @Option(help: ArgumentHelp("Where approved counters may be sent: the URL of the vendor's collector.", valueName: "url"))
  var destination: Text?

  func run() throws {
    if everywhere.all { throw Failure(.validationFailure, "on does not go with --all: consent is to one vendor; name each with --vendor") }
    try ModeChanges([Vendor(place)]) { try ModeChange(.on, $0, destination: destination?.bytes) }.print(format, all: false)
  }
}

struct LocalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "local", abstract: "Count and make weekly reports, but let nothing leave this machine: the default.")
  @OptionGroup var place: Place
  @OptionGroup var everywhere: Everywhere
  @OptionGroup var format: Format

  func run() throws { try ModeChanges(everywhere.vendors(place)) { try ModeChange(.local, $0) }.print(format, all: everywhere.all) }
}

/// The changes of several vendors. One that cannot be changed does not keep the
/// others as they are.
struct ModeChanges {
  private(set) var done: [ModeChange] = []
  private var isComplete = true

  /// Throws only what keeps the one vendor there is from its change.
  init(_ vendors: [Vendor], _ change: (Vendor) throws -> ModeChange) throws {
    for vendor in vendors {
      do { done.append(try change(vendor)) } catch let fault as Fault where vendors.count > 1 { complain(fault, vendor.name) }
    }
  }

  /// Something else to be done to each. What fails is said, and the others follow.
  mutating func afterwards(_ body: (inout ModeChange) throws -> Void) throws {
    for index in done.indices {
      do { try body(&done[index]) } catch let fault as Fault where done.count > 1 { complain(fault, done[index].vendor) }
    }
  }

  private mutating func complain(_ fault: Fault, _ vendor: [UInt8]) {
    isComplete = false
    Complaint.say(sentence(["vendor ", .bytes(vendor), ": ", .bytes(fault.message)]))
  }

  /// `all`: JSON is an array, however many there are.
  func print(_ format: Format, all: Bool) throws {
    var output = Output()
    if format.json {
      output.json { json in
        if all { json.beginArray() }
        for change in done { change.write(to: &json) }
        if all { json.endArray() }
      }
    } else {
      for change in done { change.write(to: &output) }
    }
    try output.flush()
    if !isComplete { throw ExitCode.failure }
  }
}

/// Writes the mode file, unless it says the same already: then the day of
/// consent stays, as it does with the Go toolchain's command. Less than on
/// destroys what waits to be uploaded, but for the Go toolchain, which does not.
struct ModeChange {
  let mode: Mode
  let vendor: [UInt8]
  /// As it is afterwards.
  let consent: Consent
  private let before: [UInt8]?
  /// The weeks of uploads that waited, and do no more.
  private let destroyed: [[UInt8]]
  /// What else was done: a sentence, and members of the JSON.
  var said: [UInt8] = []
  var keys: [(StaticString, Int)] = []

  /// `destination`: what the user agrees to send to. Another one than before is
  /// another consent, from today on.
  init(_ mode: Mode, _ vendor: Vendor, destination: [UInt8]? = nil) throws {
    (self.mode, self.vendor) = (mode, vendor.name)
    // Also refuses a folder of somebody else.
    let now = try Consent.read(vendor.place, vendor: vendor.name)
    before = ModeChange.stored(in: now.folder)
    let today = Day(unixSeconds: Clock.seconds)
    if let destination {
      try ModeChange.record(destination, vendor, now, isOn: before == [UInt8](mode.word))
    } else if before != [UInt8](mode.word) {
      try ModeFile.write(mode, on: today, in: now.folder)
    }
    destroyed = mode < .on && vendor.name != "go" ? try WaitingUploads.destroy(in: now.folder) : []
    consent = try Consent.read(vendor.place, vendor: vendor.name)
  }

  private static func record(_ destination: [UInt8], _ vendor: Vendor, _ consent: Consent, isOn: Bool) throws {
    do throws(Fault) {
      _ = try Destination(destination, from: .recorded)
      if isOn, consent.folder.destination == destination, try consent.folder.isAgreed(destination) { return }
      try Asking(consent, vendor: vendor.name, .now(), destination: destination, text: [UInt8]("tel-on")).record(.on, on: Day(unixSeconds: Clock.seconds))
    } catch {
      if error.status == .invalid { throw Failure.usage(error) }
      throw error
    }
  }

  /// The word in the mode file. A missing file says local, one that cannot be
  /// read says nothing.
  private static func stored(in folder: TelemetryFolder) -> [UInt8]? {
    guard ModeFile.exists(folder.modeFile) else { return [UInt8](Mode.local.word) }
    let content = try? File.content(of: folder.modeFile, limit: 4096)
    guard let content else { return nil }
    return ModeFile(content: content).word
  }

  fileprivate func write(to output: inout Output) {
    let word = mode.word
    let isChanged = before != [UInt8](word)
    let file = consent.folder.modeFile
    if !isChanged && !ModeFile.exists(file) {
      output.line("Telemetry of vendor ", .bytes(vendor), " is ", .literal(word), ", as it is without a mode file; nothing was written.")
    } else {
      output.line(
        "Telemetry of vendor ", .bytes(vendor), isChanged ? " is now " : " was already ", .literal(word),
        .bytes(isChanged ? before.map { sentence([" (it was ", .bytes($0), ")"]) } ?? [] : consent.asOf.map { sentence([", since ", .bytes($0.text)]) } ?? []),
        ": ", .path(file))
    }
    if consent.mode < mode { output.line("But ", .bytes(consent.reason), ": that holds.") }
    if !destroyed.isEmpty {
      let weeks = Array(destroyed.joined(separator: [UInt8](", ")))
      output.line("Destroyed ", .number(destroyed.count), destroyed.count == 1 ? " upload" : " uploads", " that waited: ", .bytes(weeks), ".")
    }
    if !said.isEmpty { output.line(.bytes(said)) }
    if mode == .on { output.line(.bytes(fate(consent.folder))) }
  }

  /// What will leave the machine, and where to.
  private func fate(_ folder: TelemetryFolder) -> [UInt8] {
    if vendor == "go" { return sentence(["The Go toolchain uploads approved counters by itself; see \"go help telemetry\"."]) }
    if vendor == "tel" { return [UInt8]("Nothing is uploaded of the vendor tel, which is nobody's: programs count there that name no vendor.") }
    guard let destination = folder.destination else {
      return sentence(["Nothing is uploaded yet: no destination is recorded for vendor ", .bytes(vendor), "; --destination records one."])
    }
    return sentence(["The recorded destination of uploads is ", .bytes(destination), "."])
  }

  fileprivate func write(to json: inout JSONWriter) {
    json.beginObject()
    json.member("vendor", vendor)
    json.member("mode_file", consent.folder.modeFile.bytes)
    json.member("stored_mode", [UInt8](mode.word))
    json.member("changed", before != [UInt8](mode.word))
    json.member("as_of", consent.asOf?.text ?? [])
    json.member("mode", [UInt8](consent.mode.word))
    json.member("reason", consent.reason)
    json.member("destination", consent.folder.destination ?? [])
    json.key("uploads_destroyed")
    json.beginArray()
    for week in destroyed { json.string(week) }
    json.endArray()
    for (key, number) in keys {
      json.key(key)
      json.integer(Int64(number))
    }
    json.endObject()
  }
}
