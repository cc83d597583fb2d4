import Dates
import Files
import Pages

/// The public pages and data, each at an address that stays.
public struct Site: Sendable {
  public struct Answer: Sendable {
    public var status = 200
    public var type = "text/html; charset=utf-8"
    public var body: [UInt8]

    public init(_ body: [UInt8]) { self.body = body }
  }

  private let source: any SiteSource
  private let layout: Layout

  public init(_ source: any SiteSource) throws {
    self.source = source
    layout = try Layout()
  }

  /// `path` begins with a slash, and is as it came.
  public func answer(_ path: String, query: Query) async throws -> Answer {
    var body = HTML()
    body.add("<p>Nothing is published yet.</p>")
    return Answer(Array(layout.page(title: Array(source.facts.title.utf8), navigation: [], footer: [], body).utf8))
  }

  /// Every address that there is, for those who make files of all of them.
  public func addresses() async throws -> [String] { ["/"] }
}
