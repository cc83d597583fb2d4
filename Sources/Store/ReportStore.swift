import Dates
import Files
import Gate

/// What became of a report that was to be kept.
public enum Placement: Sendable, Equatable {
  case kept
  /// It is there already, with the same content.
  case known
  /// Another report has its week and X.
  case taken
}

/// What is published: made once, and at most once again.
public struct Document: Sendable, Equatable {
  /// `weeks/2026-11-22`.
  public var name: String
  /// 1, or 2 once it has been refreshed.
  public var edition: Int
  public var made: Day
  public var text: [UInt8]

  public init(name: String, edition: Int, made: Day, text: [UInt8]) { (self.name, self.edition, self.made, self.text) = (name, edition, made, text) }
}

/// Configs by their numbers; nil for one that is not here.
public typealias ConfigTable = @Sendable (_ version: [UInt8]) -> UploadConfig?

/// Where reports are. Everything that is long is one request, so that an engine
/// can do it where the data is: nobody goes through reports but to publish them.
/// All functions may be called at any time from anywhere.
public protocol ReportStore: Sendable {
  /// When it returns the report survives a loss of power. Reports that come
  /// together are made durable together.
  func add(_ report: KeptReport) async throws -> Placement

  /// Of reports whose week ends on one of these days.
  func tallies(of days: ClosedRange<Day>, under configs: @escaping ConfigTable) async throws -> Tallies

  /// Those of one day in the order of X, without pending ones, until `body` says no.
  func forEachReport(of day: Day, _ body: (KeptReport) throws -> Bool) async throws

  /// Pending ones that name one of these configs, at most `limit`.
  func pending(naming configs: [[UInt8]], limit: Int) async throws -> [KeptReport]
  /// A pending report has been read; nil: it was none that can be kept.
  func settle(_ week: Day, _ x: Double, _ report: KeptReport?) async throws

  /// How many there are for each day on which weeks end, pending ones apart.
  func days() async throws -> [(day: Day, reports: Int, pending: Int)]

  /// Forgets reports of weeks that ended before `day`; says how many.
  func forget(before day: Day) async throws -> Int

  /// All of them, or none.
  func publish(_ documents: [Document]) async throws
  func document(_ name: String) async throws -> Document?
  /// Names and editions, in the order of names.
  func documents() async throws -> [(name: String, edition: Int, made: Day)]

  /// Can it write? For /readyz.
  func check() async throws
  /// All of it, as it is at one moment, while everything goes on.
  func backUp(to path: Path) async throws
  func close() async throws
}
