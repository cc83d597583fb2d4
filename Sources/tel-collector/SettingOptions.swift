import ArgumentParser
import Collector
import Files
import Glibc
import JSON

/// Every setting as an option; also from the environment and a file.
struct SettingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A file of settings: lines of key = value, with the names of these options.", valueName: "file"), completion: .file())
  var settings: String?
  @Option(help: help("data"), completion: .directory) var data: String?
  @Option(help: help("listen")) var listen: String?
  @Option(help: help("port")) var port: String?
  @Option(help: help("configs"), completion: .directory) var configs: String?
  @Option(help: help("charts"), completion: .file(extensions: ["txt"])) var charts: [String] = []
  @Option(help: help("title")) var title: String?
  @Option(help: help("publish"), completion: .list(["charts", "reports"])) var publish: String?
  @Option(help: help("least")) var least: String?
  @Option(help: help("window")) var window: String?
  @Option(help: help("settling")) var settling: String?
  @Option(help: help("retention")) var retention: String?
  @Option(help: help("trusted-proxy")) var trustedProxy: [String] = []
  @Option(help: help("rate-limit")) var rateLimit: String?
  @Option(help: help("log"), completion: .list(["text", "json"])) var log: String?
  @Option(help: help("as-of")) var asOf: String?

  private static func help(_ name: String) -> ArgumentHelp {
    let setting = Setting.named(name)!
    return ArgumentHelp("\(setting.help) Default: \(setting.normal).", valueName: setting.value)
  }

  /// What was typed, then what the environment says, then what the file says.
  func found() throws -> GivenSettings {
    var given: [Given] = []
    let typed: [(String, String?)] = [
      ("data", data), ("listen", listen), ("port", port), ("configs", configs), ("charts", charts.isEmpty ? nil : charts.joined(separator: ",")), ("title", title), ("publish", publish),
      ("least", least), ("window", window), ("settling", settling), ("retention", retention), ("trusted-proxy", trustedProxy.isEmpty ? nil : trustedProxy.joined(separator: ",")),
      ("rate-limit", rateLimit), ("log", log), ("as-of", asOf),
    ]
    for (name, value) in typed { if let value { given.append(Given(name, value, .flag)) } }
    var file = settings
    for (variable, value) in SettingOptions.environment() {
      let name = Setting.name(ofVariable: variable)
      if name == "settings" { file = file ?? value } else { given.append(Given(name, value, .environment)) }
    }
    guard let file else { return GivenSettings(given) }
    let read = try SettingsFile(file)
    return GivenSettings(given + read.given, problems: read.problems)
  }

  /// The settings, or all that is wrong with them on standard error.
  func checked() throws -> Settings {
    let found = try found()
    if found.problems.isEmpty { return found.settings }
    SettingOptions.complain(found.problems)
    throw ExitCode.validationFailure
  }

  static func complain(_ problems: [SettingsProblem]) {
    for problem in problems {
      Terminal.complain(Array("\(problem.place): \(problem.message)\(problem.hint.isEmpty ? "" : "; \(problem.hint)")".utf8))
    }
  }

  private static func environment() -> [(String, String)] {
    var found: [(String, String)] = []
    var at = environ
    while let entry = at.pointee {
      let text = String(cString: entry)
      if text.hasPrefix(Setting.prefix), let sign = text.firstIndex(of: "=") { found.append((String(text[..<sign]), String(text[text.index(after: sign)...]))) }
      at += 1
    }
    return found.sorted { $0.0 < $1.0 }
  }
}

extension GivenSettings {
  func write(to output: inout Terminal) {
    let width = effective.map(\.name.utf8.count).max() ?? 0
    for each in effective {
      output.line(each.name + String(repeating: " ", count: width - each.name.utf8.count) + " = \(shown(Array(each.value.utf8)))  (\(each.place))")
    }
  }

  func write(to json: inout JSONWriter) {
    json.list("settings", effective) { json, each in
      json.beginObject()
      json.member("name", each.name)
      json.member("value", each.value)
      json.member("from", each.place)
      json.endObject()
    }
    json.list("problems", problems) { json, problem in
      json.beginObject()
      json.member("place", problem.place)
      json.member("message", problem.message)
      json.member("hint", problem.hint)
      json.endObject()
    }
  }
}
