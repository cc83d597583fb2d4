import Charts
import Dates
import Files
import Pages
import Publishing

/// How receiving and publishing go. Days and numbers, and nothing of anybody.
struct StatusPage {
  private let scene: Scene
  private let status: Status

  private static let most = 60

  init(_ scene: Scene, _ status: Status) { (self.scene, self.status) = (scene, status) }

  func write(to body: inout HTML) {
    let days = status.days.sorted { $0.day > $1.day }
    let open = scene.history.weeks.filter { !$0.isFinal }
    body.add("<ul class=\"tiles\"><li><span>Last published</span><b>")
    body.text(status.published.map { Words.short(TimeSpan(.day, ending: $0)) } ?? "never")
    body.add("</b></li><li><span>Weeks that are settled</span><b>")
    body.text("\(scene.history.weeks.count - open.count) of \(scene.history.weeks.count)")
    body.add("</b></li><li><span>Reports of the last 7 days</span><b>")
    body.text(Words.grouped(days.filter { status.today.number - $0.day.number < 7 }.reduce(0) { $0 + $1.reports }))
    body.add("</b></li><li><span>Waiting for a newer config</span><b>")
    body.text(Words.grouped(days.reduce(0) { $0 + $1.pending }))
    body.add("</b></li></ul>")
    if let first = open.first {
      body.add("<p>")
      body.text(
        open.count == 1
          ? "The week of \(Words.span(first.span)) is not settled: reports of it are taken until \(Words.day(first.span.end.advanced(by: scene.facts.window)))."
          : "\(open.count) weeks are not settled, from that of \(Words.span(first.span)) on.")
      body.add("</p>")
    }
    body.add("<h2>Reports by day</h2>")
    if days.isEmpty { return body.add("<p>No report has come yet.</p>") }
    body.add("<p class=\"soft\">By the day on which their week ended, as of ")
    body.text(Words.day(status.today))
    body.add(".</p><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Reports by day\"><table><thead><tr><th scope=\"col\">Day</th><th scope=\"col\" class=\"n\">Reports</th><th scope=\"col\"><span class=\"out\">As a bar</span></th><th scope=\"col\" class=\"n\">Waiting</th></tr></thead><tbody>")
    let greatest = days.map { $0.reports }.max() ?? 0
    for (index, each) in days.prefix(StatusPage.most).enumerated() {
      body.add("<tr><th scope=\"row\" class=\"day\">")
      body.text(each.day.text)
      body.add("</th><td class=\"n\">")
      body.text(Words.grouped(each.reports))
      body.add("</td><td>")
      if greatest > 0 { body.add(svg: Level(Double(each.reports) / Double(greatest)).svg(Canvas(id: "d\(index)", width: 240, height: 12))) }
      body.add("</td><td class=\"n\">")
      body.text(Words.grouped(each.pending))
      body.add("</td></tr>")
    }
    body.add("</tbody></table></div>")
    if days.count > StatusPage.most { body.paragraph("Older days are left out.") }
  }
}
