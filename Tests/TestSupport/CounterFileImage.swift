/// A counter file made, and read, from the description of the format alone:
/// what tests hold against the code under test.
public struct CounterFileImage {
  public var bytes: [UInt8]
  public let headerLength: Int

  /// Without counters. `metadata` are the lines, with the empty one at the end.
  public init(metadata: String, headerLength: Int? = nil, size: Int = 16384) {
    let text = metadata.bytes
    let length = headerLength ?? (32 + text.count + 31) / 32 * 32
    self.headerLength = length
    bytes = "# telemetry/counter file v1\n".bytes
    bytes += [UInt8](repeating: 0, count: size - bytes.count)
    set(UInt32(truncatingIfNeeded: length), at: 28)
    bytes.replaceSubrange(32..<32 + text.count, with: text)
  }

  /// Reads one that has its bytes already.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    headerLength = Int(bytes[28]) | Int(bytes[29]) << 8 | Int(bytes[30]) << 16 | Int(bytes[31]) << 24
  }

  public static func metadata(begin: String = "2026-11-23", end: String = "2026-11-27", program: String = "example.com/editor", version: String = "v1.0.0", toolchain: String = "gcc12.2") -> String {
    "TimeBegin: \(begin)T00:00:00Z\nTimeEnd: \(end)T00:00:00Z\nProgram: \(program)\nVersion: \(version)\nGoVersion: \(toolchain)\nGOOS: linux\nGOARCH: amd64\n\n"
  }

  public func word(_ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }

  public func value(_ offset: Int) -> UInt64 { UInt64(word(offset)) | UInt64(word(offset + 4)) << 32 }

  public mutating func set(_ value: UInt32, at offset: Int) {
    for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
  }

  public var limit: UInt32 {
    get { word(headerLength) }
    set { set(newValue, at: headerLength) }
  }

  public func headOffset(_ bucket: Int) -> Int { headerLength + 4 + 4 * bucket }

  /// FNV-1a of the name, folded.
  public static func bucket(_ name: [UInt8]) -> Int {
    let hash = name.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return Int((hash ^ (hash >> 16)) % 512)
  }

  /// Puts a record there and in front of its chain.
  public mutating func add(_ name: [UInt8], value: UInt64, at offset: Int, bucket: Int? = nil) {
    let head = headOffset(bucket ?? CounterFileImage.bucket(name))
    set(UInt32(truncatingIfNeeded: value), at: offset)
    set(UInt32(truncatingIfNeeded: value >> 32), at: offset + 4)
    set(UInt32(name.count) | 0xff00_0000, at: offset + 8)
    set(word(head), at: offset + 12)
    bytes.replaceSubrange(offset + 16..<offset + 16 + name.count, with: name)
    set(UInt32(offset), at: head)
    limit = max(limit, UInt32((offset + 16 + name.count + 31) / 32 * 32))
  }

  public struct Record {
    public var offset: Int
    public var bucket: Int
    public var name: [UInt8]
    public var value: UInt64
  }

  /// Every linked record of a sound file, in the order of buckets and chains.
  public var records: [Record] {
    var records: [Record] = []
    for bucket in 0..<512 {
      var link = Int(word(headOffset(bucket)))
      while link != 0 {
        let length = Int(word(link + 8) & 0xff_ffff)
        records.append(Record(offset: link, bucket: bucket, name: Array(bytes[link + 16..<link + 16 + length]), value: value(link)))
        precondition(records.count < 1_000_000, "a cycle")
        link = Int(word(link + 12))
      }
    }
    return records
  }

  public var counts: [String: UInt64] {
    Dictionary(records.map { ($0.name.string, $0.value) }, uniquingKeysWith: { a, b in preconditionFailure("a counter is there twice") })
  }
}
