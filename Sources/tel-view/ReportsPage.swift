import Dates
import Delivery
import Files
import Gate
import Pages

/// Where a report lies, and so what has become of it.
enum ReportKind: String, CaseIterable {
  case local, waiting, sent, rejected

  var label: StaticString {
    switch self {
    case .local: "kept here"
    case .waiting: "waits to be sent"
    case .sent: "sent"
    case .rejected: "rejected"
    }
  }

  func path(_ week: Day, _ folder: UploadFolder) -> Path {
    switch self {
    case .local: folder.report(week)
    case .waiting: folder.waiting(week)
    case .sent: folder.sent(week)
    case .rejected: folder.rejected(week)
    }
  }

  func weeks(_ folder: UploadFolder) -> [Day] {
    let weeks = switch self {
    case .local: try? folder.weeksWithReport()
    case .waiting: try? folder.weeksWaiting()
    case .sent: try? folder.weeksSent()
    case .rejected: try? folder.weeksRejected()
    }
    return weeks ?? []
  }
}

/// All reports: kept, waiting, sent and rejected.
struct ReportsPage {
  private let scene: Site.Scene

  init(_ scene: Site.Scene) { self.scene = scene }

  func write(to body: inout HTML) {
    let folder = scene.source.uploads
    var found: [Int: [ReportKind]] = [:]
    for kind in ReportKind.allCases { for week in kind.weeks(folder) { found[week.number, default: []].append(kind) } }
    body.add("<p>A report has what was counted in a week. What is sent is made of it, and has no more than the upload config lists.</p>")
    if found.isEmpty { return body.add("<p>There are none yet: the first is made when a week has ended.</p>") }
    body.add("<div class=\"wide\"><table><thead><tr><th scope=\"col\">Week that ended on</th><th scope=\"col\">Documents</th><th scope=\"col\">What became of it</th></tr></thead><tbody>")
    for (day, kinds) in found.sorted(by: { $0.key > $1.key }) {
      let week = Day(day)
      body.add("<tr><th scope=\"row\">")
      body.text(week.text)
      body.add("</th><td>")
      for (index, kind) in kinds.enumerated() {
        if index > 0 { body.add(" · ") }
        body.link(Address("/report").with("vendor", scene.vendor).with("kind", Array(kind.rawValue.utf8)).with("week", week.text), kind.label)
      }
      body.add("</td><td class=\"soft\">")
      fate(&body, week, kinds, folder)
      body.add("</td></tr>")
    }
    body.add("</tbody></table></div>")
  }

  private func fate(_ body: inout HTML, _ week: Day, _ kinds: [ReportKind], _ folder: UploadFolder) {
    if kinds.contains(.sent) {
      guard let receipt = try? Receipt.read(week, in: folder) else { return body.add("sent by another program") }
      body.text(sentence(["sent on ", .bytes(Array(receipt.date.prefix(10))), " to ", .bytes(receipt.destination)]))
    } else if kinds.contains(.rejected) {
      body.add("the collector refused it")
    } else {
      body.add("never sent")
    }
  }
}

/// One document in full.
struct ReportPage {
  let title: [UInt8]
  private let scene: Site.Scene
  private let week: Day
  private let kind: ReportKind
  private let bytes: [UInt8]

  init?(_ scene: Site.Scene) {
    guard let week = scene.query["week"].flatMap({ Day(text: $0) }), let kind = scene.query["kind"].flatMap({ ReportKind(rawValue: String(decoding: $0, as: UTF8.self)) }),
      let bytes = try? File.content(of: kind.path(week, scene.source.uploads), limit: Report.limit)
    else { return nil }
    (self.scene, self.week, self.kind, self.bytes) = (scene, week, kind, bytes)
    title = sentence(["The report of ", .bytes(week.text), ": ", .literal(kind.label)])
  }

  func write(to body: inout HTML) {
    let folder = scene.source.uploads
    body.add("<p class=\"name soft\">")
    body.text(kind.path(week, folder).bytes)
    body.add("</p><p>")
    do throws(Fault) {
      let report = try Report(bytes, origin: kind.path(week, folder))
      body.text("\(report.programs.count) builds of programs, \(report.programs.reduce(0) { $0 + $1.counters.count }) counters, \(report.programs.reduce(0) { $0 + $1.stacks.count }) stacks, \(bytes.count) bytes.")
    } catch {
      body.add("<span class=\"bad\">It is damaged</span>: ")
      body.text(error.message)
    }
    body.add("</p>")
    if kind == .sent { receipt(&body, folder) }
    if kind == .rejected, let answer = try? File.content(of: folder.answer(week), limit: 64 << 10) {
      body.add("<h2>The collector's answer</h2><pre tabindex=\"0\" role=\"region\" aria-label=\"Answer\">")
      body.lines(answer)
      body.add("</pre>")
    }
    body.add("<h2>All of it</h2>")
    Document.write(
      &body, bytes, "The document", all: Address("/document").with("vendor", scene.vendor).with("kind", Array(kind.rawValue.utf8)).with("week", week.text))
  }

  private func receipt(_ body: inout HTML, _ folder: UploadFolder) {
    guard let receipt = try? Receipt.read(week, in: folder) else { return body.add("<p>Another program has sent it: there is no receipt.</p>") }
    body.add("<p>")
    body.text(sentence(["Sent on ", .bytes(receipt.date), " to ", .bytes(receipt.destination), ", by the upload config ", .bytes(receipt.config), ". "]))
    switch receipt.proof(of: bytes) {
    case .same: body.add("<span class=\"good\">The collector has received just these bytes.</span>")
    case .different: body.add("<span class=\"bad\">The receipt is of other bytes than are here.</span>")
    case .none: body.add("The collector gave no receipt.")
    }
    body.add("</p>")
  }
}
