import Files
import Frames

/// The counters that the chains of a counter file lead to.
struct Records {
  private struct Record {
    /// Of the name: where it begins in the file, or in `decoded`.
    var start: Int
    var length: Int
    var value: UInt64
    /// The file has the name as it is; others are in `decoded`.
    var isPlain: Bool
    var isDecoded: Bool
  }

  private let file: CounterFileBytes
  private var records: [Record] = []
  private var decoded: [UInt8] = []

  init(_ file: CounterFileBytes, headerLength: Int) throws(Fault) {
    self.file = file
    // Hostile files can share bytes between records; honest ones cannot.
    let most = file.bytes.count / Layout.recordHead
    records.reserveCapacity(min(file.bytes.count / (2 * Layout.unit), 4096))
    try file.forEachRecord(headerLength) { link, length, value throws(Fault) in
      let start = link + Layout.recordHead
      var record = Record(start: start, length: length, value: value, isPlain: true, isDecoded: false)
      if Kernel.hasByte(0x0a, file.bytes.baseAddress.unsafelyUnwrapped + start, length) {
        let raw = [UInt8](file.bytes[start..<start + length])
        let name = StackName.decode(raw)
        record = Record(start: decoded.count, length: name.count, value: value, isPlain: name == raw, isDecoded: true)
        decoded += name
      }
      records.append(record)
      guard records.count <= most, decoded.count <= 16 * Layout.maximumSize else { throw file.corrupt("its chains overlap") }
    }
  }

  /// In byte order of the decoded names; those that are the same only once
  /// decoded are added up.
  var counts: Counts {
    get throws(Fault) {
      try decoded.withUnsafeBufferPointer { decoded throws(Fault) in
        var length = 0
        let names = records.map { record in
          length += record.length + 8  // digits, a space and two line feeds
          return Counts.Name(rebasing: (record.isDecoded ? decoded : file.bytes)[record.start..<record.start + record.length])
        }
        let order = Records.order(of: names)
        var maker = CountsMaker(capacity: length)
        var next = 0
        while next < order.count {
          let name = names[order[next]]
          var value = records[order[next]].value
          next += 1
          while next < order.count, Counts.order(names[order[next]], name) == 0 {
            let record = records[order[next]]
            // The reference refuses a raw name that it has seen before, decoded or not.
            if record.isPlain { throw file.corrupt("it has the counter \"", .bytes([UInt8](name)), "\" twice") }
            let (sum, overflow) = value.addingReportingOverflow(record.value)
            value = overflow ? .max : sum
            next += 1
          }
          maker.append(name, value)
        }
        return maker.counts
      }
    }
  }

  /// The names of a program begin alike. The eight bytes behind what all have in
  /// common nearly always decide, and numbers are compared quickly.
  private static func order(of names: [Counts.Name]) -> [Int] {
    guard let first = names.first else { return [] }
    var common = first.count
    for name in names {
      if name.count >= common, Kernel.equal(name.baseAddress.unsafelyUnwrapped, first.baseAddress.unsafelyUnwrapped, common) { continue }
      common = min(common, name.count)
      common = (0..<common).first { name[$0] != first[$0] } ?? common
    }
    let keys = names.map { name in
      if common + 8 <= name.count {
        return UInt64(bigEndian: UnsafeRawPointer(name.baseAddress.unsafelyUnwrapped).loadUnaligned(fromByteOffset: common, as: UInt64.self))
      }
      return (common..<common + 8).reduce(0) { $0 << 8 | ($1 < name.count ? UInt64(name[$1]) : 0) }
    }
    return sortedIndices(names.count) { keys[$0] != keys[$1] ? keys[$0] < keys[$1] : Counts.order(names[$0], names[$1]) < 0 }
  }
}
