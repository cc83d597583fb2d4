import Charts
import Files
import Mustache

/// What all pages have around them.
public struct Layout: Sendable {
  public struct Item: Sendable {
    public let label: String
    public let address: String
    public let isHere: Bool

    public init(_ label: String, _ address: Address, isHere: Bool) {
      self.label = label
      self.address = String(decoding: address.bytes, as: UTF8.self)
      self.isHere = isHere
    }
  }

  private let template: MustacheTemplate

  public init() throws { template = try MustacheTemplate(string: Layout.text) }

  /// `words`: of the search that the page shows. `footer`: where the data is.
  public func page(title: [UInt8], navigation: [Item], words: [UInt8] = [], hidden: [UInt8]? = nil, footer: [UInt8], _ body: HTML) -> String {
    func text(_ bytes: [UInt8]) -> String { String(decoding: Label.shown(bytes), as: UTF8.self) }
    let navigation = navigation.map { ["label": $0.label, "address": $0.address, "here": $0.isHere] as [String: Any] }
    return template.render([
      "title": text(title), "navigation": navigation, "words": text(words), "vendor": hidden.map { ["name": text($0)] as [String: Any] } as Any, "footer": text(footer),
      "patterns": Charts.patterns, "body": String(decoding: body.bytes, as: UTF8.self),
    ] as [String: Any])
  }

  private static let text = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{{title}} · tel</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/style.css">
    <script src="/view.js" defer></script>
    </head>
    <body>
    <a class="skip" href="#main">Skip to the content</a>
    {{{patterns}}}
    <header class="top">
    <nav aria-label="Pages"><ul>
    {{#navigation}}
    <li><a href="{{address}}"{{#here}} aria-current="page"{{/here}}>{{label}}</a></li>
    {{/navigation}}
    </ul></nav>
    <form action="/search" role="search">
    {{#vendor}}<input type="hidden" name="vendor" value="{{name}}">{{/vendor}}
    <label for="q" class="out">Search all names</label>
    <input id="q" name="q" type="search" value="{{words}}" placeholder="Search all names">
    <button>Search</button>
    </form>
    </header>
    <main id="main" tabindex="-1">
    <h1>{{title}}</h1>
    {{{body}}}
    </main>
    <footer>{{footer}}</footer>
    </body>
    </html>
    """
}
