import Dates
import Files
import Pages
import Publishing

/// All that is published, as files.
struct DataPage {
  private let scene: Scene
  /// Days whose merged reports there are.
  private let reports: Set<Int>

  init(_ scene: Scene, reports: Set<Int>) { (self.scene, self.reports) = (scene, reports) }

  func write(to body: inout HTML) {
    body.add("<p class=\"lede\">Everything that these pages are made of, as JSON and CSV, at addresses that stay. ")
    body.link(scene.links.to("config/"), "The config")
    body.add(" says what the names mean.</p>")
    mode(&body)
    let history = scene.history
    if history.weeks.isEmpty, history.days.isEmpty { return body.add("<p>Nothing is published yet.</p>") }
    if !history.weeks.isEmpty { weeks(&body) }
    if !history.days.isEmpty { days(&body) }
  }

  private func mode(_ body: inout HTML) {
    body.add("<section class=\"note\"><h2>What is published, and why not more</h2><p><strong>Sums.</strong> A row says of one week or day, one program and one chart how many reports have a bucket, among how many that could have it; of all reports, or of those with one version, one system, one architecture or one toolchain. Of fewer than ")
    body.text(Words.count(scene.facts.least, "report"))
    body.add(" there is no row of its own: they are put together with others, and where only one such row would be missing another one goes with it, so that it cannot be reckoned. Nobody can be found in sums; but what goes together in one installation cannot be asked of them, either.</p><p>")
    if scene.facts.publishesReports {
      body.add("<strong>Reports.</strong> This collector publishes the reports of each day, too, so that anybody can look into what goes together. A report has no name, no address, no time and no number that links it to another; still it shows all counters of one installation in one week, and whoever knows one of them from elsewhere may learn the rest.")
    } else {
      body.add("<strong>Reports</strong> themselves are not published here. That would let anybody look into what goes together; but a report shows all counters of one installation in one week, and whoever knows one of them from elsewhere might learn the rest. They are kept for ")
      body.text(Words.count(scene.facts.retention, "day"))
      body.add(", for sums that turn out to be wrong, and then removed.")
    }
    body.add("</p></section>")
  }

  private func weeks(_ body: inout HTML) {
    body.add("<h2>Weeks</h2><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Weeks\"><table><thead><tr><th scope=\"col\">Week</th><th scope=\"col\" class=\"n\">Reports</th><th scope=\"col\">State</th><th scope=\"col\" class=\"wideonly\">Made on</th><th scope=\"col\">Files</th></tr></thead><tbody>")
    for week in scene.history.weeks.reversed() {
      body.add("<tr><th scope=\"row\">")
      body.text(Words.span(week.span))
      body.add("</th><td class=\"n\">")
      body.text(Words.grouped(week.reports))
      body.add("</td><td>")
      body.add(week.isFinal ? "settled" : "<span class=\"soft\">not settled</span>")
      body.add("</td><td class=\"wideonly\">")
      body.text(week.made.text)
      body.add("</td><td>")
      files(&body, week.span)
      body.add("</td></tr>")
    }
    body.add("</tbody></table></div>")
  }

  private func files(_ body: inout HTML, _ span: TimeSpan) {
    let day = Array(Words.span(span).utf8)
    for (index, (label, ending)) in ([("JSON", ".json"), ("CSV", ".csv")] as [(StaticString, StaticString)]).enumerated() {
      if index > 0 { body.add(" · ") }
      body.link(scene.links.data(span, ending)) { body in
        body.add(label)
        body.add("<span class=\"out\"> of ")
        body.text(day)
        body.add("</span>")
      }
    }
    if reports.contains(span.end.number), span.kind == .day {
      body.add(" · ")
      body.link(scene.links.reports(span.end)) { body in
        body.add("reports<span class=\"out\"> of ")
        body.text(day)
        body.add("</span>")
      }
    }
  }

  private func days(_ body: inout HTML) {
    body.add("<h2>Days</h2><p class=\"soft\">Of the weeks that ended on a day: each program may end its week on another.</p>")
    var months: [(name: String, days: [TimeSpan])] = []
    for span in scene.history.days.reversed() {
      let month = Words.month(span.end)
      if months.last?.name == month { months[months.count - 1].days.append(span) } else { months.append((month, [span])) }
    }
    for (index, month) in months.enumerated() {
      body.add(index == 0 ? "<details open><summary>" : "<details><summary>")
      body.text("\(month.name) ")
      body.add("<span class=\"soft\">")
      body.text(Words.count(month.days.count, "day"))
      body.add("</span></summary><ul class=\"months\">")
      for span in month.days {
        body.add("<li>")
        body.text(span.end.text)
        body.add(" ")
        files(&body, span)
        body.add("</li>")
      }
      body.add("</ul></details>")
    }
  }
}
