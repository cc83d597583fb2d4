import Charts
import Dates
import Files
import Pages
import Publishing
import Store

/// What a page is made with.
struct Scene: Sendable {
  let facts: Facts
  let catalog: Catalog
  let history: History
  let links: Links
  let query: Query
  /// A file among files: there is nobody who could answer a question.
  let isStatic: Bool

  /// `weeks/2026-11-22` or `days/2026-11-22` of the query; the newest week if it
  /// names none that is there.
  var span: TimeSpan? {
    if let name = query["span"], let chosen = span(named: name) { return chosen }
    return history.newest?.span ?? history.days.last
  }

  /// The same of weeks alone.
  var week: TimeSpan? { span.flatMap { $0.kind == .week ? $0 : nil } ?? history.newest?.span }

  func span(named name: [UInt8]) -> TimeSpan? {
    let parts = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2, let end = Day(text: parts[1]) else { return nil }
    let span = TimeSpan(parts[0].elementsEqual("days".utf8) ? .day : .week, ending: end)
    return Array(span.name.utf8) == name && (span.kind == .day ? history.days.contains(span) : history.week(span) != nil) ? span : nil
  }

  /// A part of the reports: `version=v1.2.3`.
  var part: (dimension: Dimension, value: [UInt8])? { query["part"].flatMap { Scene.part($0) } }

  static func part(_ text: [UInt8]) -> (dimension: Dimension, value: [UInt8])? {
    guard let sign = text.firstIndex(of: UInt8(ascii: "=")), let dimension = Dimension(rawValue: String(decoding: text[..<sign], as: UTF8.self)), dimension != .all else { return nil }
    let value = Array(text[(sign + 1)...])
    return value.isEmpty ? nil : (dimension, value)
  }

  static func text(_ dimension: Dimension, _ value: [UInt8]) -> [UInt8] { Array(dimension.rawValue.utf8) + [UInt8(ascii: "=")] + value }

  /// The values that reports of this program have, the most frequent first.
  func values(_ program: History.Program, _ dimension: Dimension, _ end: Day) -> [[UInt8]] {
    guard let chart = program.about(dimension) else { return [] }
    return chart.rows(of: end).sorted { $0.reports > $1.reports }.compactMap { chart.buckets[Int($0.bucket)] }
  }

  /// Whether charts of this span may still change, in a sentence.
  func settled(_ isFinal: Bool, _ span: TimeSpan) -> String {
    if isFinal { return "Settled: reports of it are not taken any more, and its charts stay as they are." }
    return
      "Not settled: reports of it are taken until \(Words.day(span.end.advanced(by: facts.window))), and then its charts are made once more."
  }
}

/// Choosers that work without a script: each is sent by its button, or, with one,
/// as soon as something is chosen.
struct Chooser {
  static func spans(_ body: inout HTML, _ scene: Scene, _ chosen: TimeSpan, name: StaticString = "span", label: StaticString = "Week or day") {
    open(&body, name, label)
    group(&body, "Weeks", scene.history.weeks.reversed().map { $0.span }, chosen)
    group(&body, "Days", Array(scene.history.days.suffix(60).reversed()), chosen)
    body.add("</select></label>")
  }

  private static func group(_ body: inout HTML, _ label: StaticString, _ spans: [TimeSpan], _ chosen: TimeSpan) {
    if spans.isEmpty { return }
    body.add("<optgroup label=\"")
    body.add(label)
    body.add("\">")
    for span in spans { option(&body, Array(span.name.utf8), Array(Words.span(span).utf8), isChosen: span == chosen) }
    body.add("</optgroup>")
  }

  /// All reports, or those of one version, system and so on.
  static func parts(_ body: inout HTML, _ scene: Scene, _ program: History.Program, _ end: Day) {
    open(&body, "part", "Reports")
    option(&body, [], [UInt8]("all"), isChosen: scene.part == nil)
    for dimension in Dimension.allCases where dimension != .all {
      let values = scene.values(program, dimension, end)
      if values.isEmpty { continue }
      body.add("<optgroup label=\"by ")
      body.add(Words.word(dimension))
      body.add("\">")
      for value in values { option(&body, Scene.text(dimension, value), value, isChosen: scene.part.map { $0.dimension == dimension && $0.value == value } ?? false) }
      body.add("</optgroup>")
    }
    body.add("</select></label>")
  }

  static func open(_ body: inout HTML, _ name: StaticString, _ label: StaticString) {
    body.add("<label>")
    body.add(label)
    body.add("<select name=\"")
    body.add(name)
    body.add("\">")
  }

  static func option(_ body: inout HTML, _ value: [UInt8], _ text: [UInt8], isChosen: Bool) {
    body.add("<option")
    // Labels of values are shown; the value itself is sent back as it is, if it can be.
    body.attribute("value", value)
    if isChosen { body.add(" selected") }
    body.add(">")
    body.text(Label.shortened(Label.shown(text), to: 60))
    body.add("</option>")
  }
}
