import Charts
import Dates
import Files
import Pages
import Publishing
import Store

/// All charts of a program in one span.
struct ProgramPage {
  private let scene: Scene
  private let program: History.Program
  private let span: TimeSpan
  private let reports: Int
  private let isFinal: Bool
  /// In the order of the config.
  private let charts: [ChartView]
  private let about: [ChartView]
  private let stacks: Int

  /// More are rows of a table.
  private static let mostCards = 24

  /// `publication` where the history is not enough: of a day, and of a part.
  init(_ scene: Scene, _ program: History.Program, _ span: TimeSpan, _ publication: Publication?) {
    (self.scene, self.program, self.span) = (scene, program, span)
    var views: [ChartView]
    if let publication {
      let data = publication.programs.first { $0.name == program.name }
      let (dimension, value) = scene.part ?? (.all, [])
      views = (data?.charts ?? []).map { ChartView($0, dimension, value) }
      isFinal = publication.isFinal
      let version = scene.part.flatMap { part in data?.charts.first { $0.kind == .about && $0.name == Array(part.dimension.rawValue.utf8) } }
      reports = scene.part.map { part in version?.rows.first { $0.dimension == .all && $0.bucket == part.value }?.reports ?? 0 } ?? data?.reports ?? 0
    } else {
      let week = scene.history.week(span)
      isFinal = week?.isFinal ?? false
      reports = week?.programs[program.name] ?? 0
      views = program.charts.map { ChartView($0, $0.rows(of: span.end)) }
      let order = Dictionary(program.newest.enumerated().map { (program.charts[$1].key, $0) }) { $1 }
      views = views.enumerated().sorted { a, b in
        let (one, other) = (order[a.element.key] ?? Int.max, order[b.element.key] ?? Int.max)
        return one != other ? one < other : a.offset < b.offset
      }.map { $0.element }
    }
    views.removeAll { $0.rows.isEmpty }
    about = views.filter { $0.kind == .about }
    charts = views.filter { $0.kind != .about && $0.kind != .stack }
    stacks = views.filter { $0.kind == .stack }.reduce(0) { $0 + $1.rows.count { $0.bucket != nil } }
  }

  var summary: [UInt8] { Array("Charts from \(Words.count(reports, "report")) of \(Words.named(span)).".utf8) }

  func write(to body: inout HTML) {
    body.add("<p class=\"lede\">Charts from <strong>")
    body.text(Words.count(reports, "report"))
    body.add("</strong> of ")
    body.text(Words.named(span))
    if let part = scene.part {
      body.add(", those with the ")
      body.add(Words.word(part.dimension))
      body.add(" <strong>")
      body.name(part.value, most: 60)
      body.add("</strong>")
    }
    body.add(". <span class=\"soft\">")
    body.text(scene.settled(isFinal, span))
    body.add("</span></p>")
    if !scene.isStatic { form(&body) }
    if scene.part == nil, !about.isEmpty { aboutSection(&body) }
    list(&body)
    if stacks > 0 {
      body.add("<h2>Stacks</h2><p>")
      body.link(scene.links.stacks(program.name)) { $0.text(Words.count(stacks, "stack")) }
      body.add(stacks == 1 ? " is published, with how many reports have it.</p>" : " are published, by how many reports have them.</p>")
    }
  }

  private func form(_ body: inout HTML) {
    body.add("<div class=\"panel\"><form data-auto>")
    Chooser.spans(&body, scene, span)
    Chooser.parts(&body, scene, program, span.end)
    Chooser.open(&body, "sort", "Order")
    for (value, text) in [("", "as in the config"), ("title", "by title"), ("reports", "most reports first"), ("share", "greatest share first")] {
      Chooser.option(&body, Array(value.utf8), Array(text.utf8), isChosen: (scene.query["sort"] ?? []) == Array(value.utf8))
    }
    body.add("</select></label><label>Charts with<input name=\"words\" type=\"search\"")
    body.attribute("value", scene.query["words"] ?? [])
    // What the server has left out cannot be found by typing.
    if scene.query["words"] == nil { body.add(" data-filter") }
    body.add("></label><button>Show</button></form></div>")
  }

  private func aboutSection(_ body: inout HTML) {
    body.add("<h2>Who reports</h2><div class=\"cards about\">")
    for (index, view) in about.enumerated() { card(&body, view, "a\(index)", most: 5, width: 206) }
    body.add("</div>")
  }

  private var chosen: [ChartView] {
    let words = (scene.query["words"] ?? []).lowered.split(separator: 0x20).map { Array($0) }
    var chosen = charts.filter { view in
      let name = (scene.catalog.title(program.name, view.key) + [0x20] + view.key.name).lowered
      return words.allSatisfy { name.contains($0) }
    }
    switch scene.query["sort"].map({ String(decoding: $0, as: UTF8.self) }) {
    case "title": chosen.sort { NaturalOrder.precedes(scene.catalog.title(program.name, $0.key).lowered, scene.catalog.title(program.name, $1.key).lowered) }
    case "reports": chosen = chosen.enumerated().sorted { ($1.element.of, $0.offset) < ($0.element.of, $1.offset) }.map { $0.element }
    case "share": chosen = chosen.enumerated().sorted { (leading($1.element)?.interval.share ?? 0, $0.offset) < (leading($0.element)?.interval.share ?? 0, $1.offset) }.map { $0.element }
    default: break
    }
    return chosen
  }

  private func list(_ body: inout HTML) {
    let chosen = chosen
    body.add("<div class=\"line\"><h2>")
    body.text(chosen.count == charts.count ? Words.count(charts.count, "chart") : "\(Words.grouped(chosen.count)) of \(Words.count(charts.count, "chart"))")
    body.add("</h2>")
    if scene.isStatic { body.add("<label hidden>Only those with <input data-filter type=\"search\"></label>") }
    body.add("<span class=\"soft\" data-status role=\"status\"></span></div>")
    if charts.isEmpty { return body.add("<p>Nothing that this program counts has enough reports to be shown.</p>") }
    if chosen.isEmpty { return body.add("<p>No chart has all these words in its title or name.</p>") }
    if chosen.count <= ProgramPage.mostCards {
      body.add("<div class=\"cards\">")
      for (index, view) in chosen.enumerated() { card(&body, view, "c\(index)", most: 6) }
      body.add("</div>")
    } else {
      table(&body, chosen)
    }
  }

  private func address(_ view: ChartView) -> Address {
    let address = scene.links.chart(program.name, view.key)
    return scene.isStatic ? address : address.with("span", scene.query["span"] == nil ? nil : Array(span.name.utf8))
  }

  private func heading(_ body: inout HTML, _ view: ChartView) {
    let title = scene.catalog.title(program.name, view.key)
    body.link(address(view)) { $0.name(title, most: 100) }
    if !view.key.isAbout, title != view.key.name {
      body.add("<span class=\"key\">")
      body.name(view.key.name, most: 80)
      body.add("</span>")
    }
  }

  private func card(_ body: inout HTML, _ view: ChartView, _ id: String, most: Int, width: Int = 284) {
    let isFew = view.rows.allSatisfy { $0.interval.isTooFew }
    body.add(isFew ? "<article class=\"card few\"" : "<article class=\"card\"")
    if !view.key.isAbout { body.attribute("data-name", scene.catalog.title(program.name, view.key) + [0x20] + view.key.name) }
    body.add("><h3>")
    heading(&body, view)
    body.add("</h3><p class=\"soft\">")
    body.text(isFew ? "\(Words.count(view.of, "report")): too few to say" : "of \(Words.count(view.of, "report"))")
    body.add("</p>")
    if !isFew {
      let title = scene.catalog.title(program.name, view.key)
      var bars = view.bars(title: title, most: most)
      bars.scale = 1
      body.add(svg: bars.svg(Canvas(id: id, width: width)))
      if view.isPlain, let trend = trend(view, title, Canvas(id: id + "t", width: width, height: 56)) { body.add(svg: trend) }
      if view.rows.count > most {
        body.add("<p class=\"soft\">and ")
        body.text("\(view.rows.count - most) more")
        body.add("</p>")
      }
    }
    body.add("</article>")
  }

  /// What most have, of what is not folded.
  private func leading(_ view: ChartView) -> ChartView.Row? { view.rows.filter { $0.bucket != nil }.max { $0.interval.share < $1.interval.share } }

  /// Of what most have, over weeks.
  private func trend(_ view: ChartView, _ title: [UInt8], _ canvas: Canvas) -> [UInt8]? {
    guard let lead = leading(view), let chart = program.chart(view.key), let bucket = chart.buckets.firstIndex(of: lead.bucket) else { return nil }
    let values = chart.series(Int32(bucket), scene.history.weeks).map { row in row.flatMap { $0.isTooFew ? nil : Double($0.share) } }
    let known = values.compactMap { $0 }
    guard known.count > 1 else { return nil }
    return Trend(title: title, summary: "From \(Shares.text(known[0])) to \(Shares.text(known[known.count - 1])) in \(known.count) weeks.", values: values).svg(canvas)
  }

  private func table(_ body: inout HTML, _ chosen: [ChartView]) {
    body.add("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Charts\"><table><thead><tr><th scope=\"col\">Chart</th><th scope=\"col\">Most frequent</th><th scope=\"col\" class=\"n\">Share</th><th scope=\"col\" class=\"n wideonly\">Interval</th><th scope=\"col\" class=\"wideonly\">Over weeks</th><th scope=\"col\" class=\"n\">Reports</th></tr></thead><tbody>")
    for (index, view) in chosen.enumerated() {
      let title = scene.catalog.title(program.name, view.key)
      body.add("<tr")
      body.attribute("data-name", title == view.key.name ? title : title + [0x20] + view.key.name)
      body.add("><th scope=\"row\">")
      heading(&body, view)
      body.add("</th><td>")
      let lead = leading(view)
      if let lead, !view.isPlain { body.name(lead.label, most: 40) }
      body.add("</td><td class=\"n\">")
      if let lead, !lead.interval.isTooFew { body.text(Shares.text(lead.interval.share)) } else { body.add("<span class=\"soft\">too few</span>") }
      body.add("</td><td class=\"n wideonly soft\">")
      if let lead, !lead.interval.isTooFew { body.text(lead.interval.range) }
      body.add("</td><td class=\"wideonly\">")
      if let trend = trend(view, title, Canvas(id: "t\(index)", width: 110, height: 22)) { body.add(svg: trend) }
      body.add("</td><td class=\"n\">")
      body.text(Words.grouped(view.of))
      body.add("</td></tr>")
    }
    body.add("</tbody></table></div>")
  }
}

extension [UInt8] {
  /// Letters of ASCII; others find only what is written like them.
  var lowered: [UInt8] { map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 } }

  func contains(_ word: [UInt8]) -> Bool {
    count >= word.count && (0...(count - word.count)).contains { self[$0..<$0 + word.count].elementsEqual(word) }
  }
}
