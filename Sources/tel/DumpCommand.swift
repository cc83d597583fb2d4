import ArgumentParser
import Consent
import Files
import JSON
import Reports

struct DumpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump", abstract: "Print what counter files and reports say.",
    discussion: "Without files: all counter files of the telemetry directory.")
  @OptionGroup var place: Place
  @OptionGroup var format: Format
  @Argument(help: ArgumentHelp("Counter files (.count) and reports (.json).", valueName: "file"), completion: .file(extensions: ["count", "json"]))
  var files: [Text] = []

  func run() throws {
    _ = try place.checked()
    if Process.isPrivileged { throw Failure(.failure, "no file is read: the command runs with more privileges than its user (set-user-ID or the like)") }
    var documents: [(path: Path, document: ReportDocument)] = []
    var isGood = true
    for path in try paths() {
      do throws(Fault) { documents.append((path, try ReportDocument.read(path))) } catch {
        Complaint.say(error.message)
        isGood = false
      }
    }
    var output = Output()
    if format.json {
      output.json { json in
        json.beginArray()
        for (path, document) in documents { document.write(path, to: &json) }
        json.endArray()
      }
    } else {
      for (index, (path, document)) in documents.enumerated() {
        if index > 0 { output.line() }
        document.write(path, to: &output)
      }
      if files.isEmpty, documents.isEmpty, isGood { output.line("There is no counter file in ", .path(try folder().local), ".") }
    }
    try output.flush()
    if !isGood { throw ExitCode.failure }
  }

  private func folder() throws -> TelemetryFolder { try Consent.folder(try place.checked(), vendor: place.vendor.bytes) }

  private func paths() throws -> [Path] {
    if !files.isEmpty { return files.map { Path($0.bytes) } }
    return try Inventory.counterFiles(in: folder())
  }
}

extension ReportDocument {
  /// The count's name in one line, and its frames if it is a stack.
  private static func parts(_ name: [UInt8]) -> (name: [UInt8], frames: [[UInt8]]) {
    let lines = name.split(separator: 0x0a, omittingEmptySubsequences: false).map { Array($0) }
    return (lines[0], Array(lines.dropFirst()))
  }

  fileprivate func write(_ path: Path, to output: inout Output) {
    output.write(printable(path.bytes), .strong)
    output.line()
    if begin.isEmpty {
      output.line("report of the week that ended on ", .bytes(end))
    } else {
      output.line("counts of ", .bytes(begin), " until ", .bytes(end))
    }
    for program in programs {
      let who = program.identity
      output.line(
        .bytes(who.program), .bytes(who.version.isEmpty ? [] : [0x20] + who.version), " (", .bytes(who.toolchain), ", ", .bytes(who.os), "/",
        .bytes(who.arch), ")")
      let values = program.counts.map { String($0.value) }
      let width = max(8, values.map(\.utf8.count).max() ?? 0)
      for ((name, _), value) in zip(program.counts, values) {
        let (head, frames) = ReportDocument.parts(name)
        output.write(String(repeating: " ", count: width - value.utf8.count) + value + "  ")
        output.write(printable(head, doublingBackslash: true))
        output.line()
        for frame in frames where !frame.isEmpty {
          output.write(String(repeating: " ", count: width + 6))
          output.write(printable(frame, doublingBackslash: true), .faint)
          output.line()
        }
      }
      if program.counts.isEmpty { output.line("    no counters") }
    }
  }

  fileprivate func write(_ path: Path, to json: inout JSONWriter) {
    func text(_ key: StaticString, _ value: [UInt8]) {
      json.key(key)
      json.string(value)
    }
    json.beginObject()
    text("file", path.bytes)
    text("begin", begin)
    text("end", end)
    json.key("programs")
    json.beginArray()
    for program in programs {
      json.beginObject()
      text("program", program.identity.program)
      text("version", program.identity.version)
      text("toolchain", program.identity.toolchain)
      text("os", program.identity.os)
      text("arch", program.identity.arch)
      json.key("counts")
      json.beginArray()
      for (name, value) in program.counts {
        let (head, frames) = ReportDocument.parts(name)
        json.beginObject()
        text("name", head)
        json.key("value")
        json.unsigned(value)
        if name.contains(0x0a) {
          json.key("frames")
          json.beginArray()
          for frame in frames { json.string(frame) }
          json.endArray()
        }
        json.endObject()
      }
      json.endArray()
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }
}
