import ArgumentParser
import Dates
import Delivery
import Files
import Gate
import JSON
import Survey

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Show what the vendor's collector approves, and what is new in that.")
  @OptionGroup var place: Place
  @OptionGroup var target: Target
  @OptionGroup var moment: Moment
  @OptionGroup var format: Format
  @Flag(help: "Ask the collector first.")
  var fetch = false

  func run() throws {
    let vendor = try Vendor(place)
    if fetch {
      let uploading = try Uploading(vendor, target.destination)
      if try uploading.consent().mode == .off { throw Failure(.failure, "nobody is asked: telemetry is off: ", .bytes(try uploading.consent().reason)) }
      Complaint.say(sentence(["asking ", .bytes(uploading.destination.text), " what it approves"]))
      _ = try uploading.fetch(at: moment.now)
    }
    guard let (pin, config, before) = try ConfigStore(UploadFolder(vendor.folder)).pinned() else {
      throw Failure(.failure, "there is no upload config of the vendor ", .bytes(vendor.name), " here; --fetch asks for it")
    }
    let changes = before.map { ConfigChanges(from: $0, to: config) }
    var output = Output()
    if format.json {
      output.json { json in
        json.beginObject()
        json.member("version", config.version)
        json.member("sha256", config.hash)
        json.member("destination", pin.destination)
        json.member("fetched", pin.fetched)
        json.key("sample_rate")
        json.raw(config.sampleRate.text)
        json.key("programs")
        json.beginArray()
        for program in config.programs { write(program, to: &json) }
        json.endArray()
        json.member("before", pin.beforeVersion)
        for (key, list) in [("added", changes?.added ?? []), ("removed", changes?.removed ?? []), ("changed", changes?.changed ?? [])] as [(StaticString, [[UInt8]])] {
          json.key(key)
          json.beginArray()
          for line in list { json.string(line) }
          json.endArray()
        }
        json.endObject()
      }
    } else {
      write(pin, config, changes, to: &output)
    }
    try output.flush()
  }

  private func write(_ pin: ConfigStore.Pin, _ config: UploadConfig, _ changes: ConfigChanges?, to output: inout Output) {
    output.row("version", config.version, .strong)
    output.row("from", pin.destination)
    output.row("fetched", pin.fetched)
    output.row("sha256", config.hash)
    output.row("sample rate", config.sampleRate.text)
    for program in config.programs {
      output.line()
      output.write(printable(program.name), .strong)
      output.line("  ", .number(program.versions.sorted.count), program.versions.sorted.count == 1 ? " version" : " versions")
      for (counters, kind) in [(program.counters, ""), (program.stacks, " (stack)")] as [([UploadConfig.Counter], StaticString)] {
        for counter in counters {
          var notes: [[UInt8]] = []
          if counter.rate.value < 1 { notes.append(sentence(["rate ", .bytes(counter.rate.text)])) }
          if !counter.owner.isEmpty { notes.append(sentence(["owner ", .bytes(counter.owner)])) }
          if let expires = counter.expires { notes.append(sentence(["until ", .bytes(expires.text)])) }
          if !counter.why.isEmpty { notes.append(counter.why) }
          output.line("  ", .bytes(counter.name), .literal(kind), notes.isEmpty ? "" : "  ", .bytes(Array(notes.joined(separator: [UInt8](", ")))))
        }
      }
    }
    guard let changes else { return }
    output.line()
    output.line("Since ", .bytes(pin.beforeVersion), ":")
    for line in changes.added { output.line("  + ", .bytes(line)) }
    for line in changes.removed { output.line("  - ", .bytes(line)) }
    for line in changes.changed { output.line("  ~ ", .bytes(line)) }
    if changes.isEmpty { output.line("  nothing that counts") }
  }

  private func write(_ program: UploadConfig.Program, to json: inout JSONWriter) {
    json.beginObject()
    json.member("name", program.name)
    json.key("versions")
    json.beginArray()
    for version in program.versions.sorted { json.string(version) }
    json.endArray()
    for (key, counters) in [("counters", program.counters), ("stacks", program.stacks)] as [(StaticString, [UploadConfig.Counter])] {
      json.key(key)
      json.beginArray()
      for counter in counters {
        json.beginObject()
        json.member("name", counter.name)
        json.key("rate")
        json.raw(counter.rate.text)
        json.member("owner", counter.owner)
        json.member("why", counter.why)
        json.member("expires", counter.expires?.text ?? [])
        json.endObject()
      }
      json.endArray()
    }
    json.endObject()
  }
}

/// What one upload config approves and another does not.
struct ConfigChanges {
  private(set) var added: [[UInt8]] = []
  private(set) var removed: [[UInt8]] = []
  private(set) var changed: [[UInt8]] = []

  var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

  init(from old: UploadConfig, to new: UploadConfig) {
    compare(old.systems.sorted, new.systems.sorted, "operating system ")
    compare(old.architectures.sorted, new.architectures.sorted, "architecture ")
    compare(old.toolchains.sorted, new.toolchains.sorted, "toolchain ")
    if old.sampleRate != new.sampleRate { changed.append(sentence(["sample rate ", .bytes(old.sampleRate.text), " -> ", .bytes(new.sampleRate.text)])) }
    compare(old.programs.map { $0.name }, new.programs.map { $0.name }, "program ")
    for program in new.programs {
      guard let before = old.program(program.name) else { continue }
      compare(before.versions.sorted, program.versions.sorted, sentence([.bytes(program.name), " version "]))
      compare(names(before.counters), names(program.counters), sentence([.bytes(program.name), " counter "]))
      compare(before.stacks.map { $0.name }, program.stacks.map { $0.name }, sentence([.bytes(program.name), " stack "]))
      for counter in program.counters {
        for name in UploadConfig.expand(counter.name) {
          guard let was = before.counter(name), was.rate != counter.rate || was.expires != counter.expires else { continue }
          changed.append(
            sentence([
              .bytes(program.name), " counter ", .bytes(name), ": rate ", .bytes(was.rate.text), " -> ", .bytes(counter.rate.text), ", until ",
              .bytes(was.expires?.text ?? [UInt8]("ever")), " -> ", .bytes(counter.expires?.text ?? [UInt8]("ever")),
            ]))
        }
      }
    }
  }

  private func names(_ counters: [UploadConfig.Counter]) -> [[UInt8]] { counters.flatMap { UploadConfig.expand($0.name) } }

  private mutating func compare(_ old: [[UInt8]], _ new: [[UInt8]], _ what: StaticString) { compare(old, new, [UInt8](what)) }

  private mutating func compare(_ old: [[UInt8]], _ new: [[UInt8]], _ what: [UInt8]) {
    let (before, after) = (Set(old), Set(new))
    added += after.subtracting(before).sorted { $0.precedes($1) }.map { what + $0 }
    removed += before.subtracting(after).sorted { $0.precedes($1) }.map { what + $0 }
  }
}
