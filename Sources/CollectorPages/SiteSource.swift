import ChartConfig
import Dates
import Publishing

/// What of its settings a collector tells everybody.
public struct Facts: Sendable, Equatable {
  /// What the site is called: the vendor's name, or its programs'.
  public var title = "Telemetry"
  /// Reports are taken so many days after their week has ended.
  public var window = 21
  /// Fewer reports than this are not published on their own.
  public var least = 10
  /// Raw reports are kept so many days after their week has ended.
  public var retention = 90
  /// Charts are made so many days after a week has ended, and once more when
  /// no more reports of it are taken.
  public var settling = 8
  /// Merged reports are published, too.
  public var publishesReports = false

  public init() {}
}

/// How it goes, for the status page.
public struct Status: Sendable {
  public var days: [(day: Day, reports: Int, pending: Int)] = []
  public var published: Day?
  public var today: Day

  public init(today: Day) { self.today = today }
}

/// What pages are made of.
public protocol SiteSource: Sendable {
  var facts: Facts { get }
  var shelf: ConfigShelf { get }
  /// The texts that people wrote for charts, from the chart config, if it was given.
  var texts: [Chart] { get }
  /// What is published, by its last day.
  func spans() async throws -> [TimeSpan]
  /// The same, with the edition of each. It is asked for every page, and should
  /// not read what is published.
  func editions() async throws -> [(span: TimeSpan, edition: Int)]
  func publication(_ span: TimeSpan) async throws -> Publication?
  /// What pages need of each week there ever was: rows of all reports, and of
  /// versions. It may have more.
  func outline(_ span: TimeSpan) async throws -> Publication?
  /// A day's merged reports as NDJSON; nil unless those are published.
  func reports(of day: Day) async throws -> [UInt8]?
  func status() async throws -> Status
}

extension SiteSource {
  public func outline(_ span: TimeSpan) async throws -> Publication? { try await publication(span) }

  public func editions() async throws -> [(span: TimeSpan, edition: Int)] {
    var editions: [(span: TimeSpan, edition: Int)] = []
    for span in try await spans() { if let publication = try await publication(span) { editions.append((span, publication.edition)) } }
    return editions
  }
}
