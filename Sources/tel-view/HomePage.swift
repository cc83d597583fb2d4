import Charts
import Consent
import CounterFile
import Dates
import Delivery
import Files
import Gate
import Pages
import Survey

/// The first screen: what is in effect, what would leave, what is here.
struct HomePage {
  private let scene: Site.Scene
  private let outlook: Outlook
  private let snapshot: Snapshot
  private let inventory: Inventory?
  private let examination: Examination

  private var source: Source { scene.source }
  private var today: Day { Day(unixSeconds: source.now) }

  init(_ scene: Site.Scene) {
    self.scene = scene
    outlook = Outlook(scene.source)
    snapshot = scene.source.snapshot
    inventory = try? Inventory(of: scene.source.folder, at: scene.source.now)
    examination = scene.source.examination
  }

  func write(to body: inout HTML) {
    body.add("<dl class=\"facts\">")
    row(&body, "Mode", mode)
    row(&body, "Next report", nextReport)
    row(&body, "Next upload", nextUpload)
    row(&body, "Last sent", lastSent)
    row(&body, "Disk", disk)
    row(&body, "Problems", problems)
    body.add("</dl>")
    programs(&body)
  }

  private func row(_ body: inout HTML, _ label: StaticString, _ content: (inout HTML) -> Void) {
    body.add("<dt>")
    body.add(label)
    body.add("</dt><dd>")
    content(&body)
    body.add("</dd>")
  }

  private func command(_ body: inout HTML, _ text: StaticString) {
    body.add("<code>tel ")
    if source.vendor.name != "tel" {
      body.add("--vendor ")
      body.text(source.vendor.name)
      body.add(" ")
    }
    body.add(text)
    body.add("</code>")
  }

  private func mode(_ body: inout HTML) {
    body.add(outlook.mode == .off ? "<span class=\"warn\">" : "<span class=\"good\">")
    body.text([UInt8](outlook.mode.word))
    body.add("</span>, because ")
    body.text(outlook.reason)
    body.add(". ")
    switch outlook.mode {
    case .on:
      command(&body, "local")
      body.add(" keeps all of it here; ")
      command(&body, "off")
      body.add(" stops counting.")
    case .local:
      command(&body, "off")
      body.add(" stops counting; ")
      command(&body, "on")
      body.add(" would let reports be sent.")
    case .off:
      command(&body, "local")
      body.add(" would count, and send nothing.")
    }
    body.add(" <small>")
    command(&body, "status --explain")
    body.add(" shows every layer.</small>")
  }

  private func nextReport(_ body: inout HTML) {
    guard outlook.mode != .off else { return body.add("none while telemetry is off") }
    guard let inventory else { return body.add("the directory cannot be read") }
    if inventory.unreported > 0 {
      body.add("due now: ")
      command(&body, "report")
      return body.add(" makes it, or the next program that opens")
    }
    guard let day = inventory.nextReport else { return body.add("none: nothing was counted yet") }
    body.text(day.text)
    let days = day.number - today.number
    body.text(days <= 0 ? ", today" : days == 1 ? ", tomorrow" : ", in \(days) days")
  }

  private func nextUpload(_ body: inout HTML) {
    if let never = outlook.never {
      body.add("<span class=\"good\">nothing will leave this machine</span>: ")
      body.text(never)
      body.add(".")
    } else if let unknown = outlook.unknown {
      body.add("cannot be told: ")
      body.text(unknown)
      body.add("; ")
      command(&body, "preview --fetch")
      body.add(" asks.")
    } else if outlook.going.isEmpty {
      body.add("nothing waits to be sent.")
    }
    let going = outlook.going
    if !going.isEmpty {
      let counts = going.reduce(0) { $0 + $1.outcome.document.programs.reduce(0) { $0 + $1.counters.count + $1.stacks.count } }
      let bytes = going.reduce(0) { $0 + $1.document.count }
      body.text(outlook.never == nil ? "\(counts) counters, \(bytes) bytes" : " In mode on it would be \(counts) counters, \(bytes) bytes")
      if let destination = outlook.destination {
        body.add(", to ")
        body.text(destination)
      }
      body.add(".")
    }
    if source.vendor.name != "tel" {
      body.add(" ")
      body.link(Address("/next").with("vendor", scene.vendor), "What goes and what stays")
    }
    if source.vendor.name == "go", outlook.mode == .on { body.add(" The Go toolchain uploads by itself what its config lists.") }
    documents(&body, going)
  }

  /// Byte for byte, unless that would be more than the rest of the page.
  private func documents(_ body: inout HTML, _ going: [Outbox.Item]) {
    for item in going.prefix(4) where item.document.count <= 20_000 {
      body.add("<details><summary>The report of ")
      body.text(item.week.text)
      body.add(", byte for byte</summary>")
      Document.write(&body, item.document, "What is sent", all: Address("/document").with("vendor", scene.vendor).with("kind", [UInt8]("next")).with("week", item.week.text))
      body.add("</details>")
    }
  }

  private func lastSent(_ body: inout HTML) {
    guard let (week, receipt) = outlook.state?.last else { return body.add("nothing was ever sent") }
    body.add("the report of ")
    body.link(Address("/report").with("vendor", scene.vendor).with("kind", [UInt8]("sent")).with("week", week.text)) { $0.text(week.text) }
    if let receipt {
      body.text(sentence([", on ", .bytes(Array(receipt.date.prefix(10))), " to ", .bytes(receipt.destination)]))
    } else {
      body.add(", by another program")
    }
    if let text = try? File.content(of: source.uploads.sent(week), limit: Report.limit), let report = try? Report(text, origin: source.uploads.sent(week)) {
      body.text(": \(report.programs.reduce(0) { $0 + $1.counters.count + $1.stacks.count }) counters")
    }
  }

  private func disk(_ body: inout HTML) {
    body.text(Size.text(source.size))
    if let inventory {
      body.text(" in \(inventory.active + inventory.expired) counter files and ")
      body.link(Address("/reports").with("vendor", scene.vendor)) { $0.text(inventory.reports.count == 1 ? "1 report" : "\(inventory.reports.count) reports") }
    }
  }

  private func problems(_ body: inout HTML) {
    let bad = examination.verdicts.filter { $0.grade == .bad }
    let unreadable = Set(snapshot.problems)
    if bad.isEmpty, unreadable.isEmpty { return body.add("<span class=\"good\">none</span>") }
    for verdict in bad {
      body.add("<div><span class=\"bad\">")
      body.text([UInt8](verdict.check))
      body.add("</span>: ")
      body.text(verdict.text)
      if !verdict.hint.isEmpty {
        body.add(" → ")
        body.text(verdict.hint)
      }
      body.add("</div>")
    }
    if !unreadable.isEmpty {
      body.add("<div>")
      body.link(Address("/files").with("vendor", scene.vendor)) { $0.text(unreadable.count == 1 ? "1 file cannot be read" : "\(unreadable.count) files cannot be read") }
      body.add("</div>")
    }
  }

  private func programs(_ body: inout HTML) {
    let weeks = snapshot.weeks
    let programs = snapshot.programs
    if programs.isEmpty {
      return body.add("<p>Nothing was counted here yet. Programs that use libtel appear on this page as soon as they count; <code>tel inc hello</code> tries it.</p>")
    }
    body.add("<div class=\"line\"><h2>Programs</h2><label hidden>Only those with <input data-filter type=\"search\"></label><span class=\"soft\" data-status role=\"status\"></span></div>")
    body.add("<div class=\"wide\"><table><thead><tr><th scope=\"col\">Program</th><th scope=\"col\">Counts a week</th><th scope=\"col\" class=\"n\">This week</th><th scope=\"col\" class=\"n\">Last week</th><th scope=\"col\" class=\"n wideonly\">Counters</th>")
    if outlook.config != nil { body.add("<th scope=\"col\">Leaves</th>") }
    body.add("</tr></thead><tbody>")
    for (index, name) in programs.enumerated() {
      let byWeek = snapshot.totals(name)
      let begins = snapshot.begins(name)
      let totals = weeks.map { byWeek[$0.end.number] ?? 0 }
      let names = snapshot.names(name)
      let chart = Chart(
        name: name,
        weeks: zip(weeks, totals).map { week, total in
          .init(week: Week(begin: begins[week.end.number] ?? week.begin, end: week.end), isLive: week.isLive, counts: [([], total)])
        })
      body.add("<tr")
      body.attribute("data-name", name)
      body.add("><th scope=\"row\" class=\"name\">")
      body.link(Address("/program").with("vendor", scene.vendor).with("program", name)) { name.isEmpty ? $0.add("(no name)") : $0.name(name) }
      body.add("</th><td>")
      body.add(svg: chart.svgSparkline(Canvas(id: "p\(index)", width: 180, height: 22)))
      body.add("</td><td class=\"n\"")
      if weeks.last?.isLive == true { body.attribute("data-count", Address.encoded(name)) }
      body.add(">")
      // Weeks of programs may end on several days, until all follow one file.
      let now = weeks.indices.filter { weeks[$0].isLive }.reduce(UInt64(0)) { $0 &+ totals[$1] }
      body.text(weeks.last?.isLive == true ? Number.grouped(now) : "–")
      body.add("</td><td class=\"n\">")
      body.text(weeks.lastIndex { !$0.isLive }.map { Number.grouped(totals[$0]) } ?? "–")
      body.add("</td><td class=\"n wideonly\">")
      body.text(Number.grouped(UInt64(names.count)))
      body.add("</td>")
      if let config = outlook.config {
        body.add("<td>")
        if config.program(name) == nil { body.add("<span class=\"mark stays\">stays</span>") } else { leaves(&body, name, names) }
        body.add("</td>")
      }
      body.add("</tr>")
    }
    body.add("</tbody></table></div>")
    // Of several vendors none is followed: there would be a line for each.
    if weeks.last?.isLive == true, scene.vendor == nil { Controls.live(&body, Address("/live.json")) }
  }

  private func leaves(_ body: inout HTML, _ program: [UInt8], _ names: Set<[UInt8]>) {
    let marks = source.marks(program, names, by: outlook) ?? [:]
    let going = marks.values.count { if case .goes = $0 { true } else { false } }
    body.add(going > 0 ? "<span class=\"mark goes\">" : "<span class=\"mark stays\">")
    body.text(going == 0 ? "stays" : "\(going) of \(names.count)")
    body.add("</span>")
  }
}

/// Sizes as people say them.
enum Size {
  static func text(_ bytes: Int64) -> String {
    if bytes < 1000 { return "\(bytes) bytes" }
    let (unit, scale) = bytes < 1_000_000 ? ("KB", 1000.0) : ("MB", 1_000_000.0)
    let tenths = Int((Double(bytes) / scale * 10).rounded())
    return tenths >= 100 ? "\((tenths + 5) / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
  }
}
