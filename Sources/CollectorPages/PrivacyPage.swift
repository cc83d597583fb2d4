import ChartConfig
import enum Charts.Shares
import Dates
import Files
import Gate
import Pages

/// What is really collected, from what this collector is set to and what its
/// newest config lists.
struct PrivacyPage {
  private let scene: Scene
  private let shelf: ConfigShelf
  private var facts: Facts { scene.facts }

  init(_ scene: Scene, _ shelf: ConfigShelf) { (self.scene, self.shelf) = (scene, shelf) }

  func write(to body: inout HTML) {
    body.add("<p class=\"lede\">This page is not written by hand: it says what this collector is set to at this moment, and what the config lists that programs go by.</p>")
    consent(&body)
    collected(&body)
    part(&body, "What is not collected", [
      "No name, no account, no number of a machine or of an installation, and nothing that links the report of one week to that of another.",
      "No text that anybody typed, no file name, no path, no address. A counter’s name must be in the config, and a version, system and toolchain must be in its lists; what is not is dropped before it is kept.",
      "No time of day: a report says on which day its week ended, and what was counted in all of it.",
    ])
    part(&body, "Addresses of senders", [
      "A report comes over the network, so that the address that it came from is seen while it is received. It is not stored, not written to a log, and in nothing that is published.",
      "So that nobody can flood the collector, numbers of requests are counted for parts of addresses, in memory only; they are gone after minutes, and when the program ends.",
    ])
    kept(&body)
    published(&body)
  }

  private func part(_ body: inout HTML, _ title: StaticString, _ sentences: [StaticString]) {
    body.add("<h2>")
    body.add(title)
    body.add("</h2><ul>")
    for sentence in sentences {
      body.add("<li>")
      body.add(sentence)
      body.add("</li>")
    }
    body.add("</ul>")
  }

  private func consent(_ body: inout HTML) {
    body.add("<h2>Who decides</h2><p>Nothing is sent unless the person who uses a program has said so. <code>tel status</code> says what is in effect on a machine, <code>tel preview</code> shows what would be sent, byte for byte, and <code>tel off</code> ends it.</p>")
  }

  private func collected(_ body: inout HTML) {
    body.add("<h2>What is collected</h2>")
    guard let newest = shelf.newest else { return body.add("<p>Nothing: there is no config yet.</p>") }
    let config = newest.config
    let counters = config.programs.reduce(0) { $0 + $1.counters.reduce(0) { $0 + UploadConfig.expand($1.name).count } }
    let stacks = config.programs.reduce(0) { $0 + $1.stacks.count }
    body.add("<p>By ")
    body.link(scene.links.config(newest.number.text, "/")) { body in
      body.add("the config ")
      body.text(newest.number.text)
    }
    body.text(", \(Words.count(counters, "counter")) of \(Words.count(config.programs.count, "program"))")
    if stacks > 0 { body.text(", and \(Words.count(stacks, "kind")) of stacks, which are names of functions of those programs") }
    body.add(". With them come a program’s version, its system (")
    body.name(Array(config.systems.sorted.joined(separator: [UInt8(ascii: ","), 0x20])), most: 200)
    body.add("), its architecture, the toolchain that it was built with, the number of the config, the day on which the week ended, and a random number that says whether this machine was drawn.</p><p>")
    body.text(config.sampleRate.value >= 1 ? "All installations that agreed send a report each week." : "Of the installations that agreed, \(Shares.text(config.sampleRate.value)) send a report, drawn anew each week.")
    let rare = config.programs.flatMap { $0.counters + $0.stacks }.filter { $0.rate.value < config.sampleRate.value }.count
    if rare > 0 { body.text(" \(Words.count(rare, "chart is", "charts are")) asked of fewer.") }
    body.add("</p><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Programs\"><table><thead><tr><th scope=\"col\">Program</th><th scope=\"col\" class=\"n\">Counters</th><th scope=\"col\" class=\"n\">Kinds of stacks</th><th scope=\"col\">Rates</th></tr></thead><tbody>")
    for program in config.programs {
      body.add("<tr><th scope=\"row\" class=\"name\">")
      body.name(program.name, most: 100)
      body.add("</th><td class=\"n\">")
      body.text(Words.grouped(program.counters.reduce(0) { $0 + UploadConfig.expand($1.name).count }))
      body.add("</td><td class=\"n\">")
      body.text(Words.grouped(program.stacks.count))
      body.add("</td><td>")
      let rates = (program.counters + program.stacks).map { min($0.rate.value, config.sampleRate.value) }
      if let least = rates.min(), let most = rates.max() { body.text(least == most ? Shares.text(most) : "\(Shares.text(least)) to \(Shares.text(most))") }
      body.add("</td></tr>")
    }
    body.add("</tbody></table></div>")
  }

  private func kept(_ body: inout HTML) {
    body.add("<h2>How long it is kept</h2><p>")
    body.text(
      "Reports are taken for \(Words.count(facts.window, "day")) after their week has ended, kept for \(Words.count(facts.retention, "day")), and then removed. What is kept of one: its week, the random number, the number of the config, the day on which it came, and the counts that the config lists.")
    body.add(" A report that names a newer config than there is here waits, unread, until that has come. Sums stay.</p>")
  }

  private func published(_ body: inout HTML) {
    body.add("<h2>What is published</h2><p>")
    if facts.publishesReports {
      body.text("Sums, and the reports of each day without the random number and without anything that links them.")
    } else {
      body.text("Sums only: how many reports have something. No report is published, and none leaves the collector.")
    }
    body.text(" What fewer than \(Words.count(facts.least, "report")) have in common has no number of its own, and numbers from which it could be reckoned are left out, too. ")
    body.link(scene.links.to("data/"), "All that is published")
    body.add("</p>")
  }
}
