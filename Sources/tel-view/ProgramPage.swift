import Charts
import Files
import Pages
import Survey

/// One program: its charts, its stacks, and what of them may leave.
struct ProgramPage {
  let selection: Selection
  private let scene: Site.Scene
  private let snapshot: Snapshot
  private let picked: Picked
  private let marks: [[UInt8]: Outlook.Mark]?

  /// More charts than this are shown as rows alone, each with its own page.
  private static let most = 24

  /// Nil if nobody of that name has counted.
  init?(_ scene: Site.Scene) {
    self.scene = scene
    let selection = Selection(scene.query)
    self.selection = selection
    snapshot = scene.source.snapshot
    if snapshot.builds(selection.program).isEmpty { return nil }
    picked = Picked(selection, snapshot)
    marks = scene.source.marks(selection.program, snapshot.names(selection.program), version: selection.version, by: Outlook(scene.source))
  }

  func write(to body: inout HTML) {
    Controls(scene, selection, snapshot).write(to: &body, "/program", hasSort: true)
    if picked.weeks.last?.isLive == true { Controls.live(&body, selection.address("/live.json", vendor: scene.vendor)) }
    charts(&body)
    if picked.charts.count <= ProgramPage.most { cards(&body) }
    StackList(scene, picked.stacks, marks).write(to: &body)
    body.add("<p class=\"soft\">")
    body.link(selection.address("/data.csv", vendor: scene.vendor), "CSV")
    body.add(" · ")
    body.link(selection.address("/data.json", vendor: scene.vendor), "JSON")
    body.add(" of what is shown.</p>")
  }

  private func address(_ chart: Chart) -> Address { selection.address("/counter", vendor: scene.vendor, chart: chart.name) }

  private func charts(_ body: inout HTML) {
    if picked.charts.isEmpty { return body.add("<p>No counters in these weeks.</p>") }
    body.add("<div class=\"line\"><h2>Counters</h2><label hidden>Only those with <input data-filter type=\"search\"></label><span class=\"soft\" data-status role=\"status\"></span></div>")
    body.add("<div class=\"wide\"><table><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Weeks</th><th scope=\"col\" class=\"n\">Latest week</th><th scope=\"col\" class=\"n\">All</th><th scope=\"col\" class=\"wideonly\">Buckets</th>")
    if marks != nil { body.add("<th scope=\"col\">Leaves</th>") }
    body.add("</tr></thead><tbody>")
    for (index, chart) in picked.charts.enumerated() {
      body.add("<tr")
      body.attribute("data-name", chart.name)
      body.add("><th scope=\"row\" class=\"name\">")
      body.link(address(chart)) { chart.name.isEmpty ? $0.add("(no name)") : $0.name(chart.name) }
      body.add("</th><td>")
      body.add(svg: chart.svgSparkline(Canvas(id: "s\(index)", width: 150, height: 20)))
      body.add("</td><td class=\"n\"")
      if chart.spans.last?.isLive == true { body.attribute("data-count", Address.encoded(chart.name)) }
      body.add(">")
      body.text(Number.grouped(chart.spans.last?.total ?? 0))
      body.add("</td><td class=\"n\">")
      body.text(Number.grouped(chart.total))
      body.add("</td><td class=\"wideonly soft\">")
      buckets(&body, chart)
      body.add("</td>")
      if let marks {
        body.add("<td>")
        Marks.write(&body, picked.names[chart.name] ?? [], marks)
        body.add("</td>")
      }
      body.add("</tr>")
    }
    body.add("</tbody></table></div>")
    if let marks { Marks.explain(&body, marks.values) }
  }

  private func buckets(_ body: inout HTML, _ chart: Chart) {
    switch chart.kind {
    case .counter: break
    case .partition: body.text("\(chart.buckets.count)")
    case .histogram:
      if let distribution = chart.distribution, let median = distribution.quantile(0.5) {
        body.add("median ")
        body.text(distribution.text(median))
      }
    }
  }

  private func cards(_ body: inout HTML) {
    body.add("<h2>Over weeks</h2><div class=\"cards\">")
    for (index, chart) in picked.charts.enumerated() {
      body.add("<section class=\"card\"")
      body.attribute("data-name", chart.name)
      body.add("><h3 class=\"name\">")
      body.link(address(chart)) { chart.name.isEmpty ? $0.add("(no name)") : $0.name(chart.name, most: 60) }
      body.add("</h3>")
      body.add(svg: chart.folded(to: 6).svgOverWeeks(Canvas(id: "c\(index)", width: 340, height: 150)))
      body.add("</section>")
    }
    body.add("</div>")
  }
}

/// What is shown, to be chosen: a form that works by itself.
struct Controls {
  private let scene: Site.Scene
  private let selection: Selection
  private let snapshot: Snapshot

  init(_ scene: Site.Scene, _ selection: Selection, _ snapshot: Snapshot) {
    (self.scene, self.selection, self.snapshot) = (scene, selection, snapshot)
  }

  func write(to body: inout HTML, _ path: StaticString, hasSort: Bool = false) {
    body.add("<form data-auto action=\"")
    body.add(path)
    body.add("\">")
    body.hidden("vendor", scene.vendor)
    body.hidden("program", selection.program)
    body.hidden("chart", selection.chart)
    let versions = Set(snapshot.builds(selection.program).map { $0.version }).sorted { NaturalOrder.precedes($1, $0) }
    choice(&body, "Version", "version", [([], "all")] + versions.filter { !$0.isEmpty }.map { ($0, nil) }, selection.version ?? [])
    choice(
      &body, "Weeks", "weeks", [([], "all"), ([UInt8]("4"), "the last 4"), ([UInt8]("12"), "the last 12"), ([UInt8]("26"), "the last 26")],
      selection.weeks.map { Array(String($0).utf8) } ?? [])
    choice(&body, "Week that ended on", "week", [([], "any")] + snapshot.weeks.reversed().map { ($0.end.text, nil) }, selection.week?.text ?? [])
    choice(&body, "Beside each other", "apart", [([], "buckets"), ([UInt8]("1"), "versions")], selection.isApart ? [UInt8]("1") : [])
    if hasSort { choice(&body, "Order", "sort", [([], "by name"), ([UInt8]("total"), "by count")], selection.sort == "total" ? selection.sort : []) }
    body.add("<button>Show</button></form>")
  }

  private func choice(_ body: inout HTML, _ label: StaticString, _ name: StaticString, _ values: [(value: [UInt8], label: StaticString?)], _ chosen: [UInt8]) {
    if values.count < 2 { return }
    body.add("<label>")
    body.add(label)
    body.add("<select name=\"")
    body.add(name)
    body.add("\">")
    for (value, label) in values {
      body.add("<option")
      body.attribute("value", value)
      if value == chosen { body.add(" selected") }
      body.add(">")
      if let label { body.add(label) } else { body.name(value, most: 40) }
      body.add("</option>")
    }
    body.add("</select></label>")
  }

  /// Where counts of the week that is not over come from, while the page is open.
  static func live(_ body: inout HTML, _ address: Address) {
    body.add("<p class=\"soft\"")
    body.attribute("data-live", address.bytes)
    body.add(">The last week is not over: its counts are those of now.</p>")
  }
}

/// Whether something goes or stays, and why.
enum Marks {
  static func write(_ body: inout HTML, _ names: Set<[UInt8]>, _ marks: [[UInt8]: Outlook.Mark]) {
    var going = 0
    var rated = 0
    var rates: [[UInt8]] = []
    var reasons: [[UInt8]] = []
    for name in names.sorted(by: { $0.precedes($1) }) {
      switch marks[name] {
      case .goes(let rate)?:
        going += 1
        guard let rate else { continue }
        rated += 1
        if !rates.contains(rate) { rates.append(rate) }
      case .stays(let reason)?: if !reasons.contains(reason) { reasons.append(reason) }
      case nil: break
      }
    }
    body.add(going > 0 ? "<span class=\"mark goes\">" : "<span class=\"mark stays\">")
    body.text(going == 0 ? "stays" : going == names.count ? "goes" : "\(going) of \(names.count) go")
    body.add("</span>")
    if rates.isEmpty, reasons.isEmpty { return }
    body.add(" <span class=\"why\">")
    for (index, rate) in rates.prefix(3).enumerated() {
      if index == 0 { body.add(rated < going ? "some only if X is not above their rate " : "if X is not above its rate ") } else { body.add(" or ") }
      body.text(rate)
    }
    for (index, reason) in reasons.prefix(3).enumerated() {
      if index > 0 || !rates.isEmpty { body.add("; ") }
      if index == 0, going > 0 { body.add("the rest stays: ") }
      body.text(reason)
    }
    body.add("</span>")
  }

  /// What X is, where it matters.
  static func explain(_ body: inout HTML, _ marks: some Sequence<Outlook.Mark>) {
    let isSampled = marks.contains { if case .goes(.some) = $0 { true } else { false } }
    if isSampled { body.add("<p class=\"soft\">X is a random number from 0 to 1, drawn anew for each report: at the rate 0.1, one report in ten has the counter.</p>") }
  }
}

/// Stacks by counter, folded.
struct StackList {
  private let scene: Site.Scene
  private let stacks: [(name: [UInt8], stacks: [Picked.Stack])]
  private let marks: [[UInt8]: Outlook.Mark]?

  /// Of one counter; the rest is in downloads.
  private static let most = 100

  init(_ scene: Site.Scene, _ stacks: [(name: [UInt8], stacks: [Picked.Stack])], _ marks: [[UInt8]: Outlook.Mark]?) {
    (self.scene, self.stacks, self.marks) = (scene, stacks, marks)
  }

  func write(to body: inout HTML) {
    if stacks.isEmpty { return }
    body.add("<section><div class=\"line\"><h2>Stacks</h2><button class=\"fold\" data-fold hidden aria-expanded=\"false\">Unfold all</button></div>")
    for (name, own) in stacks {
      body.add("<section data-name=\"")
      body.text(name)
      body.add("\"><h3 class=\"name\">")
      body.name(name)
      body.add("</h3>")
      for stack in own.prefix(StackList.most) { write(&body, stack) }
      if own.count > StackList.most {
        body.add("<p class=\"soft\">")
        body.text("\(own.count - StackList.most) rarer ones are in the downloads.")
        body.add("</p>")
      }
      body.add("</section>")
    }
    body.add("</section>")
  }

  private func write(_ body: inout HTML, _ stack: Picked.Stack) {
    let frames = stack.name.split(separator: 0x0a, omittingEmptySubsequences: true).dropFirst().map { Array($0) }
    body.add("<details><summary><span class=\"n\">")
    body.text(Number.grouped(stack.total))
    body.add("</span> · <span class=\"name\">")
    body.name(frames.first ?? [])
    body.add("</span> ")
    if let marks { Marks.write(&body, [stack.name], marks) }
    body.add("</summary><ol class=\"frames name\">")
    for frame in frames {
      body.add("<li>")
      body.text(frame)
      body.add("</li>")
    }
    body.add("</ol></details>")
  }
}
