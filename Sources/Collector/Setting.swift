import Dates
import Files

/// One setting: a flag, a variable of the environment and a key of the file.
public struct Setting: Sendable {
  public let name: String
  /// What stands for its value in a help text.
  public let value: String
  public let normal: String
  public let help: String
  public let isList: Bool
  /// Sets it, or says what is wrong and what to do.
  let apply: @Sendable (String, inout Settings) -> (message: String, hint: String)?

  private init(
    _ name: String, _ value: String, _ normal: String, _ help: String, isList: Bool = false, apply: @escaping @Sendable (String, inout Settings) -> (message: String, hint: String)?
  ) {
    (self.name, self.value, self.normal, self.help, self.isList, self.apply) = (name, value, normal, help, isList, apply)
  }

  public static let prefix = "TEL_COLLECTOR_"

  /// `TEL_COLLECTOR_TRUSTED_PROXY`.
  public static func variable(of name: String) -> String {
    prefix + String(decoding: name.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 & 0xdf == $0 || $0 < 0x61 ? $0 : $0 & 0xdf }, as: UTF8.self)
  }

  /// The name of the setting that a variable is of, whether there is one or not.
  public static func name(ofVariable variable: String) -> String {
    String(decoding: variable.utf8.dropFirst(prefix.utf8.count).map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  public static func named(_ name: String) -> Setting? { all.first { $0.name == name } }

  public static let all: [Setting] = [
    Setting("data", "folder", "collector", "Where reports and what is published are.") { text, settings in
      path(text) { settings.data = $0 }
    },
    Setting("listen", "address", "127.0.0.1", "The address to listen on: of this machine alone, unless a proxy is elsewhere.") { text, settings in
      guard Network(text) != nil, !text.contains("/") else { return ("\"\(Spelling.shown(text))\" is no address", "for example 127.0.0.1, ::1, or 0.0.0.0 for all") }
      settings.listen = text
      return nil
    },
    Setting("port", "number", "8080", "The port; 0 takes any that is free.") { text, settings in
      number(text, 0...65535) { settings.port = $0 }
    },
    Setting("configs", "folder", "config in data", "The folder of built upload configs; it is read again when they change.") { text, settings in
      path(text) { settings.configs = $0 }
    },
    Setting("charts", "file", "none", "A chart config, whose titles and reasons the pages show; may be repeated.", isList: true) { text, settings in
      let names = list(text)
      if names.isEmpty { return ("a file is expected", "") }
      settings.charts = names.map { Path(Array($0.utf8)) }
      return nil
    },
    Setting("title", "text", "Telemetry", "What the site is called.") { text, settings in
      let bytes = Array(text.utf8)
      guard !bytes.isEmpty, bytes.count <= 100, Text.isPrintable(bytes) else { return ("a title has 1 to 100 bytes that can be seen", "") }
      settings.title = text
      return nil
    },
    Setting("publish", "what", "charts", "What is published: charts, which are sums of many reports; or reports, which adds the merged reports of each day.") { text, settings in
      guard text == "charts" || text == "reports" else { return ("\"\(Spelling.shown(text))\" cannot be published", "it is charts or reports") }
      settings.publishesReports = text == "reports"
      return nil
    },
    Setting("least", "reports", "10", "Fewer reports than this are never shown on their own.") { text, settings in
      number(text, 1...1_000_000) { settings.least = $0 }
    },
    Setting("window", "days", "21", "Reports are taken so many days after their week has ended.") { text, settings in
      number(text, 7...365) { settings.window = $0 }
    },
    Setting("settling", "days", "8", "Charts are made so many days after a week has ended, and once more when no more reports of it are taken.") { text, settings in
      number(text, 1...365) { settings.settling = $0 }
    },
    Setting("retention", "days", "90", "Reports are kept so many days after their week has ended.") { text, settings in
      number(text, 7...3650) { settings.retention = $0 }
    },
    Setting("trusted-proxy", "network", "none", "Whose X-Forwarded-For is believed, such as 127.0.0.1 or 10.0.0.0/8; may be repeated.", isList: true) { text, settings in
      let networks = list(text)
      if let bad = networks.first(where: { Network($0) == nil }) { return ("\"\(Spelling.shown(bad))\" is no network", "for example 127.0.0.1, 10.0.0.0/8 or fd00::/8") }
      settings.trustedProxies = networks
      return nil
    },
    Setting("rate-limit", "reports", "1200", "Uploads of one network in a minute; 0 for no limit.") { text, settings in
      number(text, 0...1_000_000) { settings.rateLimit = $0 }
    },
    Setting("log", "format", "text", "How log lines look: text or json.") { text, settings in
      guard let format = Settings.LogFormat(rawValue: text) else { return ("\"\(Spelling.shown(text))\" is no format of logs", "it is text or json") }
      settings.log = format
      return nil
    },
    Setting("as-of", "date", "today", "Take this day, YYYY-MM-DD, for today: for tests.") { text, settings in
      guard let day = Day(text: Array(text.utf8)) else { return ("\"\(Spelling.shown(text))\" is no day", "for example 2026-11-22") }
      settings.asOf = day
      return nil
    },
  ]

  private static func path(_ text: String, _ set: (Path) -> Void) -> (message: String, hint: String)? {
    if text.isEmpty { return ("a folder is expected", "") }
    set(Path(Array(text.utf8)))
    return nil
  }

  private static func number(_ text: String, _ range: ClosedRange<Int>, _ set: (Int) -> Void) -> (message: String, hint: String)? {
    guard let number = Int(text), range.contains(number), text.utf8.first != UInt8(ascii: "+") else {
      return ("\"\(Spelling.shown(text))\" is no number from \(range.lowerBound) to \(range.upperBound)", "")
    }
    set(number)
    return nil
  }

  /// Spelling with commas or blanks between them.
  static func list(_ text: String) -> [String] { text.split { $0 == "," || $0 == " " || $0 == "\t" }.map(String.init) }
}
