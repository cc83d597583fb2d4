import ArgumentParser
import Consent
import Dates
import Files
import Glibc
import JSON

struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top", abstract: "Watch the counters: what counts now, and how fast.",
    discussion: """
      On a terminal the busiest counters are first, each with a picture of its last
      weeks, and q ends it. Elsewhere each sample is printed, all counters, the
      busiest first, with a line between two.
      """)
  @OptionGroup var place: Place
  @OptionGroup var everywhere: Everywhere
  @OptionGroup var format: Format
  @Option(name: [.customShort("i"), .long], help: ArgumentHelp("The time between two samples: 0.1 to 3600.", valueName: "seconds"))
  var interval = Interval(seconds: 1)
  @Option(name: [.customShort("c"), .long], help: ArgumentHelp("End after so many samples.", valueName: "n"))
  var count: Int?

  func run() throws {
    if let count, count < 1 { throw Failure(.validationFailure, "--count is ", .number(count), ": there must be a sample") }
    if Process.isPrivileged { throw Failure(.failure, "no file is read: the command runs with more privileges than its user (set-user-ID or the like)") }
    let folders = try everywhere.vendors(place).map { $0.folder }
    let watch = Watch(folders)
    try Screen.isUsable && !format.json ? show(watch, folders) : print(watch)
  }

  private var step: Int64 { Int64(interval.seconds * 1e9) }

  // MARK: In a pipe

  private func print(_ watch: Watch) throws {
    var next = Clock.monotonic
    var done = 0
    while true {
      watch.sample()
      var output = Output()
      if format.json {
        output.json { write(watch, to: &$0) }
      } else {
        if done > 0 { output.line() }
        TopCommand.heading(&output)
        for index in TopCommand.order(watch) { TopCommand.write(watch.lines[index], to: &output) }
      }
      try output.flush()
      done += 1
      if done == count { return }
      next += step
      while case let left = next - Clock.monotonic, left > 0 { Kernel.pause(microseconds: Int(left / 1000) + 1) }
    }
  }

  /// The busy ones, then the others.
  private static func order(_ watch: Watch) -> [Int] {
    watch.busy + watch.byValue.filter { watch.lines[$0].rate == 0 }
  }

  private static func heading(_ output: inout Output, _ weeks: RecentWeeks? = nil) {
    output.column("per second", width: 12, .faint)
    output.column("total", width: 22, .faint)
    if weeks != nil { output.column("weeks", width: RecentWeeks.count + 2, .faint) }
    output.write("  program counter\n", .faint)
  }

  private static func write(_ line: Watch.Line, to output: inout Output, _ weeks: RecentWeeks? = nil) {
    output.column(text(line.rate), width: 12, line.rate > 0 ? .strong : .plain)
    output.column(String(line.value), width: 22)
    if let weeks { output.write("  " + weeks.sparkline(of: line), .faint) }
    output.write("  ")
    output.write(title(line))
    output.line()
  }

  /// A stack is told by its counter's name and its innermost frame.
  private static func title(_ line: Watch.Line) -> [UInt8] {
    let (head, frames) = parts(ofName: line.name)
    let name = frames.first.map { head + [0x20] + $0 } ?? head
    return printable(line.program) + [0x20] + printable(name, doublingBackslash: true)
  }

  private static func text(_ rate: Double) -> String {
    if rate == 0 { return "-" }
    if rate >= 100 { return String(Int(rate.rounded())) }
    let tenths = max(1, Int((rate * 10).rounded()))
    return "\(tenths / 10).\(tenths % 10)"
  }

  private func write(_ watch: Watch, to json: inout JSONWriter) {
    json.beginObject()
    json.member("files", UInt64(watch.fileCount))
    json.key("counts")
    json.beginArray()
    for index in TopCommand.order(watch) {
      let line = watch.lines[index]
      json.beginObject()
      json.member("program", line.program)
      json.members(ofName: line.name)
      json.member("value", line.value)
      json.key("rate")
      json.number((line.rate * 1000).rounded() / 1000)
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }

  // MARK: On a terminal

  private func show(_ watch: Watch, _ folders: [TelemetryFolder]) throws {
    let screen = Screen()
    var next = Clock.monotonic
    var done = 0
    var weeks: RecentWeeks?
    var fileCount = -1
    while true {
      watch.sample()
      done += 1
      next += step
      while true {
        screen.draw(frame(watch, weeks, screen.size))
        // Read behind the first picture, and when a week may have ended.
        if watch.fileCount != fileCount {
          fileCount = watch.fileCount
          weeks = RecentWeeks(folders, watch)
          screen.draw(frame(watch, weeks, screen.size))
        }
        let event = screen.wait(until: next)
        if event == .leave { return }
        if event == .nothing { break }
      }
      if done == count { return }
    }
  }

  private func frame(_ watch: Watch, _ weeks: RecentWeeks?, _ size: (columns: Int, rows: Int)) -> [[UInt8]] {
    // Names matter more.
    let weeks = size.columns >= 72 ? weeks : nil
    var lines: [[UInt8]] = []
    func add(_ body: (inout Output) -> Void) {
      var line = Output()
      body(&line)
      lines.append(line.cut(to: size.columns))
    }
    add { output in
      output.write("tel top", .strong)
      output.write("  \(watch.lines.count) counters, files: \(watch.fileCount), \(TopCommand.text(watch.rate)) per second. q quits.")
    }
    add { _ in }
    add { TopCommand.heading(&$0, weeks) }
    var room = max(0, size.rows - lines.count)
    func put(_ index: Int) {
      add { TopCommand.write(watch.lines[index], to: &$0, weeks) }
      room -= 1
    }
    for index in watch.busy.prefix(room) { put(index) }
    for index in watch.byValue where room > 0 && watch.lines[index].rate == 0 { put(index) }
    return lines
  }
}

struct Interval: ExpressibleByArgument {
  let seconds: Double

  init(seconds: Double) { self.seconds = seconds }

  init?(argument: String) {
    guard let seconds = Double(argument), (0.1...3600).contains(seconds) else { return nil }
    self.seconds = seconds
  }

  var defaultValueDescription: String { seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds) }
}
