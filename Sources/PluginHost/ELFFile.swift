import Files

/// The sections of a shared library for this machine. Reading it never traps,
/// whatever is in the file; what is wrong is a sentence that begins with "it".
struct ELFFile {
  /// Bytes of the file: where from, how many. It may answer fewer.
  typealias Reader = (_ offset: Int, _ count: Int) throws(Fault) -> [UInt8]

  /// Libraries have some 40 sections.
  private static let mostSections = 4096
  private static let mostNames = 1 << 20

  private static let headerLength = 64
  private static let sectionLength = 64

  /// The content of a section; nil if there is none of this name. More than
  /// `limit` bytes are an error.
  static func section(_ wanted: StaticString, limit: Int, fileSize: Int, read: Reader) throws(Fault) -> [UInt8]? {
    let header = try whole(0, UInt64(headerLength), fileSize, "header", read)
    try check(header)
    let count = Int(number(header, 60, bytes: 2))
    let names = Int(number(header, 62, bytes: 2))
    guard number(header, 58, bytes: 2) == UInt64(sectionLength), count > 0, count <= mostSections, names < count else {
      throw Fault(.plugin, "it is damaged: its table of sections is none")
    }
    let table = try whole(number(header, 40, bytes: 8), UInt64(count * sectionLength), fileSize, "table of sections", read)
    let texts = try content(ofSection: names, table, limit: mostNames, fileSize, read)
    for section in 0..<count {
      let name = Int(number(table, section * sectionLength, bytes: 4))
      guard isNamed(wanted, texts, at: name) else { continue }
      return try content(ofSection: section, table, limit: limit, fileSize, read)
    }
    return nil
  }

  /// That it is a library, and that this machine could run it.
  private static func check(_ header: [UInt8]) throws(Fault) {
    guard header[0] == 0x7f, header[1] == UInt8(ascii: "E"), header[2] == UInt8(ascii: "L"), header[3] == UInt8(ascii: "F") else {
      throw Fault(.plugin, "it is no shared library")
    }
    guard header[4] == 2 else { throw Fault(.plugin, "it is for 32-bit programs, and this one has 64 bits") }
    #if _endian(big)
      let order: UInt8 = 2
    #else
      let order: UInt8 = 1
    #endif
    guard header[5] == order else { throw Fault(.plugin, "it is for machines with the other order of bytes") }
    guard header[6] == 1, number(header, 16, bytes: 2) == 3 else { throw Fault(.plugin, "it is no shared library") }
    #if arch(x86_64)
      let machine: UInt64? = 62
    #elseif arch(arm64)
      let machine: UInt64? = 183
    #else
      let machine: UInt64? = nil
    #endif
    guard machine == nil || number(header, 18, bytes: 2) == machine else { throw Fault(.plugin, "it is for another kind of machine") }
  }

  private static func content(ofSection section: Int, _ table: [UInt8], limit: Int, _ fileSize: Int, _ read: Reader) throws(Fault) -> [UInt8] {
    let at = section * sectionLength
    let size = number(table, at + 32, bytes: 8)
    // 8: has no bytes in the file.
    guard number(table, at + 4, bytes: 4) != 8, size <= UInt64(limit) else {
      throw Fault(.plugin, "it is damaged: a section has more than ", .number(limit), " bytes, or is not in the file")
    }
    return try whole(number(table, at + 24, bytes: 8), size, fileSize, "sections", read)
  }

  private static func whole(_ offset: UInt64, _ count: UInt64, _ fileSize: Int, _ what: StaticString, _ read: Reader) throws(Fault) -> [UInt8] {
    let size = UInt64(max(0, fileSize))
    guard offset <= size, count <= size - offset else { throw Fault(.plugin, "it is cut off: its ", .literal(what), " would be behind its end") }
    let bytes = try read(Int(offset), Int(count))
    guard bytes.count == Int(count) else { throw Fault(.plugin, "it is cut off: its ", .literal(what), " would be behind its end") }
    return bytes
  }

  private static func isNamed(_ wanted: StaticString, _ texts: [UInt8], at start: Int) -> Bool {
    let count = wanted.utf8CodeUnitCount
    guard start < texts.count, count < texts.count - start, texts[start + count] == 0 else { return false }
    for index in 0..<count where texts[start + index] != wanted.utf8Start[index] { return false }
    return true
  }

  /// In this machine's order of bytes.
  private static func number(_ bytes: [UInt8], _ offset: Int, bytes count: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<count {
      #if _endian(big)
        value = value << 8 | UInt64(bytes[offset + index])
      #else
        value |= UInt64(bytes[offset + index]) << UInt64(8 * index)
      #endif
    }
    return value
  }
}
