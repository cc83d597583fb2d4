import Dates
import Files

extension Record {
  /// What the record is about, by its keys.
  var subject: Key.Subject {
    let keys = fields.map(\.key)
    if keys.contains(.counter) { return .chart }
    if keys.contains(where: { $0.subjects == [.whole] }) { return .whole }
    if keys.contains(where: { $0.subjects == [.program] }) { return .program }
    return keys.contains { $0.subjects == [.chart] } ? .chart : .program
  }

  var start: Position { fields[0].keyAt }
}

/// Names of systems that are often given otherwise.
private let otherNames = [
  "macos": "darwin", "osx": "darwin", "win": "windows", "win32": "windows", "win64": "windows", "x86_64": "amd64", "x64": "amd64", "x86": "386",
  "i386": "386", "i686": "386", "aarch64": "arm64", "armv7l": "arm", "ppc64el": "ppc64le",
]

extension Values {
  /// Keys that are of another kind of record.
  private mutating func checkKeys(_ record: Record, _ subject: Key.Subject) {
    for field in record.fields where !field.key.subjects.contains(subject) {
      problems.error(
        field.keyAt, "\(field.key.rawValue) is for a record about \(field.key.subjects[0].rawValue), and this one is about \(subject.rawValue)",
        hint: "put it into a record of its own")
    }
  }

  // MARK: A chart

  mutating func chart(_ record: Record) -> Chart {
    checkKeys(record, .chart)
    var chart = Chart(start: record.start)
    for field in record.fields { chart.places[field.key] = chart.places[field.key] ?? field.at }
    for field in record.fields {
      switch field.key {
      case .title: chart.title = field.value
      case .counter: readCounter(field, &chart)
      case .type: chart.kind = kind(field) ?? .partition
      case .issue: chart.issues.append(field.value)
      case .program: chart.program = name(field)
      case .module: chart.module = name(field)
      case .version: chart.version = field.value
      case .depth: chart.depth = whole(field, 1...64, "how many frames are counted") ?? 1
      case .error: chart.wanted = wanted(field)
      case .rate: chart.rate = rate(field)
      case .installations: chart.installations = whole(field, 1...999_999_999, "how many installations are expected to report")
      case .description: chart.description = field.value
      case .owner: chart.owner = field.value
      case .why: chart.why = field.value
      case .expires: chart.expires = day(field)
      case .unit: chart.unit = field.value
      default: break
      }
    }
    let needed: [(Key, String)] = [
      (.title, "say in a few words what the chart shows"), (.counter, "chart, chart:bucket or chart:{bucket,bucket}"),
      (.type, "partition, histogram or stack"), (.program, "the program that counts it, as it names itself"),
    ]
    for (key, hint) in needed where record[key] == nil { problems.error(record.start, "this chart has no \(key.rawValue)", hint: hint) }
    if chart.issues.isEmpty, chart.why.isEmpty {
      problems.error(record.start, "nothing says why this is collected", hint: "add \"why: …\", or \"issue: …\" with the place where it was approved")
    }
    checkKind(record, chart)
    checkVersion(record, chart)
    if record[.rate] != nil, record[.error] != nil {
      problems.error(chart.place(.rate), "there is a rate, and a wanted error from which it would be computed", hint: "keep one of them")
    }
    return chart
  }

  private mutating func readCounter(_ field: Field, _ chart: inout Chart) {
    var name = field.value
    if let buckets = field.buckets {
      if name.last == UInt8(ascii: ":") {
        name.removeLast()
      } else {
        problems.error(field.at, "a colon is missing between the chart and its buckets", hint: "chart:{bucket,bucket}")
      }
      checkBuckets(buckets)
      chart.buckets = buckets.map(\.name)
      chart.hasBraces = true
    } else if let colon = name.firstIndex(of: UInt8(ascii: ":")) {
      chart.buckets = [Array(name[(colon + 1)...])]
      name = Array(name[..<colon])
      checkBuckets([(chart.buckets[0], field.at.moved(by: colon + 1))])
    }
    chart.name = name
    if name.isEmpty { problems.error(field.at, "the counter has no name before its colon") }
    if let colon = name.firstIndex(of: UInt8(ascii: ":")) {
      problems.error(field.at.moved(by: colon), "a counter has at most one colon", hint: "it is between the chart and the bucket")
    }
    if let blank = name.firstIndex(where: isBlank) { problems.error(field.at.moved(by: blank), "a counter's name has no blanks", hint: "use - or /") }
    if name.contains(UInt8(ascii: ",")) { problems.error(field.at, "a comma outside braces", hint: "one record approves one chart") }
    if let longest = chart.counters.map(\.count).max(), longest > 1024 {
      problems.error(field.at, "a name of \(grouped(longest)) bytes; at most 1,024 are allowed")
    }
  }

  private mutating func checkBuckets(_ buckets: [(name: [UInt8], at: Position)]) {
    var seen: Set<[UInt8]> = []
    for (name, at) in buckets {
      if name.isEmpty { problems.error(at, "the bucket has no name") }
      if let blank = name.firstIndex(where: isBlank) { problems.error(at.moved(by: blank), "a bucket's name has no blanks", hint: "is a comma missing?") }
      if name.contains(UInt8(ascii: ":")) { problems.error(at, "a bucket's name has no colon", hint: "a counter has one, before its bucket") }
      if !seen.insert(name).inserted { problems.error(at, "the bucket \"\(shown(name))\" is there twice") }
    }
  }

  private mutating func checkKind(_ record: Record, _ chart: Chart) {
    guard let type = record[.type], Chart.Kind(rawValue: String(decoding: type.value, as: UTF8.self)) != nil else { return }
    if chart.kind != .stack, let depth = record[.depth] { problems.error(depth.keyAt, "depth is for charts of type stack") }
    if chart.kind != .histogram, let unit = record[.unit] { problems.error(unit.keyAt, "unit is for charts of type histogram") }
    switch chart.kind {
    case .stack:
      if record[.depth] == nil {
        problems.error(
          type.at, "a stack chart needs a depth", hint: "add \"depth: 16\", the frames of each stack; or is this no stack, but \"type: partition\"?")
      }
      if !chart.buckets.isEmpty { problems.error(chart.place(.counter), "a stack has no buckets", hint: "each stack has a record of its own") }
    case .partition: break
    case .histogram:
      if chart.buckets.count < 2 { problems.error(chart.place(.counter), "a histogram needs at least two buckets", hint: "latency:{<10ms,<100ms,<inf}") }
      for bucket in chart.buckets where bucket.first != UInt8(ascii: "<") && !bucket.starts(with: [UInt8](">=")) {
        problems.error(chart.place(.counter), "the bucket \"\(shown(bucket))\" of a histogram has no bound", hint: "its buckets begin with < or >=")
        return
      }
      checkBounds(of: chart, chart.place(.counter))
    }
  }

  private mutating func checkVersion(_ record: Record, _ chart: Chart) {
    let isGo = chart.program.starts(with: [UInt8]("cmd/"))
    if let field = record[.version] {
      let kind = Version(field.value).kind
      if isGo ? kind != .go : kind != .semantic {
        problems.error(field.at, "\"\(shown(field.value))\" is no version of \(shown(chart.program))", hint: isGo ? "for example go1.23.0" : "for example v1.2.0")
      }
    }
    if !chart.module.isEmpty, let field = record[.module], chart.program != chart.module, !chart.program.starts(with: chart.module + [UInt8(ascii: "/")]) {
      problems.error(field.at, "\(shown(chart.program)) is not in the module \(shown(chart.module))", hint: "a program's path begins with its module's")
    }
  }

  private mutating func name(_ field: Field) -> [UInt8] {
    if let blank = field.value.firstIndex(where: isBlank) { problems.error(field.at.moved(by: blank), "the name of a \(field.key.rawValue) has no blanks") }
    if field.value.count > 512 { problems.error(field.at, "the name of a \(field.key.rawValue) has at most 512 bytes") }
    return field.value
  }

  // MARK: A program, and the whole

  mutating func program(_ record: Record) -> ProgramFacts {
    checkKeys(record, .program)
    var facts = ProgramFacts(start: record.start)
    if record[.program] == nil { problems.error(record.start, "this record names no program", hint: "add \"program: …\"") }
    let prefix = record[.tagPrefix]?.value ?? []
    for field in record.fields {
      switch field.key {
      case .program: facts.name = name(field)
      case .versions: facts.versions += words(field, "version", ProgramFacts.isVersion)
      case .versionsFile: facts.sources.append(ListSource(kind: .file, path: field.value, position: field.at))
      case .versionsGit: facts.sources.append(ListSource(kind: .tags(prefix: prefix), path: field.value, position: field.at))
      case .padding: facts.padding = padding(field)
      case .paddingMinimum: facts.paddingMinimum = padding(field)
      case .installations: facts.installations = whole(field, 1...999_999_999, "how many installations are expected to report")
      case .owner: facts.owner = field.value
      default: break
      }
    }
    if let field = record[.tagPrefix], record[.versionsGit] == nil { problems.error(field.keyAt, "tag-prefix is for versions-git") }
    if let field = record[.paddingMinimum] {
      if record[.padding] == nil { problems.error(field.keyAt, "padding-minimum is what must be left of padding, and there is none") }
      if let padding = facts.padding, let least = facts.paddingMinimum, !least.isWithin(padding) {
        problems.error(field.at, "padding-minimum asks for more than padding gives")
      }
    }
    return facts
  }

  mutating func whole(_ record: Record) -> WholeFacts {
    checkKeys(record, .whole)
    var facts = WholeFacts(start: record.start)
    for field in record.fields {
      switch field.key {
      case .os: facts.systems += words(field, "system", ProgramFacts.isVersion)
      case .arch: facts.architectures += words(field, "architecture", ProgramFacts.isVersion)
      case .toolchain: facts.toolchains += words(field, "toolchain", ProgramFacts.isVersion)
      case .toolchainFile: facts.sources.append(ListSource(kind: .file, path: field.value, position: field.at))
      case .sampleRate: facts.sampleRate = rate(field)
      default: break
      }
    }
    return facts
  }

  private mutating func words(_ field: Field, _ what: String, _ isGood: ([UInt8]) -> Bool) -> [[UInt8]] {
    Values.words(field).map { word, at in
      if !isGood(word) { problems.error(at, "\"\(shown(word))\" is no \(what)", hint: "printable, without / and at most 100 bytes") }
      if what != "version", what != "toolchain", let other = otherNames[String(decoding: word, as: UTF8.self)] {
        problems.warning(at, "reports say \(other), and not \(shown(word))", hint: "write \(other)")
      }
      return word
    }
  }
}

extension ProgramFacts {
  /// As programs may give it.
  public static func isVersion(_ text: [UInt8]) -> Bool {
    !text.isEmpty && text.count <= 100 && Text.isPrintable(text) && !text.contains(UInt8(ascii: "/")) && !text.contains(where: isBlank)
  }
}
