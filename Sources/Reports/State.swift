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
  struct Ledger {
    var key: [UInt8]
    /// The name that the file had. It identifies nothing; but a file without its
    /// name is gone, and so may be its ledger.
    var file: [UInt8]
    /// In byte order of the names.
    var harvested: [(name: [UInt8], value: UInt64)]

    init(key: [UInt8], file: [UInt8], harvested: [(name: [UInt8], value: UInt64)]) {
      self.key = key
      self.file = file
      self.harvested = harvested
    }

    /// For a file that could not be read when the ledger was lost: "n" and its
    /// name. What it has when it is read at last counts as harvested.
    init(unreadable name: [UInt8]) { self.init(key: [UInt8]("n") + name, file: name, harvested: []) }

    var isOfUnreadable: Bool { key.first == UInt8(ascii: "n") }

    func value(of name: [UInt8]) -> UInt64 {
      var low = 0
      var high = harvested.count
      while low < high {
        let middle = (low + high) / 2
        let order = harvested[middle].name.order(to: name)
        if order == 0 { return harvested[middle].value }
        if order < 0 { low = middle + 1 } else { high = middle }
      }
      return 0
    }
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

  var bytes: [UInt8] {
    var bytes = [UInt8](State.heading)
    bytes.append("generation ")
    bytes.append(decimal: generation)
    bytes.append("\n")
    for ledger in ledgers {
      bytes.append("file ")
      bytes.append(hex: ledger.key)
      bytes.append(" ")
      bytes.append(decimal: ledger.harvested.count)
      bytes.append(" ")
      bytes.append(decimal: ledger.file.count)
      bytes.append("\n")
      bytes += ledger.file
      bytes.append("\n")
      for (name, value) in ledger.harvested {
        bytes.append(decimal: value)
        bytes.append(" ")
        bytes.append(decimal: name.count)
        bytes.append("\n")
        bytes += name
        bytes.append("\n")
      }
    }
    let sum = State.checksum(bytes[...])
    bytes.append("end ")
    bytes.append(hex: sum)
    bytes.append("\n")
    return bytes
  }

  /// Nil if it is not, byte for byte, something that `bytes` has made.
  init?(_ bytes: [UInt8]) {
    var scanner = Scanner(bytes: bytes)
    guard scanner.skip(State.heading), scanner.skip("generation "), let generation = scanner.number(), scanner.skip("\n"),
      generation < State.lastGeneration
    else { return nil }
    self.generation = generation
    while scanner.skip("file ") {
      guard let key = scanner.hex(), scanner.skip(" "), let count = scanner.number(), count <= UInt64(bytes.count), scanner.skip(" "),
        let length = scanner.number(), scanner.skip("\n"), let file = scanner.take(length), scanner.skip("\n")
      else { return nil }
      var ledger = Ledger(key: key, file: file, harvested: [])
      for _ in 0..<count {
        guard let value = scanner.number(), scanner.skip(" "), let length = scanner.number(), scanner.skip("\n"),
          let name = scanner.take(length), scanner.skip("\n")
        else { return nil }
        if let last = ledger.harvested.last, !last.name.precedes(name) { return nil }
        ledger.harvested.append((name, value))
      }
      if let last = ledgers.last, ledger.key.precedes(last.key) { return nil }
      ledgers.append(ledger)
    }
    let sum = State.checksum(bytes[..<scanner.at])
    guard scanner.skip("end "), let written = scanner.hex(), written == sum, scanner.skip("\n"), scanner.at == bytes.count else { return nil }
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var hash: UInt64 = 14_695_981_039_346_656_037
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
    return (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64(56 - 8 * $0)) }
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

  mutating func take(_ count: UInt64) -> [UInt8]? {
    guard count <= UInt64(bytes.count - at) else { return nil }
    defer { at += Int(count) }
    return Array(bytes[at..<at + Int(count)])
  }
}
