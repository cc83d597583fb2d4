import Charts
import Dates
import Files
import Pages
import Publishing
import Store

/// The newest week, and what all of this is.
struct HomePage {
  private let scene: Scene
  private var history: History { scene.history }

  /// More are rows of a table.
  private static let mostCards = 12

  init(_ scene: Scene) { self.scene = scene }

  static let summary = [UInt8]("What programs count on the machines of people who agreed to it, as shares of reports, with how sure they are.")

  func write(to body: inout HTML) {
    body.add("<p class=\"lede\">How programs are used by the people who agreed to tell: once a week a random part of them sends a small anonymous report, of counters that are listed here and nothing else. Everybody may see what comes of it: shares of reports, each with the interval in which it lies. ")
    body.link(scene.links.to("privacy/"), "What is collected, and what is not")
    body.add("</p>")
    guard let week = history.newest else {
      return body.add("<p>Nothing is published yet: the first charts come when the first week has settled.</p>")
    }
    tiles(&body, week)
    // The most used first; what has equally many, by name.
    let names = history.names.filter { week.programs[$0] != nil }.enumerated()
      .sorted { (week.programs[$1.element] ?? 0, $0.offset) < (week.programs[$0.element] ?? 0, $1.offset) }.map { $0.element }
    body.add("<div class=\"line\"><h2>Programs</h2><label hidden>Only those with <input data-filter type=\"search\"></label><span class=\"soft\" data-status role=\"status\"></span></div>")
    if names.isEmpty { body.add("<p>No program has enough reports to be shown.</p>") } else if names.count <= HomePage.mostCards { cards(&body, names, week) } else { table(&body, names, week) }
    Notes.write(&body, scene, week)
  }

  private func tiles(_ body: inout HTML, _ week: History.Week) {
    body.add("<ul class=\"tiles\"><li><span>Charts from</span><b>")
    body.text(Words.count(week.reports, "report"))
    body.add("</b></li><li><span>Newest week</span><b>")
    body.text(Words.short(week.span))
    body.add("</b><span>")
    body.text(week.isFinal ? "settled: its charts stay as they are" : "not settled: late reports count until \(Words.day(week.span.end.advanced(by: scene.facts.window)))")
    body.add("</span></li><li><span>")
    body.add(week.programs.count == 1 ? "Program" : "Programs")
    body.add("</span><b>")
    body.text(Words.grouped(week.programs.count))
    body.add("</b><span>with ")
    body.text(Words.count(week.programs.keys.reduce(0) { $0 + (history.programs[$1]?.count(on: week.span.end) ?? 0) }, "chart"))
    body.add("</span></li>")
    let reports = history.weeks.map { Optional(Double($0.reports)) }
    if reports.count > 1 {
      body.add("<li><span>Reports a week</span>")
      body.add(
        svg: Trend(
          title: [UInt8]("Reports a week"), summary: "\(Words.grouped(history.weeks[0].reports)) in the first of \(reports.count) weeks, \(Words.grouped(week.reports)) in the last.", values: reports
        ).svg(Canvas(id: "all", width: 200, height: 52)))
      body.add("</li>")
    }
    body.add("</ul>")
  }

  private func trend(_ name: [UInt8], _ id: String, width: Int, height: Int) -> [UInt8] {
    let values = history.weeks.map { $0.programs[name].map { Double($0) } }
    let known = values.compactMap { $0 }
    let summary = "Reports a week: \(Words.grouped(Int(known.first ?? 0))) in the first of \(known.count), \(Words.grouped(Int(known.last ?? 0))) in the last."
    return Trend(title: name, summary: summary, values: values).svg(Canvas(id: id, width: width, height: height))
  }

  /// What most reports say of themselves.
  private func greatest(_ program: History.Program, _ dimension: Dimension, _ week: History.Week) -> (value: [UInt8], row: History.Row)? {
    guard let chart = program.about(dimension) else { return nil }
    let row = chart.rows(of: week.span.end).filter { chart.buckets[Int($0.bucket)] != nil }.max { $0.reports < $1.reports }
    return row.map { (chart.buckets[Int($0.bucket)]!, $0) }
  }

  private func most(_ body: inout HTML, _ found: (value: [UInt8], row: History.Row)?) {
    guard let found else { return body.add("<span class=\"soft\">–</span>") }
    body.name(found.value, most: 30)
    body.add(" <span class=\"soft\">")
    body.text(found.row.isTooFew ? "too few to say" : "\(Shares.text(Double(found.row.share))) of reports")
    body.add("</span>")
  }

  private func cards(_ body: inout HTML, _ names: [[UInt8]], _ week: History.Week) {
    body.add("<div class=\"cards\">")
    for (index, name) in names.enumerated() {
      let program = history.programs[name]!
      body.add("<article class=\"card\"")
      body.attribute("data-name", name)
      body.add("><h3>")
      body.link(scene.links.program(name)) { name.isEmpty ? $0.add("(no name)") : $0.name(name, most: 80) }
      body.add("</h3><p class=\"soft\">")
      body.text("\(Words.count(week.programs[name] ?? 0, "report")) this week")
      body.add("</p>")
      body.add(svg: trend(name, "p\(index)", width: 290, height: 56))
      body.add("<dl class=\"facts\">")
      body.row("Charts") { $0.text(Words.grouped(program.count(on: week.span.end))) }
      body.row("Version") { most(&$0, greatest(program, .version, week)) }
      body.row("System") { most(&$0, greatest(program, .os, week)) }
      body.add("</dl></article>")
    }
    body.add("</div>")
  }

  private func table(_ body: inout HTML, _ names: [[UInt8]], _ week: History.Week) {
    body.add("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Programs\"><table><thead><tr><th scope=\"col\">Program</th><th scope=\"col\">Reports a week</th><th scope=\"col\" class=\"n\">This week</th><th scope=\"col\">Most frequent version</th><th scope=\"col\" class=\"wideonly\">Most frequent system</th><th scope=\"col\" class=\"n wideonly\">Charts</th></tr></thead><tbody>")
    for (index, name) in names.enumerated() {
      let program = history.programs[name]!
      body.add("<tr")
      body.attribute("data-name", name)
      body.add("><th scope=\"row\">")
      body.link(scene.links.program(name)) { name.isEmpty ? $0.add("(no name)") : $0.name(name, most: 80) }
      body.add("</th><td>")
      body.add(svg: trend(name, "p\(index)", width: 150, height: 24))
      body.add("</td><td class=\"n\">")
      body.text(Words.grouped(week.programs[name] ?? 0))
      body.add("</td><td>")
      most(&body, greatest(program, .version, week))
      body.add("</td><td class=\"wideonly\">")
      most(&body, greatest(program, .os, week))
      body.add("</td><td class=\"n wideonly\">")
      body.text(Words.grouped(program.count(on: week.span.end)))
      body.add("</td></tr>")
    }
    body.add("</tbody></table></div>")
  }
}

/// How far charts may be trusted.
enum Notes {
  static func write(_ body: inout HTML, _ scene: Scene, _ week: History.Week) {
    body.add("<section class=\"note\" id=\"reading\"><h2>How to read this</h2><p><strong>Of whom.</strong> Reports come from people who chose to send them. Those may use programs otherwise than people who did not, and no number here can say how: shares are shares of reports, not of all users.</p><p><strong>How sure.</strong> A share of few reports is uncertain. The interval beside it holds the share among all who would report, 95 times in 100; where there are fewer than ")
    body.text("\(Int(Estimate.fewest))")
    body.add(" reports, nothing is drawn, and what fewer than ")
    body.text(Words.count(week.least, "report"))
    body.add(" have in common is folded into “")
    body.text(Words.folded)
    body.add("”.</p><p><strong>When.</strong> ")
    body.text(
      "A report may come up to \(Words.count(scene.facts.window, "day")) after its week. Charts of a week are made \(Words.count(scene.facts.settling, "day")) after it has ended, and once more when no more reports of it are taken: then it is settled. ")
    let open = scene.history.weeks.filter { !$0.isFinal }
    if open.isEmpty {
      body.add("All weeks on these pages are settled.")
    } else {
      body.text(open.count == 1 ? "Of the weeks on these pages the newest is not settled." : "Of the weeks on these pages the newest \(open.count) are not settled.")
    }
    body.add("</p></section>")
  }
}
