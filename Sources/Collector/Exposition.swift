/// Metrics in the text format of Prometheus, 0.0.4.
struct Exposition {
  private var text = ""

  static let type = "text/plain; version=0.0.4; charset=utf-8"

  static func of(_ metrics: Metrics, version: String) -> [UInt8] {
    var exposition = Exposition()
    let state = metrics.snapshot()
    exposition.head("tel_collector_build_info", "gauge", "The version of the program; always 1.")
    exposition.line("tel_collector_build_info", "version=\"\(version)\"", 1)
    exposition.head("tel_collector_config_info", "gauge", "The newest upload config; always 1.")
    exposition.line("tel_collector_config_info", "version=\"\(state.config)\"", 1)
    for counter in Metrics.Counter.allCases {
      let series = state.counters.filter { $0.key.name == counter.rawValue }.sorted { $0.key.labels < $1.key.labels }
      if series.isEmpty { continue }
      exposition.head(counter.rawValue, "counter", counter.help)
      for (key, value) in series { exposition.line(key.name, key.labels, Double(value)) }
    }
    for gauge in Metrics.Gauge.allCases {
      guard let value = state.gauges[gauge] else { continue }
      exposition.head(gauge.rawValue, "gauge", gauge.help)
      exposition.line(gauge.rawValue, "", value)
    }
    for distribution in Metrics.Distribution.allCases {
      guard let spread = state.spreads[distribution] else { continue }
      exposition.head(distribution.rawValue, "histogram", distribution.help)
      var sum = 0
      for (index, count) in spread.counts.enumerated() {
        sum += count
        let bound = index < distribution.bounds.count ? Exposition.number(distribution.bounds[index]) : "+Inf"
        exposition.line(distribution.rawValue + "_bucket", "le=\"\(bound)\"", Double(sum))
      }
      exposition.line(distribution.rawValue + "_sum", "", spread.sum)
      exposition.line(distribution.rawValue + "_count", "", Double(sum))
    }
    return Array(exposition.text.utf8)
  }

  private mutating func head(_ name: String, _ type: String, _ help: String) { text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n" }

  private mutating func line(_ name: String, _ labels: String, _ value: Double) {
    text += name + (labels.isEmpty ? "" : "{\(labels)}") + " " + Exposition.number(value) + "\n"
  }

  /// A whole number without the point.
  private static func number(_ value: Double) -> String { value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value) }
}

extension Metrics.Counter {
  fileprivate var help: String {
    switch self {
    case .requests: "Requests that were answered, by kind of address and status."
    case .reports: "Reports that were taken: accepted, known already, or accepted until their config comes."
    case .refused: "Reports that were refused, by reason."
    case .publications: "What was published: weeks and days, each edition."
    case .forgotten: "Reports whose time of keeping was over."
    case .faults: "Work of the schedule that failed; the log says what."
    }
  }
}

extension Metrics.Gauge {
  fileprivate var help: String {
    switch self {
    case .stored: "Reports that are kept."
    case .pending: "Reports that wait for their upload config."
    case .size: "The files of the store."
    case .published: "When something was last published, in Unix seconds."
    case .scheduled: "When the schedule last ended well, in Unix seconds."
    case .started: "When the process began, in Unix seconds."
    case .memory: "Memory of the process."
    }
  }
}

extension Metrics.Distribution {
  fileprivate var help: String {
    switch self {
    case .uploads: "From a whole request to the answer, of uploads."
    case .pages: "From a request to the answer, of pages."
    case .commits: "How long it took to make a group of reports durable."
    case .groups: "How many reports were made durable together."
    case .publishing: "How long it took to publish a span."
    }
  }
}
