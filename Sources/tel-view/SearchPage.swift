import Charts
import Files
import Pages

/// Programs, charts and stacks whose names have all the words.
struct SearchPage {
  private let scene: Site.Scene

  private static let most = 500

  init(_ scene: Site.Scene) { self.scene = scene }

  func write(to body: inout HTML) {
    let words = (scene.query["q"] ?? []).lowered.split(separator: 0x20).map { Array($0) }
    if words.isEmpty { return body.add("<p>Type a part of a name, or several; what has all of them is found.</p>") }
    func has(_ name: [UInt8]) -> Bool {
      let name = name.lowered
      return words.allSatisfy { word in name.count >= word.count && (0...(name.count - word.count)).contains { name[$0..<$0 + word.count].elementsEqual(word) } }
    }
    let snapshot = scene.source.snapshot
    var found = 0
    var rows = HTML()
    for program in snapshot.programs {
      if has(program) {
        found += 1
        row(&rows, program, nil)
      }
      var charts: Set<[UInt8]> = []
      for history in [snapshot.past, snapshot.live] {
        for name in history.programs[program]?.names ?? [] where has(name) { charts.insert(Chart.parts(ofCounter: name).chart) }
      }
      for chart in charts.sorted(by: { NaturalOrder.precedes($0, $1) }) {
        found += 1
        if found <= SearchPage.most { row(&rows, program, chart) }
      }
    }
    body.add("<p role=\"status\">")
    body.text(found == 0 ? "Nothing has that name." : found == 1 ? "1 is found." : found > SearchPage.most ? "\(found) are found; the first \(SearchPage.most) are shown." : "\(found) are found.")
    body.add("</p>")
    if found == 0 { return }
    body.add("<div class=\"wide\"><table><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Program</th></tr></thead><tbody>")
    body.add(rows)
    body.add("</tbody></table></div>")
  }

  private func row(_ body: inout HTML, _ program: [UInt8], _ chart: [UInt8]?) {
    let own = Address("/program").with("vendor", scene.vendor).with("program", program)
    body.add("<tr><th scope=\"row\" class=\"name\">")
    if let chart {
      body.link(Address("/counter").with("vendor", scene.vendor).with("program", program).with("chart", chart)) { $0.name(chart) }
    } else {
      body.link(own) { $0.name(program) }
    }
    body.add("</th><td class=\"name\">")
    if chart != nil { body.link(own) { $0.name(program) } } else { body.add("<span class=\"soft\">the program itself</span>") }
    body.add("</td></tr>")
  }
}
