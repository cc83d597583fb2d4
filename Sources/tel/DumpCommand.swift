import ArgumentParser
import Consent
import CounterFile
import Files
import JSON
import Reports
import Survey

struct DumpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump", abstract: "Print what counter files and reports say.",
    discussion: """
      Without files: all counter files of the telemetry directory. Of vendor go
      it prints what "gotelemetry dump" prints; --go does so for every vendor.
      """)
  @OptionGroup var place: Place
  @OptionGroup var everywhere: Everywhere
  @OptionGroup var format: Format
  @Flag(help: "Print what \"gotelemetry dump\" prints.")
  var go = false
  @Argument(help: ArgumentHelp("Counter files (.count) and reports (.json).", valueName: "file"), completion: .file(extensions: ["count", "json"]))
  var files: [Text] = []

  func run() throws {
    _ = try place.checked()
    if Process.isPrivileged { throw Failure(.failure, "no file is read: the command runs with more privileges than its user (set-user-ID or the like)") }
    if everywhere.all, !files.isEmpty { throw Failure(.validationFailure, "--all is for the files of every vendor: it does not go with files") }
    if go, format.json { throw Failure(.validationFailure, "--go is a form of its own: it does not go with --json") }
    let isGo = (go || place.vendor.bytes == "go") && !format.json
    var isGood = true
    func complain(_ message: [UInt8]) {
      Complaint.say(message)
      isGood = false
    }
    var output = Output()
    if isGo {
      for path in try paths() {
        do throws(Fault) {
          let file = try GoDump(path)
          file.write(path, to: &output)
        } catch { complain(error.message) }
      }
    } else {
      var documents: [(path: Path, document: ReportDocument)] = []
      for path in try paths() {
        do throws(Fault) { documents.append((path, try ReportDocument.read(path))) } catch { complain(error.message) }
      }
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
        if files.isEmpty, documents.isEmpty, isGood {
          for vendor in try everywhere.vendors(place) { output.line("There is no counter file in ", .path(vendor.folder.local), ".") }
        }
      }
    }
    try output.flush()
    if !isGood { throw ExitCode.failure }
  }

  private func paths() throws -> [Path] {
    if !files.isEmpty { return files.map { Path($0.bytes) } }
    return try everywhere.vendors(place).flatMap { try Inventory.counterFiles(in: $0.folder) }
  }
}

/// A counter file in the form of the reference's command.
private struct GoDump {
  private let reader: CounterFileReader

  init(_ path: Path) throws(Fault) {
    guard path.name.ends(with: ".count") else { throw Fault(.invalid, .path(path), " is no counter file (.count)") }
    guard let bytes = try File.content(of: path, limit: Layout.maximumSize) else { throw Fault(.notFound, "there is no file ", .path(path)) }
    reader = try CounterFileReader(bytes, named: path.bytes)
  }

  func write(_ path: Path, to output: inout Output) {
    output.write("-- ")
    output.write(exactly: path.bytes)
    output.line(" --")
    output.json(indent: [0x09]) { json in
      json.beginObject()
      json.key("Meta")
      json.beginObject()
      // The last of several, in the order of the keys.
      var last: [(key: [UInt8], value: [UInt8])] = []
      for line in reader.metadata {
        last.removeAll { $0.key == line.key }
        last.append(line)
      }
      for index in last.map({ $0.key }).orderOfBytes {
        json.key(last[index].key)
        json.string(last[index].value)
      }
      json.endObject()
      json.key("Count")
      json.beginObject()
      reader.counts.forEach { name, value in
        json.key(name)
        json.unsigned(value)
      }
      json.endObject()
      json.endObject()
    }
  }
}

extension ReportDocument {
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
        let (head, frames) = parts(ofName: name)
        output.column(value, width: width)
        output.write("  ")
        output.write(printable(head, doublingBackslash: true))
        output.line()
        output.frames(frames, indent: width + 6)
      }
      if program.counts.isEmpty { output.line("    no counters") }
    }
  }

  fileprivate func write(_ path: Path, to json: inout JSONWriter) {
    json.beginObject()
    json.member("file", path.bytes)
    json.member("begin", begin)
    json.member("end", end)
    json.key("programs")
    json.beginArray()
    for program in programs {
      json.beginObject()
      json.members(of: program.identity)
      json.key("counts")
      json.counts(program.counts)
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }
}
