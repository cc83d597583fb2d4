import ArgumentParser
import Consent
import Dates
import Files

// on and local: what the user allows. off is in OffCommand.swift.

struct OnCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "on", abstract: "Count, make weekly reports, and allow approved counters to be uploaded.")
  @OptionGroup var place: Place
  @OptionGroup var format: Format

  func run() throws { try ModeChange(.on, place).run(format) }
}

struct LocalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "local", abstract: "Count and make weekly reports, but let nothing leave this machine: the default.")
  @OptionGroup var place: Place
  @OptionGroup var format: Format

  func run() throws { try ModeChange(.local, place).run(format) }
}

/// Writes the mode file, unless it says the same already: then the day of
/// consent stays, as it does with the Go toolchain's command.
struct ModeChange {
  let mode: Mode
  let vendor: [UInt8]
  let place: Consent.Place

  init(_ mode: Mode, _ options: Place) throws {
    self.mode = mode
    vendor = options.vendor.bytes
    place = try options.checked()
  }

  /// `afterwards`: what to do when the file says so; its sentence, and members of the JSON.
  func run(_ format: Format, afterwards: (TelemetryFolder) throws -> (said: [UInt8], keys: [(StaticString, Int)]) = { _ in ([], []) }) throws {
    // Also refuses a folder of somebody else.
    let folder = try Consent.read(place, vendor: vendor).folder
    let before = stored(in: folder)
    if before != [UInt8](mode.word) { try ModeFile.write(mode, on: Day(unixSeconds: Clock.seconds), in: folder) }
    let consent = try Consent.read(place, vendor: vendor)
    let more = try afterwards(folder)
    if format.json {
      try printJSON(consent, before: before, more.keys)
    } else {
      try printText(consent, before: before, more.said)
    }
  }

  /// The word in the mode file. A missing file says local, one that cannot be
  /// read says nothing.
  private func stored(in folder: TelemetryFolder) -> [UInt8]? {
    guard ModeFile.exists(folder.modeFile) else { return [UInt8](Mode.local.word) }
    let content = try? File.content(of: folder.modeFile, limit: 4096)
    guard let content else { return nil }
    return ModeFile(content: content).word
  }

  private func printText(_ consent: Consent, before: [UInt8]?, _ said: [UInt8]) throws {
    let word = mode.word
    var output = Output()
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
    if !said.isEmpty { output.line(.bytes(said)) }
    if mode == .on { output.line(.bytes(fate(consent.folder))) }
    try output.flush()
  }

  /// What will leave the machine, and where to.
  private func fate(_ folder: TelemetryFolder) -> [UInt8] {
    if vendor == "go" { return sentence(["The Go toolchain uploads approved counters by itself; see \"go help telemetry\"."]) }
    guard let destination = folder.destination else {
      return sentence(["Nothing is uploaded yet: no destination is recorded for vendor ", .bytes(vendor), "."])
    }
    return sentence(["The recorded destination of uploads is ", .bytes(destination), "."])
  }

  private func printJSON(_ consent: Consent, before: [UInt8]?, _ keys: [(StaticString, Int)]) throws {
    var output = Output()
    output.json { json in
      json.beginObject()
      json.key("vendor")
      json.string(vendor)
      json.key("mode_file")
      json.string(consent.folder.modeFile.bytes)
      json.key("stored_mode")
      json.string([UInt8](mode.word))
      json.key("changed")
      json.bool(before != [UInt8](mode.word))
      json.key("as_of")
      json.string(consent.asOf?.text ?? [])
      json.key("mode")
      json.string([UInt8](consent.mode.word))
      json.key("reason")
      json.string(consent.reason)
      json.key("destination")
      json.string(consent.folder.destination ?? [])
      for (key, number) in keys {
        json.key(key)
        json.integer(Int64(number))
      }
      json.endObject()
    }
    try output.flush()
  }
}
