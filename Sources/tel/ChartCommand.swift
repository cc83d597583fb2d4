import ArgumentParser
import Charts
import Dates
import Files
import JSON
import Survey

struct ChartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chart", abstract: "Draw a chart or a counter over weeks.",
    discussion: """
      Each program that has it gets its picture: reports, and the week that is not
      over. Histograms have their median and their 90th percentile, as near as
      buckets know them, and other buckets their shares.
      """)
  @OptionGroup var place: Place
  @OptionGroup var moment: Moment
  @OptionGroup var format: Format
  @Option(help: ArgumentHelp("Only this program: all of its name, or what is behind a slash.", valueName: "name"))
  var program: Text?
  @Option(help: ArgumentHelp("The last so many weeks: 1 to 520.", valueName: "n"))
  var weeks = 52
  @Option(help: ArgumentHelp("How wide the picture may be; by default as its terminal, or 80.", valueName: "columns"))
  var width: Int?
  @Argument(help: ArgumentHelp("A chart, or a counter: with its bucket, if one is meant.", valueName: "name"), completion: .custom(names))
  var name: Text

  func run() throws {
    if !(1...520).contains(weeks) { throw Failure(.validationFailure, "--weeks ", .number(weeks), " is not from 1 to 520") }
    if let width, !(40...1000).contains(width) { throw Failure(.validationFailure, "--width ", .number(width), " is not from 40 to 1000") }
    let folder = try Vendor(place).folder
    let history = try Chronicle(folder).snapshot(today: moment.today)
    for problem in history.problems { Complaint.say(problem) }
    if history.isEmpty { throw Failure(.failure, "nothing was counted in ", .path(folder.local)) }
    let programs = history.programs.filter { each in
      guard let program else { return true }
      return Snapshot.isCalled(each, by: program.bytes)
    }
    if let program { try require(programs, of: history, called: program.bytes) }
    let found = programs.compactMap { each in history.chart(name.bytes, of: each, weeks: weeks).map { (program: each, chart: $0) } }
    if found.isEmpty { throw unknown(history, programs) }
    var output = Output()
    if format.json {
      output.json { json in
        json.beginArray()
        for (program, chart) in found { ChartCommand.write(chart, of: program, to: &json) }
        json.endArray()
      }
    } else {
      let drawing = ChartDrawing(width: width ?? Screen.width ?? 80)
      for (index, (program, chart)) in found.enumerated() {
        if index > 0 { output.line() }
        drawing.draw(chart, of: program, to: &output)
      }
    }
    try output.flush()
    if !history.problems.isEmpty { throw ExitCode.failure }
  }

  private func require(_ programs: [[UInt8]], of history: Snapshot, called name: [UInt8]) throws {
    guard programs.isEmpty else { return }
    throw Failure(.failure, "no program \"", .bytes(name), "\" has counted here", .bytes(ChartCommand.list("; there is ", Nearest.to(name, among: history.programs))))
  }

  private func unknown(_ history: Snapshot, _ programs: [[UInt8]]) -> Failure {
    let near = Nearest.to(name.bytes, among: history.wanted(of: programs))
    return Failure(
      .failure, "nothing called \"", .bytes(name.bytes), "\" was counted",
      .bytes(near.isEmpty ? Array("; \"tel csv\" prints all there is".utf8) : ChartCommand.list("; near to it: ", near)))
  }

  private static func list(_ start: StaticString, _ names: [[UInt8]]) -> [UInt8] {
    if names.isEmpty { return [] }
    var text = [UInt8](start)
    for (index, name) in names.enumerated() { text += (index > 0 ? [0x2c, 0x20] : []) + [0x22] + name + [0x22] }
    return text
  }

  @Sendable private static func names(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
    guard let folder = Uploading.folder(words), let history = try? Chronicle(folder).snapshot(today: Day(0)) else { return [] }
    return history.wanted(of: history.programs).filter { Files.Text.isPrintable($0) }.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func write(_ chart: Chart, of program: [UInt8], to json: inout JSONWriter) {
    json.beginObject()
    json.member("program", program)
    json.member("name", chart.name)
    json.key("kind")
    switch chart.kind {
    case .counter: json.string([UInt8]("counter"))
    case .histogram: json.string([UInt8]("histogram"))
    case .partition: json.string([UInt8]("partition"))
    }
    json.member("total", chart.total)
    json.key("buckets")
    json.beginArray()
    for bucket in chart.buckets { json.string(bucket) }
    json.endArray()
    json.key("weeks")
    json.beginArray()
    for span in chart.spans {
      json.beginObject()
      json.member("week", span.week.end.text)
      json.member("live", span.isLive)
      json.key("values")
      json.beginArray()
      for count in span.counts { json.unsigned(count) }
      json.endArray()
      json.endObject()
    }
    json.endArray()
    if let distribution = chart.distribution {
      json.member("unit", [UInt8](distribution.unit.json.utf8))
      json.key("quantiles")
      json.beginArray()
      for quantile in [0.5, 0.9].compactMap({ distribution.quantile($0) }) {
        json.beginObject()
        json.key("fraction")
        json.number(quantile.fraction)
        json.key("at_least")
        json.number(quantile.lower)
        if let upper = quantile.upper, let estimate = quantile.estimate {
          json.key("less_than")
          json.number(upper)
          json.key("about")
          json.number(estimate)
        }
        json.endObject()
      }
      json.endArray()
    }
    json.endObject()
  }
}

extension BucketUnit {
  fileprivate var json: String {
    switch self {
    case .plain: "none"
    case .time: "nanoseconds"
    case .bytes: "bytes"
    }
  }
}
