import Dates
import Files
import JSON

/// Reports as collectors publish them: files with a report in JSON in each line.
public struct DayFiles: SightingSource {
  /// A line that is no report.
  public struct Skipped: Sendable, Equatable {
    public let file: Path
    public let line: Int
    public let reason: String
  }

  /// Of those that are kept; all are counted.
  static let longestList = 100

  private let files: [Path]
  public private(set) var skipped: [Skipped] = []
  public private(set) var skippedLines = 0
  /// Reports that were read, each once, and how often one came again.
  public private(set) var reports = 0
  public private(set) var repeated = 0

  private struct Key: Hashable {
    let program, version, toolchain, os, arch, stack: [UInt8]
  }
  private var sums: [Key: StackSighting] = [:]
  private var programs: [[UInt8]: Int] = [:]
  /// Week and X are a report's name.
  private struct Name: Hashable {
    let week: Int
    let x: [UInt8]
  }
  private var seen: Set<Name> = []

  /// Files, and folders, whose files are read: but those with a dot in front.
  public init(_ paths: [Path]) throws(Fault) {
    var files: [Path] = []
    for path in paths {
      var attributes = Kernel.Attributes()
      let status = Kernel.attributes(at: path, &attributes)
      guard status == 0 else { throw Fault(status == -Kernel.notFound ? .notFound : .io, "cannot read ", .path(path), ": ", .error(-status)) }
      if Kernel.isDirectory(attributes) {
        for name in try Folder.names(in: path, where: { $0.first != UInt8(ascii: ".") }) ?? [] {
          let file = path.appending(name)
          if Kernel.attributes(at: file, &attributes) == 0, Kernel.isRegular(attributes) { files.append(file) }
        }
      } else {
        files.append(path)
      }
    }
    // The same file twice is the same reports.
    var known: Set<[UInt8]> = []
    self.files = files.filter { known.insert($0.bytes).inserted }
  }

  public mutating func sightings() throws(Fault) -> Sightings {
    for file in files {
      var lines = try LineReader(file)
      var number = 0
      while let line = try lines.next() {
        number += 1
        if line.trimmed.isEmpty { continue }
        if let reason = add(line) {
          skippedLines += 1
          if skipped.count < DayFiles.longestList { skipped.append(Skipped(file: file, line: number, reason: reason)) }
        }
      }
    }
    let list = Array(sums.values)
    let order = sortedIndices(list.count) { list[$0].comes(before: list[$1]) }
    return Sightings(list: order.map { list[$0] }, reports: programs)
  }

  /// Why it is none, or nil.
  private mutating func add(_ line: [UInt8]) -> String? {
    let report: JSONValue
    do { report = try JSONReader.value(of: line) } catch { return "column \(error.column): \(shown(error.message))" }
    guard case .object = report else { return "it is no object" }
    guard case .string(let text)? = report["Week"], let week = Day(text: text) else { return "its Week is no day" }
    let parts: [JSONValue]
    switch report["Programs"] {
    case .array(let all)?: parts = all
    case .null?, nil: parts = []
    default: return "its Programs are no list"
    }
    // All of it is read before any of it counts.
    var found: [(key: Key, count: UInt64)] = []
    for part in parts {
      guard case .object = part else { return "one of its Programs is no object" }
      guard case .string(let program)? = part["Program"], !program.isEmpty else { return "one of its Programs has no name" }
      func text(_ name: StaticString) -> [UInt8] {
        if case .string(let text)? = part[name] { return text }
        return []
      }
      let stacks: [(name: [UInt8], value: JSONValue)]
      switch part["Stacks"] {
      case .object(let members)?: stacks = members
      case .null?, nil: stacks = []
      default: return "the Stacks of \(shown(program)) are no object"
      }
      let build = (text("Version"), text("GoVersion"), text("GOOS"), text("GOARCH"))
      found.append((Key(program: program, version: build.0, toolchain: build.1, os: build.2, arch: build.3, stack: []), 0))
      for (name, value) in stacks {
        guard let count = value.int64, count >= 0 else { return "a stack of \(shown(program)) has no count" }
        if count == 0 || name.isEmpty { continue }
        found.append((Key(program: program, version: build.0, toolchain: build.1, os: build.2, arch: build.3, stack: name), UInt64(count)))
      }
    }
    if case .number(let x)? = report["X"], !seen.insert(Name(week: week.number, x: x)).inserted {
      repeated += 1
      return nil
    }
    add(week, found)
    return nil
  }

  /// A report that is in no file: for each build its stacks.
  public mutating func add(_ week: Day, _ builds: [(program: [UInt8], version: [UInt8], toolchain: [UInt8], os: [UInt8], arch: [UInt8], stacks: [(name: [UInt8], count: UInt64)])]) {
    var found: [(key: Key, count: UInt64)] = []
    for build in builds {
      for (name, count) in [([], 0)] + build.stacks {
        found.append((Key(program: build.program, version: build.version, toolchain: build.toolchain, os: build.os, arch: build.arch, stack: name), count))
      }
    }
    add(week, found)
  }

  private mutating func add(_ week: Day, _ found: [(key: Key, count: UInt64)]) {
    let number = Int32(clamping: reports)
    reports += 1
    for program in Set(found.map(\.key.program)) { programs[program, default: 0] += 1 }
    for (key, count) in found where !key.stack.isEmpty { add(key, count, week, number) }
  }

  private mutating func add(_ key: Key, _ count: UInt64, _ week: Day, _ number: Int32) {
    var sum =
      sums[key]
      ?? StackSighting(
        program: key.program, version: key.version, toolchain: key.toolchain, os: key.os, arch: key.arch, stack: key.stack, reports: 0, events: 0, firstDay: week, lastDay: week)
    if sum.numbers.last != number {
      sum.numbers.append(number)
      sum.reports += 1
    }
    let (events, overflow) = sum.events.addingReportingOverflow(count)
    sum.events = overflow ? .max : events
    sum.firstDay = min(sum.firstDay, week)
    sum.lastDay = max(sum.lastDay, week)
    sums[key] = nil  // so that `numbers` is not copied
    sums[key] = sum
  }
}

extension StackSighting {
  fileprivate func comes(before other: StackSighting) -> Bool {
    for (mine, others) in [(program, other.program), (stack, other.stack), (version, other.version), (toolchain, other.toolchain), (os, other.os), (arch, other.arch)] {
      let order = mine.order(to: others)
      if order != 0 { return order < 0 }
    }
    return false
  }
}
