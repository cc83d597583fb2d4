import Files
import JSON

/// A plan as JSON: for programs, and to be applied later.
extension Plan {
  static let longest = 256 << 20
  private static let format = "tel-triage-plan/1"

  public func write(to json: inout JSONWriter) {
    json.beginObject()
    json.member("format", Array(Plan.format.utf8))
    json.list("creations", creations) { json, creation in
      json.beginObject()
      json.member("title", creation.issue.title)
      json.list("labels", creation.issue.labels) { $0.string($1) }
      json.member("key", creation.issue.key)
      json.member("stacks", creation.stacks)
      if let seen = creation.seen { seen.write(to: &json) }
      json.member("body", creation.issue.body)
      json.endObject()
    }
    json.list("updates", updates) { json, update in
      json.beginObject()
      json.member("issue", update.name)
      json.member("title", update.title)
      json.member("sha256", update.hash)
      json.list("new_stacks", update.newStacks) { $0.string($1) }
      json.list("regressed", update.regressed) { $0.string($1) }
      json.key("reopens")
      json.bool(update.reopens)
      json.member("key", update.key)
      json.member("comment", update.comment)
      json.member("body", update.body)
      json.endObject()
    }
    json.list("issues", standings) { json, standing in
      json.beginObject()
      json.member("issue", standing.name)
      json.member("title", standing.title)
      json.member("state", Array(standing.state.rawValue.utf8))
      json.member("milestone", standing.milestone)
      json.member("stacks", standing.stacks)
      json.key("regression")
      json.bool(standing.isRegression)
      standing.seen.write(to: &json)
      json.endObject()
    }
    json.list("conflicts", conflicts) { json, conflict in
      json.beginObject()
      json.member("stack", conflict.stack)
      json.list("issues", conflict.issues) { $0.string($1) }
      json.endObject()
    }
    json.list("broken", broken) { json, broken in
      json.beginObject()
      json.member("issue", broken.issue)
      json.member("line", broken.fault.line)
      json.member("column", broken.fault.column)
      json.member("message", Array(broken.fault.message.utf8))
      json.member("hint", Array(broken.fault.hint.utf8))
      json.endObject()
    }
    json.endObject()
  }

  /// What `write` has written, as far as it can be applied.
  public init(json text: [UInt8]) throws(Fault) {
    let value: JSONValue
    do throws(JSONFault) { value = try JSONReader.value(of: text) } catch { throw Fault(.corrupt, "the plan is no JSON: line ", .number(error.line), ": ", .bytes(error.message)) }
    guard case .string(let format)? = value["format"], format == Array(Plan.format.utf8) else { throw Fault(.corrupt, "this is no plan of tel-collector triage") }
    for one in try Plan.elements(value, "creations") {
      let issue = NewIssue(title: try Plan.text(one, "title"), labels: try Plan.texts(one, "labels"), body: try Plan.text(one, "body"), key: try Plan.key(one))
      creations.append(Creation(issue: issue, seen: nil, stacks: Int(clamping: one["stacks"]?.int64 ?? 0)))
    }
    for one in try Plan.elements(value, "updates") {
      let name = try Plan.text(one, "issue")
      guard IssueFolder.isName(name) else { throw Fault(.corrupt, "the plan names an issue that can be none: ", .bytes(name)) }
      guard case .bool(let reopens)? = one["reopens"] else { throw Fault(.corrupt, "the plan does not say whether to reopen ", .bytes(name)) }
      updates.append(
        Update(
          name: name, title: try Plan.text(one, "title"), hash: try Plan.text(one, "sha256"), newStacks: try Plan.texts(one, "new_stacks"), regressed: try Plan.texts(one, "regressed"),
          reopens: reopens, key: try Plan.key(one), comment: try Plan.text(one, "comment"), body: try Plan.text(one, "body")))
    }
  }

  /// A plan in a file.
  public init(_ path: Path) throws(Fault) {
    guard let text = try File.content(of: path, limit: Plan.longest) else { throw Fault(.notFound, "there is no plan ", .path(path)) }
    try self.init(json: text)
  }

  public var json: [UInt8] {
    var json = JSONWriter(indent: [0x20, 0x20])
    write(to: &json)
    return json.bytes + [0x0a]
  }

  private static func elements(_ value: JSONValue, _ key: StaticString) throws(Fault) -> [JSONValue] {
    guard case .array(let elements)? = value[key] else { throw Fault(.corrupt, "the plan has no list ", .literal(key)) }
    return elements
  }

  private static func text(_ value: JSONValue, _ key: StaticString) throws(Fault) -> [UInt8] {
    guard case .string(let text)? = value[key] else { throw Fault(.corrupt, "a step of the plan has no ", .literal(key)) }
    return text
  }

  private static func texts(_ value: JSONValue, _ key: StaticString) throws(Fault) -> [[UInt8]] {
    var texts: [[UInt8]] = []
    for element in try elements(value, key) {
      guard case .string(let text) = element else { throw Fault(.corrupt, "the plan has something else than text in ", .literal(key)) }
      texts.append(text)
    }
    return texts
  }

  private static func key(_ value: JSONValue) throws(Fault) -> [UInt8] {
    let key = try text(value, "key")
    guard Mark.isKey(key) else { throw Fault(.corrupt, "a key of the plan is none: ", .bytes(key)) }
    return key
  }
}

extension Plan.Seen {
  public func write(to json: inout JSONWriter) {
    json.key("seen")
    json.beginObject()
    json.member("reports", reports)
    json.key("exact")
    json.bool(isExact)
    if let among {
      json.member("among", among)
      json.key("low")
      json.number(low)
      json.key("high")
      json.number(high)
    }
    json.key("events")
    json.unsigned(events)
    json.member("first_version", firstVersion)
    json.member("last_version", lastVersion)
    json.member("first_day", firstDay)
    json.member("last_day", lastDay)
    json.list("systems", systems) { $0.string($1) }
    json.endObject()
  }
}
