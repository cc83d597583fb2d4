import Charts
import Dates
import Files
import Pages
import Survey

/// Every page, one at a time: nobody waits long, and nothing is shared.
actor Site {
  struct Answer: Sendable {
    var type: StaticString = "text/html; charset=utf-8"
    var body: [UInt8]
    var status = 200
    /// To be saved under this name.
    var file: String?
    /// Programs whose parts of a download follow, one at a time: all together
    /// may be more than memory should hold.
    var more: [[UInt8]] = []
    var end: [UInt8] = []
  }

  let sources: [Source]
  private let layout: Layout
  /// Why there is nothing to look at.
  private let problem: [UInt8]?

  init(_ vendors: [Vendor], at now: Int64?, problem: [UInt8]?) throws {
    sources = vendors.map { Source($0, at: now) }
    layout = try Layout()
    self.problem = problem
  }

  /// What a page is made with.
  struct Scene {
    let source: Source
    let query: Query
    /// Nil where there is but one.
    let vendor: [UInt8]?
  }

  /// Reads all there is, so that the first page need not.
  func warm() {
    for source in sources {
      let snapshot = source.warm()
      let outlook = Outlook(source)
      for program in snapshot.programs { _ = source.marks(program, snapshot.names(program), by: outlook) }
    }
  }

  func answer(_ path: String, _ query: Query) -> Answer {
    guard let source = source(query) else {
      var body = HTML()
      body.add("<p>")
      body.text(problem ?? [])
      body.add("</p>")
      return page("Nothing to look at", body, nil, "")
    }
    let scene = Scene(source: source, query: query, vendor: sources.count > 1 ? source.vendor.name : nil)
    switch path {
    case "/":
      var body = HTML()
      for source in sources {
        if sources.count > 1 {
          body.add("<h2>")
          body.text(source.vendor.name)
          body.add("</h2>")
        }
        HomePage(Scene(source: source, query: query, vendor: sources.count > 1 ? source.vendor.name : nil)).write(to: &body)
      }
      return page("What is on this machine, and what would leave it", body, scene, "/")
    case "/next": return show(NextPage(scene).write, "What the next upload would contain", scene, path)
    case "/program": return program(scene)
    case "/counter": return counter(scene)
    case "/reports": return show(ReportsPage(scene).write, "Reports", scene, path)
    case "/report": return report(scene)
    case "/config": return show(ConfigPage(scene).write, "What may leave: the upload config", scene, path)
    case "/files": return show(FilesPage(scene).write, "Files and problems", scene, path)
    case "/search": return show(SearchPage(scene).write, "Search", scene, path)
    case "/data.json": return Downloads(scene).json()
    case "/data.csv": return Downloads(scene).csv()
    case "/live.json": return Downloads(scene).live()
    case "/document": return Downloads(scene).document() ?? missing(scene)
    default: return missing(scene)
    }
  }

  /// A program's part of a download of all of them.
  func part(_ path: String, _ query: Query, _ program: [UInt8]) -> [UInt8] {
    guard let source = source(query) else { return [] }
    return Downloads(Scene(source: source, query: query, vendor: nil)).part(path, program)
  }

  private func source(_ query: Query) -> Source? { query["vendor"].flatMap { name in sources.first { $0.vendor.name == name } } ?? sources.first }

  private func show(_ write: (inout HTML) -> Void, _ title: StaticString, _ scene: Scene, _ path: String) -> Answer {
    var body = HTML()
    write(&body)
    return page([UInt8](title), body, scene, path)
  }

  private func program(_ scene: Scene) -> Answer {
    let page = ProgramPage(scene)
    guard let page else { return missing(scene) }
    var body = HTML()
    page.write(to: &body)
    return self.page(page.selection.program.isEmpty ? [UInt8]("(no name)") : page.selection.program, body, scene, "/program")
  }

  private func counter(_ scene: Scene) -> Answer {
    guard let page = CounterPage(scene) else { return missing(scene) }
    var body = HTML()
    page.write(to: &body)
    return self.page(page.title, body, scene, "/counter")
  }

  private func report(_ scene: Scene) -> Answer {
    guard let page = ReportPage(scene) else { return missing(scene) }
    var body = HTML()
    page.write(to: &body)
    return self.page(page.title, body, scene, "/report")
  }

  private func missing(_ scene: Scene) -> Answer {
    var body = HTML()
    body.add("<p>There is nothing of that name here, or not any more. ")
    body.link(Address("/"), "Back to the first page")
    body.add("</p>")
    var answer = page("Not found", body, scene, "")
    answer.status = 404
    return answer
  }

  private func page(_ title: StaticString, _ body: HTML, _ scene: Scene?, _ path: String) -> Answer { page([UInt8](title), body, scene, path) }

  private func page(_ title: [UInt8], _ body: HTML, _ scene: Scene?, _ path: String) -> Answer {
    func item(_ label: String, _ address: StaticString) -> Layout.Item {
      Layout.Item(label, Address(address).with("vendor", address == "/" ? nil : scene?.vendor), isHere: path == String(describing: address))
    }
    let navigation = [item("Overview", "/"), item("Next upload", "/next"), item("Reports", "/reports"), item("Config", "/config"), item("Files", "/files")]
    let footer = scene.map { [UInt8]("From ") + $0.source.folder.path.bytes + [UInt8](", vendor ") + $0.source.vendor.name + [UInt8](". Files are only read, and nothing here goes anywhere.") }
    let text = layout.page(
      title: title, navigation: scene == nil ? [] : navigation, words: scene?.query["q"] ?? [], hidden: scene?.vendor, footer: footer ?? [], body)
    return Answer(body: Array(text.utf8))
  }
}

private func == (a: StaticString, b: StaticString) -> Bool { [UInt8](a) == b }
