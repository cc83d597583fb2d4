import Files

/// The bytes of a counter file, and where in them things must be. Nothing that
/// they say is believed.
struct CounterFileBytes {
  let bytes: UnsafeBufferPointer<UInt8>
  /// For sentences.
  let name: [UInt8]

  func corrupt(_ pieces: Piece...) -> Fault {
    Fault(.corrupt, message: sentence([.bytes(name), ": corrupt counter file: "] + pieces))
  }

  /// Zero beyond the end.
  func word(_ offset: Int) -> UInt32 {
    offset + 4 <= bytes.count ? UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped).loadUnaligned(fromByteOffset: offset, as: UInt32.self) : 0
  }

  func headerLength() throws(Fault) -> Int {
    guard bytes.count >= Layout.minimumSize else {
      throw Fault(.corrupt, .bytes(name), ": file too short (", .number(bytes.count), "<", .number(Layout.minimumSize), ")")
    }
    let prefix = Layout.prefix
    guard Kernel.equal(bytes.baseAddress.unsafelyUnwrapped, prefix.utf8Start, prefix.utf8CodeUnitCount) else {
      throw Fault(.corrupt, .bytes(name), ": wrong header: it does not begin with \"# telemetry/counter file v1\"")
    }
    let length = Int(word(28))
    guard length >= Layout.metadataOffset, length <= Layout.page else {
      throw corrupt("the header's length is ", .number(length))
    }
    return length
  }

  func id(_ headerLength: Int) -> [UInt8]? {
    let offset = headerLength + Layout.tableLength
    guard offset + Layout.idLength <= bytes.count else { return nil }
    let id = Array(bytes[offset..<offset + Layout.idLength])
    return id.contains(where: { $0 != 0 }) ? id : nil
  }

  func metadata(_ headerLength: Int) throws(Fault) -> [(key: [UInt8], value: [UInt8])] {
    var lines: [(key: [UInt8], value: [UInt8])] = []
    let text = bytes[Layout.metadataOffset..<headerLength].prefix { $0 != 0 }
    for line in text.split(separator: 0x0a) {
      guard let colon = line.indices.first(where: { line[$0] == UInt8(ascii: ":") && $0 + 1 < line.endIndex && line[$0 + 1] == 0x20 }) else {
        throw corrupt("a line of the metadata has no \": \": \"", .bytes(Array(line)), "\"")
      }
      lines.append((Array(line[..<colon]), Array(line[(colon + 2)...])))
    }
    return lines
  }

  /// Hands out every linked record, in the order of buckets and chains: where it
  /// is, the length of its name, and its value. All of it lies within the bytes.
  func forEachRecord(_ headerLength: Int, _ body: (Int, Int, UInt64) throws(Fault) -> Void) throws(Fault) {
    for bucket in 0..<Layout.bucketCount {
      var link = Int(word(headerLength + 4 + 4 * bucket))
      // Brent's algorithm: a link met again at a power of two is a cycle.
      var (landmark, steps, nextLandmark) = (-1, 0, 1)
      while link != 0 {
        guard link >= headerLength + 4, link + Layout.recordHead <= bytes.count else {
          throw corrupt("a chain of bucket ", .number(bucket), " leads to offset ", .number(link), " of ", .number(bytes.count))
        }
        guard link != landmark else { throw corrupt("the chain of bucket ", .number(bucket), " is a cycle") }
        steps += 1
        if steps == nextLandmark { (landmark, nextLandmark) = (link, nextLandmark * 2) }
        let length = Int(word(link + 8) & Layout.lengthMask)
        guard length > 0, link + Layout.recordHead + length <= bytes.count else {
          throw corrupt("the name at offset ", .number(link), " has ", .number(length), " bytes")
        }
        let value = UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped).loadUnaligned(fromByteOffset: link, as: UInt64.self)
        try body(link, length, value)
        link = Int(word(link + 12))
      }
    }
  }

  /// Of the header, the heads of the chains, and each record's place and value:
  /// other counts, or another file, give another. Each step is reversible, so
  /// that a single difference always shows.
  func fingerprint(_ headerLength: Int) throws(Fault) -> UInt64 {
    var hash: UInt64 = 0
    func mix(_ word: UInt64) {
      hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 29
    }
    for offset in stride(from: 0, to: headerLength + Layout.recordsOffset, by: 8) { mix(UInt64(word(offset)) << 32 | UInt64(word(offset + 4))) }
    try forEachRecord(headerLength) { link, _, value in
      mix(UInt64(link))
      mix(value)
    }
    return hash
  }
}
