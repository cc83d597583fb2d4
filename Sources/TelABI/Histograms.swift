import CEntry
import CTel
import Counting
import Files

@c @implementation
public func tel_histogram_named(
  _ histogram: UnsafeMutablePointer<OpaquePointer?>!, _ chart: UnsafePointer<CChar>!, _ unit: tel_unit,
  _ bounds: UnsafePointer<UInt64>!, _ count: Int
) -> tel_status {
  answering { () throws(Fault) in
    guard let histogram else { throw Fault(.invalid, "tel_histogram_named needs a place for the histogram, not NULL") }
    guard let chart else { throw Fault(.invalid, "tel_histogram_named needs a chart's name, not NULL") }
    guard let unit = Histogram.Unit(rawValue: unit) else { throw Fault(.invalid, "tel_histogram_named does not know the unit ", .number(Int(unit))) }
    guard count >= 0, count <= Histogram.mostBounds, bounds != nil || count == 0 else {
      throw Fault(.invalid, "tel_histogram_named needs 1 to 64 bounds, or NULL and 0 for the usual ones of latencies")
    }
    let list = Array(UnsafeBufferPointer(start: bounds, count: count))
    histogram.pointee = try Library.withSession { _ throws(Fault) in
      OpaquePointer(
        try Histogram.named(
          [UInt8](cString: chart), unit: unit, bounds: list, list: &entry_get().pointee.histograms, recorder: Library.recorder
        ).base)
    }
  }
}

@c @implementation
public func tel_histogram_record(_ histogram: OpaquePointer!, _ value: UInt64) {
  guard let histogram else { return }
  let known = Histogram(UnsafeMutableRawPointer(histogram))
  if let drop = known.record(value, in: Library.recorder) { say(drop, known.chart) }
}
