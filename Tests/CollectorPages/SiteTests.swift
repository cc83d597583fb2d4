import CollectorPages
import Dates
import Files
import MadeUpSite
import Pages
import Publishing
import TestSupport
import Testing

@Suite("The collector's site")
struct SiteTests {
  private let folder = TemporaryFolder()

  init() { folder.path.makeFolder() }

  private func source(weeks: Int = 3) async throws -> Changing { try await Changing(try MadeUpSite.named("small", folder: folder.path)!, weeks: weeks) }

  private func text(_ site: Site, _ path: String) async throws -> String { try await site.answer(path, query: Query(nil)).body.string }

  private static let paint = "/programs/example.com~paint/"
  private static let open = "/charts/example.com~paint/paint~open/"

  @Test("what is published is read once, however many ask at the same time")
  func once() async throws {
    let source = try await source()
    let site = try Site(source)
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<20 { group.addTask { try await site.answer("/", query: Query(nil)).status } }
      for try await status in group { #expect(status == 200) }
    }
    #expect(source.reads == 3)
    _ = try await text(site, Self.paint)
    #expect(source.reads == 3)
  }

  @Test("a year is read by outlines, whole publications where a page has parts of one")
  func outlines() async throws {
    let source = try await source()
    let site = try Site(source)
    try await site.warm()
    #expect(source.reads == 3 && source.outlines == 3)
    _ = try await text(site, "/")
    _ = try await text(site, Self.paint)
    #expect(source.reads == 3)
    _ = try await text(site, Self.open)
    #expect(source.reads == 4 && source.outlines == 3)
  }

  @Test("a refreshed week, a new week and one that is gone are seen at once, and other weeks are not read again")
  func refreshed() async throws {
    let source = try await source()
    let site = try Site(source)
    let before = try await text(site, Self.open)
    let newest = try await source.spans().max()!
    source.change(newest) { publication in
      publication!.edition += 1
      publication!.isFinal = true
      for program in publication!.programs.indices {
        publication!.programs[program].reports = 123_456
        publication!.reports = 123_456
      }
    }
    let home = try await text(site, "/")
    #expect(home.contains("123,456 reports") && source.reads == 3 + 1 + 1)
    let after = try await text(site, Self.open)
    #expect(after != before && after.contains("Settled: reports of it are not taken any more"))
    let later = TimeSpan(.week, ending: newest.end.advanced(by: 7))
    let copy = try await source.publication(newest)!
    source.change(later) { publication in
      publication = copy
      publication!.span = later
    }
    #expect(try await text(site, "/").contains("16–22 Nov 2026"))
    source.change(later) { $0 = nil }
    #expect(try await text(site, "/").contains("9–15 Nov 2026"))
  }

  @Test("a page has the same tag as long as it is the same, and another when it is another")
  func tags() async throws {
    let source = try await source()
    let site = try Site(source)
    let first = try await site.answer("/", query: Query(nil))
    #expect(try await site.answer("/", query: Query(nil)).etag == first.etag)
    let newest = try await source.spans().max()!
    source.change(newest) { publication in
      publication!.edition += 1
      publication!.reports += 1
    }
    #expect(try await site.answer("/", query: Query(nil)).etag != first.etag)
    #expect(first.etag.count == 34 && first.cacheControl == "public, max-age=300" && !first.isImmutable)
  }

  @Test("every address of an export is answered, and two names never share one")
  func addresses() async throws {
    for name in ["empty", "small"] {
      let folder = TemporaryFolder()
      folder.path.makeFolder()
      let site = try Site(try await Changing(try MadeUpSite.named(name, folder: folder.path)!, weeks: 2), isStatic: true)
      let addresses = try await site.addresses()
      #expect(Set(addresses.map { $0.lowercased() }).count == addresses.count)
      for address in addresses { #expect(try await site.answer(address, query: Query(nil)).status == 200, "\(address)") }
    }
  }

  @Test("a chart's document is the one that whole publications make, byte for byte")
  func documents() async throws {
    let source = try await source(weeks: 5)
    let site = try Site(source)
    var weeks: [Publication] = []
    for span in try await source.spans().sorted() { weeks.append(try await source.publication(span)!) }
    for (chart, kind) in [("paint/open", ChartData.Kind.partition), ("paint/save/latency", .histogram), ("version", .about)] {
      for week in weeks {
        let document = ChartDocument(of: "example.com/paint".bytes, chart.bytes, kind, in: week, among: weeks, texts: source.texts)!
        let path = "/charts/example.com~paint/\(Slug.of(chart.bytes).string).json"
        #expect(try await site.answer(path, query: Query("span=\(week.span.name)")).body == document.json, "\(path) \(week.span.name)")
      }
    }
  }

  @Test("a page links only relatively, so that the site may lie in any folder")
  func relative() async throws {
    let site = try Site(try await source())
    for path in ["/", Self.paint, Self.open, "/config/v1.2.0/", "/no/such/page/at/all"] {
      let page = try await text(site, path)
      #expect(!page.contains("href=\"/") && !page.contains("src=\"/") && !page.contains("action=\"/"))
      let up = String(repeating: "../", count: path.filter { $0 == "/" }.count - 1)
      #expect(page.contains("href=\"\(up.isEmpty ? "./" : up)style.css?v="))
    }
  }

  @Test("a counter called like what reports say of themselves has an address of its own")
  func counterCalledVersion() async throws {
    let folder = TemporaryFolder()
    folder.path.makeFolder()
    let site = try Site(try MadeUpSite.named("hostile", folder: folder.path)!)
    let about = try await text(site, "/charts/%E6/version/".replacing("%E6", with: "name.json"))
    let counter = try await text(site, "/charts/name.json/=76ersion/")
    #expect(about.contains("<h1>Versions</h1>") && counter.contains("<h1>version</h1>"))
  }

  @Test("a chart whose name ends like a file is a page and has its files")
  func namedLikeAFile() async throws {
    let folder = TemporaryFolder()
    folder.path.makeFolder()
    let site = try Site(try MadeUpSite.named("hostile", folder: folder.path)!)
    let answers = [("/charts/name.json/name.json/", "text/html; charset=utf-8"), ("/charts/name.json/name.json.json", "application/json"), ("/charts/name.json/name.json.svg", "image/svg+xml")]
    for (path, type) in answers { #expect(try await site.answer(path, query: Query(nil)).type == type) }
  }
}

extension String {
  fileprivate func replacing(_ old: String, with new: String) -> String { split(separator: old, omittingEmptySubsequences: false).joined(separator: new) }
}
