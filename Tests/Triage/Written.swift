import ChartConfig
import Dates
import Files
import TestSupport
import Testing

@testable import Triage

/// Not what Testing calls so.
typealias Issue = Triage.Issue

/// Stacks and issues as tests write them.
enum Written {
  static let program = "example.com/paint"

  static func sighting(
    _ frames: [String], counter: String = "crash/crash", version: String = "v1.0.0", toolchain: String = "go1.24.0", os: String = "linux", arch: String = "amd64", reports: Int = 1,
    events: UInt64 = 1, numbers: [Int32] = [], program: String = Written.program
  ) -> StackSighting {
    StackSighting(
      program: program.bytes, version: version.bytes, toolchain: toolchain.bytes, os: os.bytes, arch: arch.bytes, stack: ([counter] + frames).joined(separator: "\n").bytes,
      reports: reports, events: events, firstDay: Day(text: "2026-11-15".bytes)!, lastDay: Day(text: "2026-11-22".bytes)!, numbers: numbers)
  }

  static func clusters(_ list: [StackSighting], rules: String = "", among: Int? = 100, depth: Int = 3) -> Clusters {
    Clusters(Sightings(list: list, reports: among.map { [program.bytes: $0] } ?? [:]), self.rules(rules), depth: depth)
  }

  static func rules(_ text: String) -> Rules {
    var problems = Problems()
    return Rules(text.bytes, file: 0, &problems)
  }

  static func issue(_ text: String, name: String = "1.md") -> Issue { IssueFile(text.bytes, name: name.bytes).issue }

  /// An issue with this predicate.
  static func issue(matching predicate: String, name: String = "1.md", head: String = "") -> Issue {
    issue((head.isEmpty ? "" : "---\n\(head)\n---\n") + "```\n#!stacks\n\(predicate)\n```\n", name: name)
  }

  static func matches(_ predicate: String, _ sighting: StackSighting, rules: String = "") throws -> Bool {
    let subject = try #require(clusters([sighting], rules: rules).list.first?.stacks.first?.subjects.first)
    return try Predicate(predicate.bytes).matches(subject)
  }
}
