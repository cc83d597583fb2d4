import CounterFile
import Files
import Gate

/// What is wrong at a place of a source.
public struct Finding: Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    /// The name is not constant.
    case dynamic
    /// It breaks the rules for names.
    case name
    /// The upload config does not have it.
    case unapproved
    /// A comment to this command is of no use.
    case comment
  }

  public var path: Path
  public var line: Int
  public var column: Int
  public var kind: Kind
  /// As far as it is known.
  public var name: [UInt8]
  public var message: [UInt8]
}

/// A constant name, and where it stands.
public struct NamePlace: Sendable {
  public var name: [UInt8]
  public var kind: NameKind
  public var path: Path
  public var line: Int
  public var column: Int
}

/// Looks at sources, one after the other, and keeps what it found.
public final class Linter {
  public struct Rules {
    public var config: UploadConfig?
    /// What the config is called in sentences.
    public var configName: [UInt8] = []
    /// Of the config; every program's if nil.
    public var program: [UInt8]?
    public var wrappers: [Wrapper] = []
    /// Charts whose buckets the author has a list of.
    public var closedLists: [[UInt8]] = []

    public init() {}
  }

  public private(set) var findings: [Finding] = []
  public private(set) var names: [NamePlace] = []
  public private(set) var files = 0
  public private(set) var uses = 0

  private let rules: Rules
  private let others: OtherFiles

  public init(_ rules: Rules, _ tree: Tree) {
    self.rules = rules
    others = OtherFiles(tree, rules.wrappers)
  }

  public func look(at source: Tree.Source) {
    files += 1
    // Most files of a tree have nothing to do with it.
    guard mentions(source.bytes) else { return }
    if source.language == .shell {
      let shell = ShellSource(source.bytes, rules.wrappers)
      judge(shell.uses, shell.notes, ends: shell.commands, Lines(source.bytes), source.path)
    } else {
      let file = SourceFile(path: source.path, language: source.language, bytes: source.bytes)
      let calls = KnownCalls(file, rules.wrappers)
      var found: [Use] = []
      if !calls.isEmpty {
        var finder = CallFinder(file, calls, Evaluator(file, others, calls))
        found = finder.find()
      }
      judge(found, file.lexed.notes, ends: file.tokens.filter { $0.kind != .newline && $0.kind != .endDefine }.map { ($0.start, $0.end) }, Lines(source.bytes), source.path)
    }
  }

  private func mentions(_ bytes: [UInt8]) -> Bool {
    let words = [[UInt8]("tel"), [UInt8]("TEL_")] + rules.wrappers.map { $0.name }
    return words.contains { bytes.hasPart($0) }
  }

  private func judge(_ uses: [Use], _ notes: [Note], ends code: [(start: Int, end: Int)], _ lines: Lines, _ path: Path) {
    self.uses += uses.count
    func next(_ offset: Int) -> Int? {
      var (low, high) = (0, code.count)
      while low < high {
        let middle = (low + high) / 2
        if code[middle].start < offset { low = middle + 1 } else { high = middle }
      }
      return low < code.count ? code[low].start : nil
    }
    func isAlone(_ note: Note) -> Bool {
      var (low, high) = (0, code.count)
      while low < high {
        let middle = (low + high) / 2
        if code[middle].end <= note.start { low = middle + 1 } else { high = middle }
      }
      guard low > 0 else { return true }
      return lines.line(code[low - 1].start) != lines.line(note.start) && lines.line(max(0, code[low - 1].end - 1)) != lines.line(note.start)
    }
    var exceptions = Exceptions(notes, line: lines.line, nextCode: next, isAlone: isAlone)
    var found: [Finding] = []
    func report(_ offset: Int, _ kind: Finding.Kind, _ name: [UInt8], _ message: [UInt8]) {
      let (line, column) = lines.position(offset)
      found.append(Finding(path: path, line: line, column: column, kind: kind, name: name, message: message))
    }
    for problem in exceptions.problems { report(problem.offset, .comment, [], problem.message) }
    for use in uses {
      let lineRange = lines.line(use.call.lowerBound)...lines.line(max(use.call.lowerBound, use.call.upperBound - 1))
      let (line, column) = lines.position(use.offset)
      var problems: [(Finding.Kind, [UInt8], [UInt8])] = []
      for candidate in use.outcome.candidates {
        if let rest = candidate.rest {
          if use.kind != .read, !isClosed(candidate.text) { problems.append((.dynamic, candidate.text, dynamic(candidate.text, rest))) }
        } else {
          names.append(NamePlace(name: candidate.text, kind: use.kind, path: path, line: line, column: column))
          problems += self.problems(candidate.text, use.kind)
        }
      }
      guard !problems.isEmpty else { continue }
      switch exceptions.effect(on: lineRange) {
      case .allow?: continue
      case .oneOf(let list)?:
        for name in list {
          names.append(NamePlace(name: name, kind: use.kind, path: path, line: line, column: column))
          let isPossible = use.outcome.candidates.contains { $0.rest != nil ? name.starts(with: $0.text) : name == $0.text }
          if !isPossible {
            report(use.offset, .comment, name, sentence(["\"", .bytes(name), "\" is in the list above, but cannot come of this call"]))
          }
          for (kind, name, message) in self.problems(name, use.kind) { report(use.offset, kind, name, message) }
        }
        for (kind, name, message) in problems where kind != .dynamic { report(use.offset, kind, name, message) }
      case nil: for (kind, name, message) in problems { report(use.offset, kind, name, message) }
      }
    }
    for offset in exceptions.unused { report(offset, .comment, [], [UInt8]("this exception is of no use: no call here needs one; remove it")) }
    findings += found.enumerated().sorted { ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset) }.map { $0.element }
  }

  private func isClosed(_ text: [UInt8]) -> Bool {
    rules.closedLists.contains { chart in
      text.count > chart.count && text.starts(with: chart) && (text[chart.count] == UInt8(ascii: ":") || text[chart.count] == UInt8(ascii: "/"))
    }
  }

  private func dynamic(_ text: [UInt8], _ rest: [UInt8]) -> [UInt8] {
    let what = text.isEmpty ? [UInt8]("the name is not constant: ") : sentence(["the name is not constant behind \"", .bytes(text), "\": "])
    return what + rest + [UInt8]("; take names from a list in the source, or say in a comment why: \"tel-lint: allow REASON\"")
  }

  private func problems(_ name: [UInt8], _ kind: NameKind) -> [(Finding.Kind, [UInt8], [UInt8])] {
    let problem = name.withUnsafeBufferPointer { kind == .bytes ? Name.problemAsBytes($0) : Name.problem($0) }
    if let problem {
      return [(.name, name, sentence(["\"", .bytes(name), "\" is no counter name: ", .literal(problem), "; write chart or chart:bucket in printable characters, without white space"]))]
    }
    if kind == .histogram || kind == .options, name.contains(UInt8(ascii: ":")) {
      return [(.name, name, sentence(["\"", .bytes(name), "\" must be a chart alone: libtel adds the buckets; take away the colon and what follows it"]))]
    }
    guard let config = rules.config, kind != .read, kind != .part, !isApproved(name, kind, config) else { return [] }
    return [
      (
        .unapproved, name,
        sentence([
          "\"", .bytes(name), "\" is not in ", .bytes(rules.configName), rules.program == nil ? "" : " for ", .bytes(rules.program ?? []),
          ", so that it never leaves a machine; add it there if it should",
        ])
      )
    ]
  }

  private func isApproved(_ name: [UInt8], _ kind: NameKind, _ config: UploadConfig) -> Bool {
    config.programs.contains { program in
      guard rules.program == nil || rules.program == program.name else { return false }
      switch kind {
      case .stack: return program.stack(name) != nil
      case .histogram: return program.counters.contains { $0.name.starts(with: name + [UInt8(ascii: ":")]) }
      case .options: return program.counters.contains { $0.name.starts(with: name + [UInt8]("/flag")) }
      case .probe: return program.counter(name) != nil || program.counters.contains { $0.name.starts(with: name + [UInt8(ascii: ":")]) }
      default: return program.counter(name) != nil
      }
    }
  }
}

/// Lines and columns of a text, both from 1; a column is a character.
struct Lines {
  private let bytes: [UInt8]
  private let starts: [Int]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == 0x0a { starts.append(index + 1) }
    self.starts = starts
  }

  func line(_ offset: Int) -> Int {
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  func position(_ offset: Int) -> (line: Int, column: Int) {
    let line = line(offset)
    let start = starts[line - 1]
    // Nobody counts characters in a line that long.
    if offset - start > 5000 { return (line, offset - start + 1) }
    return (line, bytes[start..<max(start, min(offset, bytes.count))].reduce(into: 1) { $0 += $1 & 0xc0 == 0x80 ? 0 : 1 })
  }

  func indentation(_ offset: Int) -> Int { offset - starts[line(offset) - 1] }
}

extension [UInt8] {
  func hasPart(_ part: [UInt8]) -> Bool {
    guard let first = part.first, count >= part.count else { return false }
    return withUnsafeBufferPointer { bytes in
      var at = 0
      while at <= bytes.count - part.count {
        if bytes[at] == first {
          var length = 1
          while length < part.count, bytes[at + length] == part[length] { length += 1 }
          if length == part.count { return true }
        }
        at += 1
      }
      return false
    }
  }
}
