import CounterFile
import Dates
import Files

/// An expired counter file as it was read: step R3. A class, because it is
/// handed on often and never changes.
final class Harvest {
  let name: [UInt8]
  let key: [UInt8]
  let identity: Identity
  let begin: Day
  /// The day on which its week ended: the date of its report.
  let end: Day
  /// Unix seconds of the end.
  let expiry: Int64
  let counts: Counts
  /// Of what was read, and of where it was.
  private let fingerprint: UInt64
  /// A process of the reference may add to it without any lock.
  let mayHaveForeignWriter: Bool

  private init(_ name: [UInt8], _ key: [UInt8], _ reader: CounterFileReader, begin: Day, end: Instant, at attributes: Kernel.Attributes) {
    self.name = name
    self.key = key
    identity = reader.identity
    self.begin = begin
    self.end = end.day
    expiry = end.seconds
    counts = reader.counts
    fingerprint = Harvest.fingerprint(reader.fingerprint, attributes)
    mayHaveForeignWriter = reader.id == nil || identity.isShared
  }

  /// What a look at a file has brought.
  enum Look {
    case harvest(Harvest)
    /// Its week is not over. The key, if it could be told from the header.
    case active([UInt8]?)
    /// It takes more time than a run in passing has.
    case large([UInt8])
    case gone
    /// It cannot be counted now; why.
    case unreadable(Fault)
    /// It cannot be counted ever. The key, if it could be told from the header.
    case corrupt([UInt8]?, Fault)
  }

  /// A run in passing reads no larger file, until it is overdue. The 1,000
  /// names that a program may use by default have room in it.
  private static let quickSize: Int64 = 5 * 16384
  /// Has every header, and the id behind it.
  private static let headSize = Layout.page + 4096
  /// Most files have no more: 1,000 names of 30 bytes.
  private static let usualSize = 4 * Layout.page
  /// How long after its week a file may wait for a run that has more time; in seconds.
  static let overdue: Int64 = 7 * 86400

  /// Reads one counter file, if it has expired at `now` (Unix seconds).
  static func look(at name: [UInt8], in folder: Path, now: Int64, isHasty: Bool) -> Look {
    let path = folder.appending(name)
    let descriptor = Kernel.open(path, .read)
    if descriptor == -Kernel.notFound { return .gone }
    if descriptor == -Kernel.linkMet {
      return .corrupt(nil, Fault(.corrupt, "cannot read ", .path(path), ": it is a symbolic link, which is not followed"))
    }
    guard descriptor >= 0 else { return .unreadable(Fault(.io, "cannot open ", .path(path), ": ", .error(-descriptor))) }
    defer { Kernel.close(descriptor) }
    return look(at: descriptor, path, now: now, isHasty: isHasty)
  }

  static func look(at descriptor: Int32, _ path: Path, now: Int64, isHasty: Bool = false) -> Look {
    var attributes = Kernel.Attributes()
    let status = Kernel.attributes(of: descriptor, &attributes)
    guard status == 0 else { return .unreadable(Fault(.io, "cannot look at ", .path(path), ": ", .error(-status))) }
    guard Kernel.isRegular(attributes) else {
      return .corrupt(nil, Fault(.corrupt, "cannot read ", .path(path), ": it is not a regular file"))
    }
    var ownKey: [UInt8]?
    do throws(Fault) {
      let size = Int(clamping: attributes.size)
      let start = try File.content(of: descriptor, size: min(size, isHasty ? headSize : usualSize), named: path)
      if let header = CounterFileHeader(start) {
        let key = key(header.id, header.value(of: "TimeBegin") ?? [], attributes)
        ownKey = key
        if let end = header.value(of: "TimeEnd").flatMap({ Instant(rfc3339: $0) }) {
          if end.seconds >= now { return .active(key) }
          if isHasty, attributes.size > quickSize, now - end.seconds < overdue { return .large(key) }
        }
      }
      guard size <= Layout.maximumSize else {
        throw Fault(.corrupt, .path(path), " is too large for a counter file: ", .number(size), " bytes")
      }
      let bytes = try File.whole(of: descriptor, from: start, limit: Layout.maximumSize, named: path)
      let reader = try CounterFileReader(bytes, named: path.bytes)
      guard let begin = reader.begin, let end = reader.end else {
        throw Fault(.corrupt, .path(path), ": the metadata has no TimeBegin and TimeEnd")
      }
      let key = key(reader.id, reader.value(of: "TimeBegin") ?? [], attributes)
      if end.seconds >= now { return .active(key) }
      return .harvest(Harvest(path.name, key, reader, begin: begin.day, end: end, at: attributes))
    } catch { return error.status == .corrupt ? .corrupt(ownKey, error) : .unreadable(error) }
  }

  private static func fingerprint(_ content: UInt64, _ attributes: Kernel.Attributes) -> UInt64 {
    content &+ (attributes.inode ^ attributes.device << 48) &* 0x9E37_79B9_7F4A_7C15
  }

  /// The file is still the same one, and nothing was counted in it since.
  func isUnchanged(_ descriptor: Int32, _ path: Path, _ attributes: Kernel.Attributes) -> Bool {
    guard attributes.size <= Int64(Layout.maximumSize), let bytes = try? File.content(of: descriptor, size: Int(attributes.size), named: path),
      let content = CounterFileReader.fingerprint(of: bytes)
    else { return false }
    return Harvest.fingerprint(content, attributes) == fingerprint
  }

  /// Neither name nor inode identifies a file: both are used again at once.
  /// "i" and the id; of a file of the reference, "f", device, inode and begin.
  private static func key(_ id: [UInt8]?, _ begin: [UInt8], _ attributes: Kernel.Attributes) -> [UInt8] {
    if let id { return [UInt8]("i") + id }
    var key = [UInt8]("f")
    withUnsafeBytes(of: attributes.device.bigEndian) { key += $0 }
    withUnsafeBytes(of: attributes.inode.bigEndian) { key += $0 }
    return key + begin
  }

  /// The day in a counter file's name: the begin of its week. A hint for the
  /// order of reading, no more.
  static func dayHint(_ name: [UInt8]) -> Day? {
    let suffix = 9  // .v1.count
    guard name.count >= suffix + 10 else { return nil }
    return Day(text: name[(name.count - suffix - 10)..<(name.count - suffix)])
  }

  static func isCounterFile(_ name: [UInt8]) -> Bool { name.ends(with: ".v1.count") }
}
