import JSON
import TestSupport
import Testing

@Suite("JSON read part by part")
struct JSONPartsTests {
  /// The value, put together of its parts.
  private func value(_ parts: inout JSONParts, _ next: UInt8?, depth: Int) throws(JSONFault) -> JSONValue {
    switch next {
    case UInt8(ascii: "{") where depth < 3:
      var members: [(name: [UInt8], value: JSONValue)] = []
      var object = try parts.beginObject()
      while let name = try parts.member(of: &object) { members.append((parts.text(of: name), try value(&parts, parts.next, depth: depth + 1))) }
      return .object(members)
    case UInt8(ascii: "[") where depth < 3:
      var elements: [JSONValue] = []
      var array = try parts.beginArray()
      while try parts.element(of: &array) { elements.append(try value(&parts, parts.next, depth: depth + 1)) }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try parts.string()!)
    case let byte? where byte == UInt8(ascii: "-") || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"): return .number(Array(try parts.number()!))
    default: return try parts.value()
    }
  }

  private func shape(_ bytes: [UInt8]) -> String {
    do throws(JSONFault) {
      var parts = JSONParts(bytes)
      let value = try value(&parts, parts.next, depth: 0)
      try parts.end()
      return value.shape
    } catch { return "\(error.line):\(error.column) \(error.message.string)" }
  }

  private func whole(_ bytes: [UInt8]) -> String {
    do throws(JSONFault) { return try JSONReader.value(of: bytes).shape } catch { return "\(error.line):\(error.column) \(error.message.string)" }
  }

  @Test("in parts it is what it is as a whole, and what is wrong is wrong at the same place", arguments: [
    "null", " true", "-1.5e3", "\"a\\u00e9\"", "[]", "{}", "[ ]", "{ }", "[1, [2, [3, [4, [5]]]], {\"a\": []}]", "{\"a\":1,\"\\u0061\" : {\"é\":null}}", "{\"a\":1,\"a\":2}",
    "", " ", "[", "[1", "[1,", "[1,]", "[,]", "[1 2]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\n\":1}", "{\"\\x\":1}", "1 1", "{}{}",
    "[01]", "[-]", "[1.]", "[tru]",
  ])
  func same(_ text: String) { #expect(shape(text.bytes) == whole(text.bytes)) }

  @Test("also of a report in which bytes were changed")
  func damaged() {
    let text = Array(Samples.bytes("report/out/local/local.2026-12-04.json").prefix(600))
    var dice = Dice(seed: 31)
    for _ in 0..<2000 {
      var damaged = text
      for _ in 0..<dice.number(0...2) { damaged[dice.number(0...damaged.count - 1)] = dice.pick("{}[],:\"\\ 0a\n-\u{ff}".bytes) }
      #expect(shape(damaged) == whole(damaged))
    }
  }

  @Test("names are compared as they are meant")
  func names() throws {
    var parts = JSONParts(#"{"name": 1, "n\u0061me": 2, "names": 3, "nam": 4, "": 5}"#.bytes)
    var object = try parts.beginObject()
    var found: [Bool] = []
    while let name = try parts.member(of: &object) {
      found.append(parts.isName(name, "name"))
      try parts.skip()
    }
    #expect(found == [true, true, false, false, false])
  }

  @Test("whole numbers of 64 bits without a sign are taken for one, and what is none is gone over", arguments: [
    ("0", 0), ("153", 153), ("18446744073709551615", .max), ("18446744073709551616", nil), ("-1", nil), ("1.0", nil), ("1e3", nil), ("\"1\"", nil), ("null", nil), ("[1, {}]", nil),
  ] as [(String, UInt64?)])
  func integers(_ text: String, _ value: UInt64?) throws {
    var parts = JSONParts((" " + text + " ").bytes)
    #expect(try parts.unsigned() == value)
    try parts.end()
  }

  @Test("how many parts there are has no limit, but for one value that is asked for")
  func many() throws {
    let text = "[".bytes + [UInt8](repeating: UInt8(ascii: "1"), count: 1) + (0..<4_200_000).flatMap { _ in [UInt8(ascii: ","), UInt8(ascii: "1")] } + "]".bytes
    #expect(throws: JSONFault.self) { try JSONReader.value(of: text) }
    var parts = JSONParts(text)
    var array = try parts.beginArray()
    var count = 0
    while try parts.element(of: &array) {
      try parts.skip()
      count += 1
    }
    try parts.end()
    #expect(count == 4_200_001)
  }
}
