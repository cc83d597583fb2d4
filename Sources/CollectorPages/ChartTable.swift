import Charts
import Files
import Pages
import Publishing

/// The numbers of a chart's pictures.
struct ChartTable {
  private let page: ChartPage

  init(_ page: ChartPage) { self.page = page }

  func write(to body: inout HTML) {
    body.add("<h2>The same numbers</h2>")
    if !page.view.rows.isEmpty { span(&body) }
    weeks(&body)
  }

  private func span(_ body: inout HTML) {
    body.add("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Numbers\"><table><caption class=\"out\">")
    body.text(Words.named(page.span))
    body.add("</caption><thead><tr><th scope=\"col\">Bucket</th><th scope=\"col\" class=\"n\">Share</th><th scope=\"col\" class=\"n\">from</th><th scope=\"col\" class=\"n\">to</th><th scope=\"col\" class=\"n\">Reports with it</th><th scope=\"col\" class=\"n\">of</th><th scope=\"col\" class=\"n wideonly\">Weighted</th><th scope=\"col\" class=\"n wideonly\">Counted in all</th></tr></thead><tbody>")
    for row in page.view.rows {
      body.add("<tr><th scope=\"row\">")
      body.name(row.label, most: 100)
      body.add("</th>")
      let isFew = row.interval.isTooFew
      cell(&body, isFew ? "too few" : row.share)
      cell(&body, isFew ? "" : Shares.text(row.interval.low))
      cell(&body, isFew ? "" : Shares.text(row.interval.high))
      cell(&body, Words.grouped(row.reports))
      cell(&body, Words.grouped(row.of))
      body.add("<td class=\"n wideonly\">")
      if let data = row.data { body.text(Words.grouped(Int(data.weighted.rounded()))) }
      body.add("</td><td class=\"n wideonly\">")
      if let data = row.data { body.text(Number.grouped(data.total)) }
      body.add("</td></tr>")
    }
    body.add("</tbody></table></div>")
  }

  private func cell(_ body: inout HTML, _ text: String) {
    body.add("<td class=\"n\">")
    body.text(text)
    body.add("</td>")
  }

  /// Shares of every week; of a chart with many buckets, those that are drawn.
  private func weeks(_ body: inout HTML) {
    let weeks = page.scene.history.weeks
    let buckets = page.view.rows.prefix(8).compactMap { row in page.chart.buckets.firstIndex(of: row.bucket).map { (row.label, Int32($0)) } }
    if weeks.count < 2 || buckets.isEmpty { return }
    let series = buckets.map { page.chart.series($0.1, weeks) }
    body.add("<details><summary>Every week</summary><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Every week\"><table><thead><tr><th scope=\"col\">Week that ended on</th>")
    for (label, _) in buckets {
      body.add("<th scope=\"col\" class=\"n\">")
      body.name(label, most: 30)
      body.add("</th>")
    }
    body.add("<th scope=\"col\" class=\"n\">of reports</th></tr></thead><tbody>")
    for index in weeks.indices.reversed() {
      body.add("<tr><th scope=\"row\" class=\"day\">")
      body.text(weeks[index].span.end.text)
      if !weeks[index].isFinal { body.add(" <span class=\"soft\">not settled</span>") }
      body.add("</th>")
      for each in series {
        body.shareCell(each[index].map { (($0.isAtLeast ? "at least " : "") + Shares.text($0.share), $0.interval) })
      }
      cell(&body, Words.grouped(series.reduce(0) { max($0, Int($1[index]?.of ?? 0)) }))
      body.add("</tr>")
    }
    body.add("</tbody></table></div></details>")
  }
}

extension HTML {
  /// A share and its interval, in a table of several; a dash if nothing was published.
  mutating func shareCell(_ found: (share: String, interval: Interval)?) {
    add("<td class=\"n\">")
    if let found, !found.interval.isTooFew {
      text(found.share)
      add(" <span class=\"soft\">")
      text(found.interval.range)
      add("</span>")
    } else {
      add("<span class=\"soft\">")
      text(found == nil ? "–" : "too few")
      add("</span>")
    }
    add("</td>")
  }
}
