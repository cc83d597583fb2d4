import Charts
import Files
import Pages
import Survey

/// One chart in full: pictures, quantiles or shares, and the table.
struct CounterPage {
  let title: [UInt8]
  private let scene: Site.Scene
  private let selection: Selection
  private let snapshot: Snapshot
  private let picked: Picked
  private let chart: Chart
  private let marks: [[UInt8]: Outlook.Mark]?

  /// Columns of the table.
  private static let most = 40

  init?(_ scene: Site.Scene) {
    self.scene = scene
    var selection = Selection(scene.query)
    if selection.chart == nil { selection.chart = [] }
    self.selection = selection
    snapshot = scene.source.snapshot
    picked = Picked(selection, snapshot)
    guard let chart = picked.charts.first else { return nil }
    self.chart = chart
    title = selection.chart ?? []
    marks = scene.source.marks(selection.program, snapshot.names(selection.program), version: selection.version, by: Outlook(scene.source))
  }

  func write(to body: inout HTML) {
    body.add("<p>A counter of ")
    body.link(Address("/program").with("vendor", scene.vendor).with("program", selection.program)) { $0.name(selection.program) }
    body.add(". <span data-fresh>")
    body.text(chart.summary)
    body.add("</span></p>")
    Controls(scene, selection, snapshot).write(to: &body, "/counter")
    if chart.spans.last?.isLive == true { Controls.live(&body, selection.address("/live.json", vendor: scene.vendor, chart: chart.name)) }
    body.add("<h2>Over weeks</h2>")
    picture(&body, chart.folded(to: 6).svgOverWeeks(Canvas(id: "weeks", width: 860, height: 240)))
    switch chart.kind {
    case .counter: break
    case .histogram:
      body.add("<h2>Distribution</h2>")
      quantiles(&body)
      picture(&body, chart.svgOfBuckets(Canvas(id: "buckets", width: 860, height: 220)))
    case .partition:
      body.add("<h2>Shares</h2>")
      picture(&body, chart.svgOfShares(Canvas(id: "shares", width: 860, height: 200)))
    }
    if let marks { names(&body, marks) }
    table(&body)
    body.add("<p class=\"soft\">")
    body.link(selection.address("/data.csv", vendor: scene.vendor, chart: chart.name), "CSV")
    body.add(" · ")
    body.link(selection.address("/data.json", vendor: scene.vendor, chart: chart.name), "JSON")
    body.add("</p>")
  }

  /// Drawn again while the page is open.
  private func picture(_ body: inout HTML, _ svg: [UInt8]) {
    body.add("<div data-fresh>")
    body.add(svg: svg)
    body.add("</div>")
  }

  private func quantiles(_ body: inout HTML) {
    guard let distribution = chart.distribution else { return }
    body.add("<p data-fresh>")
    for (index, (label, fraction)) in [("Median", 0.5), ("90 of 100", 0.9), ("99 of 100", 0.99)].enumerated() {
      guard let quantile = distribution.quantile(fraction) else { continue }
      body.text((index > 0 ? "; " : "") + (index == 0 ? "Median " : "\(label) below: ") + distribution.text(quantile))
    }
    body.add(".</p>")
  }

  private func names(_ body: inout HTML, _ marks: [[UInt8]: Outlook.Mark]) {
    body.add("<h2>Whether it leaves</h2><p>")
    let names = picked.names[chart.name] ?? []
    Marks.write(&body, names, marks)
    body.add("</p>")
    let own = names.compactMap { marks[$0] }
    Marks.explain(&body, own)
    // Buckets of one chart need not share their fate.
    if own.allSatisfy({ $0 == own.first }) { return }
    body.add("<ul>")
    for name in names.sorted(by: { NaturalOrder.precedes($0, $1) }).prefix(CounterPage.most) {
      body.add("<li><span class=\"name\">")
      body.name(name)
      body.add("</span> ")
      Marks.write(&body, [name], marks)
      body.add("</li>")
    }
    body.add("</ul>")
  }

  private func table(_ body: inout HTML) {
    let chart = chart.folded(to: CounterPage.most)
    body.add("<h2>Every week</h2><div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Every week\"><table data-fresh><thead><tr><th scope=\"col\">Week that ended on</th>")
    let isPlain = chart.kind == .counter
    if !isPlain {
      for bucket in chart.buckets {
        body.add("<th scope=\"col\" class=\"n\">")
        bucket.isEmpty ? body.add("(no name)") : body.name(bucket, most: 24)
        body.add("</th>")
      }
    }
    body.add("<th scope=\"col\" class=\"n\">All</th></tr></thead><tbody>")
    for span in chart.spans.reversed() {
      body.add("<tr><th scope=\"row\">")
      body.text(span.week.end.text)
      if span.isLive { body.add(" <span class=\"soft\">not over</span>") }
      body.add("</th>")
      if !isPlain {
        for count in span.counts {
          body.add("<td class=\"n\">")
          body.text(Number.grouped(count))
          body.add("</td>")
        }
      }
      body.add("<td class=\"n\"")
      if span.isLive { body.attribute("data-count", Address.encoded(chart.name)) }
      body.add(">")
      body.text(Number.grouped(span.total))
      body.add("</td></tr>")
    }
    body.add("</tbody></table></div>")
  }
}
