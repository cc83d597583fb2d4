import Charts
import Dates
import Files
import JSON
import Pages
import Publishing
import Store

/// What a chart's page shows, for programs: `<chart>.json`, `.csv`, `.svg`.
struct ChartFile {
  private let page: ChartPage
  private let ending: String

  init?(_ scene: Scene, _ program: History.Program, _ file: [UInt8], _ span: TimeSpan, _ archive: Archive) async throws {
    guard let ending = [".json", ".csv", ".svg"].first(where: { file.count > $0.utf8.count && Array(file.suffix($0.utf8.count)) == Array($0.utf8) }) else { return nil }
    // A chart whose own name ends so is asked for as a page.
    guard let chart = program.chart(slug: Array(file.dropLast(ending.utf8.count))), let publication = try await archive.publication(span) else { return nil }
    page = ChartPage(scene, program, chart, span, publication)
    self.ending = ending
  }

  func answer() -> Site.Answer {
    var answer: Site.Answer
    switch ending {
    case ".svg": answer = Site.Answer(page.view.bars(title: page.title, most: 20).svg(Canvas(id: "chart", width: 1010, isStandalone: true)), type: "image/svg+xml")
    case ".csv": answer = Site.Answer(csv, type: "text/csv; charset=utf-8")
    default: answer = Site.Answer(json, type: "application/json")
    }
    answer.file = String(decoding: page.chart.key.slug, as: UTF8.self) + ending
    return answer
  }

  private var rows: [DataRow] { page.data?.rows ?? [] }

  private var json: [UInt8] {
    var json = JSONWriter(indent: [0x20])
    json.beginObject()
    json.key("program")
    json.string(page.program.name)
    json.key("chart")
    json.string(page.chart.key.name)
    json.key("kind")
    json.string(Array(page.chart.kind.rawValue.utf8))
    json.key("title")
    json.string(page.title)
    json.key("span")
    json.string(Array(page.span.name.utf8))
    json.key("edition")
    json.integer(Int64(page.publication.edition))
    json.key("final")
    json.bool(page.publication.isFinal)
    json.key("rows")
    json.beginArray()
    for row in rows { json.row(row) }
    json.endArray()
    json.key("weeks")
    json.beginArray()
    for week in page.scene.history.weeks {
      let rows = page.chart.rows(of: week.span.end)
      if rows.isEmpty { continue }
      json.beginObject()
      json.key("end")
      json.string(week.span.end.text)
      json.key("rows")
      json.beginArray()
      for row in rows {
        json.beginObject()
        json.key("bucket")
        json.text(page.chart.buckets[Int(row.bucket)])
        json.key("reports")
        json.integer(Int64(row.reports))
        json.key("of")
        json.integer(Int64(row.of))
        interval(&json, row.interval)
        json.endObject()
      }
      json.endArray()
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return json.bytes + [0x0a]
  }

  private func interval(_ json: inout JSONWriter, _ interval: Interval) {
    for (key, value) in [("share", interval.share), ("low", interval.low), ("high", interval.high)] as [(StaticString, Double)] {
      json.key(key)
      json.number((value * 1e6).rounded() / 1e6)
    }
  }

  /// A publication of this chart alone.
  private var csv: [UInt8] {
    var publication = page.publication
    publication.programs = publication.programs.filter { $0.name == page.program.name }.map { ProgramData(name: $0.name, reports: $0.reports, charts: page.data.map { [$0] } ?? []) }
    return publication.csv
  }
}
