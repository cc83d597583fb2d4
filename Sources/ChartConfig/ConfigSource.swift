import Files

/// One file of a chart config.
public struct SourceFile: Sendable {
  public let name: String
  public let text: [UInt8]

  public init(name: String, text: [UInt8]) {
    self.name = name
    self.text = text
  }

  /// A line of it, counted from 1.
  public func line(_ number: Int) -> [UInt8] {
    var rest = text[...]
    for _ in 1..<max(1, number) {
      guard let end = rest.firstIndex(of: 0x0a) else { return [] }
      rest = rest[(end + 1)...]
    }
    return Array(rest.prefix { $0 != 0x0a })
  }
}

/// What the files of a chart config say together, checked.
public struct ConfigSource: Sendable {
  public private(set) var charts: [Chart] = []
  public private(set) var programs: [ProgramFacts] = []
  public private(set) var whole: WholeFacts?
  private var indices: [[UInt8]: Int] = [:]
  public private(set) var problems = Problems()

  public init(_ files: [SourceFile]) {
    var values = Values(problems: problems)
    for (number, file) in files.enumerated() {
      for record in RecordReader.records(of: file.text, file: number, &values.problems) {
        switch record.subject {
        case .chart: charts.append(values.chart(record))
        case .program:
          let facts = values.program(record)
          if let before = self.facts(of: facts.name) {
            values.problems.error(facts.start, "\(shown(facts.name)) has two records", hint: "the other is in \(files.place(before.start))")
          } else {
            indices[facts.name] = programs.count
            programs.append(facts)
          }
        case .whole:
          let facts = values.whole(record)
          if let whole {
            values.problems.error(facts.start, "there are two records of the whole config", hint: "the other is in \(files.place(whole.start))")
          } else {
            whole = facts
          }
        }
      }
    }
    problems = values.problems
    if charts.isEmpty, problems.errors == 0 {
      problems.error(Position(file: 0, line: 1, column: 1), "there is no chart", hint: "a record has a title, a counter, a type and a program")
    }
    checkTogether(files)
    problems.sort()
  }

  public func facts(of program: [UInt8]) -> ProgramFacts? { indices[program].map { programs[$0] } }

  /// All lists that must be read before it can be built.
  public var sources: [ListSource] { (whole?.sources ?? []) + programs.flatMap(\.sources) }

  public mutating func add(_ problem: Problem) {
    if problem.severity == .error {
      problems.error(problem.position, problem.message, hint: problem.hint)
    } else {
      problems.warning(problem.position, problem.message, hint: problem.hint)
    }
  }

  // MARK: What only several records together show

  private mutating func checkTogether(_ files: [SourceFile]) {
    var counters: [[UInt8]: Position] = [:]
    var names: [[UInt8]: Position] = [:]
    var modules: [[UInt8]: (module: [UInt8], at: Position)] = [:]
    for chart in charts where !chart.name.isEmpty && !chart.program.isEmpty {
      let here = chart.place(.counter)
      let program = chart.program + [0x0a]
      if let before = names[program + chart.name] {
        let both = chart.counters.first { counters[program + $0] != nil }
        problems.error(
          here, both.map { "\(shown($0)) is approved twice for \(shown(chart.program))" } ?? "two charts of \(shown(chart.program)) are called \(shown(chart.name))",
          hint: "the other is in \(files.place(before)); put all buckets of a chart into one record")
      }
      names[program + chart.name] = names[program + chart.name] ?? here
      for counter in chart.counters { counters[program + counter] = here }
      if !chart.module.isEmpty {
        if let other = modules[chart.program], other.module != chart.module {
          problems.error(
            chart.place(.module), "\(shown(chart.program)) is in two modules, \(shown(other.module)) and \(shown(chart.module))",
            hint: "the other is in \(files.place(other.at))")
        }
        modules[chart.program] = modules[chart.program] ?? (chart.module, chart.place(.module))
      }
    }
    let charted = Set(charts.map(\.program))
    for facts in programs where !charted.contains(facts.name) {
      problems.warning(facts.start, "no chart is about \(shown(facts.name))")
    }
  }
}

extension [SourceFile] {
  fileprivate func place(_ position: Position) -> String { "\(self[position.file].name):\(position.line)" }
}
