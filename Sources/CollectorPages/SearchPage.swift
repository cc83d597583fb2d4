import Charts
import Files
import Pages

/// Programs and charts whose titles or names have all the words.
struct SearchPage {
  private let scene: Scene

  private static let most = 300

  init(_ scene: Scene) { self.scene = scene }

  func write(to body: inout HTML) {
    let words = (scene.query["q"] ?? []).lowered.split(separator: 0x20).map { Array($0) }
    if words.isEmpty { return body.add("<p>Type a part of a name or of a title, or several; what has all of them is found.</p>") }
    func has(_ name: [UInt8]) -> Bool { words.allSatisfy { name.lowered.contains($0) } }
    var rows = HTML()
    var found = 0
    for name in scene.history.names {
      let program = scene.history.programs[name]!
      if has(name) {
        found += 1
        if found <= SearchPage.most { row(&rows, name, nil) }
      }
      for chart in program.all where has(scene.catalog.title(name, chart.key) + [0x20] + chart.key.name) {
        found += 1
        if found <= SearchPage.most { row(&rows, name, chart.key) }
      }
    }
    body.add("<p role=\"status\">")
    body.text(found == 0 ? "Nothing has that name." : found > SearchPage.most ? "\(Words.grouped(found)) are found; the first \(SearchPage.most) are shown." : found == 1 ? "1 is found." : "\(found) are found.")
    body.add("</p>")
    if found == 0 { return }
    body.add("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"What is found\"><table><thead><tr><th scope=\"col\">Chart</th><th scope=\"col\">Program</th></tr></thead><tbody>")
    body.add(rows)
    body.add("</tbody></table></div>")
  }

  private func row(_ body: inout HTML, _ program: [UInt8], _ key: ChartKey?) {
    body.add("<tr><th scope=\"row\">")
    if let key {
      let title = scene.catalog.title(program, key)
      body.link(scene.links.chart(program, key)) { $0.name(title, most: 100) }
      if title != key.name {
        body.add("<span class=\"key\">")
        body.name(key.name, most: 80)
        body.add("</span>")
      }
    } else {
      body.add("<span class=\"soft\">all charts</span>")
    }
    body.add("</th><td>")
    body.link(scene.links.program(program)) { program.isEmpty ? $0.add("(no name)") : $0.name(program, most: 100) }
    body.add("</td></tr>")
  }
}
