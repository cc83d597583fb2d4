import ArgumentParser
import Consent
import CounterFile
import Dates
import Delivery
import Files
import JSON
import Reports
import Survey

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compare the counts of two weeks.",
    discussion: """
      A week is called by the day on which it ends, as its report is; a week that
      is not over yet is looked up in the counter files. Files may be named too.
      All versions of a program are added up.
      """)
  @OptionGroup var place: Place
  @OptionGroup var format: Format
  @Argument(
    help: ArgumentHelp("A week, YYYY-MM-DD, or a report (.json) or a counter file (.count).", valueName: "week"), completion: .custom(weeks))
  var before: Text
  @Argument(help: ArgumentHelp("What to compare it with.", valueName: "week"), completion: .custom(weeks))
  var after: Text

  func run() throws {
    let comparison = Comparison(try Side(before.bytes, place), try Side(after.bytes, place))
    try format.json ? comparison.printJSON() : comparison.printText()
  }

  @Sendable private static func weeks(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
    Uploading.words(words) { try $0.weeksWithReport() }
  }
}

/// The counts of one week, by program and name.
private struct Side {
  let title: [UInt8]
  private(set) var programs: [[UInt8]: [[UInt8]: UInt64]] = [:]

  init(_ word: [UInt8], _ place: Place) throws {
    let documents: [ReportDocument]
    if let week = Day(text: word) {
      title = week.text
      documents = try Side.documents(of: week, in: try Vendor(place).folder)
    } else {
      if Process.isPrivileged { throw Failure(.failure, "no file is read: the command runs with more privileges than its user") }
      let path = Path(word)
      guard word.contains(UInt8(ascii: "/")) || ReportDocument.isReadable(path) else {
        throw Failure(.validationFailure, "\"", .bytes(word), "\" is neither a week, YYYY-MM-DD, nor a report (.json) or a counter file (.count)")
      }
      title = word
      documents = [try ReportDocument.read(path)]
    }
    for program in documents.flatMap({ $0.programs }) {
      for (name, value) in program.counts {
        let (sum, overflow) = programs[program.identity.program, default: [:]][name, default: 0].addingReportingOverflow(value)
        programs[program.identity.program, default: [:]][name] = overflow ? .max : sum
      }
    }
  }

  /// The week's report, or else the counter files of that week.
  private static func documents(of week: Day, in folder: TelemetryFolder) throws -> [ReportDocument] {
    let report = folder.local.appending([UInt8]("local.") + week.text + [UInt8](".json"))
    if ModeFile.exists(report) { return [try ReportDocument.read(report)] }
    var found: [ReportDocument] = []
    for path in try Inventory.counterFiles(in: folder) {
      let file = try? ReportDocument.read(path)
      if let file, file.end == week.text { found.append(file) }
    }
    if found.isEmpty { throw Failure(.failure, "there is neither a report nor a counter file of the week that ends on ", .bytes(week.text), " in ", .path(folder.local)) }
    return found
  }
}

private struct Comparison {
  private struct Line {
    var name: [UInt8]
    var before: UInt64?
    var after: UInt64?

    var isChanged: Bool { before != after }

    /// With its sign.
    var change: String {
      let (old, new) = (before ?? 0, after ?? 0)
      return new >= old ? "+\(new - old)" : "-\(old - new)"
    }
  }

  private let before: Side
  private let after: Side
  private let programs: [(name: [UInt8], lines: [Line])]

  init(_ before: Side, _ after: Side) {
    self.before = before
    self.after = after
    let names = Array(Set(before.programs.keys).union(after.programs.keys)).inByteOrder
    programs = names.map { program in
      let (old, new) = (before.programs[program] ?? [:], after.programs[program] ?? [:])
      return (program, Array(Set(old.keys).union(new.keys)).inByteOrder.map { Line(name: $0, before: old[$0], after: new[$0]) })
    }
  }

  func printText() throws {
    var output = Output()
    output.line("from ", .bytes(before.title), " to ", .bytes(after.title))
    let lines = programs.flatMap { $0.lines }
    func number(_ value: UInt64?) -> String { value.map { String($0) } ?? "-" }
    let width = max(8, lines.map { max(number($0.before).utf8.count, number($0.after).utf8.count, $0.change.utf8.count) }.max() ?? 0)
    for (program, lines) in programs where lines.contains(where: { $0.isChanged }) {
      output.line()
      output.write(printable(program), .strong)
      output.line()
      for (title, gap) in [("before", ""), ("after", "  "), ("change", "  ")] {
        output.write(gap)
        output.column(title, width: width, .faint)
      }
      output.write("  counter\n", .faint)
      for line in lines where line.isChanged {
        let (head, frames) = parts(ofName: line.name)
        output.column(number(line.before), width: width)
        output.write("  ")
        output.column(number(line.after), width: width)
        output.write("  ")
        output.column(line.change, width: width, line.change.hasPrefix("-") ? .warning : .good)
        output.write("  ")
        output.write(printable(head, doublingBackslash: true))
        output.line()
        output.frames(frames, indent: 3 * width + 10)
      }
    }
    let same = lines.count { !$0.isChanged }
    output.line()
    output.line(
      .number(lines.count - same), lines.count - same == 1 ? " counter differs, " : " counters differ, ", .number(same), same == 1 ? " is the same." : " are the same.")
    try output.flush()
  }

  func printJSON() throws {
    var output = Output()
    output.json { json in
      json.beginObject()
      json.member("before", before.title)
      json.member("after", after.title)
      json.key("programs")
      json.beginArray()
      for (program, lines) in programs {
        json.beginObject()
        json.member("program", program)
        json.key("counts")
        json.beginArray()
        for line in lines {
          json.beginObject()
          json.members(ofName: line.name)
          json.member("before", line.before ?? 0)
          json.member("after", line.after ?? 0)
          json.endObject()
        }
        json.endArray()
        json.endObject()
      }
      json.endArray()
      json.endObject()
    }
    try output.flush()
  }
}
