import Charts
import Files
import Foundation
import FoundationXML
import TestSupport
import Testing

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

  @Test("sizes are those of a small page")
  func sizes() {
    for (index, chart) in Sample.all.enumerated() {
      for picture in Self.pictures(chart, id: "c\(index)") { print("size", index, picture.kind, picture.svg.count) }
    }
  }
}
