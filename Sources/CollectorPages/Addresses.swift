import ChartConfig
import Files
import Publishing

extension Site {
  /// Every address that there is, for those who make files of all of them: one
  /// that ends in a slash is `index.html` in a folder. Ask a site that is static.
  public func addresses() async throws -> [String] {
    let history = try await history()
    var addresses = ["/", "/style.css", "/site.js", "/icon.svg", "/data/", "/config/", "/privacy/", "/status/"]
    for name in history.names {
      guard let program = history.programs[name] else { continue }
      let slug = String(decoding: Slug.of(name), as: UTF8.self)
      addresses.append("/programs/\(slug)/")
      if program.charts.contains(where: { $0.kind == .stack }) { addresses.append("/stacks/\(slug)/") }
      for chart in program.charts where chart.kind != .stack {
        let own = "/charts/\(slug)/\(String(decoding: chart.key.slug, as: UTF8.self))"
        addresses += [own + "/", own + ".json", own + ".csv", own + ".svg"]
      }
    }
    for span in history.weeks.map({ $0.span }) + history.days { addresses += ["/data/\(span.name).json", "/data/\(span.name).csv"] }
    if source.facts.publishesReports {
      for span in history.days where try await source.reports(of: span.end) != nil { addresses.append("/data/reports/\(String(decoding: span.end.text, as: UTF8.self)).ndjson") }
    }
    for built in source.shelf.built {
      let version = String(decoding: built.number.text, as: UTF8.self)
      addresses += ["/config/\(version)/", "/config/\(version).json"]
    }
    if source.shelf.newest != nil { addresses.append("/config/latest.json") }
    return addresses
  }
}
