import Charts
import Dates
import Files
import Pages
import Publishing
import Store

/// The same chart in several parts: two weeks, two versions, all systems.
struct ComparedParts {
  private let page: ChartPage
  private var scene: Scene { page.scene }

  private static let mostRows = 12

  /// What is compared: a week, or a part of the reports.
  private struct Side {
    var label: [UInt8]
    var rows: [ChartView.Row]
  }

  init(_ page: ChartPage) { self.page = page }

  func write(to body: inout HTML) {
    guard page.data != nil else { return }
    if !scene.isStatic {
      chosen(&body)
    } else if !page.chart.key.isAbout {
      body.add("<h2 id=\"compare\">By version and system</h2>")
      for dimension in Dimension.allCases where dimension != .all { split(&body, dimension) }
    }
  }

  /// Everything that a select offers: `weeks/2026-11-22`, `version=v1.2.3`.
  private func side(_ text: [UInt8]) -> Side? {
    if let span = scene.span(named: text), span.kind == .week {
      return Side(label: Array(Words.span(span).utf8), rows: ChartView(page.chart, page.chart.rows(of: span.end)).rows)
    }
    guard let (dimension, value) = Scene.part(text), let data = page.data else { return nil }
    return Side(label: value, rows: ChartView(data, dimension, value).rows)
  }

  private func chosen(_ body: inout HTML) {
    body.add("<h2 id=\"compare\">Compare</h2><div class=\"panel\"><form data-auto action=\"#compare\">")
    body.hidden("span", scene.query["span"])
    body.hidden("part", scene.query["part"])
    let weeks = scene.history.weeks
    var (a, b) = (scene.query["a"], scene.query["b"])
    let by = scene.query["by"].flatMap { Dimension(rawValue: String(decoding: $0, as: UTF8.self)) }
    if a == nil, b == nil, by == nil, weeks.count > 1 {
      (a, b) = (Array(weeks[weeks.count - 2].span.name.utf8), Array(weeks[weeks.count - 1].span.name.utf8))
    }
    options(&body, "a", "This", a, weeks)
    options(&body, "b", "with that", b, weeks)
    if !page.chart.key.isAbout {
      Chooser.open(&body, "by", "or all of one kind")
      Chooser.option(&body, [], [UInt8]("–"), isChosen: by == nil)
      for dimension in Dimension.allCases where dimension != .all {
        Chooser.option(&body, Array(dimension.rawValue.utf8), [UInt8](Words.word(dimension)), isChosen: by == dimension)
      }
      body.add("</select></label>")
    }
    body.add("<button>Compare</button></form></div>")
    if let by, by != .all, !page.chart.key.isAbout {
      split(&body, by)
    } else if let a, let b, let one = side(a), let other = side(b), !one.rows.isEmpty || !other.rows.isEmpty {
      show(&body, [one, other], "compare")
    } else {
      body.add("<p class=\"soft\">Choose two weeks, two versions or two systems, or all of one kind.</p>")
    }
  }

  private func options(_ body: inout HTML, _ name: StaticString, _ label: StaticString, _ chosen: [UInt8]?, _ weeks: [History.Week]) {
    Chooser.open(&body, name, label)
    Chooser.option(&body, [], [UInt8]("–"), isChosen: chosen == nil)
    body.add("<optgroup label=\"Weeks\">")
    for week in weeks.reversed() { Chooser.option(&body, Array(week.span.name.utf8), Array(Words.span(week.span).utf8), isChosen: chosen == Array(week.span.name.utf8)) }
    body.add("</optgroup>")
    if !page.chart.key.isAbout {
      for dimension in Dimension.allCases where dimension != .all {
        let values = scene.values(page.program, dimension, page.span.end)
        if values.isEmpty { continue }
        body.add("<optgroup label=\"By ")
        body.add(Words.word(dimension))
        body.add("\">")
        for value in values { Chooser.option(&body, Scene.text(dimension, value), value, isChosen: chosen == Scene.text(dimension, value)) }
        body.add("</optgroup>")
      }
    }
    body.add("</select></label>")
  }

  private func split(_ body: inout HTML, _ dimension: Dimension) {
    guard let data = page.data else { return }
    let values = scene.values(page.program, dimension, page.span.end).prefix(IntervalDots.most)
    let sides = values.map { Side(label: $0, rows: ChartView(data, dimension, $0).rows) }.filter { !$0.rows.isEmpty }
    if sides.isEmpty { return body.add("<p class=\"soft\">No part has enough reports to be shown on its own.</p>") }
    if scene.isStatic {
      body.add("<h3>By ")
      body.add(Words.word(dimension))
      body.add("</h3>")
    }
    show(&body, sides, "by-" + dimension.rawValue)
  }

  private func show(_ body: inout HTML, _ sides: [Side], _ id: String) {
    // Rows of the first, and what others have beside them.
    var labels: [[UInt8]] = []
    var buckets: [[UInt8]?] = []
    for side in sides {
      for row in side.rows where !buckets.contains(where: { $0 == row.bucket }) {
        buckets.append(row.bucket)
        labels.append(row.label)
      }
    }
    let rows = zip(buckets, labels).prefix(ComparedParts.mostRows).map { bucket, label in
      IntervalDots.Row(label: label, intervals: sides.map { side in side.rows.first { $0.bucket == bucket }?.interval })
    }
    if rows.allSatisfy({ $0.intervals.allSatisfy { $0?.isTooFew ?? true } }) { return body.add("<p><strong>Too few reports to say.</strong></p>") }
    let dots = IntervalDots(title: page.title, parts: sides.map { $0.label }, rows: Array(rows))
    summary(&body, sides)
    body.picture(id) { dots.svg($0) }
    body.add("<details><summary>The same as a table</summary><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Compared, as a table\"><table><thead><tr><th scope=\"col\">Bucket</th>")
    for side in sides {
      body.add("<th scope=\"col\" class=\"n\">")
      body.name(side.label, most: 40)
      body.add("</th>")
    }
    if sides.count == 2 { body.add("<th scope=\"col\" class=\"n\">Difference</th>") }
    body.add("</tr></thead><tbody>")
    for (bucket, label) in zip(buckets, labels) {
      body.add("<tr><th scope=\"row\">")
      body.name(label, most: 60)
      body.add("</th>")
      for side in sides {
        let row = side.rows.first { $0.bucket == bucket }
        body.shareCell(row.map { ($0.share, $0.interval) })
      }
      if sides.count == 2 { difference(&body, sides.map { side in side.rows.first { $0.bucket == bucket } }, isFolded: bucket == nil) }
      body.add("</tr>")
    }
    body.add("</tbody></table></div></details>")
  }

  /// Of the second less the first, in points of a percentage.
  private func difference(_ body: inout HTML, _ rows: [ChartView.Row?], isFolded: Bool) {
    body.add("<td class=\"n\">")
    if !isFolded, let before = rows[0], let after = rows[1], case let comparison = Comparison(after.estimate, before.estimate), !comparison.isTooFew {
      if comparison.isDifferent { body.add("<strong>") }
      body.text(ComparedParts.points(comparison.difference))
      if comparison.isDifferent { body.add("</strong>") }
      body.add(" <span class=\"soft\">")
      body.text("\(ComparedParts.points(comparison.low)) to \(ComparedParts.points(comparison.high))")
      body.add("</span>")
    } else {
      body.add("<span class=\"soft\">–</span>")
    }
    body.add("</td>")
  }

  /// `+4.2`, `−0.3`.
  private static func points(_ difference: Double) -> String {
    let tenths = Int((difference * 1000).rounded())
    return (tenths < 0 ? "−" : tenths > 0 ? "+" : "") + "\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
  }

  /// What can be said of two sides in a sentence.
  private func summary(_ body: inout HTML, _ sides: [Side]) {
    guard sides.count == 2 else { return }
    let different = sides[1].rows.filter { row in
      guard row.bucket != nil, let before = sides[0].rows.first(where: { $0.bucket == row.bucket }) else { return false }
      return Comparison(row.estimate, before.estimate).isDifferent
    }
    body.add("<p>")
    if different.isEmpty {
      body.add("No share differs by more than chance explains.")
    } else {
      body.add(different.count == 1 ? "One share differs" : "Some shares differ")
      body.add(" by more than chance explains: ")
      for (index, row) in different.prefix(8).enumerated() {
        if index > 0 { body.add(", ") }
        body.name(row.label, most: 40)
      }
      if different.count > 8 { body.text(" and \(different.count - 8) more") }
      body.add(". <span class=\"soft\">Of many shares one in twenty seems to by chance.</span>")
    }
    body.add("</p>")
  }
}
