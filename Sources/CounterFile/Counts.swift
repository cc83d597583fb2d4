import Files

/// Counts by name, in byte order of the names, which are unique. They are one
/// piece of memory, not two for each name, and as the ledger has them on disk:
///
///     153 7
///     gophers
///     1 12
///     editor/open…
///
/// a value, the length of a name, and on the next line that name.
public final class Counts {
  public typealias Name = UnsafeBufferPointer<UInt8>

  let storage: [UInt8]
  let range: Range<Int>
  public let count: Int

  public convenience init() { self.init([], at: 0..<0, count: 0) }

  /// What lies there; the caller has made it so, or has looked.
  public init(_ storage: [UInt8], at range: Range<Int>, count: Int) {
    self.storage = storage
    self.range = range
    self.count = count
  }

  public var isEmpty: Bool { count == 0 }

  /// A name is there until the body returns.
  public func forEach(_ body: (Name, UInt64) -> Void) {
    withCursor { cursor in
      while let (name, value) = cursor.next() { body(name, value) }
    }
  }

  /// Copies, for programs that are in no hurry.
  public var list: [(name: [UInt8], value: UInt64)] {
    var list: [(name: [UInt8], value: UInt64)] = []
    forEach { list.append(([UInt8](copying: UnsafeRawBufferPointer($0)), $1)) }
    return list
  }

  /// Each name that either has, in byte order, with the values.
  public func forEach(with other: Counts, _ body: (Name, UInt64?, UInt64?) -> Void) {
    withCursor { mine in
      other.withCursor { theirs in
        var (left, right) = (mine.next(), theirs.next())
        while true {
          let order: Int
          switch (left, right) {
          case (nil, nil): return
          case (_, nil): order = -1
          case (nil, _): order = 1
          case (let left?, let right?): order = Counts.order(left.name, right.name)
          }
          if order <= 0, let (name, value) = left {
            body(name, value, order == 0 ? right?.value : nil)
            left = mine.next()
            if order == 0 { right = theirs.next() }
          } else if let (name, value) = right {
            body(name, nil, value)
            right = theirs.next()
          }
        }
      }
    }
  }

  /// What is beyond `before`, which are earlier values of the same counters.
  public func beyond(_ before: Counts) -> Counts {
    merged(with: before) { value, before in value.flatMap { $0 > before ?? 0 ? $0 - (before ?? 0) : nil } }
  }

  public func isBeyond(_ before: Counts) -> Bool {
    let isSame = withBytes { mine in before.withBytes { $0.count == mine.count && (mine.isEmpty || Kernel.equal($0.baseAddress!, mine.baseAddress!, mine.count)) } }
    return !isSame && !beyond(before).isEmpty
  }

  /// Of each of these counters, the greater value of the two.
  public func raised(to other: Counts) -> Counts { merged(with: other) { value, other in value.map { max($0, other ?? 0) } } }

  /// All of both. A sum beyond the greatest number is that number.
  public func adding(_ other: Counts) -> Counts {
    merged(with: other) { value, other in
      let (sum, overflow) = (value ?? 0).addingReportingOverflow(other ?? 0)
      return overflow ? .max : sum
    }
  }

  private func merged(with other: Counts, _ value: (UInt64?, UInt64?) -> UInt64?) -> Counts {
    var maker = CountsMaker(capacity: range.count)
    forEach(with: other) { name, mine, theirs in
      if let value = value(mine, theirs) { maker.append(name, value) }
    }
    return maker.counts
  }

  public func withBytes<Result, Failure>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Result) throws(Failure) -> Result {
    try storage.withUnsafeBufferPointer { storage throws(Failure) in try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: storage[range]))) }
  }

  /// No byte of any name is beyond ASCII.
  public var isASCII: Bool {
    withBytes { bytes in
      var all: UInt64 = 0
      var at = 0
      while at + 8 <= bytes.count {
        all |= bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        at += 8
      }
      while at < bytes.count {
        all |= UInt64(bytes[at])
        at += 1
      }
      return all & 0x8080_8080_8080_8080 == 0
    }
  }

  /// The name of a stack counter has more than one line.
  public static func isStack(_ name: Name) -> Bool { Kernel.hasByte(0x0a, name.baseAddress.unsafelyUnwrapped, name.count) }

  /// Negative if `a` comes first, 0 if they are the same.
  public static func order(_ a: Name, _ b: Name) -> Int {
    let shared = min(a.count, b.count)
    let difference = shared == 0 ? 0 : Kernel.compare(a.baseAddress.unsafelyUnwrapped, b.baseAddress.unsafelyUnwrapped, shared)
    return difference != 0 ? difference : a.count - b.count
  }

  private func withCursor(_ body: (inout Cursor) -> Void) {
    storage.withUnsafeBufferPointer { storage in
      var cursor = Cursor(storage: storage, at: range.lowerBound, end: range.upperBound)
      body(&cursor)
    }
  }

  private struct Cursor {
    let storage: UnsafeBufferPointer<UInt8>
    var at: Int
    let end: Int

    mutating func next() -> (name: Name, value: UInt64)? {
      guard at < end else { return nil }
      let value = number()
      let length = Int(number())
      let name = Name(rebasing: storage[at..<at + length])
      at += length + 1
      return (name, value)
    }

    /// Digits, and one byte behind them.
    private mutating func number() -> UInt64 {
      var value: UInt64 = 0
      while case let digit = storage[at] &- UInt8(ascii: "0"), digit < 10 {
        value = value &* 10 &+ UInt64(digit)
        at += 1
      }
      at += 1
      return value
    }
  }
}

/// Counts in the making. Names come in byte order, or, for a report, in the order
/// in which they will be written.
public struct CountsMaker {
  private var bytes: [UInt8] = []
  private var count = 0

  public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  public mutating func append(_ name: Counts.Name, _ value: UInt64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * Decimal.room + 3 + name.count) { space in
      let line = space.baseAddress.unsafelyUnwrapped
      var end = Decimal.write(value, to: line)
      line[end] = 0x20
      end += 1 + Decimal.write(UInt64(name.count), to: line + end + 1)
      line[end] = 0x0a
      Kernel.copy(line + end + 1, name.baseAddress.unsafelyUnwrapped, name.count)
      end += 1 + name.count
      line[end] = 0x0a
      bytes.append(contentsOf: UnsafeBufferPointer(start: line, count: end + 1))
    }
    count += 1
  }

  /// In no more memory than they need.
  public var counts: Counts { Counts(bytes.withUnsafeBytes { [UInt8](copying: $0) }, at: 0..<bytes.count, count: count) }
}
