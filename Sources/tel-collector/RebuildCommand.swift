import ArgumentParser
import ChartConfig
import Collector
import CollectorPages
import Dates
import Files
import JSON
import Publishing

struct RebuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild", abstract: "Make all charts again from the published data alone, byte for byte the same.",
    discussion: "The data is the folder that \"tel-collector export\" has written, or its folder data. Titles and reasons come from --charts, and what is approved from --configs, as they did the first time.")

  @Argument(help: ArgumentHelp("The published data.", valueName: "data-folder"), completion: .directory)
  var data: String
  @Option(name: .shortAndLong, help: ArgumentHelp("Where the site is written.", valueName: "folder"), completion: .directory)
  var output: String
  @OptionGroup var options: SettingOptions
  @OptionGroup var format: Format

  func run() async throws {
    let settings = try options.checked()
    let source = try PublishedFolder(Path(Array(data.utf8)), settings, ConfigShelf(settings.configFolder), texts: try Workshop.texts(settings))
    let written = try await StaticSite(Path(Array(output.utf8))).write(source) { !$0.hasPrefix("/status/") }
    try written.say(output, format)
  }
}

/// What a folder of published data has.
struct PublishedFolder: SiteSource {
  let facts: Facts
  let shelf: ConfigShelf
  let texts: [Chart]
  private let today: Day
  private let publications: [TimeSpan: Publication]
  private let reports: [Int: [UInt8]]

  private static let limit = 1 << 30

  init(_ folder: Path, _ settings: Settings, _ shelf: ConfigShelf, texts: [Chart]) throws(Fault) {
    (facts, self.shelf, self.texts, today) = (settings.facts, shelf, texts, settings.today())
    let inner = folder.appending("data")
    let folder = try Folder.names(in: inner, where: { _ in true }) == nil ? folder : inner
    var publications: [TimeSpan: Publication] = [:]
    for kind in ["weeks", "days"] as [StaticString] {
      let folder = folder.appending(kind)
      for name in try Folder.names(in: folder, where: { $0.ends(with: ".json") }) ?? [] {
        guard let text = try File.content(of: folder.appending(name), limit: PublishedFolder.limit) else { continue }
        let publication = try Publication(json: text, origin: folder.appending(name).bytes)
        publications[publication.span] = publication
      }
    }
    guard !publications.isEmpty else { throw Fault(.notFound, "there is no published data in ", .path(folder), ": it would have folders weeks and days") }
    self.publications = publications
    var reports: [Int: [UInt8]] = [:]
    let merged = folder.appending("reports")
    for name in try Folder.names(in: merged, where: { $0.ends(with: ".ndjson") }) ?? [] {
      if let day = Day(text: name.dropLast(".ndjson".utf8.count)) { reports[day.number] = try File.content(of: merged.appending(name), limit: PublishedFolder.limit) }
    }
    self.reports = reports
  }

  func spans() async throws -> [TimeSpan] { publications.keys.sorted() }
  func editions() async throws -> [(span: TimeSpan, edition: Int)] { publications.values.map { ($0.span, $0.edition) }.sorted { $0.span < $1.span } }
  func publication(_ span: TimeSpan) async throws -> Publication? { publications[span] }
  func reports(of day: Day) async throws -> [UInt8]? { reports[day.number] }

  func status() async throws -> CollectorPages.Status {
    var status = CollectorPages.Status(today: today)
    status.published = publications.values.map(\.made).max()
    return status
  }
}
