import Foundation
import JSON
import TestSupport
import Testing

extension JSONValue {
  /// For comparison: the value in a notation of its own.
  var shape: String {
    switch self {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .number(let text): "#" + text.string
    case .string(let text): "'" + text.string + "'"
    case .array(let elements): "[" + elements.map { $0.shape }.joined(separator: " ") + "]"
    case .object(let members): "{" + members.map { $0.name.string + "=" + $0.value.shape }.joined(separator: " ") + "}"
    }
  }
}

@Suite("JSON reader")
struct JSONReaderTests {
  private func read(_ text: String) throws -> JSONValue { try JSONReader.value(of: text.bytes) }

  @Test("every kind of value is read", arguments: [
    ("null", "null"), ("true", "true"), (" false ", "false"), ("0", "#0"), ("-0", "#-0"), ("1.50e+3", "#1.50e+3"), ("1E9", "#1E9"), (#""""#, "''"), ("[]", "[]"),
    ("[ ]", "[]"), ("{}", "{}"), ("{ }", "{}"), ("[1, \"a\" ,[true],{}]", "[#1 'a' [true] {}]"), ("{\"a\":1,\"b\" : {\"c\":[]}}", "{a=#1 b={c=[]}}"),
    ("\t\r\n [\n1\n]\n", "[#1]"),
  ])
  func values(_ text: String, _ shape: String) throws {
    #expect(try read(text).shape == shape)
  }

  @Test("escapes and surrogate pairs are resolved, and half a pair is U+FFFD", arguments: [
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0041\u00e9\u65E5""#, "Aé日"), (#""\ud83e\uddab""#, "🦫"), (#""\uD83E\uDDAB""#, "🦫"),
    (#""\ud83e""#, "\u{fffd}"), (#""\uddab""#, "\u{fffd}"), (#""\ud83e\u0041""#, "\u{fffd}A"), (#""\ud83e\ud83e\uddab""#, "\u{fffd}🦫"), (#""\ud83ex""#, "\u{fffd}x"),
    (#""\ud83e\n""#, "\u{fffd}\n"), (#""\u0000""#, "\0"), (#""é日🦫""#, "é日🦫"),
  ])
  func strings(_ text: String, _ value: String) throws {
    #expect(try read(text).shape == "'" + value + "'")
  }

  @Test("malformed UTF-8 is U+FFFD, one for each byte")
  func malformedUTF8() throws {
    let value = try JSONReader.value(of: "\"a".bytes + [0xff, 0xe2, 0x80] + "b\"".bytes)
    #expect(value.shape == "'a\u{fffd}\u{fffd}\u{fffd}b'")
  }

  @Test("what is no JSON is refused, and the place is told", arguments: [
    ("", 1, 1), ("  ", 1, 3), ("nul", 1, 4), ("nulL", 1, 4), ("tru", 1, 4), ("True", 1, 1), ("01", 1, 2), ("-", 1, 2), ("+1", 1, 1), (".5", 1, 1), ("1.", 1, 3), ("1.e1", 1, 3), ("1e", 1, 3),
    ("1e+", 1, 4), ("0x1", 1, 2), ("NaN", 1, 1), ("\"", 1, 2), ("\"\\", 1, 3), ("\"\\x\"", 1, 4), ("\"\\u12\"", 1, 6), ("\"\\u12g4\"", 1, 6), ("\"a\tb\"", 1, 3), ("\"a\nb\"", 1, 3), ("'a'", 1, 1), ("[", 1, 2),
    ("[1", 1, 3), ("[1,", 1, 4), ("[1,]", 1, 4), ("[,]", 1, 2), ("[1 2]", 1, 4), ("]", 1, 1), ("{", 1, 2), ("{\"a\"", 1, 5), ("{\"a\":", 1, 6), ("{\"a\":1", 1, 7), ("{\"a\":1,", 1, 8), ("{\"a\":1,}", 1, 8),
    ("{a:1}", 1, 2), ("{1:1}", 1, 2), ("{\"a\" 1}", 1, 6), ("{\"a\":1 \"b\":2}", 1, 8), ("{}{}", 1, 3), ("1 1", 1, 3), ("[1]x", 1, 4), ("{\n \"a\": 1,\n \"b\" 2\n}", 3, 6), ("[\n\n\n  x]", 4, 3),
    ("// c\n1", 1, 1), ("\u{feff}1", 1, 1), ("\0", 1, 1),
  ])
  func malformed(_ text: String, _ line: Int, _ column: Int) {
    do {
      let value = try read(text)
      Issue.record("read as \(value.shape)")
    } catch let fault as JSONFault {
      #expect((fault.line, fault.column) == (line, column), "\(fault.message.string)")
      #expect(!fault.message.isEmpty)
    } catch { Issue.record("\(error)") }
  }

  @Test("nesting is read 64 deep and refused beyond", arguments: ["[", "{\"a\":"])
  func depth(_ open: String) throws {
    let close = open == "[" ? "]" : "}"
    func nested(_ depth: Int) -> String { String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth) }
    _ = try read(nested(64))
    #expect(throws: JSONFault.self) { try read(nested(65)) }
    #expect(throws: JSONFault.self) { try read(String(repeating: open, count: 1_000_000)) }
  }

  @Test("a text with too many values is refused before it fills the memory")
  func tooMany() {
    var bytes = [UInt8](repeating: UInt8(ascii: "0"), count: 8_000_010)
    for index in stride(from: 1, to: bytes.count, by: 2) { bytes[index] = UInt8(ascii: ",") }
    bytes[0] = UInt8(ascii: "[")
    bytes[1] = UInt8(ascii: "0")
    bytes.replaceSubrange(1..<2, with: "0,".bytes)
    bytes[bytes.count - 1] = UInt8(ascii: "]")
    #expect(throws: JSONFault.self) { try JSONReader.value(of: bytes) }
  }

  @Test("of members with one name the last counts")
  func duplicates() throws {
    let value = try read(#"{"a":1,"b":2,"a":3}"#)
    #expect(value["a"]?.int64 == 3)
    #expect(value.shape == "{a=#1 b=#2 a=#3}", "but all are there")
  }

  @Test("members are found whatever the case of their letters, the exact ones first")
  func caseInsensitive() throws {
    #expect(try read(#"{"WEEK":"x"}"#)["Week"]?.shape == "'x'")
    #expect(try read(#"{"Week":1,"week":2}"#)["Week"]?.int64 == 1)
    #expect(try read(#"{"week":1,"WEEK":2}"#)["Week"]?.int64 == 2)
    #expect(try read(#"{"Weeks":1}"#)["Week"] == nil)
    #expect(try read("[1]")["Week"] == nil)
  }

  @Test("only whole numbers of 64 bits are taken for one", arguments: [
    ("0", 0), ("-0", 0), ("153", 153), ("9223372036854775807", .max), ("-9223372036854775808", .min), ("9223372036854775808", nil), ("-9223372036854775809", nil),
    ("18446744073709551616", nil), ("1.0", nil), ("1.5", nil), ("1e3", nil), ("\"1\"", nil), ("null", nil), ("99999999999999999999999", nil),
  ] as [(String, Int64?)])
  func integers(_ text: String, _ value: Int64?) throws {
    #expect(try read(text).int64 == value)
  }

  // MARK: Properties

  private func random(_ dice: inout Dice, depth: Int) -> JSONValue {
    func text() -> [UInt8] { return (0..<dice.number(0...8)).flatMap { _ -> [UInt8] in dice.pick(["a", "\"", "\\", "\n", "<", "\u{2028}", "é", "🦫", "\0", "\u{7f}"]).bytes } }
    switch dice.number(depth > 4 ? 2...5 : 0...5) {
    case 0: return .array((0..<dice.number(0...4)).map { _ in random(&dice, depth: depth + 1) })
    case 1: return .object((0..<dice.number(0...4)).map { _ in (text(), random(&dice, depth: depth + 1)) })
    case 2: return .string(text())
    case 3: return .bool(dice.chance(2))
    default: return .number("\(Int64(bitPattern: dice.next()))".bytes)
    }
  }

  private func write(_ value: JSONValue, _ json: inout JSONWriter) {
    switch value {
    case .null: break
    case .bool(let bool): json.bool(bool)
    case .number: json.integer(value.int64!)
    case .string(let text): json.string(text)
    case .array(let elements):
      json.beginArray()
      for element in elements { write(element, &json) }
      json.endArray()
    case .object(let members):
      json.beginObject()
      for member in members {
        json.key(member.name)
        write(member.value, &json)
      }
      json.endObject()
    }
  }

  @Test("what is written is read as the same value")
  func roundTrip() throws {
    var dice = Dice(seed: 11)
    for _ in 0..<2000 {
      let value = random(&dice, depth: 0)
      var json = JSONWriter(indent: dice.pick([[], [0x20], [0x09, 0x20]]))
      write(value, &json)
      #expect(try JSONReader.value(of: json.bytes).shape == value.shape)
    }
  }

  @Test("no beginning of a text that is an object is a text, and changed bytes never trap")
  func damage() throws {
    let text = Samples.bytes("report/out/local/local.2026-12-04.json")
    for end in 0..<min(text.count, 500) { #expect(throws: JSONFault.self) { try JSONReader.value(of: Array(text[..<end])) } }
    var dice = Dice(seed: 13)
    for _ in 0..<2000 {
      var damaged = Array(text.prefix(600))
      for _ in 0...dice.number(0...3) { damaged[dice.number(0...damaged.count - 1)] = UInt8(truncatingIfNeeded: dice.next()) }
      _ = try? JSONReader.value(of: damaged)
    }
  }

  @Test("the reports of the reference are read", arguments: ["article/local.2024-07-19.json", "report/out/local/local.2026-11-27.json", "report/out/upload/2026-11-27.json", "upload-config.json"])
  func samples(_ name: String) throws {
    guard case .object(let members) = try JSONReader.value(of: Samples.bytes(name)) else {
      Issue.record("no object")
      return
    }
    #expect(!members.isEmpty)
  }
}
