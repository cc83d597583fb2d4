import Files
import TestSupport
import Testing

@Suite("Bytes and paths")
struct BytesTests {
  @Test("numbers are appended in decimal", arguments: [0, 1, -1, 10, 1234567890, Int.max, Int.min])
  func decimal(_ number: Int) {
    var text = "n=".bytes
    text.append(decimal: number)
    #expect(text.string == "n=\(number)")
  }

  @Test("bytes are appended as two hexadecimal digits each, and only lower-case digits are read")
  func hexadecimal() {
    var text: [UInt8] = []
    text.append(hex: [0x00, 0x0f, 0xa5, 0xff])
    #expect(text.string == "000fa5ff")
    #expect("09af".utf8.map { hexValue($0) } == [0, 9, 10, 15])
    #expect("/:@AFG`g".utf8.allSatisfy { hexValue($0) == nil })
  }

  @Test("literals are compared byte for byte")
  func literals() {
    let name = "local.2026-11-27.json".bytes
    #expect(name == "local.2026-11-27.json")
    #expect(name != "local.2026-11-27.jso")
    #expect(name.begins(with: "local.") && !name.begins(with: "Local."))
    #expect(name.ends(with: ".json") && !name.ends(with: ".jsonx"))
    #expect([UInt8]().begins(with: "") && ![UInt8]().begins(with: "a") && ![UInt8]().ends(with: "a"))
  }

  @Test("order is that of unsigned bytes, and a beginning comes first")
  func order() {
    let ordered: [[UInt8]] = [[], [0], [0x41], [0x61], [0x61, 0x0a], [0x61, 0x2f], [0x61, 0x3a], [0xc3, 0xa9], [0xef, 0xbd, 0x9e], [0xf0, 0x90, 0x80, 0x80], [0xff]]
    for (i, a) in ordered.enumerated() {
      for (j, b) in ordered.enumerated() { #expect(a.precedes(b) == (i < j)) }
    }
  }

  @Test("white space as Unicode has it is trimmed, and nothing else", arguments: [
    ("", ""), (" \t\r\n\u{0b}\u{0c}on \n", "on"), ("\u{85}on\u{a0}", "on"), ("\u{1680}\u{2000}\u{200a}on\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}", "on"),
    ("\u{feff}on", "\u{feff}on"), ("\u{200b}on", "\u{200b}on"), ("\0on\0", "\0on\0"), ("  o n  ", "o n"), ("\u{a0}", ""), (" \u{3000} ", ""),
    ("é", "é"), ("日", "日"),
  ])
  func trimming(_ text: String, _ trimmed: String) {
    #expect(text.bytes.trimmed == trimmed.bytes)
  }

  @Test("halves of characters at the ends are kept", arguments: [[0xc2], [0x85], [0xa0], [0xe2, 0x80], [0x80, 0xa8], [0x20, 0xe3, 0x80, 0x20]] as [[UInt8]])
  func trimmingHalves(_ bytes: [UInt8]) {
    #expect(bytes.trimmed == bytes.filter { $0 != 0x20 })
  }

  @Test("a path ends where a C string would")
  func path() {
    #expect(Path("a\0b".bytes).bytes == "a")
    #expect(Path("a".bytes).appending("b") == Path("a/b".bytes))
    #expect(Path("a/".bytes).appending("b") == Path("a/b".bytes))
    #expect(Path("/".bytes).appending("b") == Path("/b".bytes))
    #expect(Path("/a/b".bytes).isAbsolute && !Path("a/b".bytes).isAbsolute && !Path([]).isAbsolute)
  }

  @Test("a path has a parent and a name", arguments: [
    ("/a/b", "/a", "b"), ("a/b", "a", "b"), ("a", ".", "a"), ("/a", "/", "a"), ("/", "/", ""), ("a//b", "a", "b"), ("/a/b/", "/a", ""), (".", ".", "."),
  ])
  func parents(_ path: String, _ parent: String, _ name: String) {
    #expect(Path(path.bytes).parent.bytes.string == parent)
    #expect(Path(path.bytes).name.string == name)
  }

  @Test("a sentence cannot break a line or a terminal")
  func sentences() {
    let fault = Fault(.io, "cannot open ", .path(Path("a\nb\u{1b}[2J\u{7f}é".bytes)), ": ", .number(-5), " ", .error(2))
    #expect(fault.status == .io)
    #expect(fault.message.string == "cannot open a?b?[2J?é: -5 No such file or directory")
  }

  @Test("byte strings are sorted as unsigned bytes, and equal ones keep their order", arguments: 0..<40)
  func sorting(_ seed: Int) {
    var dice = Dice(seed: UInt64(seed))
    let texts = (0..<dice.number(0...70)).map { _ in (0..<dice.number(0...3)).map { _ in dice.pick([0, 1, 0x7f, 0x80, 0xff] as [UInt8]) } }
    let expected = texts.indices.sorted { texts[$0] == texts[$1] ? $0 < $1 : texts[$0].lexicographicallyPrecedes(texts[$1]) }
    #expect(texts.orderOfBytes == expected)
    #expect(texts.inByteOrder == expected.map { texts[$0] })
    #expect(texts.inByteOrder.orderOfBytes == Array(texts.indices))
  }
}
