import Dates
import TestSupport
import Testing

@testable import Charts

@Suite("Chart")
struct ChartTests {
  private func week(_ end: String, _ counts: [(String, UInt64)], isLive: Bool = false) -> Chart.Counted {
    let end = Day(text: end.bytes)!
    return .init(week: Week(begin: end.advanced(by: -7), end: end), isLive: isLive, counts: counts.map { (bucket: $0.0.bytes, value: $0.1) })
  }

  @Test("what its buckets are decides what a chart is")
  func kinds() {
    #expect(Chart(name: [], weeks: [week("2026-11-27", [("", 3)])]).kind == .counter)
    #expect(Chart(name: [], weeks: [week("2026-11-27", [("<1s", 3), ("<10ms", 1)])]).kind == .histogram(.time))
    #expect(Chart(name: [], weeks: [week("2026-11-27", [("<1s", 3), ("vim", 1)])]).kind == .partition)
    #expect(Chart(name: [], weeks: []).kind == .counter)
  }

  @Test("a counter's name is a chart and a bucket, a stack's is its first line", arguments: [
    ("a/b:c", "a/b", "c"), ("a/b", "a/b", ""), ("a:b:c", "a", "b:c"), ("crash/crash\nmain.f:+1", "crash/crash", ""), ("bug:x\nmain.f:+1", "bug", "x"),
  ])
  func names(_ counter: String, _ chart: String, _ bucket: String) {
    let parts = Chart.parts(ofCounter: counter.bytes)
    #expect(parts.chart.string == chart && parts.bucket.string == bucket)
  }

  @Test("weeks are in order, one row each, and a bucket that a week lacks is 0 there")
  func weeks() {
    let chart = Chart(name: [], weeks: [week("2026-11-27", [("b", 2)]), week("2026-11-13", [("a", 1)]), week("2026-11-27", [("b", 3), ("a", 9)], isLive: true)])
    #expect(chart.spans.map { $0.week.end.text.string } == ["2026-11-13", "2026-11-27"])
    #expect(chart.spans.map { $0.counts } == [[1, 0], [9, 5]])
    #expect(chart.spans.map { $0.isLive } == [false, true])
    #expect(chart.values() == [1, nil, 14])
    #expect(chart.values(ofBucket: 0) == [1, nil, 9])
  }

  @Test("folding keeps totals, and order")
  func folding() {
    for chart in Sample.all {
      for most in 1...12 {
        let folded = chart.folded(to: most)
        #expect(folded.buckets.count == min(most, chart.buckets.count))
        #expect(folded.total == chart.total)
        #expect(folded.spans.map { $0.total } == chart.spans.map { $0.total })
        #expect(folded.spans.allSatisfy { $0.counts.count == folded.buckets.count })
      }
    }
    #expect(Sample.clients.folded(to: 3).buckets.map { $0.string } == ["vim", "vscode", "other (7)"])
    // Neighbours under the greater bound.
    #expect(Sample.latency.folded(to: 3).buckets.map { $0.string } == ["<100ms", "<1s", "<inf"])
  }

  @Test("sums end at the greatest number")
  func saturation() {
    let chart = Chart(name: [], weeks: [week("2026-11-20", [("a", .max), ("b", 5)]), week("2026-11-27", [("a", 9)])])
    #expect(chart.total == .max && chart.totals == [.max, 5])
    for picture in GalleryTests.pictures(chart, id: "x") { #expect(!picture.svg.isEmpty) }
  }

  @Test("an axis ends at a round number that is not less, in whole steps")
  func axis() {
    #expect(Axis(for: 0).labels == ["0", "1"])
    #expect(Axis(for: 1).labels == ["0", "1"])
    #expect(Axis(for: 3).labels == ["0", "1", "2", "3"])
    #expect(Axis(for: 7).labels == ["0", "4", "8"])
    #expect(Axis(for: 15).labels == ["0", "5", "10", "15"])
    #expect(Axis(for: 1100).labels == ["0", "500", "1k", "1.5k"])
    for greatest in (1...3000).map({ UInt64($0) }) + [UInt64.max, 1 << 40] {
      let axis = Axis(for: greatest)
      #expect(axis.top >= Double(greatest) && axis.top <= 2 * Double(greatest))
      let step = axis.top / Double(axis.labels.count - 1)
      #expect(step == step.rounded())
    }
  }
}

@Suite("Drawing in characters")
struct TextDrawingTests {
  private let blocks = TextDrawing(isUnicode: true)
  private let ascii = TextDrawing(isUnicode: false)

  @Test("a sparkline tells nothing, zero and little apart")
  func sparkline() {
    #expect(blocks.sparkline([nil, 0, 1, 500, 1000]) == " ▁▂▅█")
    #expect(ascii.sparkline([nil, 0, 1, 500, 1000]) == " _.=#")
    #expect(blocks.sparkline([0, 0]) == "▁▁" && blocks.sparkline([]) == "" && blocks.sparkline([.max]) == "█")
  }

  @Test("a bar is as long as its share, by eighths, and never longer than its room")
  func bars() {
    #expect(blocks.bar(0.5, columns: 5) == "██▌")
    #expect(blocks.bar(0.0001, columns: 10) == "▏" && blocks.bar(0, columns: 10) == "")
    #expect(ascii.bar(0.5, columns: 6) == "###" && ascii.bar(0.0001, columns: 6) == "#")
    for n in 0...200 { #expect(blocks.bar(Double(n) / 100, columns: 7).count <= 7) }
  }

  @Test("columns stand on each other's shoulders")
  func columns() {
    #expect(blocks.columns([8, 16, nil, 1, 0], rows: 2) == [" █   ", "██ ▁ "])
    #expect(ascii.columns([16, 8], rows: 2, width: 3) == ["##    ", "## ## "])
    #expect(ascii.columns([1, 2, 3], rows: 1).allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
  }
}
