import CAtomics
import Files

/// A chart with one counter for each bucket. Made once for the process's life.
///
/// | offset     | what                                   |
/// |------------|----------------------------------------|
/// | 0          | the histogram made before this one     |
/// | 8          | number of bounds, n, in 32 bits; unit  |
/// | 16         | n bounds, ascending                    |
/// | 16 + 8n    | n + 1 handles; the last for the rest   |
/// | 24 + 16n   | length of the chart's name, the name   |
public struct Histogram {
  public let base: UnsafeMutableRawPointer

  public init(_ base: UnsafeMutableRawPointer) { self.base = base }

  public enum Unit: Int32, Sendable { case none = 0, nanoseconds = 1, bytes = 2 }

  public static let mostBounds = 64

  /// Of latencies, in nanoseconds: what gopls and others use.
  public static var latencyBounds: [UInt64] {
    [10 * ms, 50 * ms, 100 * ms, 200 * ms, 500 * ms, 1000 * ms, 5000 * ms, 24 * 3600 * 1000 * ms]
  }
  private static var ms: UInt64 { 1_000_000 }

  var next: UnsafeMutableRawPointer? { base.load(as: UnsafeMutableRawPointer?.self) }
  var count: Int { Int((base + 8).load(as: UInt32.self)) }
  private var unit: Int32 { (base + 12).load(as: Int32.self) }
  func bound(_ index: Int) -> UInt64 { (base + 16 + 8 &* index).load(as: UInt64.self) }
  private func counter(_ index: Int) -> Counter { Counter((base + 16 + 8 &* count + 8 &* index).load(as: UnsafeMutableRawPointer.self)) }
  public var chart: UnsafeBufferPointer<UInt8> {
    let at = base + 24 + 16 &* count
    return UnsafeBufferPointer(start: (at + 8).assumingMemoryBound(to: UInt8.self), count: Int(truncatingIfNeeded: at.load(as: UInt64.self)))
  }

  /// Counts a value in the bucket with the smallest bound above it.
  public func record(_ value: UInt64, in recorder: Recorder) -> Recorder.Drop? {
    var low = 0
    var high = count
    while low < high {
      let middle = (low &+ high) / 2
      if value < bound(middle) { high = middle } else { low = middle &+ 1 }
    }
    return recorder.add(1, to: counter(low))
  }

  /// The histogram of this chart and bounds; made if need be. Slow, one thread
  /// at a time. `list` is the newest histogram of the process.
  public static func named(
    _ chart: [UInt8], unit: Unit, bounds given: [UInt64], list: inout UnsafeMutableRawPointer?, recorder: Recorder
  ) throws(Fault) -> Histogram {
    let bounds = given.isEmpty && unit == .nanoseconds ? latencyBounds : given
    try check(chart, bounds)
    var known = list
    while let base = known {
      let histogram = Histogram(base)
      if Array(histogram.chart) == chart, histogram.unit == unit.rawValue, histogram.count == bounds.count, bounds.indices.allSatisfy({ histogram.bound($0) == bounds[$0] }) {
        return histogram
      }
      known = histogram.next
    }
    var counters: [Counter] = []
    for index in 0...bounds.count {
      let label = index < bounds.count ? text(of: bounds[index], unit) : [UInt8]("inf")
      let name = chart + [UInt8](":<") + label
      guard let counter = name.withUnsafeBufferPointer({ recorder.counter(named: $0, hash: Registry.hash($0), flags: 0) }) else {
        throw Fault(.full, "no room for the buckets of the histogram \"", .bytes(chart), "\"")
      }
      counters.append(counter)
    }
    let base = UnsafeMutableRawPointer.allocate(byteCount: 32 + 16 * bounds.count + chart.count, alignment: 16)
    base.storeBytes(of: list, as: UnsafeMutableRawPointer?.self)
    (base + 8).storeBytes(of: UInt32(bounds.count), as: UInt32.self)
    (base + 12).storeBytes(of: unit.rawValue, as: Int32.self)
    for (index, bound) in bounds.enumerated() { (base + 16 + 8 &* index).storeBytes(of: bound, as: UInt64.self) }
    for (index, counter) in counters.enumerated() {
      (base + 16 + 8 * bounds.count + 8 * index).storeBytes(of: counter.base, as: UnsafeMutableRawPointer.self)
    }
    let at = base + 24 + 16 * bounds.count
    at.storeBytes(of: UInt64(chart.count), as: UInt64.self)
    chart.withUnsafeBytes { (at + 8).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    list = base
    return Histogram(base)
  }

  private static func check(_ chart: [UInt8], _ bounds: [UInt64]) throws(Fault) {
    if let problem = chart.withUnsafeBufferPointer({ Recorder.problem(withName: $0) }) {
      throw Fault(.invalid, "the chart \"", .bytes(chart), "\" cannot be counted: ", .literal(problem))
    }
    if chart.contains(UInt8(ascii: ":")) {
      throw Fault(.invalid, "the chart \"", .bytes(chart), "\" has a colon; a histogram adds its buckets behind one")
    }
    // The longest bucket is ":<" and twenty digits and a unit.
    if chart.count > 4096 - 32 { throw Fault(.invalid, "the chart's name is too long for buckets: ", .number(chart.count), " bytes, at most 4064 are possible") }
    if bounds.isEmpty { throw Fault(.invalid, "the histogram \"", .bytes(chart), "\" has no bounds") }
    if bounds.count > mostBounds { throw Fault(.invalid, "the histogram \"", .bytes(chart), "\" has ", .number(bounds.count), " bounds, at most 64 are possible") }
    var before: UInt64 = 0
    for (index, bound) in bounds.enumerated() {
      if bound <= before {
        throw Fault(.invalid, "bound ", .number(index), " of the histogram \"", .bytes(chart), "\" is not greater than the one before, or than 0")
      }
      before = bound
    }
  }

  /// The bound in the largest unit that divides it.
  static func text(of bound: UInt64, _ unit: Unit) -> [UInt8] {
    let units: [(UInt64, StaticString)] =
      switch unit {
      case .none: [(1, "")]
      case .nanoseconds: [(3600 * 1000 * ms, "h"), (60 * 1000 * ms, "m"), (1000 * ms, "s"), (ms, "ms"), (1000, "us"), (1, "ns")]
      case .bytes: [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B")]
      }
    var text: [UInt8] = []
    for (size, name) in units where bound % size == 0 {
      text.append(decimal: bound / size)
      text.append(name)
      break
    }
    return text
  }
}
