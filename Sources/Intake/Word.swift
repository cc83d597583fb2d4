import Files

/// Some bytes of a report: where they are, until it has been read.
struct Word {
  let start: UnsafePointer<UInt8>
  let count: Int

  var bytes: [UInt8] { [UInt8](copying: UnsafeRawBufferPointer(start: start, count: count)) }
  var isEmpty: Bool { count == 0 }
  var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

  /// For a sentence: one line, not long.
  var shown: String {
    var text: [UInt8] = []
    Text.forEachPrintable(buffer, limit: 120) { text.append($0) }
    return String(decoding: text, as: UTF8.self) + (count > 120 ? "…" : "")
  }

  /// Up to the first line feed.
  var firstLine: Word {
    var length = 0
    while length < count, start[length] != 0x0a { length += 1 }
    return Word(start: start, count: length)
  }

  /// `key` in capitals or small letters: encoding/json reads both.
  func isKey(_ key: StaticString) -> Bool {
    guard count == key.utf8CodeUnitCount else { return false }
    for index in 0..<count {
      let (one, other) = (start[index], key.utf8Start[index])
      guard one == other || one ^ other == 0x20 && (one | 0x20) >= UInt8(ascii: "a") && (one | 0x20) <= UInt8(ascii: "z") else { return false }
    }
    return true
  }

  /// Negative if these bytes come before the others, 0 if they are the same.
  func order(to other: Word) -> Int {
    let shared = min(count, other.count)
    let difference = shared == 0 ? 0 : Kernel.compare(start, other.start, shared)
    return difference != 0 ? difference : count - other.count
  }
}

/// Names, quick to look up, and the place of each.
struct NameTable: Sendable {
  let names: [[UInt8]]
  private let slots: [Int32]
  private let mask: Int

  /// Of equal names the last counts.
  init(_ names: [[UInt8]]) {
    var size = 8
    while size < names.count * 2 { size *= 2 }
    var slots = [Int32](repeating: -1, count: size)
    for (index, name) in names.enumerated() {
      var slot = Int(truncatingIfNeeded: name.withUnsafeBufferPointer { NameTable.hash($0) }) & (size - 1)
      while slots[slot] >= 0, names[Int(slots[slot])] != name { slot = (slot + 1) & (size - 1) }
      slots[slot] = Int32(index)
    }
    (self.names, self.slots, mask) = (names, slots, size - 1)
  }

  func index(of word: Word) -> Int? {
    var slot = Int(truncatingIfNeeded: NameTable.hash(word.buffer)) & mask
    while true {
      let index = Int(slots[slot])
      if index < 0 { return nil }
      let isIt = names[index].withUnsafeBufferPointer { name in
        name.count == word.count && (name.isEmpty || Kernel.equal(name.baseAddress.unsafelyUnwrapped, word.start, name.count))
      }
      if isIt { return index }
      slot = (slot + 1) & mask
    }
  }

  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let raw = UnsafeRawBufferPointer(bytes)
    var hash = UInt64(truncatingIfNeeded: raw.count) &* 0x9e37_79b9_7f4a_7c15
    var at = 0
    while at + 8 <= raw.count {
      hash = (hash ^ raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)) &* 0xff51_afd7_ed55_8ccd
      hash ^= hash >> 32
      at += 8
    }
    while at < raw.count {
      hash = (hash ^ UInt64(raw[at])) &* 0x0000_0100_0000_01b3
      at += 1
    }
    return hash ^ hash >> 29
  }
}
