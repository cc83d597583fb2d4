import Files
import Gate
import Pages

/// The upload config in force, and how it differs from the one before.
struct ConfigPage {
  private let scene: Site.Scene
  private let outlook: Outlook

  init(_ scene: Site.Scene) {
    self.scene = scene
    outlook = Outlook(scene.source)
  }

  func write(to body: inout HTML) {
    guard let config = outlook.config, let pin = outlook.pin else {
      body.add("<p>No upload config is here")
      if let unknown = outlook.unknown {
        body.add(": ")
        body.text(unknown)
      }
      return body.add(". Without one nothing is sent. <code>tel config --fetch</code> asks the collector for it; this page asks nobody.</p>")
    }
    body.add("<p>")
    body.text(sentence(["Version ", .bytes(config.version), " from ", .bytes(pin.destination), ", asked on ", .bytes(Array(pin.fetched.prefix(10))), ". "]))
    body.add("Only what it lists may leave.</p><p class=\"soft\">SHA-256 ")
    body.text(config.hash)
    body.add("</p>")
    difference(&body, config)
    body.add("<h2>What it lists</h2>")
    for program in config.programs {
      body.add("<details")
      body.add("><summary class=\"name\">")
      body.name(program.name)
      body.add(" <span class=\"soft\">")
      body.text("\(program.counters.count) counters, \(program.stacks.count) stacks, \(program.versions.sorted.count) versions")
      body.add("</span></summary><div class=\"wide\"><table><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Rate</th><th scope=\"col\">Why</th><th scope=\"col\">Expires</th></tr></thead><tbody>")
      for (counters, areStacks) in [(program.counters, false), (program.stacks, true)] {
        for counter in counters {
          body.add("<tr><th scope=\"row\" class=\"name\">")
          body.name(counter.name)
          if areStacks { body.add(" <span class=\"soft\">stack</span>") }
          body.add("</th><td>")
          body.text(counter.rate.text)
          body.add("</td><td>")
          body.text(counter.why)
          body.add("</td><td>")
          body.text(counter.expires?.text ?? [])
          body.add("</td></tr>")
        }
      }
      body.add("</tbody></table></div></details>")
    }
  }

  private func difference(_ body: inout HTML, _ config: UploadConfig) {
    body.add("<h2>What has changed</h2>")
    guard let before = outlook.before else { return body.add("<p>There was none before, or it is not here any more.</p>") }
    func names(_ config: UploadConfig) -> Set<[UInt8]> {
      var names: Set<[UInt8]> = []
      for program in config.programs {
        for counter in program.counters + program.stacks { names.insert(sentence([.bytes(program.name), " ", .bytes(counter.name)])) }
        for version in program.versions.sorted { names.insert(sentence([.bytes(program.name), " in version ", .bytes(version)])) }
      }
      return names
    }
    let (old, new) = (names(before), names(config))
    let (added, removed) = (new.subtracting(old).sorted { $0.precedes($1) }, old.subtracting(new).sorted { $0.precedes($1) })
    body.add("<p>")
    body.text(sentence(["Against version ", .bytes(before.version), ": "]))
    body.text(added.isEmpty && removed.isEmpty ? "the same names." : "\(added.count) names more, \(removed.count) names less.")
    body.add("</p>")
    for (label, list) in [("Listed now", added), ("Not listed any more", removed)] as [(StaticString, [[UInt8]])] where !list.isEmpty {
      body.add("<h3>")
      body.add(label)
      body.add("</h3><ul>")
      for name in list.prefix(500) {
        body.add("<li class=\"name\">")
        body.name(name)
        body.add("</li>")
      }
      body.add("</ul>")
    }
  }
}
