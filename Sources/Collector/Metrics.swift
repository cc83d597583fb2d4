import Files
import Synchronization

/// What is counted of the collector itself. Labels are of few values, none of
/// which a sender can choose.
public final class Metrics: Sendable {
  /// Families with one label set each; `Exposition` has their help.
  public enum Counter: String, CaseIterable, Sendable {
    case requests = "tel_collector_requests_total"
    case reports = "tel_collector_reports_total"
    case refused = "tel_collector_reports_refused_total"
    case publications = "tel_collector_publications_total"
    case forgotten = "tel_collector_reports_forgotten_total"
    case faults = "tel_collector_faults_total"
  }

  public enum Gauge: String, CaseIterable, Sendable {
    case stored = "tel_collector_stored_reports"
    case pending = "tel_collector_pending_reports"
    case size = "tel_collector_store_bytes"
    case published = "tel_collector_last_publication_timestamp_seconds"
    case scheduled = "tel_collector_last_schedule_timestamp_seconds"
    case started = "process_start_time_seconds"
    case memory = "process_resident_memory_bytes"
  }

  public enum Distribution: String, CaseIterable, Sendable {
    case uploads = "tel_collector_upload_seconds"
    case pages = "tel_collector_page_seconds"
    case commits = "tel_collector_commit_seconds"
    case groups = "tel_collector_commit_reports"
    case publishing = "tel_collector_publishing_seconds"

    /// Upper bounds.
    var bounds: [Double] {
      self == .groups ? [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] : [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]
    }
  }

  struct Series: Hashable {
    var name: String
    /// `route="upload",status="200"`.
    var labels: String
  }

  struct Spread {
    /// One more than bounds; not summed up.
    var counts: [Int]
    var sum = 0.0
  }

  struct State {
    var counters: [Series: Int] = [:]
    var gauges: [Gauge: Double] = [:]
    var spreads: [Distribution: Spread] = [:]
    var config = ""
  }

  private let state = Mutex(State())

  public init() {
    state.withLock { $0.gauges[.started] = Double(Clock.seconds) }
    // What has not happened yet is 0, so that its first time is a step.
    for outcome in ["accepted", "duplicate", "pending"] { count(.reports, "outcome=\"\(outcome)\"", by: 0) }
    for span in ["week", "day"] { count(.publications, "span=\"\(span)\"", by: 0) }
    count(.forgotten, by: 0)
    for distribution in Distribution.allCases {
      state.withLock { $0.spreads[distribution] = Spread(counts: Array(repeating: 0, count: distribution.bounds.count + 1)) }
    }
  }

  public func count(_ counter: Counter, _ labels: String = "", by number: Int = 1) {
    state.withLock { $0.counters[Series(name: counter.rawValue, labels: labels), default: 0] += number }
  }

  public func set(_ gauge: Gauge, _ value: Double) { state.withLock { $0.gauges[gauge] = value } }

  public func note(_ distribution: Distribution, _ value: Double) {
    let bounds = distribution.bounds
    let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock {
      $0.spreads[distribution]!.counts[bucket] += 1
      $0.spreads[distribution]!.sum += value
    }
  }

  public func setConfig(_ version: [UInt8]) { state.withLock { $0.config = String(decoding: version, as: UTF8.self) } }

  func snapshot() -> State { state.withLock { $0 } }
}

extension Metrics {
  /// A request was answered.
  func answered(_ route: Route, status: Int, nanoseconds: Int64) {
    count(.requests, "route=\"\(route.rawValue)\",status=\"\(status)\"")
    let seconds = Double(nanoseconds) / 1e9
    if route == .upload { note(.uploads, seconds) } else if route == .page { note(.pages, seconds) }
  }

  /// A group of reports was made durable.
  public func committed(_ reports: Int, nanoseconds: Int64) {
    note(.groups, Double(reports))
    note(.commits, Double(nanoseconds) / 1e9)
  }

  /// Why a report was refused, in a word.
  static func reason(of status: Int) -> String {
    switch status {
    case 400: "malformed"
    case 403: "web_page"
    case 404, 410: "too_old"
    case 408: "timeout"
    case 409: "conflict"
    case 413: "too_long"
    case 415: "media_type"
    case 422: "not_approved"
    case 425: "too_early"
    case 429: "rate_limit"
    case 503: "store"
    default: "other"
    }
  }

  enum Route: String { case upload, page, config, data, health, metrics, other }
}
