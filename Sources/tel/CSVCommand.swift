import ArgumentParser
import CounterFile
import Files
import JSON
import Reports

struct CSVCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "csv", abstract: "Print all counts of the telemetry directory as CSV.",
    discussion: """
      A line for each counter of each build of a program: value, name, program,
      version, toolchain, system, architecture. What is in a report and still in
      a counter file is there once.
      """)
  @OptionGroup var place: Place
  @OptionGroup var everywhere: Everywhere
  @OptionGroup var format: Format

  func run() throws {
    var rows: [Row] = []
    var isGood = true
    for vendor in try everywhere.vendors(place) {
      guard try Folder.names(in: vendor.folder.local, where: { _ in false }) != nil else {
        throw Failure(.failure, "there is no directory ", .path(vendor.folder.local), ": nothing was counted")
      }
      let account = try Account(of: vendor.folder)
      for problem in account.problems {
        Complaint.say(problem)
        isGood = false
      }
      for entry in account.entries {
        rows += entry.counts.list.map { Row(name: $0.name, value: $0.value, who: entry.identity, vendor: vendor.name) }
      }
    }
    let order = sortedIndices(rows.count) { rows[$0].precedes(rows[$1]) }
    var output = Output()
    if format.json {
      output.json { json in
        json.beginArray()
        for index in order { rows[index].write(to: &json) }
        json.endArray()
      }
    } else {
      for index in order { rows[index].write(to: &output) }
    }
    try output.flush()
    if !isGood { throw ExitCode.failure }
  }
}

private struct Row {
  var name: [UInt8]
  var value: UInt64
  var who: Identity
  var vendor: [UInt8]

  func precedes(_ other: Row) -> Bool {
    for (mine, theirs) in zip([name] + columns, [other.name] + other.columns) where mine != theirs { return mine.precedes(theirs) }
    return false
  }

  private var columns: [[UInt8]] { [who.program, who.version, who.toolchain, who.os, who.arch] }

  func write(to output: inout Output) {
    // The name is quoted always, as the reference quotes it.
    var line = [UInt8](String(value).utf8) + [UInt8(ascii: ",")] + Row.quoted(name)
    for column in columns {
      line.append(UInt8(ascii: ","))
      line += column.contains(where: { [0x22, 0x2c, 0x0a, 0x0d].contains($0) }) ? Row.quoted(column) : column
    }
    output.write(exactly: line)
    output.line()
  }

  /// RFC 4180.
  private static func quoted(_ text: [UInt8]) -> [UInt8] {
    let quote = UInt8(ascii: "\"")
    return [quote] + text.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
  }

  func write(to json: inout JSONWriter) {
    json.beginObject()
    json.members(ofName: name)
    json.member("value", value)
    json.member("vendor", vendor)
    json.members(of: who)
    json.endObject()
  }
}
