import Foundation
import JSON
import TestSupport
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
  private func written(_ body: (inout JSONWriter) -> Void) -> String {
    var json = JSONWriter(indent: [0x20])
    body(&json)
    return json.bytes.string
  }

  @Test("one member or element a line, indented by one space, no line feed at the end")
  func layout() {
    let text = written { json in
      json.beginObject()
      json.key("Week")
      json.string("2026-11-27".bytes)
      json.key("Programs")
      json.beginArray()
      for name in ["a", "b"] {
        json.beginObject()
        json.key("Program")
        json.string(name.bytes)
        json.key("Counters")
        json.beginObject()
        json.key("gophers")
        json.integer(153)
        json.endObject()
        json.key("Stacks")
        json.beginObject()
        json.endObject()
        json.endObject()
      }
      json.endArray()
      json.key("None")
      json.beginArray()
      json.endArray()
      json.key("Good")
      json.bool(true)
      json.key("Bad")
      json.bool(false)
      json.endObject()
    }
    #expect(
      text == """
        {
         "Week": "2026-11-27",
         "Programs": [
          {
           "Program": "a",
           "Counters": {
            "gophers": 153
           },
           "Stacks": {}
          },
          {
           "Program": "b",
           "Counters": {
            "gophers": 153
           },
           "Stacks": {}
          }
         ],
         "None": [],
         "Good": true,
         "Bad": false
        }
        """)
  }

  @Test("members stay in the order in which they were given")
  func order() {
    #expect(
      written {
        $0.beginObject()
        for key in ["b", "a", "", "B"] as [StaticString] {
          $0.key(key)
          $0.integer(0)
        }
        $0.endObject()
      } == "{\n \"b\": 0,\n \"a\": 0,\n \"\": 0,\n \"B\": 0\n}")
  }

  @Test("empty objects and arrays have no line", arguments: [0, 1])
  func empty(_ kind: Int) {
    #expect(written { kind == 0 ? $0.beginObject() : $0.beginArray(); kind == 0 ? $0.endObject() : $0.endArray() } == ["{}", "[]"][kind])
  }

  @Test("strings are escaped as encoding/json does", arguments: [
    ("\"", #"\""#), ("\\", #"\\"#), ("/", "/"), ("\n", #"\n"#), ("\r", #"\r"#), ("\t", #"\t"#), ("\u{8}", #"\b"#), ("\u{c}", #"\f"#), ("\0", #"\u0000"#),
    ("\u{1}", #"\u0001"#), ("\u{b}", #"\u000b"#), ("\u{1f}", #"\u001f"#), ("\u{7f}", "\u{7f}"), ("\u{80}", "\u{80}"), ("<a>&", #"\u003ca\u003e\u0026"#),
    ("\u{2028}\u{2029}", #"\u2028\u2029"#), ("\u{2027}\u{202a}", "\u{2027}\u{202a}"), ("é日🦫", "é日🦫"), ("\u{feff}", "\u{feff}"), ("\u{fffd}", "\u{fffd}"), ("'", "'"),
  ])
  func escapes(_ text: String, _ escaped: String) {
    #expect(written { $0.string(text.bytes) } == "\"" + escaped + "\"")
    #expect(written { $0.beginObject(); $0.key(text.bytes); $0.integer(1); $0.endObject() } == "{\n \"" + escaped + "\": 1\n}", "keys too")
  }

  @Test("each malformed byte becomes U+FFFD", arguments: [
    ([0xff], 1), ([0xfe, 0xc3], 2), ([0xc0, 0x80], 2), ([0xc1, 0xbf], 2), ([0xe0, 0x80, 0x80], 3), ([0xed, 0xa0, 0x80], 3), ([0xf0, 0x80, 0x80, 0x80], 4),
    ([0xf4, 0x90, 0x80, 0x80], 4), ([0xf5, 0x80, 0x80, 0x80], 4), ([0xe2, 0x80], 2), ([0xf0, 0x9f, 0xa6], 3), ([0x80], 1), ([0xc3], 1),
  ] as [([UInt8], Int)])
  func malformed(_ bytes: [UInt8], _ count: Int) {
    let replacement = [UInt8](repeating: 0, count: count).flatMap { _ in [0xef, 0xbf, 0xbd] as [UInt8] }
    var json = JSONWriter(indent: [])
    json.string("a".bytes + bytes + "b".bytes)
    #expect(json.bytes == "\"a".bytes + replacement + "b\"".bytes)
    #expect(JSONWriter.replacingInvalidUTF8("a".bytes + bytes + "b".bytes) == "a".bytes + replacement + "b".bytes)
  }

  @Test("what the writer takes for UTF-8 is what Swift takes for it")
  func againstSwift() {
    var dice = Dice(seed: 5)
    for _ in 0..<20000 {
      let bytes = (0..<dice.number(1...6)).map { _ in dice.pick([0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff] as [UInt8]) }
      #expect((JSONWriter.replacingInvalidUTF8(bytes) == bytes) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
    }
  }

  @Test("numbers are the shortest that read back, plain from 1e-6 to below 1e21", arguments: [
    (0, "0"), (1, "1"), (-1, "-1"), (0.5, "0.5"), (100, "100"), (123.456, "123.456"), (1e-5, "0.00001"), (1e-6, "0.000001"), (1.5e-6, "0.0000015"), (9.99e-7, "9.99e-7"), (1.5e-7, "1.5e-7"), (1e-7, "1e-7"),
    (1e20, "100000000000000000000"), (1.5e20, "150000000000000000000"), (1e21, "1e+21"), (1.25e22, "1.25e+22"), (1e100, "1e+100"), (-1e-10, "-1e-10"), (0x1p-52, "2.220446049250313e-16"),
    (1 - 0x1p-53, "0.9999999999999999"), (0.1, "0.1"), (0.7639427061535067, "0.7639427061535067"), (9007199254740992, "9007199254740992"), (.leastNonzeroMagnitude, "5e-324"),
    (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (999999999999999868928, "999999999999999900000"), (0.3, "0.3"), (100.25, "100.25"),
  ] as [(Double, String)])
  func numbers(_ value: Double, _ text: String) {
    #expect(written { $0.number(value) } == text)
  }

  @Test("any number reads back as itself, in the form that its size asks for")
  func numbersReadBack() {
    var dice = Dice(seed: 7)
    for round in 0..<4000 {
      let value = round % 2 == 0 ? Double(bitPattern: dice.next()) : Double(dice.next() >> 12) / 0x1p52
      guard value.isFinite else { continue }
      let text = written { $0.number(value) }
      #expect(Double(text) == value)
      #expect(digits(text) == digits(value.description), "\(value)")
      let isPlain = value == 0 || (value.magnitude >= 1e-6 && value.magnitude < 1e21)
      #expect(text.contains("e") != isPlain)
      #expect(!text.contains("e+0") && !text.contains("e-0") && !text.contains(".0e") && !text.hasSuffix(".0"))
    }
  }

  @Test("around powers of two, where the gap changes, the digits are the fewest and closest")
  func powersOfTwo() {
    for exponent in -1074...1023 {
      let power = exponent < -1022 ? Double(bitPattern: 1 << UInt64(exponent + 1074)) : Double(sign: .plus, exponent: exponent, significand: 1)
      for value in [power.nextDown, power, power.nextUp] where value != 0 {
        let text = written { $0.number(value) }
        #expect(Double(text) == value && digits(text) == digits(value.description), "\(value)")
      }
    }
  }

  /// Without sign, point, exponent, and zeros at the ends.
  private func digits(_ number: String) -> String {
    let mantissa = number.prefix { $0 != "e" }.filter { $0.isNumber }.drop { $0 == "0" }
    return String(mantissa.reversed().drop { $0 == "0" }.reversed())
  }

  @Test("what JSON cannot say is 0", arguments: [Double.nan, .infinity, -.infinity])
  func noNumbers(_ value: Double) { #expect(written { $0.number(value) } == "0") }

  @Test("whole numbers have all their digits", arguments: [0, -1, .max, .min] as [Int64])
  func integers(_ value: Int64) {
    #expect(written { $0.integer(value) } == "\(value)")
    #expect(written { $0.unsigned(UInt64(bitPattern: value)) } == "\(UInt64(bitPattern: value))")
  }

  @Test("other readers understand what is written")
  func foreignReader() throws {
    let text = "a\u{1}\"\\\n<>&\u{2028}é🦫/"
    let json = written { $0.beginObject(); $0.key(text.bytes); $0.string(text.bytes); $0.endObject() }
    let value = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: String]
    #expect(value == [text: text])
  }
}
