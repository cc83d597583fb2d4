import TestSupport
import Testing

@testable import Charts

/// Not a measurement of what ships: an ordinary build is many times slower. It
/// keeps a page of 200 charts from becoming slow by a wrong step.
@Suite("Speed")
struct SpeedTests {
  @Test("a year of a chart is drawn in a moment")
  func aYear() {
    let clock = ContinuousClock()
    for chart in [Sample.starts, Sample.clients, Sample.latency] {
      var bytes = 0
      let time = clock.measure { for index in 0..<200 { bytes += chart.svgOverWeeks(Canvas(id: "c\(index)")).count } } / 200
      #expect(bytes > 200 * 500)
      #expect(time < .milliseconds(50))
    }
  }
}
