import ChartConfig
import CollectorPages
import Dates
import Files
import Publishing
import Store

/// A collector's publications without a collector: drawn anew whenever they are
/// asked for, and the same each time.
public struct MadeUpSource: SiteSource {
  public let facts: Facts
  public let shelf: ConfigShelf
  public let texts: [Chart]
  private let design: Design
  /// The day that pages take for today.
  public static let today = Day(text: Array("2026-11-25".utf8))!
  private static let last = Day(text: Array("2026-11-15".utf8))!

  init(_ design: Design, folder: Path) throws {
    self.design = design
    var facts = Facts()
    facts.title = design.title
    self.facts = facts
    var configs = try ConfigFolder(folder)
    var texts: [Chart] = []
    for (index, text) in design.configs.enumerated() {
      let source = ConfigSource([SourceFile(name: "charts.txt", text: Array(text.utf8))])
      var problems = source.problems
      let draft = source.draft(with: [:], &problems)
      if let problem = problems.list.first(where: { $0.severity == .error }) { throw Fault(.invalid, .bytes(Array("\(problem)".utf8))) }
      let number = Number(major: 1, minor: index, patch: 0)
      if configs.built.count <= index { try configs.add(draft.text(version: number.text), as: number) }
      texts = source.charts
    }
    shelf = try ConfigShelf(folder)
    self.texts = texts
  }

  public func spans() async throws -> [TimeSpan] {
    (0..<design.weeks).map { TimeSpan(.week, ending: MadeUpSource.last.advanced(by: -7 * $0)) } + (0..<design.days).map { TimeSpan(.day, ending: MadeUpSource.last.advanced(by: -$0)) }
  }

  public func editions() async throws -> [(span: TimeSpan, edition: Int)] { try await spans().map { ($0, isFinal($0) ? 2 : 1) } }

  private func isFinal(_ span: TimeSpan) -> Bool { span.end.advanced(by: facts.window) < MadeUpSource.today }

  public func publication(_ span: TimeSpan) async throws -> Publication? {
    guard try await spans().contains(span) else { return nil }
    let age = Double(MadeUpSource.last.number - span.end.number) / 7
    let part = design.weeks > 1 ? max(0, 1 - age / Double(design.weeks - 1)) : 1
    var programs: [ProgramData] = []
    var reports = 0
    for program in design.programs {
      var draws = Draws(program.name, Array(span.name.utf8))
      let expected = Double(program.from) + Double(program.to - program.from) * part
      let count = max(0, Int(expected * (0.96 + 0.08 * draws.next()) / (span.kind == .day ? 7 : 1)))
      if count < facts.least { continue }
      reports += count
      programs.append(data(program, count, part, span))
    }
    return Publication(
      span: span, edition: isFinal(span) ? 2 : 1, isFinal: isFinal(span), made: span.end.advanced(by: isFinal(span) ? facts.window + 1 : facts.settling), least: facts.least, reports: reports,
      programs: programs.sorted { $0.name.precedes($1.name) })
  }

  private func data(_ program: Design.Program, _ count: Int, _ part: Double, _ span: TimeSpan) -> ProgramData {
    let dimensions: [(Dimension, [Design.Choice])] = [(.version, program.versions), (.os, program.systems), (.arch, program.architectures), (.toolchain, program.toolchains)]
    var parts: [(dimension: Dimension, value: [UInt8]?, reports: Int)] = [(.all, [], count)]
    var about: [ChartData] = []
    for (dimension, choices) in dimensions {
      var rows: [DataRow] = []
      for choice in choices {
        var draws = Draws(program.name, choice.name, Array(span.name.utf8))
        let reports = draws.count(of: count, choice.share(part))
        if reports >= facts.least { rows.append(row(choice.name, .all, [], reports, count, 1, UInt64(reports))) }
        if reports >= facts.least { parts.append((dimension, choice.name, reports)) }
      }
      about.append(ChartData(name: Array(dimension.rawValue.utf8), kind: .about, rows: rows))
    }
    let charts = (program.charts + program.stacks).map { chart -> ChartData in
      ChartData(
        name: chart.name, kind: chart.kind,
        rows: parts.flatMap { each -> [DataRow] in
          var (folded, foldedTotal) = (0, UInt64(0))
          let of = max(0, Int(Double(each.reports) * chart.rate))
          var rows: [DataRow] = []
          for bucket in chart.buckets {
            var draws = Draws(program.name, chart.name, bucket.name, each.value ?? [], Array(span.name.utf8))
            var tilt = Draws(program.name, chart.name, bucket.name, each.value ?? [])
            let p = min(0.995, max(0, bucket.share(part) * (each.dimension == .all ? 1 : 0.8 + 0.4 * tilt.next())))
            let reports = draws.count(of: of, p)
            let total = UInt64(Double(reports) * (1 + 6 * draws.next()))
            if reports < facts.least {
              (folded, foldedTotal) = (folded + reports, foldedTotal + total)
            } else {
              rows.append(row(bucket.name, each.dimension, each.value, reports, of, chart.rate, total))
            }
          }
          if folded >= facts.least { rows.append(row(nil, each.dimension, each.value, min(folded, of), of, chart.rate, foldedTotal)) }
          return rows
        })
    }
    return ProgramData(name: program.name, reports: count, charts: about + charts)
  }

  private func row(_ bucket: [UInt8]?, _ dimension: Dimension, _ value: [UInt8]?, _ reports: Int, _ of: Int, _ rate: Double, _ total: UInt64) -> DataRow {
    DataRow(
      bucket: bucket, dimension: dimension, value: value, reports: reports, of: of, weighted: Double(reports) / rate, weightedOf: Double(of) / rate, effective: Double(of), total: total)
  }

  public func reports(of day: Day) async throws -> [UInt8]? { nil }

  public func status() async throws -> CollectorPages.Status {
    var status = CollectorPages.Status(today: MadeUpSource.today)
    status.published = MadeUpSource.last
    let expected = design.programs.reduce(0) { $0 + $1.to }
    status.days = (0..<min(60, design.weeks * 7)).map { index in
      let day = MadeUpSource.today.advanced(by: -index)
      var draws = Draws(day.text)
      return (day, Int(Double(expected) / 7 * (0.8 + 0.4 * draws.next())), index == 0 ? 12 : 0)
    }
    return status
  }
}
