import Files
import Gate

/// An issue, as a folder of Markdown files or another tracker has it.
public struct Issue: Sendable {
  public enum State: String, Sendable {
    case open, closed
    case notPlanned = "not planned"
  }

  /// Its name in the store: of a file, that.
  public let name: [UInt8]
  public let title: [UInt8]
  public let state: State
  public let labels: [[UInt8]]
  /// `gopls/v0.17.0`, `Go1.24`, `v1.2.0`: where it was fixed, if it is closed.
  public let milestone: [UInt8]
  public let body: [UInt8]
  /// What is behind the body.
  public let comments: [UInt8]
  /// Of all that is stored of it: if this is another, somebody has changed it.
  public let hash: [UInt8]
  /// Lines before the body: positions count from the file's beginning.
  let lines: Int

  /// Stacks and marks that it names, outside of code blocks.
  let ids: Set<[UInt8]>
  let marks: Set<[UInt8]>
  public let predicate: Predicate?
  public let fault: PredicateFault?

  public init(
    name: [UInt8], title: [UInt8], state: State, labels: [[UInt8]], milestone: [UInt8], body: [UInt8], comments: [UInt8], hash: [UInt8], lines: Int = 0
  ) {
    (self.name, self.title, self.state, self.labels, self.milestone) = (name, title, state, labels, milestone)
    (self.body, self.comments, self.hash, self.lines) = (body, comments, hash, lines)
    var ids: Set<[UInt8]> = []
    var marks: Set<[UInt8]> = []
    for (isBody, text) in [(true, body), (false, comments)] {
      for (_, line) in Markdown.outside(text) {
        if let mark = Mark(line) { marks.insert(mark.text) }
        if isBody { ids.formUnion(Issue.ids(in: line)) }
      }
    }
    (self.ids, self.marks) = (ids, marks)
    var (predicate, fault): (Predicate?, PredicateFault?) = (nil, nil)
    if let block = Issue.predicateBlock(body) {
      do throws(PredicateFault) { predicate = try Predicate(block.text) } catch {
        fault = PredicateFault(line: error.line + block.line + lines, column: error.column + block.indent, message: error.message, hint: error.hint)
      }
    }
    (self.predicate, self.fault) = (predicate, fault)
  }

  /// What could be names of stacks: six characters of base64url, and no more.
  private static func ids(in line: ArraySlice<UInt8>) -> [[UInt8]] {
    line.split { !isWord($0) && $0 != UInt8(ascii: "-") }.filter { $0.count == 6 }.map { Array($0) }
  }

  /// The code block at the beginning, fenced or indented, whose first line is
  /// `#!stacks`; the lines before its text, and by how much it is indented.
  private static func predicateBlock(_ body: [UInt8]) -> (text: [UInt8], line: Int, indent: Int)? {
    let lines = body.split(separator: 0x0a, omittingEmptySubsequences: false)
    guard let first = lines.firstIndex(where: { !Array($0).trimmed.isEmpty }) else { return nil }
    func isHead(_ line: ArraySlice<UInt8>) -> Bool { Array(line).trimmed == "#!stacks" }
    if let fence = Markdown.fence(lines[first]) {
      guard first + 1 < lines.count, isHead(lines[first + 1]) else { return nil }
      let inside = lines[(first + 2)...].prefix { line in
        guard let end = Markdown.fence(line) else { return true }
        return end.sign != fence.sign || end.length < fence.length || !Array(end.rest).trimmed.isEmpty
      }
      return (Array(inside.joined(separator: [0x0a])), first + 2, 0)
    }
    func indent(_ line: ArraySlice<UInt8>) -> Int? {
      if line.first == 0x09 { return 1 }
      return line.starts(with: [UInt8]("    ")) ? 4 : nil
    }
    guard let width = indent(lines[first]), isHead(lines[first]) else { return nil }
    let inside = lines[(first + 1)...].prefix { indent($0) != nil || Array($0).trimmed.isEmpty }
    return (Array(inside.map { $0.dropFirst(indent($0) ?? 0) }.joined(separator: [0x0a])), first + 1, width)
  }

  /// The version from which on it is fixed, if the issue says one.
  var fixed: [UInt8]? {
    guard !milestone.isEmpty else { return nil }
    let last = Array(milestone.split(separator: UInt8(ascii: "/")).last ?? [])
    return last.lowered.starts(with: [UInt8]("go1")) ? last.lowered : last
  }
}

/// What triage leaves in an issue, so that it does nothing twice: a line that
/// Markdown does not show.
struct Mark: Sendable, Equatable {
  enum Kind: String, Sendable { case cluster, comment }

  let kind: Kind
  /// 16 hexadecimal digits.
  let key: [UInt8]

  init(_ kind: Kind, key: [UInt8]) { (self.kind, self.key) = (kind, key) }

  init?(_ line: ArraySlice<UInt8>) {
    let words = line.split { $0 == 0x20 || $0 == 0x0d }.map { Array($0) }
    guard words.count == 5, words[0] == "<!--", words[1] == "tel-triage", words[4] == "-->" else { return nil }
    guard let kind = Kind(rawValue: String(decoding: words[2], as: UTF8.self)), Mark.isKey(words[3]) else { return nil }
    self.init(kind, key: words[3])
  }

  static func isKey(_ text: [UInt8]) -> Bool { text.count == 16 && text.allSatisfy { hexValue($0) != nil } }

  /// That this version was told: who has closed the issue again knew of it.
  static func regression(_ issue: Issue, _ version: [UInt8]) -> Mark { Mark(.comment, key: key([issue.name, [], version])) }

  /// A key for what these texts say together.
  static func key(_ texts: [[UInt8]]) -> [UInt8] { Array(SHA256.text(of: Array(texts.joined(separator: [0]))).prefix(16)) }

  var text: [UInt8] { Array("<!-- tel-triage \(kind.rawValue) ".utf8) + key + [UInt8](" -->") }
}
