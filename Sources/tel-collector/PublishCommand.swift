import ArgumentParser
import Collector
import Dates
import Files
import JSON
import Publishing

struct PublishCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Publish what is due now, as a collector that serves does by itself.",
    discussion: "It may be used while a collector serves. Nothing is published twice, and nothing before its time.")

  @Option(help: ArgumentHelp("Only the week that this day, YYYY-MM-DD, is in; say why, if it is not published.", valueName: "date"))
  var week: DayOption?
  @OptionGroup var options: SettingOptions
  @OptionGroup var format: Format

  func run() async throws {
    let settings = try options.checked()
    let engine = try Workshop.existing(settings)
    let press = Press(engine)
    var issues: [Press.Issue] = []
    var refusal: Press.Refusal?
    if let week { (issues, refusal) = try await press.work(on: Schedule.week(of: week.day)) } else { issues = try await press.work() }
    try await engine.store.close()
    var output = Terminal()
    if format.json {
      output.json { json in
        json.beginObject()
        json.list("published", issues) { json, issue in
          json.beginObject()
          json.member("name", issue.name)
          json.member("edition", issue.edition)
          json.member("reports", issue.reports)
          json.endObject()
        }
        if let refusal { json.member("reason", refusal.sentence(settings)) }
        json.endObject()
      }
    } else {
      for issue in issues { output.line("\(issue.name) is published\(issue.edition > 1 ? " again" : ""), of \(issue.reports) reports") }
      if let refusal { output.line(refusal.sentence(settings)) } else if issues.isEmpty { output.line("nothing is due") }
    }
    try output.flush()
  }
}

extension Press.Refusal {
  fileprivate func sentence(_ settings: Settings) -> String {
    switch self {
    case .notSettled(let day): "reports of that week still come in numbers; it is published from \(shown(day.text)) on"
    case .tooFew(let reports): "of that week there \(reports == 1 ? "is 1 report" : "are \(reports) reports"), and fewer than \(settings.least) are never shown"
    case .published(let edition): "that week is published already\(edition > 1 ? ", twice" : "; once more when no more reports of it are taken")"
    }
  }
}
