import CounterFile
import Files
import TestSupport
import Testing

@Suite("Counter file reader")
struct CounterFileReaderTests {
  private func compare(_ bytes: [UInt8], with verdict: Verdict) throws {
    guard verdict.ok else {
      do throws(Fault) {
        let reader = try CounterFileReader(bytes, named: verdict.file.bytes)
        Issue.record("read: \(reader.counts.count) counters")
      } catch {
        #expect(error.status == .corrupt)
        #expect(error.message.string.hasPrefix(verdict.file + ": "))
      }
      return
    }
    let reader = try CounterFileReader(bytes, named: verdict.file.bytes)
    let expected = verdict.counts.map { ($0.name_hex.unhexed, UInt64($0.value)!) }.sorted { $0.0.precedes($1.0) }
    #expect(reader.counts.list.map { $0.name } == expected.map { $0.0 })
    #expect(reader.counts.list.map { $0.value } == expected.map { $0.1 })
    let keys = Set(reader.metadata.map { $0.key.string })
    #expect(keys == Set((verdict.meta ?? [:]).keys))
    for (key, value) in verdict.meta ?? [:] { #expect(reader.metadata.last { $0.key.string == key }?.value.string == value) }
  }

  @Test("files of the reference are read as its own parser reads them", arguments: Verdict.written)
  func written(_ verdict: Verdict) throws {
    try compare(Samples.bytes(verdict.file), with: verdict)
  }

  @Test("odd and hostile files are judged as the reference judges them; where it panics or hangs, they are corrupt", arguments: Verdict.crafted)
  func crafted(_ verdict: Verdict) throws {
    try compare(Samples.bytes("crafted/" + verdict.file), with: verdict)
  }

  @Test("every file of the samples has a verdict")
  func complete() {
    #expect(Samples.names(in: "", ending: ".v1.count") == Verdict.written.map { $0.file }.sorted())
    #expect(Samples.names(in: "crafted", ending: ".v1.count") == Verdict.crafted.map { $0.file }.sorted())
  }

  @Test("too short is said with both sizes")
  func short() {
    do throws(Fault) {
      _ = try CounterFileReader("ab".bytes, named: "x".bytes)
      Issue.record("read")
    } catch { #expect(error.message.string == "x: file too short (2<16384)") }
  }

  @Test("the identity and the days are in the metadata")
  func identity() throws {
    let reader = try CounterFileReader(Samples.bytes("one.v1.count"), named: [])
    #expect(reader.identity.program.string == "example.com/tel/cmd/samplegen")
    #expect(reader.begin?.day.text.string == "2026-11-23")
    #expect(reader.end?.day.text.string == "2026-11-27")
    #expect(reader.id == nil, "the reference's files have no id")
    #expect(reader.counts.count == 1 && reader.counts.list[0].value == 153)
  }

  private let empty = CounterFileImage(metadata: CounterFileImage.metadata())

  @Test("names that become equal by decoding are added up, and saturate")
  func decodedDuplicates() throws {
    var image = empty
    image.add("s\nm.f:+1,+0x1\nm.g:+2,+0x2".bytes, value: 5, at: 4096, bucket: 3)
    image.add("s\nm.f:+1,+0x1\n\".g:+2,+0x2".bytes, value: 7, at: 4224, bucket: 9)
    var reader = try CounterFileReader(image.bytes, named: [])
    #expect(reader.counts.count == 1 && reader.counts.list[0].value == 12 && reader.counts.list[0].name.contains(0x0a))
    image.set(.max, at: 4096)
    image.set(.max, at: 4100)
    reader = try CounterFileReader(image.bytes, named: [])
    #expect(reader.counts.list[0].value == .max)
  }

  @Test("a plain name that is there twice makes the file corrupt")
  func plainTwice() {
    var image = empty
    image.add("a".bytes, value: 1, at: 4096)
    image.add("a".bytes, value: 1, at: 8192, bucket: 7)
    #expect(throws: Fault.self) { try CounterFileReader(image.bytes, named: []) }
  }

  @Test("cycles of any length are found, through names with ditto marks too", arguments: [1, 2, 3, 7, 100])
  func cycles(_ length: Int) {
    for name in ["c", "s\nm.f\n\".g"] {
      var image = empty
      for index in 0..<length { image.add((name + "\(index)").bytes, value: 1, at: 4096 + 64 * index, bucket: 5) }
      image.set(UInt32(4096 + 64 * (length - 1)), at: 4096 + 12)  // the oldest leads to the newest
      #expect(throws: Fault.self) { try CounterFileReader(image.bytes, named: []) }
    }
  }

  @Test("chains that share records are corrupt, and not read a thousand times")
  func sharedChains() {
    var image = empty
    image.add([UInt8](repeating: 0x61, count: 4096), value: 1, at: 8192, bucket: 0)
    for bucket in 1..<512 { image.set(8192, at: image.headOffset(bucket)) }
    #expect(throws: Fault.self) { try CounterFileReader(image.bytes, named: []) }
  }

  @Test("the id is what lies behind the table, unless it is zeros")
  func id() throws {
    var image = empty
    let id = [UInt8](1...16)
    image.bytes.replaceSubrange(image.headerLength + 2052..<image.headerLength + 2068, with: id)
    #expect(try CounterFileReader(image.bytes, named: []).id == id)
    #expect(CounterFileHeader(image.bytes)?.id == id)
    #expect(CounterFileHeader(Array(image.bytes.prefix(4096)))?.id == id)
    #expect(CounterFileHeader(Array(image.bytes.prefix(image.headerLength)))?.id == nil)
  }

  @Test("of a key that is there twice the last value counts, and a value may have a colon")
  func metadata() throws {
    let image = CounterFileImage(metadata: "Program: a: b\nProgram: c: d\n\nX: \n\n")
    let reader = try CounterFileReader(image.bytes, named: [])
    #expect(reader.value(of: "Program")?.string == "c: d")
    #expect(reader.value(of: "X")?.string == "")
    #expect(reader.value(of: "Version") == nil)
    #expect(reader.begin == nil)
  }

  @Test("no beginning of a file traps, and none shorter than a page is read")
  func truncation() {
    let bytes = Samples.bytes("unicode.v1.count")
    for end in stride(from: 0, to: bytes.count, by: 37) {
      #expect(throws: Fault.self) { try CounterFileReader(Array(bytes[..<end]), named: []) }
      _ = CounterFileHeader(Array(bytes[..<end]))
    }
  }

  @Test("any changed words give a verdict, in time")
  func damage() {
    var dice = Dice(seed: 19)
    let samples = ["forty.v1.count", "stack.v1.count", "crafted/ok-dead-record.v1.count"].map(Samples.bytes)
    for _ in 0..<300 {
      var image = CounterFileImage(dice.pick(samples))
      for _ in 0...dice.number(0...3) {
        image.set(dice.pick([0, 1, 31, 32, 0x900, 0xffff_ffff, 0x8000_0000, UInt32(dice.number(0...20000))]), at: dice.pick([28, image.headerLength, image.headOffset(dice.number(0...511)), 4 * dice.number(0...1000)]))
      }
      if let reader = try? CounterFileReader(image.bytes, named: []) {
        #expect(zip(reader.counts.list, reader.counts.list.dropFirst()).allSatisfy { $0.name.precedes($1.name) })
      }
    }
  }
}
