import Gate
import TestSupport

@testable import ChartConfig

/// Chart configs as tests write them.
enum Written {
  static let whole = "os: linux\narch: amd64\ntoolchain: gcc12.2\n---\n"
  static let program = "program: p\nversions: v1.0.0\n---\n"

  /// A chart's record; `more` is added, and what it sets is not set otherwise.
  static func chart(_ counter: String = "c/d:{a,b}", _ more: String = "", without: String = "") -> String {
    let lines = ["title: T", "counter: \(counter)", "type: partition", "program: p", "why: W"]
    let set = more.split(separator: "\n").map { $0.prefix { $0 != ":" } }
    let kept = lines.filter { line in
      let key = line.prefix { $0 != ":" }
      return !set.contains(key) && key != without
    }
    return (kept + [more]).filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
  }

  static func source(_ text: String) -> ConfigSource { ConfigSource([SourceFile(name: "f", text: text.bytes)]) }

  /// What is wrong, as `line:column: message`.
  static func problems(_ text: String) -> [String] {
    source(text).problems.list.map { "\($0.position.line):\($0.position.column): \($0.message)" }
  }

  /// The same, of building too.
  static func built(_ text: String, isLeast: Bool = false) -> (draft: Draft, problems: [String]) {
    let source = source(text)
    var problems = source.problems
    let draft = source.draft(with: [:], isLeast: isLeast, &problems)
    return (draft, problems.list.map { "\($0.position.line):\($0.position.column): \($0.message)" })
  }

  /// What the client makes of what is built; there may be warnings.
  static func config(_ charts: String, whole: String = Written.whole, program: String = Written.program, version: String = "v1.0.0") throws -> UploadConfig {
    try UploadConfig(built(whole + program + charts).draft.text(version: version.bytes), version: [], origin: "built".bytes)
  }
}
