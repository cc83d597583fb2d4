import ArgumentParser
import Dates
import Exporters
import Files
import Glibc
import Survey

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a week in a format for other systems, or for the collector, to be carried by hand.",
    discussion: """
      With --format: all counts of the week, for systems on this machine: json, csv,
      prometheus, otlp, or a plugin's format. Nothing leaves the machine by it. With
      --approved they are only those that an upload would send. A plugin that sends
      what it is given never gets more than those.

      Without --format: the document that "tel upload" would send, byte for byte, for
      a machine without a network. It needs the same consent: mode on. The week
      counts as sent when the collector's receipt has come back, by "tel import".
      """)
  @OptionGroup var place: Place
  @OptionGroup var target: Target
  @OptionGroup var moment: Moment
  @Argument(
    help: ArgumentHelp("The day on which the week ended, or \"this\" for the counts so far of the week that is not over. Without it, the latest that has a report.", valueName: "week"),
    completion: .custom(Uploading.weeksToExport))
  var week: WeekChoice?
  @Option(
    help: ArgumentHelp("json, csv, prometheus, otlp, or one that a plugin writes.", valueName: "format"),
    completion: .list(ExportFormat.allCases.map { String(decoding: [UInt8]($0.name), as: UTF8.self) }))
  var format: Text?
  @Option(
    help: ArgumentHelp("Write to this file, which is replaced as a whole. The document of an upload is written to a new file only.", valueName: "file"),
    completion: .file())
  var output: Text?
  @Option(help: ArgumentHelp("Load this plugin, too.", valueName: "file"), completion: .file())
  var plugin: [Text] = []
  @Flag(help: "Write the counts of this week to the file again and again, until it is ended.")
  var watch = false
  @Option(name: [.customShort("i"), .long], help: ArgumentHelp("With --watch, the time between: 0.1 to 3600.", valueName: "seconds"))
  var interval = Interval(seconds: 15)
  @Flag(help: "Only what an upload would send, with the same consent.")
  var approved = false
  @Flag(help: "Ask the collector first what it approves.")
  var fetch = false

  func validate() throws {
    let isForCollector = format == nil
    if isForCollector, watch { throw ValidationError("--watch needs a --format") }
    if isForCollector, approved { throw ValidationError("--approved needs a --format; without one, nothing else is written") }
    if watch, output == nil { throw ValidationError("--watch needs the file that it writes: --output") }
    if watch, approved { throw ValidationError("--watch is of the week that is not over, of which nothing is approved yet") }
    if let week, week.day != nil, watch { throw ValidationError("--watch is of the week that is not over, and goes with no other") }
    if week?.isThis ?? false, isForCollector || approved { throw ValidationError("the week is not over, and nothing of it may leave; \"tel preview --live\" shows what would") }
    if fetch || target.destination != nil, !isForCollector, !approved { throw ValidationError("--fetch and --destination are for what the collector approves: --approved") }
  }

  func run() throws {
    guard let format else { return try writeForCollector() }
    let writer = try ExportWriter(format.bytes, Vendor(place), plugin)
    if watch { return try keepWriting(writer) }
    let exported = try writer.destination.map { try toBeSent(to: $0) } ?? self.exported()
    let text = try writer.text(exported)
    if writer.destination == nil || !text.isEmpty { try write(text) }
  }

  /// Of which week, and what of it.
  private func exported() throws -> Exported {
    if approved { return Exported([try approvedDocument(to: target.destination)], vendor: place.vendor.bytes, at: moment.now) }
    let source = try ExportSource(Vendor(place))
    if week?.isThis ?? false {
      let (exported, problems) = try source.running(at: moment.now)
      for problem in problems { Complaint.say(problem) }
      return exported
    }
    return try source.report(of: week?.day, at: moment.now)
  }

  /// Whose reader is another user.
  var isForPrometheus: Bool { format.map { $0.bytes == "prometheus" } ?? false }

  private func write(_ text: [UInt8]) throws {
    guard let output else {
      var screen = Output()
      screen.write(lines: text)
      return try screen.flush()
    }
    try ExportFile(Path(output.bytes), isForAll: isForPrometheus).replace(text)
  }
}

/// A week on the command line.
struct WeekChoice: ExpressibleByArgument {
  /// Nil for the one that is not over.
  let day: Day?
  var isThis: Bool { day == nil }

  init?(argument: String) {
    day = argument == "this" ? nil : Day(argument: argument)
    if day == nil, argument != "this" { return nil }
  }
}

extension Uploading {
  @Sendable static func weeksToExport(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
    guard words.contains(where: { $0 == "--format" || $0.hasPrefix("--format=") }) else { return openWeeks(words, index, prefix) }
    return self.words(words) { try $0.weeksWithReport() } + ["this"]
  }
}
