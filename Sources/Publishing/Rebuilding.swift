import ChartConfig
import Dates
import Files

/// What people wrote of a chart, in the chart config.
public typealias ChartText = Chart

/// Every chart of every published span, from the published documents alone.
public struct Rebuilding: Sendable {
  public let publications: [Publication]
  public let texts: [ChartText]

  public init(_ publications: [Publication], texts: [ChartText]) { 
    self.publications = publications.sorted { ($0.span.end.number, $0.span.kind == .day ? 0 : 1) < ($1.span.end.number, $1.span.kind == .day ? 0 : 1) }
    self.texts = texts
   }

  /// Documents as JSON: what `charts` of a server answers, by program, chart and span.
  public func forEach(_ body: (ChartDocument) throws -> Void) rethrows {
    let weeks = publications.filter { $0.span.kind == .week }
    for publication in publications {
      for program in publication.programs {
        for chart in program.charts {
          if let document = ChartDocument(of: program.name, chart.name, chart.kind, in: publication, among: weeks, texts: texts) { try body(document) }
        }
      }
    }
  }
}
