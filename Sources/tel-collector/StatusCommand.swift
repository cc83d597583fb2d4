import ArgumentParser
import Collector
import Files
import JSON
import Publishing

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Say what a collector has: reports by week, what waits, what is published.", discussion: "It may be used while a collector serves.")

  @OptionGroup var options: SettingOptions
  @OptionGroup var format: Format

  private struct Week {
    let span: TimeSpan
    var reports = 0
    var pending = 0
    var edition = 0
  }

  func run() async throws {
    let settings = try options.checked()
    let engine = try Workshop.existing(settings)
    let isServing = DataFolder(existing: settings.data).isOccupied
    var weeks: [TimeSpan: Week] = [:]
    for (day, reports, pending) in try await engine.store.days() {
      let span = Schedule.week(of: day)
      weeks[span, default: Week(span: span)].reports += reports
      weeks[span]!.pending += pending
    }
    for (span, edition) in try await engine.editions() where span.kind == .week { weeks[span, default: Week(span: span)].edition = edition }
    try await engine.store.close()
    let list = weeks.values.sorted { $0.span < $1.span }
    let (reports, pending) = (list.reduce(0) { $0 + $1.reports }, list.reduce(0) { $0 + $1.pending })
    let config = engine.shelf.newest?.number.text ?? []
    var output = Terminal()
    if format.json {
      output.json { json in
        json.beginObject()
        json.member("serving", isServing)
        json.member("config", config)
        json.member("reports", reports)
        json.member("pending", pending)
        json.list("weeks", list) { json, week in
          json.beginObject()
          json.member("week", week.span.end.text)
          json.member("reports", week.reports)
          json.member("pending", week.pending)
          json.member("edition", week.edition)
          json.endObject()
        }
        json.endObject()
      }
    } else {
      output.line(isServing ? "a collector serves from here" : "no collector serves from here")
      output.line(config.isEmpty ? "there is no upload config: nothing is taken" : "upload config \(shown(config))")
      output.line("\(reports) \(reports == 1 ? "report" : "reports")\(pending > 0 ? ", and \(pending) that wait for their upload config" : "")")
      for week in list {
        let state = week.edition == 0 ? "not published" : week.edition == 1 ? "published" : "published twice"
        output.line("  week that ended on \(shown(week.span.end.text)): \(week.reports)\(week.pending > 0 ? " and \(week.pending) waiting" : ""), \(state)")
      }
    }
    try output.flush()
  }
}
