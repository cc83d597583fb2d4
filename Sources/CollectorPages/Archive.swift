import Publishing

/// What was read of publications, for as long as it is what is published.
actor Archive {
  private let source: any SiteSource
  private var history = History()
  private var editions: [TimeSpan: Int] = [:]
  /// Whole publications that pages needed last, within a number of rows.
  private var recent: [(span: TimeSpan, edition: Int, rows: Int, publication: Publication)] = []
  private var reading: Task<History, any Error>?

  private static let mostRows = 600_000

  init(_ source: any SiteSource) { self.source = source }

  /// Read again where there is a newer edition; requests that come meanwhile wait
  /// for the same reading.
  func current() async throws -> History {
    if let reading { return try await reading.value }
    let task = Task { try await self.read() }
    reading = task
    defer { reading = nil }
    return try await task.value
  }

  private func read() async throws -> History {
    let now = try await source.editions()
    let there = Dictionary(now.map { ($0.span, $0.edition) }) { $1 }
    if there == editions { return history }
    for span in editions.keys where there[span] == nil { history.remove(span) }
    let newer = now.filter { $0.span.kind == .week && editions[$0.span] != $0.edition }.map(\.span).sorted()
    for try await publication in Outlines(newer, of: source) { history.add(publication) }
    history.days = there.keys.filter { $0.kind == .day }.sorted()
    editions = there
    return history
  }

  func publication(_ span: TimeSpan) async throws -> Publication? {
    guard let edition = editions[span] else { return nil }
    if let index = recent.firstIndex(where: { $0.span == span && $0.edition == edition }) {
      let found = recent.remove(at: index)
      recent.append(found)
      return found.publication
    }
    guard let publication = try await source.publication(span) else { return nil }
    let rows = publication.programs.reduce(0) { $0 + $1.charts.reduce(0) { $0 + $1.rows.count } }
    recent.removeAll { $0.span == span }
    recent.append((span, edition, rows, publication))
    while recent.count > 1, recent.reduce(0, { $0 + $1.rows }) > Archive.mostRows { recent.removeFirst() }
    return publication
  }
}

/// Of publications, in this order. The next is read while one is looked at: a year
/// of them is mostly time of processors.
private struct Outlines: AsyncSequence, AsyncIteratorProtocol {
  private let source: any SiteSource
  private var waiting: ArraySlice<TimeSpan>
  private var reading: [Task<Publication?, any Error>] = []

  /// Each is some tens of megabytes of text while it is read.
  private static let atOnce = 2

  init(_ spans: [TimeSpan], of source: any SiteSource) { (waiting, self.source) = (spans[...], source) }

  func makeAsyncIterator() -> Outlines { self }

  mutating func next() async throws -> Publication? {
    while true {
      while reading.count < Outlines.atOnce, let span = waiting.popFirst() {
        reading.append(Task { [source] in try await source.outline(span) })
      }
      if reading.isEmpty { return nil }
      if let publication = try await reading.removeFirst().value { return publication }
    }
  }
}
