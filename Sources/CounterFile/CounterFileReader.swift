import Dates
import Files

/// What a counter file says, read from a copy of its bytes. Gives the verdict
/// of the reference's parser on every file, but for its defects: where that
/// one panics or hangs, the file is corrupt; names that are equal only once
/// decoded are added up.
public struct CounterFileReader {
  /// Key and value of every line, in the file's order.
  public let metadata: [(key: [UInt8], value: [UInt8])]
  /// By decoded name: of a stack, each line has its path.
  public let counts: Counts
  /// Nil if the reference made the file.
  public let id: [UInt8]?
  /// Of the header and all counts; see `fingerprint(of:)`.
  public let fingerprint: UInt64

  /// `name` is for sentences.
  public init(_ bytes: [UInt8], named name: [UInt8]) throws(Fault) {
    self = try bytes.withUnsafeBufferPointer { bytes throws(Fault) in try CounterFileReader(CounterFileBytes(bytes: bytes, name: name)) }
  }

  private init(_ file: CounterFileBytes) throws(Fault) {
    let headerLength = try file.headerLength()
    metadata = try file.metadata(headerLength)
    counts = try Records(file, headerLength: headerLength).counts
    id = file.id(headerLength)
    fingerprint = try file.fingerprint(headerLength)
  }

  /// Equal for two readings of a file if nothing was counted between them;
  /// nil if these bytes are no counter file. Quicker than reading.
  public static func fingerprint(of bytes: [UInt8]) -> UInt64? {
    bytes.withUnsafeBufferPointer { bytes in
      let file = CounterFileBytes(bytes: bytes, name: [])
      guard let headerLength = try? file.headerLength() else { return nil }
      return try? file.fingerprint(headerLength)
    }
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
    let read = padded.withUnsafeBufferPointer { padded -> (metadata: [(key: [UInt8], value: [UInt8])], id: [UInt8]?)? in
      let file = CounterFileBytes(bytes: padded, name: [])
      guard let length = try? file.headerLength(), length <= start.count, let metadata = try? file.metadata(length) else { return nil }
      return (metadata, length + Layout.tableLength + Layout.idLength <= start.count ? file.id(length) : nil)
    }
    guard let read else { return nil }
    (metadata, id) = read
  }

  public func value(of key: StaticString) -> [UInt8]? { metadata.last(where: { $0.key == key })?.value }
}
