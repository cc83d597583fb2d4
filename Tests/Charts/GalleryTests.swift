import Dates
import Files
import Foundation
import FoundationXML
import TestSupport
import Testing

@testable import Charts

/// Every picture of every sample, as files that people and browsers look at.
@Suite("Pictures")
struct GalleryTests {
  static func pictures(_ chart: Chart, id: String, width: Int = 360, isStandalone: Bool = false) -> [(kind: String, svg: [UInt8])] {
    func canvas(_ kind: String, _ width: Int, _ height: Int) -> Canvas { Canvas(id: "\(id)-\(kind)", width: width, height: height, isStandalone: isStandalone) }
    return [
      ("weeks", chart.svgOverWeeks(canvas("w", width, 150))), ("buckets", chart.svgOfBuckets(canvas("b", width, 150))),
      ("shares", chart.svgOfShares(canvas("s", width, 150), intervals: true)), ("spark", chart.svgSparkline(canvas("k", 104, 20))),
    ]
  }

  @Test("the gallery is a page; it is written to the folder that TEL_GALLERY names")
  func gallery() throws {
    guard let folder = ProcessInfo.processInfo.environment["TEL_GALLERY"] else { return }
    var page = "<!DOCTYPE html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><meta http-equiv=Content-Security-Policy content=\"default-src 'none';style-src 'self'\"><title>Pictures</title><link rel=stylesheet href=gallery.css>\(Charts.patterns)<main>"
    for (index, chart) in Sample.all.enumerated() {
      for picture in Self.pictures(chart, id: "c\(index)") { page += "<figure><figcaption>\(index) \(picture.kind)</figcaption>\(picture.svg.string)</figure>" }
    }
    page += "<figure>\(Sample.clients.svgOverWeeks(Canvas(id: "wide", width: 720, height: 220)).string)</figure></main></html>"
    try page.write(toFile: folder + "/gallery.html", atomically: true, encoding: .utf8)
    let style = Charts.stylesheet + "body{margin:8px;background:#fff;font:14px system-ui,sans-serif}main{display:flex;flex-wrap:wrap;gap:12px}figure{margin:0;max-width:100%}@media(prefers-color-scheme:dark){body{background:#0d1117;color:#eee}}"
    try style.write(toFile: folder + "/gallery.css", atomically: true, encoding: .utf8)
    try Data(Sample.clients.svgOverWeeks(Canvas(id: "alone", isStandalone: true))).write(to: URL(fileURLWithPath: folder + "/alone.svg"))
  }

  /// What a page's policy forbids, and what an image must have for those who do not see it.
  final class Reader: NSObject, XMLParserDelegate {
    var names: [String] = []
    var problems: [String] = []
    var ids: [String] = []
    private var isFirst = true

    func parser(_ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]) {
      names.append(name)
      if !["svg", "title", "desc", "path", "g", "text", "style", "defs", "pattern"].contains(name) { problems.append("element \(name)") }
      for (key, value) in attributes {
        if key == "style" || key.hasPrefix("on") || key == "href" { problems.append("attribute \(key)") }
        if key == "id" { ids.append(value) }
        if key == "d", value.contains(where: { !"MVvHhLlz0123456789. -".contains($0) }) { problems.append("path \(value)") }
      }
      if isFirst {
        if name != "svg" || attributes["role"] != "img" { problems.append("no image") }
        for id in (attributes["aria-labelledby"] ?? "").split(separator: " ") where !id.hasSuffix("-t") && !id.hasSuffix("-d") { problems.append("label \(id)") }
      }
      isFirst = false
    }
  }

  static func read(_ svg: [UInt8]) -> Reader {
    let reader = Reader()
    let parser = XMLParser(data: Data(svg))
    parser.delegate = reader
    if !parser.parse() { reader.problems.append("no XML: \(String(describing: parser.parserError))") }
    return reader
  }

  @Test("every picture is XML, an image with a title and a description, and nothing that a strict policy forbids")
  func areSound() {
    for (index, chart) in Sample.all.enumerated() {
      for isStandalone in [false, true] {
        for width in [0, 40, 120, 360, 1200, 9999] {
          for picture in Self.pictures(chart, id: "c\(index)", width: width, isStandalone: isStandalone) {
            let reader = Self.read(picture.svg)
            #expect(reader.problems == [], "\(index) \(picture.kind)")
            #expect(reader.names.prefix(3) == ["svg", "title", "desc"])
            #expect(Set(reader.ids).count == reader.ids.count)
            #expect(isStandalone == reader.names.contains("style"))
          }
        }
      }
    }
  }

  @Test("whatever bytes a name has, it stays text")
  func hostileNames() {
    var random = Sample.Random(state: 9)
    let noise: [[UInt8]] = (0..<200).map { _ in (0..<random.next(40)).map { _ in UInt8(random.next(256)) } }
    for name in Sample.hostileNames + noise {
      let week = Week(begin: Sample.lastEnd.advanced(by: -7), end: Sample.lastEnd)
      let counts: [(bucket: [UInt8], value: UInt64)] = [(name, 3), ("other".bytes, 4), ([1] as [UInt8] + name, 2)]
      let chart = Chart(name: name, weeks: [Chart.Counted(week: week, counts: counts)])
      for picture in Self.pictures(chart, id: name.string) {
        let reader = Self.read(picture.svg)
        #expect(reader.problems == [], "\(name)")
        #expect(picture.svg.count < 12_000)
        #expect(picture.svg.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
      }
      let shown = Label.shown(name)
      #expect(Text.isPrintable(shown))
      for columns in [1, 3, 4, 9, 40] { #expect(Label.columns(Label.shortened(shown, to: columns)) <= columns) }
    }
  }

  @Test("a file's dates may say anything")
  func anyDates() {
    var random = Sample.Random(state: 10)
    for _ in 0..<200 {
      let weeks = (0...random.next(6)).map { _ in
        let end = Day(Int(random.next(4_000_000)) - 1_000_000)
        return Chart.Counted(week: Week(begin: end.advanced(by: 20 - Int(random.next(60))), end: end), isLive: random.next(3) == 0, counts: [("a".bytes, random.next(9)), ("b".bytes, UInt64.max)])
      }
      for picture in Self.pictures(Chart(name: "a".bytes, weeks: weeks), id: "d") {
        #expect(Self.read(picture.svg).problems == [])
        #expect(picture.svg.count < 8000)
      }
    }
  }

  @Test("columns lie on real dates: a short week is narrow, a missing one a gap, and equal ones are one step")
  func realDates() {
    let svg = Sample.irregular.svgOverWeeks(Canvas(id: "x")).string
    // Days: 2, 7, 7, two weeks of nothing, 7, 14, six weeks of nothing. Sums of both, of 20, in 120 pixels.
    #expect(svg.contains("d=\"M0 120V96h2V42h7V84h7V120h14V12h7V78h14V120h42V"))
    let still = Chart(
      name: "a".bytes,
      weeks: (0..<52).map { index -> Chart.Counted in
        let begin = Day(20000 + 7 * index)
        return Chart.Counted(week: Week(begin: begin, end: begin.advanced(by: 7)), counts: [(bucket: [], value: 5)])
      })
    #expect(still.svgOverWeeks(Canvas(id: "x")).string.contains("h364V120z"))
  }

  @Test("a week that is not over is drawn apart, and said to be")
  func live() {
    let weeks = [0, 7, 14].map { Chart.Counted(week: Week(begin: Day(20000 + $0), end: Day(20007 + $0)), isLive: $0 == 14, counts: [(bucket: [], value: 1)]) }
    let svg = Chart(name: "a".bytes, weeks: weeks).svgOverWeeks(Canvas(id: "x")).string
    #expect(svg.contains("<path class=\"c0\" d=\"M0 120V0h14V120z\"/><g class=\"live\"><title>not over yet</title><path class=\"c0\" d=\"M14 120V0h7V120z\"/>"))
    #expect(svg.contains("the last is not over.</desc>"))
    #expect(!Sample.chart("a", [""], isLive: false).svgOverWeeks(Canvas(id: "x")).string.contains("live"))
  }

  @Test("a year of a counter is about a kilobyte, of six buckets three and a half")
  func sizes() {
    #expect(Sample.starts.svgOverWeeks(Canvas(id: "x")).count < 1300)
    #expect(Sample.latency.svgOverWeeks(Canvas(id: "x")).count < 3500)
    for chart in [Sample.latency, Sample.clients, Sample.versions] {
      #expect(chart.svgOfBuckets(Canvas(id: "x")).count < 1700)
      #expect(chart.svgSparkline(Canvas(id: "x", width: 104, height: 20)).count < 600)
    }
  }

  @Test("every class that is drawn has its style")
  func styles() {
    var classes = Set<Substring>()
    for chart in Sample.all {
      for picture in Self.pictures(chart, id: "x") {
        for piece in picture.svg.string.split(separator: "class=\"").dropFirst() { classes.formUnion(piece.prefix { $0 != "\"" }.split(separator: " ")) }
      }
    }
    let light = Charts.stylesheet.components(separatedBy: "@media")[0]
    for name in classes.subtracting(["weeks", "buckets", "shares", "spark", "tel-chart", "l", "n"]) {
      #expect(["{", ","].contains { light.contains(".\(name)\($0)") }, "\(name)")
    }
    #expect(!Charts.stylesheet.contains("http") && !Charts.stylesheet.contains("</"))
  }
}
