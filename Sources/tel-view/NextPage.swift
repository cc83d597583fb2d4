import Consent
import CounterFile
import Delivery
import Files
import Gate
import Pages

/// What the next upload would contain, byte for byte, and why no more.
struct NextPage {
  private let scene: Site.Scene
  private let outlook: Outlook

  init(_ scene: Site.Scene) {
    self.scene = scene
    outlook = Outlook(scene.source)
  }

  func write(to body: inout HTML) {
    body.add("<p>")
    if let never = outlook.never {
      body.add("<span class=\"good\">Nothing will leave this machine</span>: ")
      body.text(never)
      body.add(". ")
      if outlook.mode != .off, outlook.config != nil { body.add("What follows is what would be sent in mode on.") }
    } else if let destination = outlook.destination {
      body.add("It goes to ")
      body.text(destination)
      body.add(". ")
    }
    if let unknown = outlook.unknown {
      body.add("What would leave cannot be told here: ")
      body.text(unknown)
      body.add(". This page asks nobody; <code>tel preview --fetch</code> does.")
    }
    body.add("</p>")
    for problem in outlook.outbox.problems {
      body.add("<p class=\"bad\">")
      body.text(problem)
      body.add("</p>")
    }
    if outlook.unknown == nil, outlook.outbox.items.isEmpty { body.add("<p>No report waits to be sent.</p>") }
    for item in outlook.outbox.items { write(&body, item) }
  }

  private func write(_ body: inout HTML, _ item: Outbox.Item) {
    body.add("<h2>The report of ")
    body.text(item.week.text)
    body.add("</h2>")
    if let refusal = item.outcome.refusal {
      body.add("<p><span class=\"mark stays\">stays</span> ")
      body.text(refusal.reason(nil, x: item.x))
      body.add("</p>")
    } else {
      body.add("<p class=\"soft\">")
      body.text("\(item.document.count) bytes, SHA-256 ")
      body.text(SHA256.text(of: item.document))
      body.add("</p>")
      Document.write(&body, item.document, "What is sent", all: Address("/document").with("vendor", scene.vendor).with("kind", [UInt8]("next")).with("week", item.week.text))
    }
    verdicts(&body, item)
  }

  private func verdicts(_ body: inout HTML, _ item: Outbox.Item) {
    body.add("<details open><summary>What goes and what stays</summary><div class=\"wide\"><table><thead><tr><th scope=\"col\">Program and counter</th><th scope=\"col\" class=\"n\">Count</th><th scope=\"col\">Leaves</th></tr></thead><tbody>")
    for verdict in item.outcome.verdicts.prefix(5000) {
      body.add("<tr><th scope=\"row\" class=\"name\">")
      let who = verdict.identity
      if let name = verdict.name {
        body.name(Array(name.prefix { $0 != 0x0a }))
        if name.contains(0x0a) { body.add(" <span class=\"soft\">stack</span>") }
        body.add("</th><td class=\"n\">")
        body.text("\(verdict.value)")
      } else {
        body.add("<b>")
        body.name(who.program)
        body.add("</b> ")
        body.text(sentence([.bytes(who.version), ", ", .bytes(who.toolchain), ", ", .bytes(who.os), "/", .bytes(who.arch)]))
        body.add("</th><td>")
      }
      body.add("</td><td>")
      if let refusal = verdict.refusal {
        body.add("<span class=\"mark stays\">stays</span> <span class=\"why\">")
        body.text(refusal.reason(who, x: item.x))
        body.add("</span>")
      } else if verdict.name != nil {
        body.add(item.outcome.refusal == nil ? "<span class=\"mark goes\">goes</span>" : "<span class=\"mark stays\">stays</span> <span class=\"why\">with its report</span>")
      }
      body.add("</td></tr>")
    }
    body.add("</tbody></table></div></details>")
  }
}

/// A document as it is; of a very large one the beginning.
enum Document {
  private static let most = 200_000

  static func write(_ body: inout HTML, _ bytes: [UInt8], _ label: StaticString, all: Address) {
    body.add("<pre tabindex=\"0\" role=\"region\" aria-label=\"")
    body.add(label)
    body.add("\">")
    body.lines(Array(bytes.prefix(most)))
    body.add("</pre><p class=\"soft\">")
    if bytes.count > most { body.text("The first \(most) of \(bytes.count) bytes. ") }
    body.link(all, "Save all of it")
    body.add("</p>")
  }
}
