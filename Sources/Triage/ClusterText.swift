import Files
import JSON

/// Clusters without issues: the ranking.
extension Clusters {
  public var lines: [String] {
    list.flatMap { cluster -> [String] in
      let seen = Plan.Seen(cluster.count)
      return [
        "\(shown(cluster.program)): \(shown(cluster.blamed)) (\(shown(cluster.counter)))", "  \(PlanText.share(seen)), \(counted(seen.events, "event"))", "  \(PlanText.spread(seen))",
        "  \(counted(cluster.stacks.count, "stack")): \(cluster.stacks.prefix(8).map { shown($0.id) }.joined(separator: " "))\(cluster.stacks.count > 8 ? " and more" : "")",
      ]
    }
  }

  public var markdown: [UInt8] {
    var text: [UInt8] = []
    for cluster in list {
      let seen = Plan.Seen(cluster.count)
      text += [UInt8]("## ") + Markdown.code(cluster.blamed) + [UInt8]("\n\n")
      text += Markdown.code(cluster.program) + [UInt8](", ") + Markdown.code(cluster.counter)
      text += Array(": \(PlanText.share(seen)), ".utf8)
      text += Markdown.code(Array(PlanText.spread(seen).utf8)) + [UInt8]("\n\n")
      if let stack = cluster.stacks.first { text += Markdown.fenced(stack.text) + [0x0a] }
    }
    return text
  }

  public func write(to json: inout JSONWriter) {
    json.list("clusters", list) { json, cluster in
      json.beginObject()
      json.member("program", cluster.program)
      json.member("counter", cluster.counter)
      json.member("blamed", cluster.blamed)
      json.list("frames", cluster.frames) { $0.string($1) }
      json.key("fingerprints")
      json.beginObject()
      for depth in [1, 3, 5, 16] { json.member(Array(String(depth).utf8), cluster.fingerprint(depth: depth)) }
      json.endObject()
      Plan.Seen(cluster.count).write(to: &json)
      json.list("stacks", cluster.stacks) { json, stack in
        json.beginObject()
        json.member("id", stack.id)
        json.member("text", stack.text)
        json.list("builds", stack.sightings) { json, sighting in
          json.beginObject()
          json.member("version", sighting.version)
          json.member("toolchain", sighting.toolchain)
          json.member("os", sighting.os)
          json.member("arch", sighting.arch)
          json.member("reports", sighting.reports)
          json.key("events")
          json.unsigned(sighting.events)
          json.endObject()
        }
        json.endObject()
      }
      json.endObject()
    }
  }
}

extension JSONWriter {
  fileprivate mutating func member(_ key: [UInt8], _ text: [UInt8]) {
    self.key(key)
    string(text)
  }
}
