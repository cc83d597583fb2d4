import ChartConfig
import CollectorPages
import Dates
import Files

/// What a collector goes by. `Setting.all` says how each is called.
public struct Settings: Sendable, Equatable {
  public enum LogFormat: String, CaseIterable, Sendable { case text, json }

  public var data = Path([UInt8]("collector"))
  public var listen = "127.0.0.1"
  public var port = 8080
  /// Nil: `config` in the data folder.
  public var configs: Path?
  /// Of the chart config.
  public var charts: [Path] = []
  public var title = "Telemetry"
  public var publishesReports = false
  public var least = 10
  public var window = 21
  public var settling = 8
  public var retention = 90
  /// Addresses and networks, as they were written.
  public var trustedProxies: [String] = []
  /// Uploads of one network in a minute; 0 for no limit.
  public var rateLimit = 1200
  public var log = LogFormat.text
  /// Nil for the clock's.
  public var asOf: Day?

  public init() {}

  public var configFolder: Path { configs ?? data.appending("config") }

  public var today: @Sendable () -> Day {
    let asOf = asOf
    return { asOf ?? Day(unixSeconds: Clock.seconds) }
  }

  /// Of what one network may do; `descriptors` is how many files the process may open.
  public func limits(descriptors: Int) -> Limits {
    var limits = Limits()
    limits.uploads = Limits.Rate(perSecond: Double(rateLimit) / 60, burst: max(20, Double(rateLimit) / 3))
    limits.trusted = trustedProxies.compactMap { Network($0) }
    // The store and what else is open need some.
    limits.connections = max(16, min(limits.connections, descriptors - 64))
    return limits
  }

  public var facts: Facts {
    var facts = Facts()
    (facts.title, facts.window, facts.least, facts.retention) = (title, window, least, retention)
    (facts.settling, facts.publishesReports) = (settling, publishesReports)
    return facts
  }
}

/// A value that somebody gave, and where.
public struct Given: Sendable, Equatable {
  public enum Origin: Sendable, Equatable {
    case normal, flag, environment
    case file(name: String, line: Int)
  }

  public let name: String
  public let value: String
  public let origin: Origin

  public init(_ name: String, _ value: String, _ origin: Origin) { (self.name, self.value, self.origin) = (name, value, origin) }

  /// `--port`, `TEL_COLLECTOR_PORT` or `collector.conf:3`.
  public var place: String {
    switch origin {
    case .normal: "default"
    case .flag: "--" + name
    case .environment: Setting.variable(of: name)
    case .file(let file, let line): "\(file):\(line)"
    }
  }
}

/// One thing that is wrong with what was given.
public struct SettingsProblem: Sendable, Equatable {
  public let place: String
  public let message: String
  /// What to do; may be empty.
  public let hint: String

  public init(place: String, message: String, hint: String) { (self.place, self.message, self.hint) = (place, message, hint) }
}

/// Settings, where each comes from, and all that is wrong.
public struct GivenSettings: Sendable {
  public private(set) var settings = Settings()
  /// One for each setting, in the order of `Setting.all`.
  public private(set) var effective: [Given] = []
  public private(set) var problems: [SettingsProblem] = []

  /// `given` in the order of what counts more: flags, the environment, a file.
  public init(_ given: [Given], problems: [SettingsProblem] = []) {
    self.problems = problems
    for one in given where Setting.named(one.name) == nil {
      let near = nearest(to: Array(one.name.utf8), among: Setting.all.map(\.name))
      self.problems.append(
        SettingsProblem(place: one.place, message: "there is no setting \"\(Spelling.shown(one.name))\"", hint: near.map { "did you mean \($0)?" } ?? "tel-collector serve --help lists them"))
    }
    for setting in Setting.all {
      let values = given.filter { $0.name == setting.name }
      // What is overridden is looked at, too: it would be wrong tomorrow.
      for one in values.reversed() {
        if let (message, hint) = setting.apply(one.value, &settings) { self.problems.append(SettingsProblem(place: one.place, message: message, hint: hint)) }
      }
      effective.append(values.first ?? Given(setting.name, setting.normal, .normal))
    }
    if settings.settling > settings.window {
      let place = effective.first { $0.name == "settling" }!.place
      self.problems.append(SettingsProblem(place: place, message: "settling is longer than window", hint: "charts would be made when no more reports are taken; make settling at most \(settings.window)"))
    }
    // All days of a week are needed when no more reports of its last day are taken.
    if settings.retention < settings.window + 8 {
      let place = effective.first { $0.name == "retention" }!.place
      self.problems.append(SettingsProblem(place: place, message: "retention is too short for window", hint: "reports would be forgotten before they are published for the last time; make it at least \(settings.window + 8)"))
    }
  }
}
