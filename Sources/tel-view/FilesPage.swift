import Files
import Pages
import Survey

/// What `tel doctor` says, and every file with what is wrong with it.
struct FilesPage {
  private let scene: Site.Scene

  init(_ scene: Site.Scene) { self.scene = scene }

  func write(to body: inout HTML) {
    body.add("<h2>What was looked at</h2><div class=\"wide\"><table><thead><tr><th scope=\"col\">Check</th><th scope=\"col\">Verdict</th><th scope=\"col\">Found</th></tr></thead><tbody>")
    for verdict in scene.source.examination.verdicts {
      body.add("<tr><th scope=\"row\">")
      body.text([UInt8](verdict.check))
      body.add(verdict.grade == .bad ? "</th><td class=\"bad\">" : verdict.grade == .note ? "</th><td class=\"warn\">" : "</th><td class=\"good\">")
      body.text(verdict.grade.rawValue)
      body.add("</td><td>")
      body.text(verdict.text)
      if !verdict.hint.isEmpty {
        body.add("<div class=\"soft\">→ ")
        body.text(verdict.hint)
        body.add("</div>")
      }
      body.add("</td></tr>")
    }
    body.add("</tbody></table></div><h2>Files</h2>")
    let paths = (try? Checker.files(of: scene.source.folder)) ?? []
    if paths.isEmpty { return body.add("<p>There are none yet.</p>") }
    body.add("<div class=\"wide\"><table><thead><tr><th scope=\"col\">File</th><th scope=\"col\" class=\"n\">Size</th><th scope=\"col\">Verdict</th></tr></thead><tbody>")
    for path in paths { write(&body, path) }
    body.add("</tbody></table></div>")
  }

  private func write(_ body: inout HTML, _ path: Path) {
    var there = Kernel.Attributes()
    if Kernel.attributes(ofLinkAt: path, &there) != 0 { return }
    body.add("<tr><th scope=\"row\" class=\"name\">")
    body.text(Array(path.bytes.dropFirst(scene.source.folder.path.bytes.count + 1)))
    body.add("</th><td class=\"n\">")
    body.text(Size.text(there.size))
    body.add("</td><td>")
    do throws(Fault) {
      let check = try Checker.check(path)
      if check.damage.isEmpty { body.add("<span class=\"good\">good</span>") } else { body.add("<span class=\"bad\">damaged</span>") }
      for finding in (check.damage + check.notes).prefix(20) {
        body.add("<div class=\"soft\">")
        body.text(finding.text)
        if let offset = finding.offset { body.text(" (at byte \(offset))") }
        body.add("</div>")
      }
    } catch {
      body.add("<span class=\"bad\">unreadable</span><div class=\"soft\">")
      body.text(error.message)
      body.add("</div>")
    }
    body.add("</td></tr>")
  }
}
