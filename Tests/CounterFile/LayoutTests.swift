import CounterFile
import Dates
import Files
import TestSupport
import Testing

@Suite("Layout")
struct LayoutTests {
  struct Hash: Decodable, Sendable {
    var name_hex: String
    var bucket: Int
  }

  @Test("names hash to the buckets of the reference", arguments: Samples.vectors("vectors/hash.json", as: [Hash].self))
  func hash(_ vector: Hash) {
    #expect(vector.name_hex.unhexed.withUnsafeBufferPointer { Layout.bucket(of: $0) } == vector.bucket)
  }

  struct Place: Decodable, Sendable {
    var hdrLen: Int
    var limit: UInt32
    var nameLen: Int
    var start: UInt32
    var end: UInt32
  }

  @Test("records are placed where the reference places them", arguments: Samples.vectors("vectors/place.json", as: [Place].self))
  func place(_ vector: Place) {
    let place = Layout.place(limit: vector.limit, nameLength: vector.nameLen, headerLength: vector.hdrLen)
    // The reference's numbers wrap at 2³²; ours say that they are beyond any file.
    if vector.limit > 0, vector.start < vector.limit {
      #expect(place.start >= 1 << 32)
    } else {
      #expect(place == (Int(vector.start), Int(vector.end)))
    }
  }

  @Test("a record never crosses a page's end and never ends on a page's last byte")
  func pageRule() {
    var dice = Dice(seed: 17)
    for _ in 0..<20000 {
      let limit = UInt32(dice.number(0...200_000))
      let length = dice.number(1...4096)
      let place = Layout.place(limit: limit, nameLength: length, headerLength: 224)
      #expect(place.start % 32 == 0 && place.end % 32 == 0)
      #expect(place.start >= Int(limit) && place.start >= 224 + 2080 || limit > 0)
      #expect(place.end - place.start >= 16 + length && place.end - place.start < 16 + length + 32)
      #expect(place.start / 16384 == place.end / 16384, "limit \(limit), \(length) bytes: \(place)")
    }
  }

  @Test("any limit gives a place that can be compared with a size", arguments: [0, 1, 0x7fff_ffff, 0xffff_ffe0, 0xffff_ffff] as [UInt32])
  func anyLimit(_ limit: UInt32) {
    for length in [1, 16, 17, 4096] {
      let place = Layout.place(limit: limit, nameLength: length, headerLength: 544)
      #expect(place.end > Int(limit))
    }
  }

  struct HeaderLength: Decodable, Sendable {
    var metaLen: Int
    var hdrLen: Int
    var err: String?
  }

  @Test("the header's length follows from the metadata's", arguments: Samples.vectors("vectors/hdrlen.json", as: [HeaderLength].self))
  func headerLength(_ vector: HeaderLength) {
    guard vector.err == nil else {
      #expect(vector.metaLen > Layout.maximumMetadata)
      return
    }
    #expect(vector.metaLen <= Layout.maximumMetadata)
    #expect(Layout.headerLength(metadataLength: vector.metaLen) == vector.hdrLen)
  }
}

@Suite("Metadata and file names")
struct MetadataTests {
  private let begin = Day(text: "2026-11-23".bytes)!

  private func identity(_ program: String, _ version: String = "v1.2.3", _ toolchain: String = "go1.27.3") -> Identity {
    Identity(program: program.bytes, version: version.bytes, toolchain: toolchain.bytes, os: "linux".bytes, arch: "amd64".bytes)
  }

  @Test("the header is, byte for byte, that of the reference's file")
  func header() {
    let metadata = Metadata(begin: begin, end: begin.advanced(by: 4), identity: identity("example.com/tel/cmd/samplegen"))
    #expect(metadata.header == Array(Samples.bytes("one.v1.count").prefix(224)))
    #expect(metadata.text.count == 164)
  }

  @Test("an empty version is an empty value")
  func emptyVersion() {
    #expect(Metadata(begin: begin, end: begin, identity: identity("p", "")).text.string.contains("\nVersion: \nGoVersion: go1.27.3\n"))
  }

  @Test("a file is named by program, version, toolchain, platform and first day", arguments: [
    ("example.com/tel/cmd/samplegen", "v1.2.3", "go1.27.3", "samplegen@v1.2.3-go1.27.3-linux-amd64-2026-11-23.v1.count"),
    ("command-line-arguments", "", "go1.27.3", "command-line-arguments-go1.27.3-linux-amd64-2026-11-23.v1.count"),
    ("example.com/samplegen", "v1.4.0+dirty", "go1.27.3", "samplegen@v1.4.0+dirty-go1.27.3-linux-amd64-2026-11-23.v1.count"),
    ("cmd/go", "go1.27.3", "go1.27.3", "go@go1.27.3-go1.27.3-linux-amd64-2026-11-23.v1.count"),
    ("samplegen", "devel", "devel", "samplegen@devel-devel-linux-amd64-2026-11-23.v1.count"),
  ])
  func names(_ program: String, _ version: String, _ toolchain: String, _ name: String) {
    #expect(identity(program, version, toolchain).fileName(begin: begin).string == name)
  }

  @Test("a tag tells programs with one base apart, and the suffix stays")
  func tagged() {
    #expect(identity("a/editor", "v1", "gcc12.2").fileName(begin: begin, tag: 0xabc).string == "editor~00000abc@v1-gcc12.2-linux-amd64-2026-11-23.v1.count")
  }

  @Test("what would break a line or a file's name is refused with a sentence", arguments: [
    ("", "v1", "gcc"), ("p", "v1", ""), ("p\n", "v1", "gcc"), ("p", "v\t1", "gcc"), ("p", "v1", "g\u{7f}"), ("p", "v/1", "gcc"), ("p", "v1", "g/c"), ("a/", "v1", "gcc"), ("..", "v1", "gcc"), ("a/.", "v1", "gcc"),
    (String(repeating: "d/", count: 200) + "p", "v1", "gcc"), (String(repeating: "p", count: 240), "", "gcc"),
  ])
  func refused(_ program: String, _ version: String, _ toolchain: String) {
    do throws(Fault) {
      try identity(program, version, toolchain).check()
      Issue.record("accepted")
    } catch {
      #expect(error.status == .invalid)
      #expect(!error.message.isEmpty)
    }
  }

  @Test("bytes that are no UTF-8 are refused")
  func notUTF8() {
    #expect(throws: Fault.self) { try Identity(program: [0x70, 0xff], version: [], toolchain: [0x67]).check() }
  }

  @Test("printable identities are accepted", arguments: [
    ("p", "", "gcc12.2"), ("example.com/a b/é", "v1.2.3+dirty", "cpython3.11"), ("p", "v:1 *", "swift6.3"), ("...", "v1", "gcc"),
  ])
  func accepted(_ program: String, _ version: String, _ toolchain: String) {
    #expect(throws: Never.self) { try identity(program, version, toolchain).check() }
  }

  @Test("512 bytes of metadata are accepted and one more is refused")
  func longest() throws {
    let room = 512 - Metadata(begin: begin, end: begin, identity: identity("/p", "", "g")).text.count
    try identity(String(repeating: "d", count: room) + "/p", "", "g").check()
    #expect(throws: Fault.self) { try identity(String(repeating: "d", count: room + 1) + "/p", "", "g").check() }
  }
}

@Suite("Counter names")
struct NameTests {
  private func problem(_ bytes: [UInt8]) -> StaticString? { bytes.withUnsafeBufferPointer { Name.problem($0) } }

  @Test("printable names with at most one colon are good", arguments: [
    "a", "gopls/hover/latency:<10ms", "crash/crash", "x:", ":x", "日本語:東京", "unicode/emoji:🦫", "é", "a\"b", "!~", "x/ы",
  ])
  func good(_ name: String) { #expect(problem(name.bytes) == nil) }

  @Test("white space, controls and a second colon are not", arguments: [
    "", " ", "a b", "a\tb", "a\nb", "a\0", "a\u{7f}", "a:b:c", "::", "a\u{85}", "a\u{a0}b", "a\u{1680}", "a\u{2003}", "a\u{2028}", "a\u{2029}", "a\u{202f}", "a\u{205f}", "a\u{3000}", "\u{feff}a", "a\u{9b}",
  ])
  func bad(_ name: String) { #expect(problem(name.bytes) != nil) }

  @Test("noncharacters are not", arguments: ["efb790", "efb7af", "efbfbe", "efbfbf", "f09fbfbe", "f48fbfbf"])
  func noncharacters(_ hex: String) { #expect(problem("a".bytes + hex.unhexed) != nil) }

  @Test("malformed UTF-8 is not", arguments: [[0xff], [0x61, 0xc3], [0xc0, 0xaf], [0xe0, 0x80, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80]] as [[UInt8]])
  func malformed(_ name: [UInt8]) { #expect(problem(name) != nil) }

  @Test("4096 bytes are good and 4097 are not")
  func length() {
    #expect(problem([UInt8](repeating: 0x61, count: 4096)) == nil)
    #expect(problem([UInt8](repeating: 0x61, count: 4097)) != nil)
  }

  @Test("as bytes, anything from 1 to 4096 without a line feed is good")
  func asBytes() {
    func problem(_ bytes: [UInt8]) -> StaticString? { bytes.withUnsafeBufferPointer { Name.problemAsBytes($0) } }
    #expect(problem([0xff, 0x00, 0x20]) == nil)
    #expect(problem([UInt8](repeating: 0xff, count: 4096)) == nil)
    #expect(problem([]) != nil && problem([0x61, 0x0a]) != nil && problem([UInt8](repeating: 0x61, count: 4097)) != nil)
  }
}
