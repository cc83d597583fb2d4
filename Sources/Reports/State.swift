import CounterFile
import Files

/// What has been harvested: the file `local/tel.state`. Replacing it by rename
/// is the commit of a report run.
///
///     # libtel state v1
///     generation 7
///     file 69<32 hex digits> 2 44
///     editor@v1.2.3-gcc12.2-linux-amd64-….v1.count
///     153 7
///     gophers
///     1 12
///     editor/open…
///     end <16 hex digits>
///
/// A file's key, its number of counters and the length of its name, and on the
/// next line that name; then for each counter the harvested value, the length of
/// the name, and on the next line the name, which may have any bytes. The last line is FNV-1a, 64 bits, of everything before it.
struct State {
  /// Staged reports of this generation or an older one are part of history.
  private(set) var generation: UInt64 = 0
  /// In byte order of their keys.
  private(set) var ledgers: [Ledger] = []

  /// Of one counter file.
  final class Ledger {
    let key: [UInt8]
    /// The name that the file had. It identifies nothing; but a file without its
    /// name is gone, and so may be its ledger.
    let file: [UInt8]
    let harvested: Counts

    init(key: [UInt8], file: [UInt8], harvested: Counts) {
      self.key = key
      self.file = file
      self.harvested = harvested
    }

    /// For a file that could not be read when the ledger was lost: "n" and its
    /// name. What it has when it is read at last counts as harvested.
    convenience init(unreadable name: [UInt8]) { self.init(key: [UInt8]("n") + name, file: name, harvested: Counts()) }

    var isOfUnreadable: Bool { key.first == UInt8(ascii: "n") }
  }

  static let heading: StaticString = "# libtel state v1\n"
  /// A run a second for longer than the universe is old; there must be one after it.
  private static let lastGeneration = UInt64.max / 2
  /// The ledgers of sixteen files of the largest size; in bytes.
  static let limit = 1 << 30

  init() {}

  init(generation: UInt64, ledgers: [Ledger]) {
    self.generation = generation
    self.ledgers = ledgers.map { $0.key }.orderOfBytes.map { ledgers[$0] }
  }

  func ledger(of key: [UInt8]) -> Ledger? {
    var low = 0
    var high = ledgers.count
    while low < high {
      let middle = (low + high) / 2
      if ledgers[middle].key.precedes(key) { low = middle + 1 } else { high = middle }
    }
    return low < ledgers.count && ledgers[low].key == key ? ledgers[low] : nil
  }

  /// Hands out the bytes of the file, in order.
  func forEachPiece(_ body: (UnsafeRawBufferPointer) throws(Fault) -> Void) throws(Fault) {
    var checksum = Checksum()
    func hand(_ piece: UnsafeRawBufferPointer) throws(Fault) {
      checksum.add(piece)
      try body(piece)
    }
    func hand(_ text: [UInt8]) throws(Fault) {
      try text.withUnsafeBufferPointer { text throws(Fault) in try hand(UnsafeRawBufferPointer(text)) }
    }
    var text = [UInt8](State.heading)
    text.append("generation ")
    text.append(decimal: generation)
    text.append("\n")
    for ledger in ledgers {
      text.append("file ")
      text.append(hex: ledger.key)
      text.append(" ")
      text.append(decimal: ledger.harvested.count)
      text.append(" ")
      text.append(decimal: ledger.file.count)
      text.append("\n")
      text += ledger.file
      text.append("\n")
      try hand(text)
      text.removeAll(keepingCapacity: true)
      try ledger.harvested.withBytes { bytes throws(Fault) in try hand(bytes) }
    }
    try hand(text)
    text = [UInt8]("end ")
    text.append(hex: checksum.bytes)
    text.append("\n")
    try text.withUnsafeBufferPointer { text throws(Fault) in try body(UnsafeRawBufferPointer(text)) }
  }

  /// Nil if it is not, byte for byte, something that `forEachPiece` hands out.
  /// `end`: how far it is.
  init?(_ bytes: [UInt8], end: UnsafeMutablePointer<Int>? = nil) {
    var scanner = Scanner(bytes: bytes)
    defer { end?.pointee = scanner.at }
    guard scanner.skip(State.heading), scanner.skip("generation "), let generation = scanner.number(), scanner.skip("\n"),
      generation < State.lastGeneration
    else { return nil }
    self.generation = generation
    while scanner.skip("file ") {
      guard let key = scanner.hex(), scanner.skip(" "), let count = scanner.number(), count <= UInt64(bytes.count), scanner.skip(" "),
        let length = scanner.number(), scanner.skip("\n"), let file = scanner.take(length), scanner.skip("\n"),
        let harvested = scanner.counts(count)
      else { return nil }
      if let last = ledgers.last, key.precedes(last.key) { return nil }
      ledgers.append(Ledger(key: key, file: Array(bytes[file]), harvested: harvested))
    }
    var checksum = Checksum()
    bytes.withUnsafeBytes { checksum.add(UnsafeRawBufferPointer(rebasing: $0[..<scanner.at])) }
    guard scanner.skip("end "), let written = scanner.hex(), written == checksum.bytes, scanner.skip("\n"), scanner.at == bytes.count else { return nil }
  }

  /// FNV-1a, 64 bits.
  private struct Checksum {
    private var hash: UInt64 = 14_695_981_039_346_656_037

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
      var hash = hash
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
      self.hash = hash
    }

    var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64(56 - 8 * $0)) } }
  }
}

/// Reads the few shapes that a state file has; never beyond its end.
private struct Scanner {
  let bytes: [UInt8]
  var at = 0

  mutating func skip(_ literal: StaticString) -> Bool {
    let count = literal.utf8CodeUnitCount
    guard bytes.count - at >= count else { return false }
    for index in 0..<count where bytes[at + index] != literal.utf8Start[index] { return false }
    at += count
    return true
  }

  mutating func number() -> UInt64? {
    let start = at
    var value: UInt64 = 0
    while at < bytes.count, case let digit = bytes[at] &- UInt8(ascii: "0"), digit < 10 {
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = product.addingReportingOverflow(UInt64(digit))
      if tooLarge || overflow { return nil }
      value = sum
      at += 1
    }
    guard at > start, bytes[start] != UInt8(ascii: "0") || at == start + 1 else { return nil }
    return value
  }

  mutating func hex() -> [UInt8]? {
    var value: [UInt8] = []
    while at + 1 < bytes.count, let high = hexValue(bytes[at]), let low = hexValue(bytes[at + 1]) {
      value.append(high << 4 | low)
      at += 2
    }
    return value.isEmpty ? nil : value
  }

  mutating func take(_ count: UInt64) -> Range<Int>? {
    guard count <= UInt64(bytes.count - at) else { return nil }
    defer { at += Int(count) }
    return at..<at + Int(count)
  }

  /// `count` values with their names, which are in order. They stay where they are.
  mutating func counts(_ count: UInt64) -> Counts? {
    let start = at
    var last: Range<Int>?
    for _ in 0..<count {
      guard number() != nil, skip(" "), let length = number(), skip("\n"), let name = take(length), skip("\n") else { return nil }
      if let last, !precedes(last, name) { return nil }
      last = name
    }
    return Counts(bytes, at: start..<at, count: Int(count))
  }

  private func precedes(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
    bytes.withUnsafeBufferPointer { Counts.order(Counts.Name(rebasing: $0[a]), Counts.Name(rebasing: $0[b])) < 0 }
  }
}
