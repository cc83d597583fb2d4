import Charts
import Files
import Mustache

/// What pages for everybody have around them. Nothing in it begins with a slash:
/// `root` leads from the page to the first one, so that the same page works as
/// a file in any folder.
public struct PublicLayout: Sendable {
  public struct Page: Sendable {
    public var title: [UInt8]
    /// For search engines, and under the title.
    public var summary: [UInt8] = []
    /// From the first page to this one.
    public var path: [(label: [UInt8], address: Address)] = []
    public var navigation: [Layout.Item] = []
    public var words: [UInt8] = []
    /// A file of pages has nothing that could search.
    public var hasSearch = true
    public var footer = HTML()

    public init(title: [UInt8]) { self.title = title }
  }

  private let template: MustacheTemplate
  /// Of the site: its title.
  private let name: [UInt8]
  /// What style.css and site.js are, so that a newer one is another address.
  public let edition: [UInt8]

  public init(name: [UInt8], edition: [UInt8]) throws {
    template = try MustacheTemplate(string: PublicLayout.text)
    (self.name, self.edition) = (name, edition)
  }

  /// `root` ends in a slash.
  public func page(_ page: Page, root: [UInt8], _ body: HTML) -> [UInt8] {
    func text(_ bytes: [UInt8]) -> String { String(decoding: Label.shown(bytes), as: UTF8.self) }
    func raw(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    let navigation = page.navigation.map { ["label": $0.label, "address": $0.address, "here": $0.isHere] as [String: Any] }
    let path = page.path.map { ["label": text($0.label), "address": raw($0.address.bytes)] as [String: Any] }
    return Array(
      template.render([
        "name": text(name), "title": text(page.title), "head": page.title == name ? text(name) : text(page.title) + " · " + text(name), "summary": text(page.summary),
        "hasSummary": !page.summary.isEmpty, "path": path, "hasPath": !path.isEmpty, "navigation": navigation, "words": text(page.words), "hasSearch": page.hasSearch,
        "footer": raw(page.footer.bytes), "root": raw(root), "edition": raw(edition), "policy": PublicLayout.policy, "patterns": Charts.patterns, "body": raw(body.bytes),
      ] as [String: Any]).utf8)
  }

  /// As a header says it, too; in files of pages there is no header.
  public static let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"

  private static let text = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="{{policy}}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    {{#hasSummary}}<meta name="description" content="{{summary}}">{{/hasSummary}}
    <title>{{head}}</title>
    <link rel="icon" href="{{root}}icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="{{root}}style.css?v={{edition}}">
    <script src="{{root}}site.js?v={{edition}}" defer></script>
    </head>
    <body class="public">
    <a class="skip" href="#main">Skip to the content</a>
    {{{patterns}}}
    <header class="top">
    <a class="brand" href="{{root}}">{{name}}</a>
    <nav aria-label="Pages"><ul>
    {{#navigation}}
    <li><a href="{{address}}"{{#here}} aria-current="page"{{/here}}>{{label}}</a></li>
    {{/navigation}}
    </ul></nav>
    {{#hasSearch}}
    <form action="{{root}}search/" role="search">
    <label for="q" class="out">Search all charts</label>
    <input id="q" name="q" type="search" value="{{words}}" placeholder="Search all charts">
    <button>Search</button>
    </form>
    {{/hasSearch}}
    </header>
    <main id="main" tabindex="-1">
    {{#hasPath}}<nav class="path" aria-label="Where this is"><ol>{{#path}}<li><a href="{{address}}">{{label}}</a></li>{{/path}}</ol></nav>{{/hasPath}}
    <h1>{{title}}</h1>
    {{{body}}}
    </main>
    <footer>{{{footer}}}</footer>
    </body>
    </html>
    """
}
