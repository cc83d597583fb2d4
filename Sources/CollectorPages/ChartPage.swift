import Charts
import Dates
import Files
import Pages
import Publishing
import Store

/// One chart in full.
struct ChartPage {
  let scene: Scene
  let program: History.Program
  let chart: History.Chart
  let span: TimeSpan
  let publication: Publication
  let data: ChartData?
  let view: ChartView
  let title: [UInt8]
  /// Nil where the span has nothing of it.
  let document: ChartDocument?

  /// Bars of a picture; the table has all.
  private static let mostBars = 20

  init(_ scene: Scene, _ program: History.Program, _ chart: History.Chart, _ span: TimeSpan, _ publication: Publication) {
    (self.scene, self.program, self.chart, self.span, self.publication) = (scene, program, chart, span, publication)
    data = publication.programs.first { $0.name == program.name }?.charts.first { ChartKey($0.name, $0.kind) == chart.key }
    let (dimension, value) = scene.part ?? (.all, [])
    view = data.map { ChartView($0, dimension, value) } ?? ChartView(chart, [])
    title = scene.catalog.title(program.name, chart.key)
    document = ChartDocument(
      of: program.name, chart.key.name, chart.kind, in: publication, among: scene.history.publications(of: program, chart, before: span.end),
      texts: scene.catalog.entry(program.name, chart.key)?.text.map { [$0] } ?? [])
  }

  var summary: [UInt8] {
    let entry = scene.catalog.entry(program.name, chart.key)
    if let entry, !entry.description.isEmpty { return entry.description }
    return Array("Shares of \(Words.count(view.of, "report")) of \(Words.named(span)).".utf8)
  }

  func write(to body: inout HTML) {
    head(&body)
    if !scene.isStatic { form(&body) }
    if view.rows.isEmpty {
      body.add("<p>In this span there is nothing of it that enough reports have.</p>")
    } else {
      shares(&body)
      if view.kind == .histogram { distribution(&body) }
    }
    overWeeks(&body)
    ComparedParts(self).write(to: &body)
    ChartTable(self).write(to: &body)
    downloads(&body)
  }

  private func head(_ body: inout HTML) {
    let entry = scene.catalog.entry(program.name, chart.key)
    if let entry, !entry.description.isEmpty {
      body.add("<p class=\"lede\">")
      body.text(entry.description)
      body.add("</p>")
    }
    body.add("<p>")
    if chart.key.isAbout {
      body.add("What reports say of the program itself. A report counts once for each ")
      body.add(Words.word(Dimension(rawValue: String(decoding: chart.key.name, as: UTF8.self)) ?? .all))
      body.add(" that was used in its week.")
    } else {
      body.add("The counter <code>")
      body.name(chart.key.name, most: 100)
      body.add("</code>. A bar is the share of reports in which it was counted at all, however often.")
    }
    body.add(" Charts from <strong>")
    body.text(Words.count(view.of, "report"))
    body.add("</strong> of ")
    body.text(Words.named(span))
    if let part = scene.part {
      body.add(" with the ")
      body.add(Words.word(part.dimension))
      body.add(" ")
      body.name(part.value, most: 60)
    }
    body.add(". <span class=\"soft\">")
    body.text(scene.settled(publication.isFinal, span))
    body.add("</span></p>")
    if let entry { facts(&body, entry) }
  }

  private func facts(_ body: inout HTML, _ entry: Catalog.Entry) {
    body.add("<dl class=\"facts two\">")
    if !entry.why.isEmpty { body.row("Why it is collected") { $0.text(entry.why) } }
    if !entry.owner.isEmpty { body.row("For whom") { $0.text(entry.owner) } }
    if !entry.issues.isEmpty {
      body.row("Approved in") { body in
        for (index, issue) in entry.issues.enumerated() {
          if index > 0 { body.add(", ") }
          body.external(issue)
        }
      }
    }
    if !entry.rate.isEmpty {
      body.row("Asked of") { body in
        let rate = Double(String(decoding: entry.rate, as: UTF8.self)) ?? 1
        body.text(rate >= 1 ? "all installations that report" : "\(Shares.text(rate)) of the installations, drawn anew each week")
      }
    }
    if let expires = entry.expires { body.row("Not sent from") { $0.text(Words.day(expires)) } }
    body.add("</dl>")
  }

  private func form(_ body: inout HTML) {
    body.add("<div class=\"panel\"><form data-auto>")
    Chooser.spans(&body, scene, span)
    if !chart.key.isAbout { Chooser.parts(&body, scene, program, span.end) }
    body.add("<button>Show</button></form></div>")
  }

  private func shares(_ body: inout HTML) {
    body.add("<h2>Share of reports</h2>")
    if view.rows.allSatisfy({ $0.interval.isTooFew }) {
      return body.add("<p><strong>Too few reports to say.</strong> The table below has what there is.</p>")
    }
    body.picture("shares") { view.bars(title: title, most: ChartPage.mostBars).svg($0) }
    body.add("<p class=\"soft\">The line at the end of a bar is the interval in which the share lies, 95 times in 100; then come share, interval and the number of reports.")
    if view.rows.count > ChartPage.mostBars { body.text(" \(view.rows.count - ChartPage.mostBars) more are in the table.") }
    if !view.isPlain { body.add(" A report may be in several rows.") }
    body.add("</p>")
  }

  private func distribution(_ body: inout HTML) {
    guard let distribution = view.distribution, distribution.total > 0 else { return }
    body.add("<h2>Distribution</h2>")
    let (dimension, value) = scene.part.map { ($0.dimension, $0.value) } ?? (.all, [])
    guard let quantiles = document?.quantiles.first(where: { $0.dimension == dimension && $0.value == value }) else {
      return body.add("<p>Some buckets are too rare to be shown, so that nobody can say where the middle of all values lies.</p>")
    }
    body.paragraph(
      "Half of all values are below \(distribution.text(quantiles.median)), 90 of 100 below \(distribution.text(quantiles.ninetieth)). These are all \(Number.grouped(quantiles.values)) values of these reports: one installation may have many.")
    body.picture("buckets", height: 240) { distribution.svg(title: title, $0) }
  }

  private func overWeeks(_ body: inout HTML) {
    let weeks = scene.history.weeks
    guard weeks.count > 1 else { return }
    // Those that are most frequent now; of a histogram the first ones in order.
    let now = view.rows.filter { $0.bucket != nil }.isEmpty ? ChartView(chart, chart.rows(of: weeks.last!.span.end)).rows : view.rows
    let buckets = now.compactMap { $0.bucket }.prefix(IntervalLines.most)
    let series = buckets.compactMap { bucket -> IntervalLines.Series? in
      guard let index = chart.buckets.firstIndex(of: bucket) else { return nil }
      return IntervalLines.Series(label: bucket.isEmpty ? chart.key.name : bucket, points: chart.series(Int32(index), weeks).map { $0?.interval })
    }
    guard series.contains(where: { $0.points.count { $0 != nil } > 1 }) else { return }
    body.add("<h2>Over weeks</h2>")
    let open = Set(weeks.filter { !$0.isFinal }.map { $0.span.end.number })
    let lines = IntervalLines(title: title, dates: weeks.map { $0.span.end }, series: series, open: open)
    body.picture("weeks", height: 280) { lines.svg($0) }
    body.add("<p class=\"soft\">Of all reports, by the day on which weeks ended. Bands are the intervals")
    if !open.isEmpty { body.add("; weeks with hollow points are not settled") }
    let named = now.count { $0.bucket != nil }
    if named > series.count { body.text("; drawn are \(series.count) of \(named)") }
    body.add(".</p>")
  }

  private func downloads(_ body: inout HTML) {
    let span = scene.query["span"] == nil ? nil : Array(span.name.utf8)
    body.add("<h2>Downloads</h2><ul class=\"downloads\">")
    for (label, ending) in [("Numbers as JSON", ".json"), ("Numbers as CSV", ".csv"), ("The picture as SVG", ".svg")] as [(StaticString, StaticString)] {
      body.add("<li>")
      let address = scene.links.chart(program.name, chart.key, ending)
      body.link(scene.isStatic ? address : address.with("span", span), label)
      body.add("</li>")
    }
    body.add("</ul>")
  }
}

extension HTML {
  /// A link to elsewhere, if it is one that a browser should follow.
  mutating func external(_ address: [UInt8]) {
    let isWeb = address.starts(with: Array("https://".utf8)) || address.starts(with: Array("http://".utf8))
    guard isWeb else { return text(address) }
    add("<a rel=\"noopener nofollow\"")
    attribute("href", address)
    add(">")
    name(address, most: 80)
    add("</a>")
  }
}
