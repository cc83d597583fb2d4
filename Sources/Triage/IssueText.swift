import Files

/// What triage writes into issues. All that comes from reports is in code.
enum IssueText {
  /// Stacks that are shown whole in one comment; of others there is the name.
  static let mostStacks = 10

  static func title(_ cluster: Cluster, _ record: Rules.Record) -> [UInt8] {
    let prefix = record.title ?? Array(cluster.program.split(separator: UInt8(ascii: "/")).last ?? [])
    let blamed = cluster.blamed.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? []
    return Markdown.visible(Array(prefix.prefix(60)) + [UInt8](": bug in ") + (blamed.isEmpty ? [UInt8](cluster.counter) : Array(blamed.prefix(120))))
  }

  /// What says exactly which stacks are of this cluster.
  static func predicate(_ cluster: Cluster, depth: Int) -> [UInt8] {
    var tests = [[UInt8]("program == ") + quoted(cluster.program), [UInt8]("counter == ") + quoted(cluster.counter)]
    for index in 0..<depth {
      let symbol = index < cluster.frames.count ? cluster.frames[index] : []
      tests.append(Array("frame[\(index)] == ".utf8) + quoted(symbol))
      if symbol.isEmpty { break }
    }
    return Array(tests.joined(separator: [UInt8](" &&\n")))
  }

  /// As Go writes a text.
  static func quoted(_ text: [UInt8]) -> [UInt8] {
    var out = [UInt8(ascii: "\"")]
    let isText = Text.isUTF8(text)
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
      case 0x20..<0x7f: out.append(byte)
      default:
        if byte >= 0x80, isText, Text.isPrintable(text) { out.append(byte) } else { out += [UInt8]("\\x") + [hexDigit(byte >> 4), hexDigit(byte & 15)] }
      }
    }
    return out + [UInt8(ascii: "\"")]
  }

  static func body(_ cluster: Cluster, _ depth: Int, _ record: Rules.Record) -> [UInt8] {
    // Not shown in part: the predicate must stay what it is.
    let predicate = [UInt8]("#!stacks\n") + predicate(cluster, depth: depth) + [0x0a]
    var text = fence(predicate) + [0x0a]
    text += [UInt8]("Seen in ") + Array(PlanText.share(Plan.Seen(cluster.count)).utf8) + [UInt8](" of ") + Markdown.code(cluster.program)
    text += [UInt8](", ") + span(cluster.count.firstVersion, cluster.count.lastVersion) + [UInt8](".\n\n")
    text += Mark(.cluster, key: cluster.fingerprint).text + [0x0a]
    for stack in cluster.stacks.prefix(mostStacks) { text += [0x0a] + section(stack, record) }
    return body(text, adding: cluster.stacks.map(\.id))
  }

  private static func fence(_ text: [UInt8]) -> [UInt8] {
    // Backticks and `<!` in symbols are written as escapes, which Go's strings have.
    Markdown.fenced(text.flatMap { $0 == UInt8(ascii: "`") ? [UInt8]("\\x60") : [$0] })
  }

  private static func span(_ first: [UInt8], _ last: [UInt8]) -> [UInt8] {
    first == last ? [UInt8]("in ") + Markdown.code(first) : [UInt8]("from ") + Markdown.code(first) + [UInt8](" to ") + Markdown.code(last)
  }

  private static func section(_ stack: SeenStack, _ record: Rules.Record) -> [UInt8] {
    var text = [UInt8]("Stack `") + stack.id + [UInt8]("`:\n\n") + Markdown.fenced(stack.text) + [0x0a]
    var builds: [UInt8] = []
    for sighting in stack.sightings.suffix(20).reversed() {
      let build = [sighting.version, sighting.toolchain, sighting.os + [UInt8(ascii: "/")] + sighting.arch].map { Markdown.visible($0) }
      builds += Array(build.joined(separator: [0x20])) + Array(": \(counted(sighting.reports, "report")), \(counted(sighting.events, "event"))\n".utf8)
    }
    if stack.sightings.count > 20 { builds += Array("and \(counted(stack.sightings.count - 20, "earlier build"))\n".utf8) }
    text += Markdown.fenced(builds)
    let version = stack.sightings.last?.version ?? []
    let links = stack.view.shown.prefix(16).compactMap { frame in
      record.links.lazy.compactMap { $0.address(frame, version: version) }.first.map { [UInt8]("* <") + $0 + [UInt8]("> ") + Markdown.code(frame.symbol) + [0x0a] }
    }
    return text + (links.isEmpty ? [] : [0x0a]) + Array(links.joined())
  }

  static func comment(_ issue: Issue, _ new: [(cluster: Cluster, stack: SeenStack)], _ regressed: [[UInt8]], _ rules: Rules) -> [UInt8] {
    var text: [UInt8] = []
    if !regressed.isEmpty {
      text += [UInt8]("Reopened: fixed in ") + Markdown.code(issue.fixed ?? []) + [UInt8](", but seen in ")
      text += Array(regressed.suffix(10).map { Markdown.code($0) }.joined(separator: [UInt8](", "))) + [UInt8](".\n")
      for version in regressed { text += Mark.regression(issue, version).text + [0x0a] }
    }
    if new.isEmpty { return text }
    if !text.isEmpty { text.append(0x0a) }
    text += Array("\(counted(new.count, "new stack")).\n".utf8)
    for (cluster, stack) in new.prefix(mostStacks) { text += [0x0a] + section(stack, rules.record(of: cluster.program)) }
    return text
  }

  /// The body's last line names stacks, as the reference writes it.
  static func body(_ body: [UInt8], adding ids: [[UInt8]]) -> [UInt8] {
    if ids.isEmpty { return body }
    let names = Array(ids.joined(separator: [0x20]))
    if let last = Markdown.outside(body).last(where: { !Array($0.line).trimmed.isEmpty }), last.line.starts(with: [UInt8]("Dups: ")) {
      // Only if nothing, not even a block, is behind it.
      let end = last.start + last.line.count
      if Array(body[end...]).trimmed.isEmpty {
        let line = Array(last.line).trimmed
        var text = Array(body[..<last.start])
        text += line + [0x20] + names
        text.append(0x0a)
        text += body[min(end + 1, body.count)...]
        return text
      }
    }
    var text = body + Markdown.ending(of: body) + [UInt8]("Dups: ")
    text += names
    text.append(0x0a)
    return text
  }
}
