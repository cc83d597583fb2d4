import Dates
import TestSupport
import Testing

@testable import Charts

@Suite("Pictures of shares with intervals")
struct IntervalTests {
  private static let names = Sample.hostileNames

  private static func interval(_ share: Double, _ half: Double = 0.05, few: Bool = false) -> Interval { Interval(share: share, low: share - half, high: share + half, isTooFew: few) }

  private static var dates: [Day] { (0..<52).map { Sample.lastEnd.advanced(by: -7 * (51 - $0)) } }

  /// Each kind, of what may be in it.
  private static func pictures(width: Int, names: [[UInt8]], isStandalone: Bool = false) -> [[UInt8]] {
    func canvas(_ id: String) -> Canvas { Canvas(id: id, width: width, isStandalone: isStandalone) }
    let shares = names.indices.map { interval(Double($0) / Double(max(1, names.count)), few: $0 % 5 == 4) }
    let rows = zip(names, shares).map { IntervalBars.Row(label: $0, interval: $1, count: 7, isOther: $0.isEmpty) }
    let series = zip(names, shares).map { name, share in IntervalLines.Series(label: name, points: (0..<52).map { $0 % 9 == 3 ? nil : share }) }
    return [
      IntervalBars(title: names.first ?? [], rows: rows).svg(canvas("b")), IntervalBars(title: [], rows: rows, isOrdered: true, scale: 1).svg(canvas("o")),
      IntervalLines(title: names.first ?? [], dates: dates, series: series, open: [Sample.lastEnd.number]).svg(canvas("l")),
      IntervalDots(title: [], parts: names, rows: names.map { IntervalDots.Row(label: $0, intervals: shares + [nil]) }).svg(canvas("d")),
      Trend(title: names.first ?? [], summary: "<&", values: [nil, 1, 5, nil, 2]).svg(canvas("t")), Level(0.4).svg(canvas("v")),
    ]
  }

  @Test("every picture is XML, an image with a title and a description, and nothing that a strict policy forbids, whatever names there are")
  func areSound() {
    for names in [Self.names, [], ["a".bytes], Array(Self.names.prefix(3))] {
      for width in [0, 40, 240, 559, 560, 1010, 9999] {
        for isStandalone in [false, true] {
          for svg in Self.pictures(width: width, names: names, isStandalone: isStandalone) {
            let reader = GalleryTests.read(svg)
            #expect(reader.problems == [])
            #expect(reader.names.prefix(3) == ["svg", "title", "desc"])
            #expect(svg.allSatisfy { $0 >= 0x20 && $0 != 0x7f } || isStandalone)
          }
        }
      }
    }
  }

  @Test("an interval is in order and between 0 and 1, whatever it is made of")
  func order() {
    for share in [-1, 0, 0.3, 1, 7, .nan, .infinity] as [Double] {
      for bound in [-1, 0, 0.5, 2, .nan, -.infinity] as [Double] {
        let interval = Interval(share: share, low: bound, high: bound)
        #expect(0 <= interval.low && interval.low <= interval.share && interval.share <= interval.high && interval.high <= 1)
      }
    }
  }

  @Test("a bar ends at its share, its whisker at the ends of the interval, on the axis that is written below")
  func bars() {
    let svg = IntervalBars(title: "t".bytes, rows: [.init(label: "abcd".bytes, interval: Interval(share: 0.5, low: 0.4, high: 0.6), count: 9)]).svg(Canvas(id: "x", width: 675)).string
    // Labels of four letters: the bars begin at 39; 400 pixels are 60 %.
    #expect(svg.contains("d=\"M39 8h333v16h-333z\""))
    #expect(svg.contains("<path class=\"w\" d=\"M306 12v8M306 16h133M439 12v8\"/>"))
    #expect(svg.contains(">60%</text>") && svg.contains(">40% to 60%</text>"))
    #expect(svg.contains("the greatest is abcd with 50%, between 40% and 60%.</desc>"))
  }

  @Test("small pictures beside each other have one scale")
  func scale() {
    func width(_ share: Double) -> String {
      IntervalBars(title: [], rows: [.init(label: "abcd".bytes, interval: Self.interval(share, 0), count: 9)], scale: 1).svg(Canvas(id: "x", width: 191)).string
    }
    #expect(width(0.5).contains("<path class=\"bar c0\" d=\"M39 6h50v12") && width(0.02).contains("<path class=\"bar c0\" d=\"M39 6h2v12"))
  }

  @Test("too few reports are said to be too few, and nothing is drawn of them")
  func few() {
    let svg = IntervalBars(title: [], rows: [.init(label: "a".bytes, interval: Self.interval(0.5, few: true), count: 3)]).svg(Canvas(id: "x", width: 600)).string
    #expect(svg.contains("too few reports to say") && !svg.contains("class=\"bar") && !svg.contains("class=\"w\"") && !svg.contains("50%"))
    let lines = IntervalLines(title: [], dates: Self.dates, series: [.init(label: "a".bytes, points: Self.dates.map { _ in Self.interval(0.5, few: true) })]).svg(Canvas(id: "x")).string
    #expect(!lines.contains("<path class=\"d s0\"") && lines.contains("a: too few reports to say"))
  }

  @Test("a missing week is a gap: lines and bands do not cross it, and a week alone is a whisker")
  func gaps() {
    let days = [0, 7, 14, 28, 42].map { Day(20000 + $0) }
    let points: [Interval?] = [Self.interval(0.5), Self.interval(0.5), nil, Self.interval(0.5), Self.interval(0.5)]
    let svg = IntervalLines(title: [], dates: days, series: [.init(label: "a".bytes, points: points)]).svg(Canvas(id: "x")).string
    let line = svg.split(separator: "<path class=\"s s0\" d=\"")[1].prefix { $0 != "\"" }
    #expect(line.filter { $0 == "M" }.count == 1)
    #expect(svg.split(separator: "<path class=\"w\" d=\"")[1].prefix { $0 != "\"" }.filter { $0 == "M" }.count == 2)
  }

  @Test("weeks whose reports are not all there have hollow points")
  func open() {
    let series = [IntervalLines.Series(label: "a".bytes, points: Self.dates.map { _ in Self.interval(0.2) })]
    #expect(IntervalLines(title: [], dates: Self.dates, series: series, open: [Sample.lastEnd.number]).svg(Canvas(id: "x")).string.contains("class=\"hollow\""))
    #expect(!IntervalLines(title: [], dates: Self.dates, series: series).svg(Canvas(id: "x")).string.contains("class=\"hollow\""))
  }

  @Test("a year of six lines is under 12 kilobytes")
  func size() {
    let series = (0..<6).map { index in IntervalLines.Series(label: "name \(index)".bytes, points: Self.dates.map { Self.interval(Double(($0.number / 7 * (index + 3)) % 10) / 20 + 0.1) }) }
    #expect(IntervalLines(title: [], dates: Self.dates, series: series).svg(Canvas(id: "x", width: 1010, height: 280)).count < 12_000)
  }

  @Test("every class that is drawn has its style")
  func styles() {
    let light = Charts.stylesheet.split(separator: "@media")[0]
    var classes = Set<Substring>()
    for svg in Self.pictures(width: 700, names: Self.names) { for piece in svg.string.split(separator: "class=\"").dropFirst() { classes.formUnion(piece.prefix { $0 != "\"" }.split(separator: " ")) } }
    for name in classes.subtracting(["bars", "lines", "dots", "trend", "level", "tel-chart"]) { #expect(["{", ",", " "].contains { light.contains(".\(name)\($0)") }, "\(name)") }
  }
}
