import Dates
import Files
import Gate
import Publishing
import Store

/// Publishes what is due: a week, with its days, when it is settled, and once more
/// when no more reports of it are taken. Weeks end on Sundays.
public struct Press: Sendable {
  let engine: Engine

  public init(_ engine: Engine) { self.engine = engine }

  /// One thing that was published.
  public struct Issue: Sendable, Equatable {
    public let name: String
    public let edition: Int
    public let reports: Int
  }

  /// Of a week that was asked for: why nothing was published.
  public enum Refusal: Sendable, Equatable {
    case notSettled(Day)
    case tooFew(Int)
    case published(edition: Int)
  }

  private var schedule: Schedule { Schedule(settling: engine.settings.settling, window: engine.settings.window, retention: engine.settings.retention) }

  /// All that is due. Nobody else publishes in the folder meanwhile.
  public func work() async throws -> [Issue] {
    let lock = try occupy()
    defer { lock.close() }
    var issues: [Issue] = []
    for due in try await due() {
      if Task.isCancelled { break }
      issues += try await publish(due)
    }
    return issues
  }

  /// One week, if it is due.
  public func work(on week: TimeSpan) async throws -> (issues: [Issue], refusal: Refusal?) {
    let lock = try occupy()
    defer { lock.close() }
    let settled = week.end.advanced(by: engine.settings.settling)
    if engine.today < settled { return ([], .notSettled(settled)) }
    var issues: [Issue] = []
    for due in try await due() where due == .first(week) || due == .second(week) { issues += try await publish(due) }
    if !issues.isEmpty { return (issues, nil) }
    if let document = try await engine.store.document(week.name) { return ([], .published(edition: document.edition)) }
    let days = try await engine.store.days().filter { Schedule.week(of: $0.day) == week }
    return ([], .tooFew(days.reduce(0) { $0 + $1.reports }))
  }

  private func occupy() throws(Fault) -> FolderLock { try FolderLock(engine.settings.data, "publishing", "something is just being published there; try again") }

  private func due() async throws -> [Schedule.Due] {
    var editions: [String: Int] = [:]
    for (name, edition, _) in try await engine.store.documents() {
      let name = name.hasPrefix(Press.done) ? String(name.dropFirst(Press.done.utf8.count)) : name
      editions[name] = max(edition, editions[name] ?? 0)
    }
    return try await schedule.due(on: engine.today, days: engine.store.days().filter { $0.reports > 0 }.map(\.day), editions: editions)
  }

  /// Documents with such names say that an edition was looked at, and that there was
  /// nothing to be published.
  private static let done = "done/"

  private func publish(_ due: Schedule.Due) async throws -> [Issue] {
    let start = Clock.monotonic
    let table = engine.table
    let publisher = Publisher(least: engine.settings.least, newest: engine.shelf.newest?.config, configs: table)
    var publications: [Publication] = []
    var merged: [Document] = []
    let isClosed: Bool
    switch due {
    case .first(let week):
      isClosed = schedule.isClosed(week, on: engine.today)
      publications = publisher.publications(of: try await sums(of: week, table), week: week.end, made: engine.today, isFinal: isClosed)
      if engine.settings.publishesReports, !publications.isEmpty { merged = try await merge(week, edition: 1) }
    case .second(let week):
      isClosed = true
      if let first = try await engine.publication(week), let second = publisher.refreshed(first, with: try await sums(of: week, table), made: engine.today) {
        publications = [second]
      }
      if engine.settings.publishesReports { merged = try await merge(week, edition: 2) }
    }
    // A week and its days together: days that were made again after more reports
    // had come would tell which came late.
    var documents = merged
    for publication in publications { documents.append(Document(name: publication.span.name, edition: publication.edition, made: publication.made, text: publication.json)) }
    // Of a week of which reports are still taken there may be enough tomorrow.
    if isClosed { documents.append(Document(name: Press.done + due.week.name, edition: 2, made: engine.today, text: [])) }
    try await engine.store.publish(documents)
    return publications.map { note($0, since: start) }
  }

  private func sums(of week: TimeSpan, _ table: @escaping ConfigTable) async throws -> [(day: Day, tallies: Tallies)] {
    var days: [(day: Day, tallies: Tallies)] = []
    for number in week.begin.number...week.end.number { days.append((Day(number), try await engine.store.tallies(of: Day(number)...Day(number), under: table))) }
    return days
  }

  /// The merged reports of its days, which outlive the reports.
  private func merge(_ week: TimeSpan, edition: Int) async throws -> [Document] {
    var documents: [Document] = []
    for number in week.begin.number...week.end.number {
      let day = Day(number)
      var merged = MergedReports()
      try await engine.store.forEachReport(of: day) { report in
        merged.add(report)
        return true
      }
      let text = merged.text
      if !text.isEmpty { documents.append(Document(name: "reports/" + String(decoding: day.text, as: UTF8.self), edition: edition, made: engine.today, text: text)) }
    }
    return documents
  }

  private func note(_ publication: Publication, since start: Int64) -> Issue {
    let span = publication.span
    engine.metrics.count(.publications, "span=\"\(span.kind.rawValue)\"")
    engine.metrics.set(.published, Double(Clock.seconds))
    engine.metrics.note(.publishing, Double(Clock.monotonic - start) / 1e9)
    engine.journal.info(
      "published", ("name", .text(Array(span.name.utf8))), ("edition", .number(publication.edition)), ("reports", .number(publication.reports)), ("ms", .took(Clock.monotonic - start)))
    return Issue(name: span.name, edition: publication.edition, reports: publication.reports)
  }
}
