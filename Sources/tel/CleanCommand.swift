import ArgumentParser
import Consent
import Crashes
import Files
import Glibc
import JSON
import Reports
import Survey

struct CleanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean", abstract: "Forget all counts and reports.",
    discussion: """
      Removes counter files, reports, copies of what was sent, records of crashes that
      are not counted yet, and damaged files that were set aside: what has one of
      telemetry's own names, and nothing else. A counter file in use is set to zero
      instead, and its program counts on and is watched on. The mode and the weekday
      on which weeks end stay.
      """)
  @OptionGroup var place: Place
  @OptionGroup var everywhere: Everywhere
  @OptionGroup var format: Format
  @Flag(name: [.customShort("n"), .long], help: "Only say what would be done.")
  var dryRun = false

  func run() throws {
    let vendors = try everywhere.vendors(place)
    if everywhere.all, !dryRun { try CleanCommand.ask(vendors) }
    var items: [Cleaning.Item] = []
    var problems: [[UInt8]] = []
    for vendor in vendors {
      // Also refuses a folder of somebody else.
      _ = try Consent.read(vendor.place, vendor: vendor.name)
      var cleaning = try Cleaning(vendor.folder, isDryRun: dryRun)
      for file in try CrashFile.all(in: vendor.folder) where !file.belongsToAProgramThatRuns { cleaning.remove(file.path) }
      items += cleaning.items
      problems += cleaning.problems
    }
    for problem in problems { Complaint.say(problem) }
    try format.json ? printJSON(items, problems) : printText(items)
    if !problems.isEmpty { throw ExitCode.failure }
  }

  private static func ask(_ vendors: [Vendor]) throws {
    guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
      throw Failure(.failure, "--all asks on a terminal, and there is none; nothing was removed. Name each --vendor instead")
    }
    Question.put(sentence(["Forget all counts and reports of ", .number(vendors.count), " vendors (", .bytes(list(vendors)), ")? [y/N] "]))
    guard Question.isYes(readLine(strippingNewline: true)) else { throw Failure(.failure, "nothing was removed") }
  }

  private static func list(_ vendors: [Vendor]) -> [UInt8] { Array(vendors.map { $0.name }.joined(separator: [0x2c, 0x20])) }

  private func printText(_ items: [Cleaning.Item]) throws {
    var output = Output()
    if dryRun {
      for item in items {
        output.write(item.fate == .remove ? "remove       " : "set to zero  ")
        output.write(exactly: item.path.bytes)
        output.line()
      }
    }
    let removed = items.count { $0.fate == .remove }
    let emptied = items.count - removed
    if !dryRun || items.isEmpty {
      let verb: Piece = dryRun ? "Would remove " : "Removed "
      output.line(
        verb, .number(removed), removed == 1 ? " file" : " files",
        .bytes(emptied == 0 ? [] : sentence([", and set ", .number(emptied), " in use to zero"])), ".")
    }
    try output.flush()
  }

  private func printJSON(_ items: [Cleaning.Item], _ problems: [[UInt8]]) throws {
    var output = Output()
    output.json { json in
      json.beginObject()
      json.member("dry_run", dryRun)
      for (key, fate) in [("removed", .remove), ("zeroed", .empty)] as [(StaticString, Cleaning.Fate)] {
        json.key(key)
        json.beginArray()
        for item in items where item.fate == fate { json.string(item.path.bytes) }
        json.endArray()
      }
      json.key("problems")
      json.beginArray()
      for problem in problems { json.string(problem) }
      json.endArray()
      json.endObject()
    }
    try output.flush()
  }
}

extension CrashFile {
  /// What it is for is yet to come.
  fileprivate var belongsToAProgramThatRuns: Bool { kind == .live || kind == .ofGo(isOpen: true) }
}
