import Store

/// The programs of a report as bytes: numbers of names, and counts, each seven bits
/// a byte and the lowest first (LEB128).
///
///     body    = *program
///     program = build, number of counters, *(counter, value), number of stacks, *(chart, stack, value)
///
/// A stack's chart is its first line, which is named as a counter of the program is.
enum PackedBody {
  static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  static func append(_ number: Int, to bytes: inout [UInt8]) { append(UInt64(number), to: &bytes) }

  /// Reads numbers; what is no body gives nil, and never traps.
  struct Reader {
    private var next: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
      // An empty one has no address.
      next = bytes.baseAddress ?? UnsafePointer(bitPattern: 1)!
      end = next + bytes.count
    }

    var isAtEnd: Bool { next == end }

    @inline(__always) mutating func number() -> UInt64? {
      guard next != end else { return nil }
      var byte = next.pointee
      next += 1
      if byte < 0x80 { return UInt64(byte) }
      var number = UInt64(byte & 0x7f)
      var shift: UInt64 = 7
      while true {
        guard next != end, shift < 64 else { return nil }
        byte = next.pointee
        next += 1
        number |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return number }
        shift += 7
      }
    }

    /// Of a name, or of how many there are.
    @inline(__always) mutating func index() -> Int? { number().flatMap { Int(exactly: $0) } }
  }
}
