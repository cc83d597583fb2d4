import Files
import Gate
import JSON

/// An issue in a Markdown file: between two lines `---` what is known of it,
/// then the body, then comments, the first of which begins with a mark.
public struct IssueFile: Sendable {
  public static let longest = 4 << 20

  /// From the first `---` to the second, with its line end; empty if there is none.
  private var head: [UInt8]
  private var body: [UInt8]
  private var comments: [UInt8]
  private let name: [UInt8]
  private let hash: [UInt8]

  public init(_ text: [UInt8], name: [UInt8]) {
    self.name = name
    hash = SHA256.text(of: text)
    let start = IssueFile.endOfHead(text)
    head = Array(text[..<start])
    let rest = Array(text[start...])
    let split = Markdown.outside(rest).first { Mark($0.line)?.kind == .comment }?.start ?? rest.count
    body = Array(rest[..<split])
    comments = Array(rest[split...])
  }

  private static func isFence(_ line: ArraySlice<UInt8>) -> Bool { Array(line).trimmed == "---" && line.first == UInt8(ascii: "-") }

  private static func endOfHead(_ text: [UInt8]) -> Int {
    var at = 0
    var isFirst = true
    while at < text.count {
      let end = text[at...].firstIndex(of: 0x0a) ?? text.count
      let isBar = isFence(text[at..<end])
      if isFirst, !isBar { return 0 }
      if !isFirst, isBar { return min(end + 1, text.count) }
      isFirst = false
      at = end + 1
    }
    return 0
  }

  public var issue: Issue {
    let fields = self.fields
    func one(_ key: StaticString) -> [UInt8] { fields.first { $0.key == key }?.values.first ?? [] }
    var title = one("title")
    if title.isEmpty {
      let heading = Markdown.outside(body).first { $0.line.starts(with: [UInt8]("# ")) }
      title = heading.map { Array($0.line.dropFirst(2)).trimmed } ?? name
    }
    let state: Issue.State =
      switch String(decoding: one("state").lowered, as: UTF8.self) {
      case "closed", "completed", "fixed": .closed
      case "not planned", "not_planned", "not-planned", "duplicate", "wontfix": .notPlanned
      default: .open
      }
    let fixed = one("fixed")
    return Issue(
      name: name, title: title, state: state, labels: fields.first { $0.key == "labels" }?.values ?? [], milestone: fixed.isEmpty ? one("milestone") : fixed, body: body, comments: comments,
      hash: hash, lines: head.reduce(0) { $0 + ($1 == 0x0a ? 1 : 0) })
  }

  /// Keys with their values: `a`, `"a"`, `[a, b]`, `a, b` of labels, and lines `- a` below.
  private var fields: [(key: [UInt8], values: [[UInt8]])] {
    var fields: [(key: [UInt8], values: [[UInt8]])] = []
    for line in head.split(separator: 0x0a).dropFirst() {
      let content = Array(line).trimmed
      if content.starts(with: [UInt8]("- ")), !fields.isEmpty {
        fields[fields.count - 1].values.append(IssueFile.scalar(Array(content.dropFirst(2)).trimmed))
      } else if let colon = content.firstIndex(of: UInt8(ascii: ":")), line.first != 0x20, line.first != UInt8(ascii: "#") {
        let key = Array(content[..<colon]).trimmed.lowered
        var value = Array(content[(colon + 1)...]).trimmed
        if key == "labels" {
          if value.first == UInt8(ascii: "["), value.last == UInt8(ascii: "]"), value.count >= 2 { value = Array(value[1..<(value.count - 1)]) }
          fields.append((key, value.split(separator: UInt8(ascii: ",")).map { IssueFile.scalar(Array($0).trimmed) }.filter { !$0.isEmpty }))
        } else {
          fields.append((key, value.isEmpty ? [] : [IssueFile.scalar(value)]))
        }
      }
    }
    return fields
  }

  private static func scalar(_ text: [UInt8]) -> [UInt8] {
    if text.first == UInt8(ascii: "\""), case .string(let value)? = try? JSONReader.value(of: text) { return value }
    if text.first == UInt8(ascii: "'"), text.last == UInt8(ascii: "'"), text.count >= 2 { return Array(text[1..<(text.count - 1)]) }
    return text
  }

  // MARK: Changing

  /// Answers whether there is anything to change.
  mutating func make(_ changes: [IssueChange]) -> Bool {
    let marks = issue.marks
    var hasNews = false
    for change in changes {
      switch change {
      case .comment(let text, let key):
        let mark = Mark(.comment, key: key).text
        // All changes of a plan go with its comment, and were made with it.
        if marks.contains(mark) { return false }
        if comments.isEmpty { body += Markdown.ending(of: body) } else { comments += Markdown.ending(of: comments) }
        comments += mark + [0x0a] + text + (text.last == 0x0a ? [] : [0x0a])
        hasNews = true
      case .setBody(let text):
        hasNews = hasNews || text != body
        body = text
      case .reopen:
        if issue.state != .open {
          setState()
          hasNews = true
        }
      }
    }
    return hasNews
  }

  private mutating func setState() {
    var lines = head.split(separator: 0x0a, omittingEmptySubsequences: false).map { Array($0) }
    for index in lines.indices.dropFirst() where lines[index].lowered.starts(with: [UInt8]("state:")) {
      lines[index] = [UInt8]("state: open") + (lines[index].last == 0x0d ? [0x0d] : [])
    }
    head = Array(lines.joined(separator: [0x0a]))
  }

  var text: [UInt8] { head + body + comments }

  /// A whole new file.
  static func text(of issue: NewIssue) -> [UInt8] {
    func quoted(_ text: [UInt8]) -> [UInt8] {
      var json = JSONWriter(indent: [])
      json.string(text)
      return json.bytes
    }
    var text = [UInt8]("---\ntitle: ") + quoted(issue.title) + [UInt8]("\nstate: open\n")
    if !issue.labels.isEmpty { text += [UInt8]("labels: [") + Array(issue.labels.map(quoted).joined(separator: [UInt8](", "))) + [UInt8]("]\n") }
    return text + [UInt8]("---\n") + issue.body
  }
}
