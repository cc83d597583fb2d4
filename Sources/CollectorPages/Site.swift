import ChartConfig
import Dates
import Files
import Gate
import Pages
import Publishing

/// The public pages and data, each at an address that stays.
public struct Site: Sendable {
  let source: any SiteSource
  private let archive: Archive
  private let layout: PublicLayout
  private let cache = AnswerCache()
  /// Pages are files among files: what needs somebody to ask is left out.
  private let isStatic: Bool

  private static let style = Array(Stylesheet.publicText.utf8)
  private static let script = Array(Script.text.utf8)

  /// What a server says with every page.
  public static let policy = PublicLayout.policy + "; frame-ancestors 'none'"

  public init(_ source: any SiteSource, isStatic: Bool = false) throws {
    self.source = source
    self.isStatic = isStatic
    archive = Archive(source)
    layout = try PublicLayout(name: Array(source.facts.title.utf8), edition: Array(SHA256.text(of: Site.style + Site.script).prefix(12)))
  }

  /// `path` begins with a slash, and is as it came.
  public func answer(_ path: String, query: Query) async throws -> Answer {
    if let fixed = fixed(path, query) { return fixed.sealed() }
    let history = try await archive.current()
    let shelf = source.shelf
    let catalog = await cache.catalog(shelf, source.texts, history.stamp)
    let key = path + "?" + String(decoding: query.text, as: UTF8.self)
    if let known = await cache.answer(key) { return known }
    let scene = Scene(facts: source.facts, catalog: catalog, history: history, links: Links(from: path), query: query, isStatic: isStatic)
    let answer = try await made(path, scene).sealed()
    if !path.hasPrefix("/status") { await cache.keep(answer, key) }
    return answer
  }

  /// Reads all there is, so that the first page need not.
  public func warm() async throws { _ = try await archive.current() }

  func history() async throws -> History { try await archive.current() }

  /// What does not depend on anything that is published.
  private func fixed(_ path: String, _ query: Query) -> Answer? {
    let isThis = query["v"] == layout.edition
    switch path {
    case "/style.css": return Answer(Site.style, type: "text/css; charset=utf-8", isImmutable: isThis)
    case "/site.js": return Answer(Site.script, type: "text/javascript; charset=utf-8", isImmutable: isThis)
    case "/icon.svg", "/favicon.ico": return Answer(Array(Icon.svg.utf8), type: "image/svg+xml")
    default: return nil
    }
  }

  private func made(_ path: String, _ scene: Scene) async throws -> Answer {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst().map { Array($0) }
    let first = parts.first.map { String(decoding: $0, as: UTF8.self) }
    // The first page lists what is below.
    if parts.count == 2, parts[1].isEmpty, ["programs", "charts", "stacks"].contains(first) { return .redirect(to: "../") }
    switch first {
    case "" where parts.count == 1:
      var page = PublicLayout.Page(title: Array(source.facts.title.utf8))
      page.summary = HomePage.summary
      return show(page, "", scene, HomePage(scene).write)
    case "programs": return try await program(parts, scene) ?? missing(scene)
    case "charts": return try await chart(parts, scene) ?? missing(scene)
    case "stacks": return stacks(parts, scene) ?? missing(scene)
    case "data": return try await data(parts, scene) ?? missing(scene)
    case "config": return config(parts, scene) ?? missing(scene)
    case "privacy": return single(parts, "Privacy", "privacy/", scene, PrivacyPage(scene, source.shelf).write) ?? missing(scene)
    case "search" where !isStatic: return single(parts, "Search", "", scene, SearchPage(scene).write) ?? missing(scene)
    case "status":
      let status = try await source.status()
      var answer = single(parts, "Status", "status/", scene, StatusPage(scene, status).write) ?? missing(scene)
      answer.freshness = 0
      return answer
    default: return missing(scene)
    }
  }

  // MARK: Kinds of pages

  /// `["programs", slug, ""]`.
  private func program(_ parts: [[UInt8]], _ scene: Scene) async throws -> Answer? {
    guard parts.count >= 2, let program = scene.history.program(slug: parts[1]) else { return nil }
    if parts.count == 2 { return .redirect(to: String(decoding: parts[1], as: UTF8.self) + "/") }
    guard parts.count == 3, parts[2].isEmpty, let span = scene.span else { return nil }
    let publication = span.kind == .day || scene.part != nil ? try await archive.publication(span) : nil
    let page = ProgramPage(scene, program, span, publication)
    var frame = PublicLayout.Page(title: program.name.isEmpty ? [UInt8]("(no name)") : program.name)
    frame.path = [([UInt8]("Programs"), scene.links.home)]
    frame.summary = page.summary
    return show(frame, "", scene, page.write)
  }

  /// `["charts", slug, chart slug, ""]`, or a file in place of the last two.
  private func chart(_ parts: [[UInt8]], _ scene: Scene) async throws -> Answer? {
    guard parts.count >= 3, let program = scene.history.program(slug: parts[1]), let span = scene.span else { return nil }
    if parts.count == 3 { return try await ChartFile(scene, program, parts[2], span, archive)?.answer() ?? redirect(parts, program) }
    guard parts.count == 4, parts[3].isEmpty, let chart = program.chart(slug: parts[2]), let publication = try await archive.publication(span) else { return nil }
    let page = ChartPage(scene, program, chart, span, publication)
    var frame = PublicLayout.Page(title: page.title)
    frame.path = [([UInt8]("Programs"), scene.links.home), (program.name.isEmpty ? [UInt8]("(no name)") : program.name, scene.links.program(program.name))]
    frame.summary = page.summary
    return show(frame, "", scene, page.write)
  }

  private func redirect(_ parts: [[UInt8]], _ program: History.Program) -> Answer? {
    program.chart(slug: parts[2]).map { _ in .redirect(to: String(decoding: parts[2], as: UTF8.self) + "/") }
  }

  /// `["stacks", slug, ""]`.
  private func stacks(_ parts: [[UInt8]], _ scene: Scene) -> Answer? {
    guard parts.count >= 2, let program = scene.history.program(slug: parts[1]), let span = scene.week else { return nil }
    if parts.count == 2 { return .redirect(to: String(decoding: parts[1], as: UTF8.self) + "/") }
    guard parts.count == 3, parts[2].isEmpty else { return nil }
    var frame = PublicLayout.Page(title: [UInt8]("Stacks"))
    frame.path = [([UInt8]("Programs"), scene.links.home), (program.name.isEmpty ? [UInt8]("(no name)") : program.name, scene.links.program(program.name))]
    return show(frame, "", scene, StacksPage(scene, program, span).write)
  }

  /// `["data", ""]`, or a file: `["data", "weeks", "2026-11-22.json"]`.
  private func data(_ parts: [[UInt8]], _ scene: Scene) async throws -> Answer? {
    if parts.count < 3 {
      var days: Set<Int> = []
      if source.facts.publishesReports { for span in scene.history.days { days.insert(span.end.number) } }
      return single(parts, "Data", "data/", scene, DataPage(scene, reports: days).write)
    }
    guard parts.count == 3, let dot = parts[2].lastIndex(of: UInt8(ascii: ".")), let day = Day(text: parts[2][..<dot]) else { return nil }
    let ending = String(decoding: parts[2][dot...], as: UTF8.self)
    if parts[1] == [UInt8]("reports"), ending == ".ndjson" {
      guard source.facts.publishesReports, let text = try await source.reports(of: day) else { return nil }
      return Answer(text, type: "application/x-ndjson")
    }
    guard let span = scene.span(named: parts[1] + [UInt8(ascii: "/")] + day.text), let publication = try await archive.publication(span) else { return nil }
    switch ending {
    case ".json": return Answer(publication.json, type: "application/json")
    case ".csv": return Answer(publication.csv, type: "text/csv; charset=utf-8")
    default: return nil
    }
  }

  /// `["config", ""]`, `["config", "v1.2.3", ""]`, `["config", "v1.2.3.json"]`.
  private func config(_ parts: [[UInt8]], _ scene: Scene) -> Answer? {
    let shelf = source.shelf
    if parts.count == 1 || parts.count == 2 && parts[1].isEmpty { return single(parts, "What may be sent", "config/", scene, ConfigHistoryPage(scene, shelf).write) }
    if parts.count == 2, parts[1] == [UInt8]("latest.json") {
      guard let newest = shelf.newest else { return nil }
      var answer = Answer(newest.text, type: "application/json")
      answer.freshness = 0
      return answer
    }
    if parts.count == 2, parts[1].count > 5, Array(parts[1].suffix(5)) == [UInt8](".json") {
      return shelf[Array(parts[1].dropLast(5))].map { Answer($0.text, type: "application/json", isImmutable: true) }
    }
    guard let index = shelf.built.firstIndex(where: { $0.number.text == parts[1] }) else { return nil }
    if parts.count == 2 { return .redirect(to: String(decoding: parts[1], as: UTF8.self) + "/") }
    guard parts.count == 3, parts[2].isEmpty else { return nil }
    var frame = PublicLayout.Page(title: [UInt8]("Config ") + parts[1])
    frame.path = [([UInt8]("Config"), scene.links.to("config/"))]
    return show(frame, "config/", scene, ConfigVersionPage(scene, shelf, index).write)
  }

  /// A page at `/name/`; without the last slash it is there, too.
  private func single(_ parts: [[UInt8]], _ title: StaticString, _ here: StaticString, _ scene: Scene, _ write: (inout HTML) -> Void) -> Answer? {
    if parts.count == 1 { return .redirect(to: String(decoding: parts[0], as: UTF8.self) + "/") }
    guard parts.count == 2, parts[1].isEmpty else { return nil }
    return show(PublicLayout.Page(title: [UInt8](title)), here, scene, write)
  }

  private func missing(_ scene: Scene) -> Answer {
    var answer = show(PublicLayout.Page(title: [UInt8]("Not found")), "", scene) { body in
      body.add("<p>There is nothing at this address, or not any more. ")
      body.link(scene.links.home, "All programs")
      body.add(" are on the first page.</p>")
    }
    answer.status = 404
    return answer
  }

  /// `here` is the page's place in the navigation.
  func show(_ frame: PublicLayout.Page, _ here: StaticString, _ scene: Scene, _ write: (inout HTML) -> Void) -> Answer {
    var frame = frame
    let links = scene.links
    let items: [(String, StaticString)] = [("Data", "data/"), ("Config", "config/"), ("Privacy", "privacy/"), ("Status", "status/")]
    frame.navigation = items.map { Layout.Item($0.0, links.to($0.1), isHere: [UInt8](here) == [UInt8]($0.1)) }
    frame.words = scene.query["q"] ?? []
    frame.hasSearch = !isStatic
    frame.footer.add("<p>Made from reports of people who chose to send them, and of nothing else. ")
    frame.footer.link(links.to("privacy/"), "What is collected")
    frame.footer.add("</p>")
    var body = HTML()
    write(&body)
    return Answer(layout.page(frame, root: links.root, body))
  }
}

enum Icon {
  static let svg = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0b63b0"/><path d="M3 13V9h2v4zm4 0V6h2v7zm4 0V3h2v10z" fill="#fff"/></svg>
    """
}
