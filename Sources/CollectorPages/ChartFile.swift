import Charts
import Dates
import Files
import Pages
import Publishing

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

  /// Nil where the span has nothing of it.
  func answer() -> Site.Answer? {
    var answer: Site.Answer
    switch ending {
    case ".svg": answer = Site.Answer(page.view.bars(title: page.title, most: 20).svg(Canvas(id: "chart", width: 1010, isStandalone: true)), type: "image/svg+xml")
    case ".csv": answer = Site.Answer(csv, type: "text/csv; charset=utf-8")
    default:
      guard let document = page.document else { return nil }
      answer = Site.Answer(document.json, type: "application/json")
    }
    answer.file = String(decoding: page.chart.key.slug, as: UTF8.self) + ending
    return answer
  }

  /// A publication of this chart alone.
  private var csv: [UInt8] {
    var publication = page.publication
    publication.programs = publication.programs.filter { $0.name == page.program.name }.map { ProgramData(name: $0.name, reports: $0.reports, charts: page.data.map { [$0] } ?? []) }
    return publication.csv
  }
}
