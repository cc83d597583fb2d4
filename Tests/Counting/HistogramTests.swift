import Files
import TestSupport
import Testing

@testable import Counting

@Suite("Histogram")
struct HistogramTests {
  let recorder = newRecorder()

  private func make(_ chart: String, _ unit: Histogram.Unit, _ bounds: [UInt64], list: inout UnsafeMutableRawPointer?) throws -> Histogram {
    try Histogram.named(chart.bytes, unit: unit, bounds: bounds, list: &list, recorder: recorder)
  }

  @Test("a bound is written in the largest unit that divides it", arguments: [
    (10_000_000, .nanoseconds, "10ms"), (1_000_000_000, .nanoseconds, "1s"), (60_000_000_000, .nanoseconds, "1m"), (86_400_000_000_000, .nanoseconds, "24h"), (1500, .nanoseconds, "1500ns"), (2000, .nanoseconds, "2us"),
    (1 << 20, .bytes, "1MiB"), (1536, .bytes, "1536B"), (3 << 10, .bytes, "3KiB"), (1 << 40, .bytes, "1TiB"), (1 << 30, .bytes, "1GiB"), (1000, .none, "1000"), (.max, .none, "18446744073709551615"),
  ] as [(UInt64, Histogram.Unit, String)])
  func labels(_ bound: UInt64, _ unit: Histogram.Unit, _ label: String) {
    #expect(Histogram.text(of: bound, unit).string == label)
  }

  @Test("latencies have the article's bounds, and a value lies in the bucket with the smallest bound above it")
  func latency() throws {
    var list: UnsafeMutableRawPointer?
    let histogram = try make("gopls/hover/latency", .nanoseconds, [], list: &list)
    let ms: UInt64 = 1_000_000
    let values: [(UInt64, String)] = [
      (0, "<10ms"), (10 * ms - 1, "<10ms"), (10 * ms, "<50ms"), (50 * ms, "<100ms"), (199 * ms, "<200ms"), (200 * ms, "<500ms"), (999 * ms, "<1s"), (1000 * ms, "<5s"), (5000 * ms, "<24h"),
      (86_400_000 * ms, "<inf"), (.max, "<inf"),
    ]
    var expected: [String: UInt64] = [:]
    for (value, label) in values {
      #expect(histogram.record(value, in: recorder) == nil)
      expected["gopls/hover/latency:" + label, default: 0] += 1
    }
    for (name, count) in expected { #expect(recorder.read(name) == count, "\(name)") }
  }

  @Test("one chart and bounds is one histogram; other bounds are another")
  func identity() throws {
    var list: UnsafeMutableRawPointer?
    let a = try make("a", .none, [1, 2, 3], list: &list)
    let b = try make("b", .none, [1, 2, 3], list: &list)
    #expect(try make("a", .none, [1, 2, 3], list: &list).base == a.base)
    #expect(try make("a", .none, [1, 2], list: &list).base != a.base)
    #expect(try make("b", .none, [1, 2, 3], list: &list).base == b.base)
  }

  @Test("one chart and bounds in another unit is another histogram")
  func units() throws {
    var list: UnsafeMutableRawPointer?
    _ = try make("a", .none, [1024], list: &list)
    let bytes = try make("a", .bytes, [1024], list: &list)
    _ = bytes.record(5, in: recorder)
    #expect(recorder.read("a:<1KiB") == 1)
  }

  @Test("charts and bounds that cannot be are refused with a sentence", arguments: [
    ("", [1]), ("a b", [1]), ("a:b", [1]), (String(repeating: "x", count: 4065), [1]), ("a", []), ("a", [0]), ("a", [1, 1]), ("a", [2, 1]), ("a", Array(1...65)),
  ] as [(String, [UInt64])])
  func refused(_ chart: String, _ bounds: [UInt64]) {
    var list: UnsafeMutableRawPointer?
    do {
      _ = try make(chart, .none, bounds, list: &list)
      Issue.record("made")
    } catch { #expect((error as? Fault)?.status == .invalid) }
    #expect(list == nil)
  }

  @Test("64 bounds and the longest chart work")
  func largest() throws {
    var list: UnsafeMutableRawPointer?
    let chart = String(repeating: "x", count: 4064)
    let histogram = try make(chart, .nanoseconds, (1...64).map { UInt64.max - 64 + $0 }, list: &list)
    _ = histogram.record(.max, in: recorder)
    #expect(recorder.read(chart + ":<inf") == 1)
  }
}
