import CounterFile
import Files

// Random bytes seldom get past the header of a counter file. This mutator knows
// where its words are: it changes header length, limit, heads, links, lengths,
// values and names, and adds records as a writer would. libFuzzer finds the
// function by its name; what is no counter file it mutates as it always does.

@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int) -> Int

@_cdecl("LLVMFuzzerCustomMutator")
public func mutateInput(_ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int, _ seed: UInt32) -> Int {
  var random = Random(seed)
  // How many bytes of a file the target puts in front of its input.
  guard let hidden = hiddenHeader, random.below(8) != 0 else { return mutateBytes(data, count, most) }
  var file = FileImage(hidden + Array(UnsafeBufferPointer(start: data, count: count)), hidden: hidden.count, most: hidden.count + most)
  for _ in 0...random.below(4) { file.mutate(&random) }
  let bytes = file.input
  for (index, byte) in bytes.enumerated() { data[index] = byte }
  return bytes.count
}

/// What stands before the input, for targets whose input is a counter file.
private let hiddenHeader: [UInt8]? =
  switch Process.variable("FUZZ_TARGET") {
  case Array("counter-file".utf8), Array("canary-file".utf8): []
  case Array("mapped-file".utf8): metadataHeader
  default: nil
  }

/// SplitMix64: a seed gives the same mutation again.
private struct Random {
  private var state: UInt64
  init(_ seed: UInt32) { state = UInt64(seed) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }
  mutating func element<T>(_ list: [T]) -> T { list[below(list.count)] }
}

/// A counter file and where its parts are, as far as they can be found.
private struct FileImage {
  private var bytes: [UInt8]
  private let hidden: Int
  private let most: Int
  private let length: Int

  /// Something that is no counter file becomes an empty one.
  init(_ content: [UInt8], hidden: Int, most: Int) {
    (bytes, self.hidden, self.most) = (content, hidden, most)
    let isOne = bytes.starts(with: metadataHeader.prefix(28)) && bytes.count >= 32
    if !isOne { bytes = metadataHeader }
    let written = Int(FileImage.word(bytes, 28))
    length = (32...Layout.page).contains(written) ? written : 64
    // Short inputs stand for files of a page.
    if bytes.count < min(most, Layout.page) { bytes += [UInt8](repeating: 0, count: min(most, Layout.page) - bytes.count) }
  }

  /// Without the zeros at the end, which the target adds again.
  var input: [UInt8] {
    let end = bytes.count <= Layout.page ? (bytes.lastIndex { $0 != 0 } ?? 0) + 1 : bytes.count
    return Array(bytes[min(hidden, end)..<min(end, most)])
  }

  private static func word(_ bytes: [UInt8], _ at: Int) -> UInt32 {
    guard at >= 0, at + 4 <= bytes.count else { return 0 }
    return (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
  }

  private func word(_ at: Int) -> UInt32 { FileImage.word(bytes, at) }

  private mutating func set(_ at: Int, _ value: UInt32) {
    guard at >= hidden, at + 4 <= bytes.count else { return }
    for index in 0..<4 { bytes[at + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
  }

  private func head(_ bucket: Int) -> Int { length + 4 + 4 * bucket }

  /// Offsets of the records that chains lead to.
  private var records: [Int] {
    var found: [Int] = []
    for bucket in 0..<Layout.bucketCount {
      var link = Int(word(head(bucket)))
      while link >= 32, link + 16 <= bytes.count, !found.contains(link), found.count < 64 {
        found.append(link)
        link = Int(word(link + 12))
      }
    }
    return found
  }

  mutating func mutate(_ random: inout Random) {
    let records = records
    if records.isEmpty || random.below(4) == 0 { return addRecord(&random, records) }
    let record = random.element(records)
    switch random.below(12) {
    case 0: set(28, random.element([0, 31, 32, 33, 64, UInt32(length) &+ 32, UInt32(length) &- 1, 16380, 16383, 16384, 16385, .max]))
    case 1: set(length, offset(&random, records))
    case 2: set(head(random.below(Layout.bucketCount)), offset(&random, records))
    case 3: set(head(bucket(of: record)), offset(&random, records))
    case 4: set(record + 12, offset(&random, records))
    case 5: set(record + 12, UInt32(record))  // a cycle of one
    case 6:
      let size = UInt32(truncatingIfNeeded: bytes.count - record)
      set(record + 8, random.element([0, 1, 15, 16, 17, 4096, 4097, size &- 16, size &- 15, Layout.lengthMask]) | random.element([0, Layout.lengthMark, 0x1200_0000]))
    case 7:
      let value: UInt64 = random.element([0, 1, 1 << 32 - 1, 1 << 63 - 1, 1 << 63, .max - 1, .max])
      set(record, UInt32(truncatingIfNeeded: value))
      set(record + 4, UInt32(truncatingIfNeeded: value >> 32))
    case 8: changeName(record, &random)
    case 9: resize(&random)
    case 10: changeMetadata(&random)
    default:
      // Another record's name, which is then there twice.
      let (other, count) = (random.element(records), Int(word(record + 8) & Layout.lengthMask))
      for index in 0..<min(count, 4096) where max(record, other) + 16 + index < bytes.count { bytes[record + 16 + index] = bytes[other + 16 + index] }
      set(record + 8, word(other + 8))
    }
  }

  /// Where a link or a limit could point: to records, beside them, to the edges.
  private func offset(_ random: inout Random, _ records: [Int]) -> UInt32 {
    let record = records.isEmpty ? length + Layout.recordsOffset : random.element(records)
    let somewhere = [
      0, record, record, record + 8, record + 32, record - 32, record + 4, record + 1, length, length + 4, length + 2052, length + 2080, bytes.count - 16, bytes.count - 17,
      bytes.count - 15, bytes.count, bytes.count + 16, Layout.page, Layout.page - 4, Layout.page - 32, 2 * Layout.page, 1 << 20, Layout.maximumSize,
      Layout.maximumSize + Layout.page, 0xffff_ffe0, 0xffff_ffff,
    ]
    return UInt32(truncatingIfNeeded: random.element(somewhere))
  }

  private func name(_ random: inout Random) -> [UInt8] {
    let texts = [
      "a", "b", "first", "gophers", "a/b:c", "chart:", "s\nmain.f\n\".g", "s\nmain.f\nmain.g", "pkg.dot/s\n\".nodot", "s\n\".f\n.g\n\".h", "s\n\n", "\n", "\"", "\".", ".",
      "sample/stack\nmain.f", "tel/dropped:full",
    ]
    var name = Array(random.element(texts).utf8)
    switch random.below(6) {
    case 0: name.append(UInt8(truncatingIfNeeded: random.next()))
    case 1: name += [UInt8](repeating: 0x78, count: random.below(200))
    case 2: name = Array(String(repeating: "x", count: 4096).utf8)
    default: break
    }
    return name
  }

  /// As a writer does it, or with one thing wrong.
  private mutating func addRecord(_ random: inout Random, _ records: [Int]) {
    let name = name(&random)
    let end = records.map { $0 + 16 + min(Int(word($0 + 8) & Layout.lengthMask), 4096) }.max() ?? length + Layout.recordsOffset
    let place = Layout.place(limit: UInt32(max(end, length + Layout.recordsOffset)), nameLength: name.count, headerLength: length)
    guard place.start >= hidden, place.end <= most else { return }
    if place.end > bytes.count { bytes += [UInt8](repeating: 0, count: min(most, Layout.roundUp(place.end, to: Layout.page)) - bytes.count) }
    guard place.end <= bytes.count else { return }
    set(place.start, UInt32(random.below(5)))
    set(place.start + 8, UInt32(name.count) | Layout.lengthMark)
    for (index, byte) in name.enumerated() { bytes[place.start + 16 + index] = byte }
    let mistake = random.below(8)
    if mistake != 0 { set(length, UInt32(place.end)) }
    let bucket = mistake == 1 ? random.below(Layout.bucketCount) : name.withUnsafeBufferPointer { Layout.bucket(of: $0) }
    set(place.start + 12, mistake == 2 ? Layout.deadMark : word(head(bucket)))
    if mistake != 3 { set(head(bucket), UInt32(place.start)) }
  }

  private func bucket(of record: Int) -> Int {
    let count = Int(word(record + 8) & Layout.lengthMask)
    guard record + 16 + count <= bytes.count else { return 0 }
    return Array(bytes[(record + 16)..<(record + 16 + count)]).withUnsafeBufferPointer { Layout.bucket(of: $0) }
  }

  private mutating func changeName(_ record: Int, _ random: inout Random) {
    let count = Int(word(record + 8) & Layout.lengthMask)
    guard record >= hidden, count > 0, record + 16 + count <= bytes.count else { return }
    bytes.withUnsafeMutableBufferPointer { _ = mutateBytes($0.baseAddress! + record + 16, count, count) }
  }

  private mutating func resize(_ random: inout Random) {
    let size = min(most, random.element([Layout.page - 1, Layout.page, Layout.page + 1, Layout.page + 32, 20000, bytes.count - 1, bytes.count + 1]))
    if size < bytes.count { bytes.removeLast(bytes.count - size) } else { bytes += [UInt8](repeating: 0, count: size - bytes.count) }
  }

  private mutating func changeMetadata(_ random: inout Random) {
    let count = min(length, bytes.count) - 32
    guard hidden == 0, count > 0 else { return }
    bytes.withUnsafeMutableBufferPointer { _ = mutateBytes($0.baseAddress! + 32, count, count) }
  }
}
