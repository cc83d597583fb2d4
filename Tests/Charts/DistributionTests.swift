import TestSupport
import Testing

@testable import Charts

@Suite("Distribution")
struct DistributionTests {
  private func distribution(_ buckets: [(String, UInt64)]) -> Distribution? { Distribution(buckets.map { (name: $0.0.bytes, value: $0.1) }) }

  @Test("bounds are read as tel.h spells them", arguments: [
    ("<10ms", BucketUnit.time, 1e7), ("<1h", .time, 3.6e12), ("<250ns", .time, 250), ("<7us", .time, 7000), ("<7µs", .time, 7000), ("<1.5s", .time, 1.5e9),
    ("<4KiB", .bytes, 4096), ("<1TiB", .bytes, 1_099_511_627_776), ("<512B", .bytes, 512), ("<100", .plain, 100), (">=1s", .time, 1e9), ("<18446744073709551615", .plain, 18_446_744_073_709_551_615),
  ])
  func bounds(_ name: String, _ unit: BucketUnit, _ magnitude: Double) {
    #expect(BucketBound(name.bytes)?.unit == unit)
    #expect(BucketBound(name.bytes)?.magnitude == magnitude)
    #expect(BucketBound(name.bytes)?.isUpper == (name.first == "<"))
  }

  @Test("other names are no bounds", arguments: ["", "<", "10ms", "<ms", "<10 ms", "<10xs", "<-1", "<1e3", "<.5", "<5.", "vscode", "<inf2", ">inf", "<10msx"])
  func others(_ name: String) { #expect(BucketBound(name.bytes) == nil) }

  @Test("buckets stand in order of magnitude, not of letters")
  func order() throws {
    let shuffled = ["<inf", "<1s", "<10ms", "<24h", "<100ms", "<500us", "<1m"].map { ($0, UInt64(1)) }
    let found = try #require(distribution(shuffled))
    #expect(found.bars.map { $0.name.string } == ["<500us", "<10ms", "<100ms", "<1s", "<1m", "<24h", "<inf"])
    #expect(found.unit == .time)
    #expect(found.bars.map { $0.lower } == [0, 5e5, 1e7, 1e8, 1e9, 6e10, 8.64e13])
    #expect(found.bars.last?.upper == nil)
  }

  @Test("names of two units, or with two open ends, are no histogram", arguments: [["<10ms", "<4KiB"], [">=1", ">=10"], ["<10", "vim"], [], ["<inf", ">=5"]])
  func noHistogram(_ names: [String]) { #expect(distribution(names.map { ($0, 1) }) == nil) }

  @Test("a quantile is between bounds for sure, and a guess between them")
  func quantiles() throws {
    let found = try #require(distribution([("<10ms", 10), ("<50ms", 80), ("<100ms", 10)]))
    let median = try #require(found.quantile(0.5))
    #expect((median.lower, median.upper!) == (1e7, 5e7))
    #expect(median.estimate == 3e7)
    #expect(found.text(median) == "about 30ms (10ms to 50ms)")
    #expect(found.quantile(0.95)?.lower == 5e7)
  }

  @Test("beyond the last bound nothing is guessed")
  func openEnd() throws {
    let found = try #require(distribution([("<10ms", 1), ("<inf", 9)]))
    let median = try #require(found.quantile(0.5))
    #expect(median.upper == nil && median.estimate == nil)
    #expect(found.text(median) == "at least 10ms")
  }

  @Test("nothing counted has no quantile") func nothing() { #expect(distribution([("<10ms", 0)])?.quantile(0.5) == nil) }

  /// What is true of the values themselves is true of what their buckets say.
  @Test("the true quantile lies where the buckets say, whatever was counted")
  func truth() throws {
    var random = Sample.Random(state: 11)
    for _ in 0..<300 {
      let bounds = Set((0...random.next(9)).map { _ in random.next(1000) + 1 }).sorted()
      let values = (0...random.next(60)).map { _ in random.next(1200) }.sorted()
      var counts = [UInt64](repeating: 0, count: bounds.count + 1)
      for value in values { counts[bounds.firstIndex { value < $0 } ?? bounds.count] += 1 }
      // A bucket without counts may not be there at all.
      let buckets = zip(bounds.map { "<\($0)" } + ["<inf"], counts).filter { $0.1 > 0 }
      let found = try #require(distribution(buckets.map { ($0.0, $0.1) }.reversed()))
      #expect(found.total == UInt64(values.count))
      for fraction in [0.1, 0.5, 0.9, 1] {
        let quantile = try #require(found.quantile(fraction))
        let rank = max(1, Int((fraction * Double(values.count)).rounded(.up)))
        let truth = Double(values[rank - 1])
        #expect(quantile.lower <= truth && truth < quantile.upper ?? .infinity, "\(fraction) of \(values) in \(buckets)")
        if let estimate = quantile.estimate { #expect(estimate >= quantile.lower && estimate <= quantile.upper!) }
      }
    }
  }

  @Test("magnitudes are short", arguments: [
    (BucketUnit.time, 37_000_000.0, "37ms"), (.time, 999_600_000, "1s"), (.time, 0, "0ns"), (.time, 8.64e13, "24h"), (.time, 1_500, "1.5us"), (.bytes, 1536, "1.5KiB"), (.bytes, 0, "0B"),
    (.plain, 1234, "1.23k"), (.plain, 999_999, "1M"), (.plain, 0, "0"), (.time, 84_700_000, "84.7ms"), (.plain, .infinity, "inf"),
  ])
  func magnitudes(_ unit: BucketUnit, _ magnitude: Double, _ text: String) { #expect(unit.text(magnitude) == text) }
}

@Suite("Shares")
struct SharesTests {
  @Test("a share that is there is not shown as none, nor one that is not all as all")
  func texts() {
    #expect([0, 0.0001, 0.005, 0.123, 0.5, 0.9996, 1].map { Shares.text($0) } == ["0%", "<0.1%", "0.5%", "12.3%", "50%", ">99.9%", "100%"])
  }

  /// Newcombe (1998), and by hand.
  @Test("Wilson's interval", arguments: [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718), (29, 29, 0.8830, 1)])
  func wilson(_ count: UInt64, _ total: UInt64, _ low: Double, _ high: Double) {
    let range = Shares.interval(of: count, among: total)
    #expect(abs(range.lowerBound - low) < 0.00006 && abs(range.upperBound - high) < 0.00006, "\(range)")
  }

  @Test("the interval holds the share, grows narrower, and of nothing it is everything")
  func interval() {
    #expect(Shares.interval(of: 0, among: 0) == 0...1)
    var width = 1.0
    for n in [UInt64(4), 40, 400, 4000, 400_000] {
      let range = Shares.interval(of: n / 4, among: n)
      #expect(range.contains(0.25) && range.upperBound - range.lowerBound < width)
      width = range.upperBound - range.lowerBound
    }
  }
}

@Suite("Natural order")
struct NaturalOrderTests {
  @Test("versions and numbers stand as people expect", arguments: [
    ["go1.9", "go1.10", "go1.21rc2", "go1.21", "go1.21.1"], ["v0.9.0", "v0.10.0", "v1.0.0-alpha.2", "v1.0.0-alpha.10", "v1.0.0-rc.1", "v1.0.0", "v1.0.0+build", "v1.0.1"],
    ["1", "2", "10", "0100"], ["cpython3.9", "cpython3.11", "gcc12.2"], ["v2", "devel", "other"], ["file 2 of 3", "file 10 of 3"], ["", "a", "a b"],
  ])
  func order(_ names: [String]) {
    var random = Sample.Random(state: 5)
    for _ in 0..<20 {
      let shuffled = names.map { ($0, random.next(1000)) }.sorted { $0.1 < $1.1 }.map { $0.0.bytes }
      #expect(shuffled.sorted { NaturalOrder.precedes($0, $1) }.map { $0.string } == names)
    }
  }

  @Test("it is an order: of three names, whatever they are, none comes before itself")
  func isTotal() {
    var random = Sample.Random(state: 6)
    let alphabet = Array("v019.-+a_ :".utf8)
    let names = (0..<60).map { _ in (0..<random.next(7)).map { _ in alphabet[Int(random.next(UInt64(alphabet.count)))] } } + Sample.hostileNames
    for a in names {
      for b in names {
        #expect(NaturalOrder.compare(a, b).signum() == -NaturalOrder.compare(b, a).signum())
        #expect((NaturalOrder.compare(a, b) == 0) == (a == b))
        for c in names where NaturalOrder.precedes(a, b) && NaturalOrder.precedes(b, c) {
          if !NaturalOrder.precedes(a, c) { Issue.record("\(a.string), \(b.string), \(c.string)") }
        }
      }
    }
  }
}
