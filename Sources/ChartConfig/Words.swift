import Files

extension Changes {
  /// One sentence for each change; versions and buckets that go together in one.
  public var sentences: [String] {
    var lines: [String] = []
    var at = 0
    while at < list.count {
      let first = list[at]
      var end = at + 1
      while end < list.count, first.goesWith(list[end]) { end += 1 }
      lines.append(first.sentence(with: Array(list[at..<end].map(\.name))))
      at = end
    }
    return lines
  }
}

extension Change {
  fileprivate func goesWith(_ other: Change) -> Bool {
    guard what == other.what, program == other.program, effect == other.effect, new.isEmpty == other.new.isEmpty else { return false }
    switch what {
    case .os, .arch, .toolchain, .version: return true
    case .counter, .stack: return chart == other.chart
    case .rate, .depth, .expires, .owner, .why: return chart == other.chart && (old, new) == (other.old, other.new)
    case .program, .sampleRate: return false
    }
  }

  private var chart: [UInt8] { Array(name.prefix { $0 != UInt8(ascii: ":") }) }

  fileprivate func sentence(with names: [[UInt8]]) -> String {
    let whose = program.isEmpty ? "" : shown(program) + ": "
    let (old, new) = (shown(old), shown(new))
    switch what {
    case .sampleRate: return "the sample rate is \(new), and was \(old)" + more
    case .program: return effect == .more ? "\(new) is a new program" : "\(old) is listed no more"
    case .os, .arch, .toolchain, .version:
      let words = ["os": "system", "arch": "architecture", "toolchain": "toolchain", "version": "version"]
      let word = words[what.rawValue] ?? ""
      let verb = self.new.isEmpty ? "listed no more" : "new"
      return whose + (names.count == 1 ? "the \(word) \(shown(name)) is \(verb)" : "\(grouped(names.count)) \(word)s are \(verb): \(Change.listed(names))")
    case .counter, .stack:
      let subject = Change.together(names, chart) + (names.count == 1 ? " is" : " are")
      let kind = what == .stack ? "stacks of " : ""
      return whose + kind + subject + (effect == .less ? " approved no more" : " newly approved")
    case .rate: return whose + "the rate of \(Change.together(names, chart)) is \(new), and was \(old)" + more
    case .depth: return whose + "stacks of \(shown(name)) have \(new) frames, and had \(old)" + more
    case .expires:
      let subject = Change.together(names, chart)
      return whose + (new.isEmpty ? "\(subject) expires no more; it did on \(old)" : "\(subject) expires on \(new), and " + (old.isEmpty ? "did not before" : "on \(old) before"))
    case .owner: return whose + "the owner of \(Change.together(names, chart)) is " + (new.isEmpty ? "not named any more" : new) + (old.isEmpty ? "" : ", and was \(old)")
    case .why: return whose + "\(Change.together(names, chart)) " + (new.isEmpty ? "has no reason any more" : "is collected to see: \(new)")
    }
  }

  private var more: String { effect == .more ? ": more is sent" : effect == .less ? ": less is sent" : "" }

  private static func together(_ names: [[UInt8]], _ chart: [UInt8]) -> String {
    if names.count == 1 { return shown(names[0]) }
    let buckets = names.map { Array($0.dropFirst(chart.count + 1)) }
    return "\(shown(chart)):{\(listed(buckets))}"
  }

  /// All of a few; of many the first and the last.
  private static func listed(_ names: [[UInt8]]) -> String {
    names.count <= 12 ? names.map { shown($0) }.joined(separator: ", ") : "\(shown(names[0])) to \(shown(names[names.count - 1]))"
  }
}
