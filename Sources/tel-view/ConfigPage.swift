import Files
import Gate
import Pages

/// The upload config in force, and how it differs from the one before.
struct ConfigPage {
  private let scene: Site.Scene
  private let outlook: Outlook

  /// More counters than these are shown a program at a time.
  private static let most = 500

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
    if let name = scene.query["program"], let program = config.program(name) {
      body.add("<h2 class=\"name\">")
      body.name(name)
      body.add("</h2>")
      list(&body, program)
      return body.link(Address("/config").with("vendor", scene.vendor), "All programs that it lists")
    }
    difference(&body, config)
    body.add("<h2>What it lists</h2>")
    let isShort = config.programs.reduce(0) { $0 + $1.counters.count + $1.stacks.count } <= ConfigPage.most
    for program in config.programs {
      if !isShort {
        body.add("<p>")
        body.link(Address("/config").with("vendor", scene.vendor).with("program", program.name)) { $0.name(program.name) }
        body.add(" ")
        size(&body, program)
        body.add("</p>")
        continue
      }
      body.add("<details><summary class=\"name\">")
      body.name(program.name)
      body.add(" ")
      size(&body, program)
      body.add("</summary>")
      list(&body, program)
      body.add("</details>")
    }
  }

  private func size(_ body: inout HTML, _ program: UploadConfig.Program) {
    body.add("<span class=\"soft\">")
    body.text("\(program.counters.count) counters, \(program.stacks.count) stacks, \(program.versions.sorted.count) versions")
    body.add("</span>")
  }

  private func list(_ body: inout HTML, _ program: UploadConfig.Program) {
    body.add("<p class=\"soft\">Versions: ")
    for (index, version) in program.versions.sorted.prefix(200).enumerated() {
      if index > 0 { body.add(", ") }
      body.name(version)
    }
    if program.versions.sorted.count > 200 { body.add(", …") }
    body.add("</p><div class=\"wide\" tabindex=\"0\" role=\"region\"")
    body.attribute("aria-label", [UInt8]("What may leave of ") + program.name)
    body.add("><table><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Rate</th><th scope=\"col\">Why</th><th scope=\"col\">Expires</th></tr></thead><tbody>")
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
    body.add("</tbody></table></div>")
  }

  private static func names(_ count: Int) -> String { count == 1 ? "1 name" : "\(count) names" }

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
    body.text(added.isEmpty && removed.isEmpty ? "the same names." : "\(ConfigPage.names(added.count)) more, \(ConfigPage.names(removed.count)) less.")
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
      if list.count > 500 {
        body.add("<p class=\"soft\">")
        body.text("And \(list.count - 500) others.")
        body.add("</p>")
      }
    }
  }
}
