import ChartConfig
import enum Charts.Shares
import Files
import Gate
import Pages

/// What may be sent: the newest config, and how it came to be.
struct ConfigHistoryPage {
  private let scene: Scene
  private let shelf: ConfigShelf

  private static let mostSentences = 6

  init(_ scene: Scene, _ shelf: ConfigShelf) { (self.scene, self.shelf) = (scene, shelf) }

  func write(to body: inout HTML) {
    guard let newest = shelf.newest else { return body.add("<p>There is no config yet, so that nothing is sent.</p>") }
    body.add("<p class=\"lede\">Programs send only what the newest config lists. This is <strong>")
    body.text(newest.number.text)
    body.add("</strong>. ")
    body.link(scene.links.config(newest.number.text, ".json"), "As programs read it")
    body.add("</p>")
    ConfigText(scene, newest.config).write(to: &body)
    body.add("<h2>History</h2><p class=\"soft\">A config that is out is never changed: another one takes its place. Its hash is what programs check.</p>")
    for index in shelf.built.indices.reversed() { entry(&body, index) }
  }

  private func entry(_ body: inout HTML, _ index: Int) {
    let built = shelf.built[index]
    body.add("<article><h3>")
    body.link(scene.links.config(built.number.text, "/")) { $0.text(built.number.text) }
    body.add("</h3>")
    if index == 0 {
      body.add("<p>The first one: ")
      body.text(Words.count(built.config.programs.count, "program"))
      body.add(".</p>")
    } else {
      let sentences = Changes(from: shelf.built[index - 1].config, to: built.config).sentences
      list(&body, Array(sentences.prefix(ConfigHistoryPage.mostSentences)))
      if sentences.count > ConfigHistoryPage.mostSentences {
        body.add("<p>")
        body.link(scene.links.config(built.number.text, "/")) { $0.text("and \(Words.grouped(sentences.count - ConfigHistoryPage.mostSentences)) more") }
        body.add("</p>")
      }
    }
    body.add("</article>")
  }

  private func list(_ body: inout HTML, _ sentences: [String]) {
    if sentences.isEmpty { return body.add("<p>The same for programs.</p>") }
    body.add("<ul>")
    for sentence in sentences {
      body.add("<li>")
      body.name(Array(sentence.utf8), most: 300)
      body.add("</li>")
    }
    body.add("</ul>")
  }
}

/// One config, and what is new in it.
struct ConfigVersionPage {
  private let scene: Scene
  private let shelf: ConfigShelf
  private let index: Int

  init(_ scene: Scene, _ shelf: ConfigShelf, _ index: Int) { (self.scene, self.shelf, self.index) = (scene, shelf, index) }

  func write(to body: inout HTML) {
    let built = shelf.built[index]
    body.add("<p>")
    body.link(scene.links.config(built.number.text, ".json"), "As programs read it")
    body.add(", SHA-256 <code class=\"hash\">")
    body.text(built.hash)
    body.add("</code></p><h2>What is new</h2>")
    if index == 0 {
      body.add("<p>All of it: it is the first.</p>")
    } else {
      body.add("<p class=\"soft\">Against ")
      body.link(scene.links.config(shelf.built[index - 1].number.text, "/")) { $0.text(shelf.built[index - 1].number.text) }
      body.add(":</p><ul>")
      let sentences = Changes(from: shelf.built[index - 1].config, to: built.config).sentences
      for sentence in sentences.isEmpty ? ["nothing that programs see"] : sentences {
        body.add("<li>")
        body.name(Array(sentence.utf8), most: 2000)
        body.add("</li>")
      }
      body.add("</ul>")
    }
    ConfigText(scene, built.config).write(to: &body)
  }
}

/// A config in words and tables.
struct ConfigText {
  private let scene: Scene
  private let config: UploadConfig

  init(_ scene: Scene, _ config: UploadConfig) { (self.scene, self.config) = (scene, config) }

  func write(to body: inout HTML) {
    body.add("<h2>Who is asked</h2><dl class=\"facts\">")
    body.row("Part of installations") { $0.text(config.sampleRate.value >= 1 ? "all that agreed" : "\(Shares.text(config.sampleRate.value)) of those that agreed, drawn anew each week") }
    for (label, names) in [("Systems", config.systems), ("Architectures", config.architectures), ("Toolchains", config.toolchains)] as [(StaticString, UploadConfig.Names)] {
      body.row(label) { body in
        body.name(Array(names.sorted.joined(separator: [UInt8(ascii: ","), 0x20])), most: 600)
      }
    }
    body.add("</dl><h2>What is counted</h2>")
    for program in config.programs {
      body.add(config.programs.count <= 6 ? "<details open><summary class=\"name\">" : "<details><summary class=\"name\">")
      body.name(program.name)
      body.add(" <span class=\"soft\">")
      body.text("\(Words.count(program.counters.count, "chart")), \(Words.count(program.stacks.count, "stack")), \(Words.count(program.versions.sorted.count, "version"))")
      body.add("</span></summary><div class=\"wide\" tabindex=\"0\" role=\"group\"")
      body.attribute("aria-label", program.name)
      body.add("><table><thead><tr><th scope=\"col\">Counter</th><th scope=\"col\">Why</th><th scope=\"col\" class=\"wideonly\">For whom</th><th scope=\"col\" class=\"n\">Rate</th><th scope=\"col\" class=\"wideonly\">Until</th></tr></thead><tbody>")
      for (counters, areStacks) in [(program.counters, false), (program.stacks, true)] { for counter in counters { row(&body, counter, areStacks) } }
      body.add("</tbody></table></div></details>")
    }
  }

  private func row(_ body: inout HTML, _ counter: UploadConfig.Counter, _ isStack: Bool) {
    body.add("<tr><th scope=\"row\" class=\"name\">")
    body.name(counter.name, most: 160)
    if isStack { body.text(" (stacks of \(counter.depth) frames)") }
    body.add("</th><td>")
    body.name(counter.why, most: 200)
    body.add("</td><td class=\"wideonly\">")
    body.name(counter.owner, most: 60)
    body.add("</td><td class=\"n\">")
    body.text(counter.rate.text)
    body.add("</td><td class=\"wideonly day\">")
    body.text(counter.expires?.text ?? [])
    body.add("</td></tr>")
  }
}
