import Dates
import Files
import Frames

/// What a counter file says, read from a copy of its bytes. Gives the verdict
/// of the reference's parser on every file, but for its defects: where that
/// one panics or hangs, the file is corrupt; names that are equal only once
/// decoded are added up.
public struct CounterFileReader {
  public struct Entry {
    /// Decoded: of a stack, each line has its path.
    public var name: [UInt8]
    public var value: UInt64
    public var isStack: Bool { name.contains(0x0a) }
  }

  /// Key and value of every line, in the file's order.
  public private(set) var metadata: [(key: [UInt8], value: [UInt8])] = []
  /// In byte order of their names, which are unique.
  public private(set) var entries: [Entry] = []
  /// Nil if the reference made the file.
  public private(set) var id: [UInt8]?

  /// `name` is for sentences.
  public init(_ bytes: [UInt8], named name: [UInt8]) throws(Fault) {
    let reader = Bytes(bytes: bytes, name: name)
    let headerLength = try reader.headerLength()
    metadata = try reader.metadata(headerLength)
    entries = try reader.entries(headerLength)
    id = reader.id(headerLength)
  }

  /// The last value of this key; nil if there is none.
  public func value(of key: StaticString) -> [UInt8]? {
    metadata.last(where: { $0.key == key })?.value
  }

  public var identity: Identity {
    Identity(
      program: value(of: "Program") ?? [], version: value(of: "Version") ?? [], toolchain: value(of: "GoVersion") ?? [],
      os: value(of: "GOOS") ?? [], arch: value(of: "GOARCH") ?? [])
  }

  public var begin: Instant? { value(of: "TimeBegin").flatMap { Instant(rfc3339: $0) } }
  public var end: Instant? { value(of: "TimeEnd").flatMap { Instant(rfc3339: $0) } }
}

/// The metadata and the id alone, from the first bytes of a file.
public struct CounterFileHeader {
  public let metadata: [(key: [UInt8], value: [UInt8])]
  /// Nil if the reference made the file, or if the bytes end before it.
  public let id: [UInt8]?

  /// Nil if this is not the beginning of a counter file.
  public init?(_ start: [UInt8]) {
    // A reader refuses short files; here only the header counts.
    let padded = start.count < Layout.minimumSize ? start + Array(repeating: 0, count: Layout.minimumSize - start.count) : start
    let bytes = Bytes(bytes: padded, name: [])
    guard let length = try? bytes.headerLength(), length <= start.count, let metadata = try? bytes.metadata(length) else { return nil }
    self.metadata = metadata
    id = length + Layout.tableLength + Layout.idLength <= start.count ? bytes.id(length) : nil
  }

  public func value(of key: StaticString) -> [UInt8]? { metadata.last(where: { $0.key == key })?.value }
}

/// The bytes, and where in them things must be.
private struct Bytes {
  let bytes: [UInt8]
  let name: [UInt8]

  func corrupt(_ pieces: Piece...) -> Fault {
    Fault(.corrupt, message: sentence([.bytes(name), ": corrupt counter file: "] + pieces))
  }

  func word(_ offset: Int) -> UInt32 {
    bytes.withUnsafeBytes { offset + 4 <= $0.count ? $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) : 0 }
  }

  func headerLength() throws(Fault) -> Int {
    guard bytes.count >= Layout.minimumSize else {
      throw Fault(.corrupt, .bytes(name), ": file too short (", .number(bytes.count), "<", .number(Layout.minimumSize), ")")
    }
    guard bytes.begins(with: Layout.prefix) else {
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

  private struct Record {
    var name: [UInt8]
    var isPlain: Bool
    var value: UInt64
  }

  func entries(_ headerLength: Int) throws(Fault) -> [CounterFileReader.Entry] {
    let records = try records(headerLength)
    var entries: [CounterFileReader.Entry] = []
    entries.reserveCapacity(records.count)
    for index in records.map({ $0.name }).orderOfBytes {
      let record = records[index]
      if let last = entries.last, last.name == record.name {
        // The reference refuses a raw name that it has seen before, decoded or not.
        if record.isPlain { throw corrupt("it has the counter \"", .bytes(record.name), "\" twice") }
        let (sum, overflow) = last.value.addingReportingOverflow(record.value)
        entries[entries.count - 1].value = overflow ? .max : sum
      } else {
        entries.append(CounterFileReader.Entry(name: record.name, value: record.value))
      }
    }
    return entries
  }

  /// Every linked record, in the order of buckets and chains.
  private func records(_ headerLength: Int) throws(Fault) -> [Record] {
    var records: [Record] = []
    // Hostile files can share bytes between records; honest ones cannot.
    let mostRecords = bytes.count / Layout.recordHead
    var decodedBytes = 0
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
        let raw = Array(bytes[(link + Layout.recordHead)..<(link + Layout.recordHead + length)])
        let decoded = StackName.decode(raw)
        decodedBytes += decoded.count
        guard records.count < mostRecords, decodedBytes <= 16 * Layout.maximumSize else { throw corrupt("its chains overlap") }
        let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: link, as: UInt64.self) }
        records.append(Record(name: decoded, isPlain: decoded == raw, value: value))
        link = Int(word(link + 12))
      }
    }
    return records
  }
}
