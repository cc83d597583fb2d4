/// The counter file, version 1, as golang.org/x/telemetry writes it.
///
/// | offset   | size | what                                                     |
/// |----------|------|----------------------------------------------------------|
/// | 0        | 28   | `# telemetry/counter file v1\n`                          |
/// | 28       | 4    | u32 H, the header's length: 32 + metadata, rounded to 32 |
/// | 32       | n    | metadata, padded with NUL to H                           |
/// | H        | 4    | u32 limit: end of the last allocated record, 0 if none   |
/// | H + 4    | 2048 | 512 × u32 heads: first record of each bucket, 0 if none  |
/// | H + 2052 | 16   | ours: the file id, random; zeros if the reference made it|
/// | H + 2068 | 12   | unused                                                   |
/// | H + 2080 |      | records, each at a multiple of 32                        |
///
/// | record | size | what                                                       |
/// |--------|------|------------------------------------------------------------|
/// | 0      | 8    | u64 value                                                  |
/// | 8      | 4    | u32 length of the name, or-ed with 0xff000000              |
/// | 12     | 4    | u32 next record, 0 at the end, 0xffffffff if never linked  |
/// | 16     | n    | name                                                       |
///
/// Words are in the host's byte order and accessed atomically. Within a page
/// of 16 KiB a record may neither cross the end nor touch it: the last four
/// bytes of a page are where the reference writes to extend the file.
public enum Layout {
  public static let prefix: StaticString = "# telemetry/counter file v1\n"
  public static let metadataOffset = 32
  public static let page = 16384
  public static let minimumSize = page
  public static let bucketCount = 512
  public static let unit = 32
  public static let maximumName = 4096
  public static let maximumMetadata = 512
  public static let lengthMask: UInt32 = 0x00ff_ffff
  public static let lengthMark: UInt32 = 0xff00_0000
  public static let deadMark: UInt32 = 0xffff_ffff
  public static let idLength = 16
  /// Of limit and heads.
  public static let tableLength = 4 + 4 * bucketCount
  /// From H to the first record.
  public static let recordsOffset = 2080
  public static let recordHead = 16
  /// The address space kept over a file, and so the largest that can be
  /// counted into or read: 64 MiB hold half a million names.
  public static let maximumSize = 64 << 20

  public static func headerLength(metadataLength: Int) -> Int { roundUp(metadataOffset &+ metadataLength, to: unit) }

  /// `multiple`: a power of two.
  public static func roundUp(_ value: Int, to multiple: Int) -> Int { (value &+ multiple &- 1) & ~(multiple &- 1) }

  /// FNV-1a, 32 bits, folded to a bucket. Part of the format.
  public static func bucket(of name: UnsafeBufferPointer<UInt8>) -> Int {
    var hash: UInt32 = 2_166_136_261
    for byte in name { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return Int((hash ^ (hash >> 16)) % UInt32(bucketCount))
  }

  /// Where the next record goes: its start, and the new limit. The result may
  /// lie beyond any file when `limit` is nonsense; the caller compares.
  public static func place(limit: UInt32, nameLength: Int, headerLength: Int) -> (start: Int, end: Int) {
    let free = limit != 0 ? Int(limit) : headerLength &+ tableLength
    let size = roundUp(recordHead &+ nameLength, to: unit)
    var start = roundUp(free, to: unit)
    if start / page != (start &+ size) / page { start = roundUp(free, to: page) }
    return (start, start &+ size)
  }

  /// Of a processor's cache: what cores pass to each other as a whole.
  public static let cacheLine = 64
}
