import CounterFile
import Dates
import Files
import Foundation
import TestSupport
import Testing

/// A counter file in use, as tests like to write it.
final class Open: @unchecked Sendable {
  let file: MappedFile
  init(_ file: MappedFile) { self.file = file }

  deinit {
    file.bury()
    file.release()
  }

  func slot(_ name: [UInt8], maximum: Int = 1_000_000, spare: Int = 0) -> MappedFile.Slot {
    name.withUnsafeBufferPointer { file.slot(of: $0, maximum: maximum, spare: spare) }
  }

  func slot(_ name: String, maximum: Int = 1_000_000, spare: Int = 0) -> MappedFile.Slot { slot(name.bytes, maximum: maximum, spare: spare) }

  func value(_ name: String) -> UInt64? { name.bytes.withUnsafeBufferPointer { file.cell(of: $0)?.pointee } }

  /// Adds, alone.
  func add(_ n: UInt64, _ name: String) {
    guard case .cell(let cell) = slot(name) else {
      Issue.record("no slot for \(name)")
      return
    }
    cell.pointee += n
  }
}

extension MappedFile.Slot {
  var word: String {
    switch self {
    case .cell: "cell"
    case .full: "full"
    case .noSpace: "noSpace"
    case .corrupt: "corrupt"
    case .gone: "gone"
    }
  }
}

extension Opening.Result {
  var opened: Open? {
    if case .opened(let file) = self { return Open(file) }
    return nil
  }

  var word: String {
    switch self {
    case .opened(let file):
      _ = Open(file)  // closed at once
      return "opened"
    case .otherHeader: return "otherHeader"
    case .corrupt: return "corrupt"
    }
  }
}

/// The metadata of most tests.
func sampleMetadata() -> Metadata {
  let begin = Day(text: "2026-11-23".bytes)!
  return Metadata(
    begin: begin, end: begin.advanced(by: 4),
    identity: Identity(program: "example.com/editor".bytes, version: "v1.0.0".bytes, toolchain: "gcc12.2".bytes, os: "linux".bytes, arch: "amd64".bytes))
}

@Suite("Mapped file")
struct MappedFileTests {
  let folder = TemporaryFolder()
  var path: Path { folder.appending("editor.v1.count") }

  private func open() throws -> Open { try #require(try Opening(path: path, header: sampleMetadata().header).run().opened) }
  private func image() throws -> CounterFileImage { CounterFileImage(try #require(path.content)) }

  @Test("a new counter has value 0, and its cell stays where it is")
  func slots() throws {
    let open = try open()
    guard case .cell(let cell) = open.slot("gophers"), case .cell(let again) = open.slot("gophers") else {
      Issue.record("no slot")
      return
    }
    #expect(cell == again && cell.pointee == 0)
    cell.pointee = 153
    #expect(try image().counts == ["gophers": 153])
    #expect(open.value("gophers") == 153)
    #expect(open.value("other") == nil, "looking makes no counter")
    #expect(try image().records.count == 1)
  }

  @Test("the same adds give the same bytes as the reference's")
  func likeTheReference() throws {
    let sample = Samples.bytes("one.v1.count")
    let result = try Opening(path: path, header: Array(sample.prefix(224))).run()
    let open = try #require(result.opened)
    open.add(153, "gophers")
    var bytes = try image().bytes
    #expect(bytes[224 + 2052..<224 + 2068].contains { $0 != 0 }, "the id")
    bytes.replaceSubrange(224 + 2052..<224 + 2068, with: [UInt8](repeating: 0, count: 16))
    #expect(bytes == sample)
  }

  @Test("newer records come first in their chain")
  func chains() throws {
    let open = try open()
    // Five names of one bucket.
    let names = (0...).lazy.map { "n\($0)" }.filter { CounterFileImage.bucket($0.bytes) == 7 }.prefix(5)
    for name in names { open.add(1, name) }
    #expect(try image().records.map { $0.name.string } == names.reversed())
    for name in names { #expect(open.value(name) == 1) }
  }

  @Test("names of 1 to 4096 bytes of any kind are kept as they are")
  func anyNames() throws {
    let open = try open()
    var dice = Dice(seed: 23)
    var expected: Set<[UInt8]> = []
    for length in [1, 15, 16, 17, 31, 32, 33, 48, 49, 1000, 4079, 4080, 4095, 4096] {
      let name = dice.bytes(length)
      expected.insert(name)
      #expect(open.slot(name).word == "cell")
    }
    #expect(Set(try image().records.map { $0.name }) == expected)
  }

  @Test("the file grows by whole pages, records keep the page rule, and cells stay valid")
  func growth() throws {
    let open = try open()
    guard case .cell(let first) = open.slot("first") else { return }
    for index in 0..<3000 { open.add(UInt64(index), "counter/number:\(index)") }
    first.pointee = 42
    let image = try image()
    #expect(image.bytes.count % 16384 == 0 && image.bytes.count > 3000 * 32)
    #expect(image.records.count == 3001)
    #expect(image.counts["first"] == 42)
    for record in image.records {
      let end = record.offset + (16 + record.name.count + 31) / 32 * 32
      #expect(record.offset % 32 == 0 && record.offset / 16384 == end / 16384)
      #expect(record.bucket == CounterFileImage.bucket(record.name))
    }
    // The space is reserved, not a hole.
    var status = stat()
    _ = path.withCString { stat($0, &status) }
    #expect(status.st_blocks * 512 >= image.bytes.count)
  }

  @Test("two mappings of one file see each other's counters across extensions")
  func twoMappings() throws {
    let (a, b) = (try open(), try open())
    for index in 0..<1500 {
      (index % 2 == 0 ? a : b).add(1, "n\(index)")
      if index % 7 == 0 { (index % 2 == 0 ? b : a).add(1, "n\(index)") }
    }
    for index in 0..<1500 {
      #expect(a.value("n\(index)") == (index % 7 == 0 ? 2 : 1))
      #expect(b.value("n\(index)") == a.value("n\(index)"))
    }
    #expect(try image().records.count == 1500)
  }

  @Test("threads with mappings of their own that make the same names at once get the same cells")
  func concurrentNames() throws {
    let opens = try (0..<4).map { _ in try open() }
    Threads.run(4) { thread in
      var dice = Dice(seed: UInt64(thread))
      for index in 0..<4000 {
        let name = "n\(dice.chance(2) ? index : dice.number(0...3999))"
        if case .cell(let cell) = opens[thread].slot(name) { _ = addAtomically(cell) } else { Issue.record("no slot for \(name)") }
      }
    }
    let image = try image()
    #expect(image.counts.values.reduce(0, +) == 16000)
    for open in opens { #expect(image.records.allSatisfy { open.value($0.name.string) == $0.value }) }
  }

  @Test("a name lost in a race leaves a dead record, which nobody links")
  func deadRecord() throws {
    let bytes = Samples.bytes("crafted/ok-dead-record.v1.count")
    path.write(bytes)
    let header = Array(bytes.prefix(CounterFileImage(bytes).headerLength))
    let open = try #require(try Opening(path: path, header: header).run().opened)
    #expect(open.value("race") == 7 && open.value("other") == 1)
    open.add(1, "race")
    open.add(1, "new")
    #expect(try image().counts == ["race": 8, "other": 1, "new": 1])
  }

  @Test("as many names as allowed are made, then none, and those there are found")
  func maximum() throws {
    let open = try open()
    for index in 0..<100 { #expect(open.slot("n\(index)", maximum: 100).word == "cell") }
    for _ in 0..<3 { #expect(open.slot("more", maximum: 100).word == "full") }
    #expect(open.slot("n50", maximum: 100).word == "cell")
    #expect(open.slot("more", maximum: 101).word == "cell")
  }

  @Test("long names do not count as many")
  func maximumOfLongNames() throws {
    let open = try open()
    for index in 0..<50 { #expect(open.slot("\(index)" + String(repeating: "x", count: 2000), maximum: 50).word == "cell") }
    #expect(open.slot("more", maximum: 50).word == "full")
  }

  @Test("a full disk gives no slot, and no SIGBUS; later there is one")
  func fullDisk() throws {
    let open = try open()
    Faults.during({ call, _ in call == .allocate ? ENOSPC : 0 }) {
      var index = 0
      while case .cell = open.slot("n\(index)") { index += 1 }
      #expect(index > 100)
      #expect(open.slot("n\(index)").word == "noSpace")
      #expect(open.slot("n0").word == "cell", "those there are found")
    }
    #expect(try image().bytes.count == 16384)
    #expect(open.slot("later").word == "noSpace", "a full disk is left alone for a second")
    open.file.forgetFullDisk()
    #expect(open.slot("later").word == "cell")
    #expect(!open.file.isTroubled)
  }

  @Test("where the file system cannot reserve, zeros are appended")
  func noFallocate() throws {
    Faults.during({ call, _ in call == .allocate ? EOPNOTSUPP : 0 }) {
      guard let open = try? open() else {
        Issue.record("not opened")
        return
      }
      for index in 0..<1000 { open.add(1, "n\(index)") }
    }
    let image = try image()
    #expect(image.records.count == 1000 && image.bytes.count % 16384 == 0)
  }

  @Test("a file that was extended by another process, with a hole, is used")
  func foreignExtension() throws {
    let open = try open()
    // As the reference does: four zero bytes at the page's end, and records in front of a chain there.
    var image = try image()
    image.bytes += [UInt8](repeating: 0, count: 16384)
    image.add("far".bytes, value: 9, at: 20000 / 32 * 32)
    let descriptor = path.withCString { Kernel.open($0, .readWrite) }
    defer { Kernel.close(descriptor) }
    image.bytes.withUnsafeBytes { bytes in
      #expect(Kernel.write(descriptor, bytes.baseAddress!, bytes.count, at: 0) == bytes.count)
    }
    #expect(open.value("far") == 9)
    open.add(1, "far")
    open.add(1, "near")
    #expect(try self.image().counts == ["far": 10, "near": 1])
  }

  // MARK: Hostile content

  /// Of counter "a" in a damaged file.
  private let firstRecord = sampleMetadata().header.count + 2080

  private func damaged(_ body: (inout CounterFileImage) -> Void) throws -> Open {
    let open = try open()
    open.add(1, "a")
    open.add(1, "b")
    var image = try image()
    body(&image)
    let descriptor = path.withCString { Kernel.open($0, .readWrite) }
    image.bytes.withUnsafeBytes { _ = Kernel.write(descriptor, $0.baseAddress!, $0.count, at: 0) }
    Kernel.close(descriptor)
    return open
  }

  @Test("a cyclic chain is trouble, not a hang")
  func cycle() throws {
    let offset = firstRecord
    let open = try damaged { $0.set(UInt32(offset), at: offset + 12) }
    let other = (0...).lazy.map { "n\($0)" }.first { CounterFileImage.bucket($0.bytes) == CounterFileImage.bucket("a".bytes) }!
    #expect(open.slot(other).word == "corrupt")
    #expect(open.file.isTroubled)
    #expect(open.slot("a").word == "cell", "what is found is found")
    #expect(open.value(other) == nil)
  }

  @Test("links that lead nowhere are trouble", arguments: [1, 32, 100, 228, 2243, 2275, 16383, 0x7fff_ffff, 0xffff_ffe0, 0xffff_ffff] as [UInt32])
  func badLinks(_ link: UInt32) throws {
    let bucket = CounterFileImage.bucket("x".bytes)
    let open = try damaged { $0.set(link, at: $0.headOffset(bucket)) }
    let slot = open.slot("x").word
    #expect(slot == "corrupt" || slot == "noSpace", "link \(link): \(slot)")
    #expect(open.value("x") == nil)
    open.add(1, "b")
    #expect(open.value("b") == 2, "other buckets work")
  }

  @Test("a name's length that leads beyond the file is trouble", arguments: [0, 0x00ff_ffff, 0xffff_ffff, 0xff00_0000] as [UInt32])
  func badLengths(_ length: UInt32) throws {
    let open = try damaged { $0.set(length, at: firstRecord + 8) }
    #expect(["corrupt", "noSpace"].contains(open.slot("a").word))
  }

  @Test("an insane limit makes no record anywhere", arguments: [0xffff_ffff, 0xffff_ffe0, 0xffff_f000, 0x8000_0000, 64 << 20, (64 << 20) + 1, 1 << 20, 40000] as [UInt32])
  func badLimits(_ limit: UInt32) throws {
    let open = try damaged { $0.limit = limit }
    let slot = open.slot("new").word
    #expect(["corrupt", "noSpace"].contains(slot), "limit \(limit): \(slot)")
    #expect(open.slot("a").word == "cell")
    #expect(try image().bytes.count <= 64 << 20)
  }

  @Test("any content is survived", arguments: 0..<60)
  func anyContent(_ seed: Int) throws {
    var dice = Dice(seed: UInt64(seed))
    let open = try damaged { image in
      for _ in 0..<dice.number(1...400) {
        let at = dice.pick([image.headerLength, image.headOffset(dice.number(0...511)), firstRecord + 4 * dice.number(0...200), image.headerLength + 4 * dice.number(0...4000)])
        image.set(dice.pick([0, UInt32(firstRecord), UInt32(firstRecord + 32), UInt32(firstRecord + 32 * dice.number(0...450)), UInt32(truncatingIfNeeded: dice.next()), 0xff00_0001, 16380, 16352]), at: min(at, 16380))
      }
    }
    for index in 0..<200 {
      if case .cell(let cell) = open.slot("n\(index % 150)", maximum: 140) { _ = addAtomically(cell) }
      _ = open.value("n\(index)")
    }
  }

  // MARK: Losing the file

  @Test("a file that lost its name takes counts for what it has, and nothing new once it would have to grow")
  func unlinked() throws {
    let open = try open()
    open.add(1, "a")
    path.remove()
    open.add(1, "a")
    #expect(open.value("a") == 2)
    var last = "cell"
    for index in 0..<2000 where last == "cell" { last = open.slot("n\(index)").word }
    #expect(last == "gone")
    #expect(!path.exists, "and it is not made anew")
  }

  @Test("another file under the name is not touched")
  func replaced() throws {
    let open = try open()
    path.remove()
    let other = [UInt8](repeating: 0x5a, count: 40000)
    path.write(other)
    var last = "cell"
    for index in 0..<2000 where last == "cell" { last = open.slot("n\(index)").word }
    #expect(last == "gone")
    #expect(path.content == other)
  }

  @Test("after burial adds land in memory that nobody sees")
  func buried() throws {
    let open = try open()
    guard case .cell(let cell) = open.slot("a") else { return }
    cell.pointee = 1
    open.file.bury()
    cell.pointee += 1
    #expect(try image().counts == ["a": 1])
    #expect(cell.pointee == 1, "it began as zero")
  }

  @Test("the lock is held as long as the mapping, and no longer")
  func lock() throws {
    let descriptor: Int32
    do {
      let open = try open()
      descriptor = path.withCString { Kernel.open($0, .read) }
      #expect(Kernel.lock(descriptor, .exclusive) == -Kernel.wouldBlock)
      open.file.bury()
      #expect(Kernel.lock(descriptor, .exclusive) == 0)
    }
    Kernel.close(descriptor)
  }
}
