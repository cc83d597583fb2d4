import CounterFile
import Dates
import Files
import Frames

/// What is wrong with a file, where, and what of it can be saved.
package struct FileCheck {
  package struct Finding {
    /// In bytes from the start, where it can be told.
    package var offset: Int?
    package var text: [UInt8]
  }

  /// What readers refuse.
  package var damage: [Finding] = []
  /// What they accept, but nobody careful has written.
  package var notes: [Finding] = []
  /// Of a damaged counter file, the counts that are still there.
  package var saved: [(name: [UInt8], value: UInt64)] = []

  /// A file of noise could fill the terminal.
  private static let most = 50

  package mutating func damage(at offset: Int? = nil, _ pieces: Piece...) {
    if damage.count < FileCheck.most { damage.append(Finding(offset: offset, text: sentence(pieces))) }
  }

  package mutating func note(at offset: Int? = nil, _ pieces: Piece...) {
    if notes.count < FileCheck.most { notes.append(Finding(offset: offset, text: sentence(pieces))) }
  }
}

/// A counter file, looked at byte by byte. Other than the reader it goes on
/// behind the first fault.
package struct CounterFileCheck {
  private let bytes: [UInt8]
  private let path: Path
  private var check = FileCheck()
  /// Records that a chain leads to, by offset.
  private var linked: [Int: (name: [UInt8], value: UInt64)] = [:]

  package static func run(_ bytes: [UInt8], _ path: Path) -> FileCheck {
    var file = CounterFileCheck(bytes: bytes, path: path)
    let headerLength = file.header()
    if let headerLength { file.chains(headerLength) }
    file.agreeWithReader()
    if !file.check.damage.isEmpty { file.save(headerLength) }
    return file.check
  }

  private init(bytes: [UInt8], path: Path) {
    self.bytes = bytes
    self.path = path
  }

  /// For a sentence.
  private func brief(_ name: [UInt8]) -> [UInt8] { name.count <= 80 ? name : Array(name[..<60]) + [UInt8]("...") }

  private func word(_ offset: Int) -> Int {
    offset + 4 <= bytes.count ? bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) } : 0
  }

  private func value(_ offset: Int) -> UInt64 { bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) } }

  // MARK: Header

  private mutating func header() -> Int? {
    let prefix = [UInt8](Layout.prefix)
    let start = Array(bytes.prefix(prefix.count))
    if start != prefix {
      let offset = zip(start, prefix).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? start.count
      check.damage(at: offset, "it does not begin with \"# telemetry/counter file v1\"")
    }
    if bytes.count < Layout.minimumSize {
      check.damage(at: bytes.count, "the file ends here; no counter file is shorter than ", .number(Layout.minimumSize), " bytes")
    } else if bytes.count % Layout.page != 0 {
      check.note(at: bytes.count, "the file ends within a page of ", .number(Layout.page), " bytes")
    }
    guard bytes.count >= Layout.metadataOffset else { return nil }
    let length = word(28)
    guard length >= Layout.metadataOffset, length <= Layout.page, length <= bytes.count else {
      check.damage(at: 28, "the header's length is ", .number(length), "; it must be from ", .number(Layout.metadataOffset), " to ", .number(Layout.page))
      return nil
    }
    metadata(length)
    return length
  }

  private mutating func metadata(_ headerLength: Int) {
    var offset = Layout.metadataOffset
    var values: [[UInt8]: [UInt8]] = [:]
    for line in bytes[offset..<headerLength].prefix(while: { $0 != 0 }).split(separator: 0x0a, omittingEmptySubsequences: false) {
      if let colon = line.indices.first(where: { line[$0] == 0x3a && $0 + 1 < line.endIndex && line[$0 + 1] == 0x20 }) {
        values[Array(line[..<colon])] = Array(line[(colon + 2)...])
      } else if !line.isEmpty {
        check.damage(at: offset, "a line of the metadata has no \": \": \"", .bytes(Array(line)), "\"")
      }
      offset += line.count + 1
    }
    if values.isEmpty { return check.damage(at: Layout.metadataOffset, "there is no metadata: whose counts they are and of which week is not known") }
    for key in ["TimeBegin", "TimeEnd"] as [StaticString] {
      guard let value = values[[UInt8](key)] else {
        check.damage(at: Layout.metadataOffset, "the metadata has no ", .literal(key))
        continue
      }
      if Instant(rfc3339: value) == nil { check.damage(at: Layout.metadataOffset, .literal(key), " is no time: \"", .bytes(value), "\"") }
    }
    for key in ["Program", "Version", "GoVersion", "GOOS", "GOARCH"] as [StaticString] where values[[UInt8](key)] == nil {
      check.note(at: Layout.metadataOffset, "the metadata has no ", .literal(key))
    }
  }

  // MARK: Chains

  private mutating func chains(_ headerLength: Int) {
    var names: [[UInt8]: Int] = [:]
    var end = 0
    for bucket in 0..<Layout.bucketCount {
      var from = headerLength + 4 + 4 * bucket
      var link = word(from)
      while link != 0 {
        guard link >= headerLength + 4, link + Layout.recordHead <= bytes.count else {
          check.damage(at: from, "the chain of bucket ", .number(bucket), " leads to offset ", .number(link), " of ", .number(bytes.count))
          break
        }
        if linked[link] != nil {
          check.damage(at: from, "the chain of bucket ", .number(bucket), " leads to offset ", .number(link), " a second time: it is a cycle, or joins another chain")
          break
        }
        let length = word(link + 8) & Int(Layout.lengthMask)
        let start = link + Layout.recordHead
        guard length > 0, start + length <= bytes.count else {
          check.damage(at: link + 8, "a name has ", .number(length), " bytes", length == 0 ? "" : ", more than the file")
          break
        }
        let name = Array(bytes[start..<start + length])
        linked[link] = (name, value(link))
        if let other = names.updateValue(link, forKey: name) {
          check.damage(at: link, "the counter \"", .bytes(brief(name)), "\" is there twice; the other is at offset ", .number(other))
        }
        position(link, name, bucket)
        end = max(end, start + length)
        from = link + 12
        link = word(from)
      }
    }
    let limit = word(headerLength)
    if limit < end || limit > bytes.count + Layout.page {
      check.note(at: headerLength, "the limit is ", .number(limit), ", but the last record ends at ", .number(end), ": readers ignore it, programs set the file aside")
    }
  }

  private mutating func position(_ link: Int, _ name: [UInt8], _ bucket: Int) {
    let right = name.withUnsafeBufferPointer { Layout.bucket(of: $0) }
    if right != bucket { check.note(at: link, "the counter \"", .bytes(brief(name)), "\" is in bucket ", .number(bucket), ", where nobody looks for it, not in ", .number(right)) }
    if link % Layout.unit != 0 { check.note(at: link, "a record does not lie at a multiple of ", .number(Layout.unit)) }
    if name.count > Layout.maximumName { check.note(at: link + 8, "a name has ", .number(name.count), " bytes, more than ", .number(Layout.maximumName)) }
  }

  /// The reader's verdict counts, whatever was found here.
  private mutating func agreeWithReader() {
    guard check.damage.isEmpty else { return }
    do throws(Fault) { _ = try CounterFileReader(bytes, named: path.bytes) } catch { check.damage(.bytes(error.message)) }
  }

  // MARK: What can be saved

  /// What the chains still lead to, and what looks like a record where records
  /// lie, though nothing leads there.
  private mutating func save(_ headerLength: Int?) {
    var values: [[UInt8]: UInt64] = [:]
    func add(_ name: [UInt8], _ value: UInt64) {
      let decoded = name.contains(0x0a) ? StackName.decode(name) : name
      let (sum, overflow) = values[decoded, default: 0].addingReportingOverflow(value)
      values[decoded] = overflow ? .max : sum
    }
    for (name, value) in linked.values where isPlausible(name) { add(name, value) }
    let first = headerLength.map { $0 + Layout.recordsOffset } ?? Layout.metadataOffset + Layout.recordsOffset
    var offset = Layout.roundUp(first, to: Layout.unit)
    while offset + Layout.recordHead < bytes.count {
      defer { offset += Layout.unit }
      let mark = word(offset + 8)
      let length = mark & Int(Layout.lengthMask)
      let next = word(offset + 12)
      guard linked[offset] == nil, mark >> 24 == 0xff, (1...Layout.maximumName).contains(length), offset + Layout.recordHead + length <= bytes.count,
        next != Int(Layout.deadMark), next % 8 == 0
      else { continue }
      let name = Array(bytes[offset + Layout.recordHead..<offset + Layout.recordHead + length])
      guard isPlausible(name) else { continue }
      add(name, value(offset))
      offset += Layout.roundUp(Layout.recordHead + length, to: Layout.unit) - Layout.unit
    }
    check.saved = values.keys.map { $0 }.inByteOrder.map { ($0, values[$0]!) }
  }

  /// Text, or lines of it.
  private func isPlausible(_ name: [UInt8]) -> Bool { name.split(separator: 0x0a).allSatisfy { Files.Text.isPrintable(Array($0)) } && name.first != 0x0a }
}
