import Files
import Foundation
import TestSupport
import Testing

@testable import PluginHost

/// A library of a header, contents, and a table of sections.
private struct Image {
  var sections: [(name: String, type: UInt32, bytes: [UInt8])]

  var bytes: [UInt8] {
    var names: [UInt8] = [0]
    var content: [UInt8] = []
    var table = [UInt8](repeating: 0, count: 64)
    for section in sections + [(".shstrtab", 3, [])] {
      let name = names.count
      names += section.name.bytes + [0]
      let isNames = section.name == ".shstrtab"
      let bytes = isNames ? names : section.bytes
      table += number(UInt64(name), 4) + number(UInt64(section.type), 4) + number(0, 16)
      table += number(UInt64(64 + content.count), 8) + number(UInt64(bytes.count), 8) + number(0, 24)
      content += bytes
    }
    var header: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    header += number(3, 2) + number(machine, 2) + number(1, 4) + number(0, 16) + number(UInt64(64 + content.count), 8)
    header += number(0, 4) + number(64, 2) + number(0, 4) + number(64, 2) + number(UInt64(sections.count + 2), 2) + number(UInt64(sections.count + 1), 2)
    return header + content + table
  }

  private var machine: UInt64 {
    #if arch(arm64)
      183
    #else
      62
    #endif
  }

  private func number(_ value: UInt64, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) } }
}

private func section(_ bytes: [UInt8], limit: Int = 4096) throws(Fault) -> [UInt8]? {
  try ELFFile.section(".tel.plugin", limit: limit, fileSize: bytes.count) { offset, count throws(Fault) in
    #expect(offset >= 0 && count >= 0 && offset + count <= bytes.count, "it reads beyond the end")
    return Array(bytes[offset..<offset + count])
  }
}

private let text = "abi 1\nname odd\nversion 1.2\nsummary is odd\ntransport odd even\n".bytes

@Suite("A library's sections")
struct ELFFileTests {
  @Test("are found by their whole names")
  func found() throws {
    #expect(try section(Image(sections: [(".text", 1, [1, 2, 3]), (".tel.plugin", 1, text)]).bytes) == text)
    #expect(try section(Image(sections: [(".tel.plugin2", 1, text), ("x.tel.plugin", 1, text), (".tel", 1, text)]).bytes) == nil)
    #expect(try section(Image(sections: []).bytes) == nil)
  }

  @Test("are no larger than is allowed, and are in the file")
  func bounds() throws {
    let image = Image(sections: [(".tel.plugin", 1, text)]).bytes
    #expect(try section(image, limit: text.count) == text)
    #expect(throws: Fault.self) { try section(image, limit: text.count - 1) }
    #expect(throws: Fault.self) { try section(Image(sections: [(".tel.plugin", 8, text)]).bytes) }
  }

  @Test("cut off at every byte, it is refused")
  func cutOff() throws {
    let image = Image(sections: [(".text", 1, [1, 2, 3]), (".tel.plugin", 1, text)]).bytes
    for count in 0..<image.count { #expect(throws: Fault.self) { try section(Array(image[..<count])) } }
  }

  @Test("with any bytes changed, it is read within its bounds or refused")
  func changed() {
    let image = Image(sections: [(".text", 1, [1, 2, 3]), (".tel.plugin", 1, text)]).bytes
    var random = SystemRandomNumberGenerator()
    var read = 0
    for round in 0..<20_000 {
      var bytes = image
      for _ in 0...(round % 4) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        bytes[at] = [0, 1, 0x7f, 0x80, 0xff, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random)!
      }
      guard let found = try? section(bytes) else { continue }
      read += 1
      if let manifest = try? Manifest(found) { #expect(Manifest.isName(manifest.name)) }
    }
    #expect(read > 1000, "most changes are in what nobody reads")
  }
}

@Suite("A manifest")
struct ManifestTests {
  @Test("is read as it is written; keys that are not known are skipped")
  func good() throws {
    let manifest = try Manifest(text + "later thing\n\n".bytes + [0, 0, 0])
    #expect(manifest.name == "odd".bytes && manifest.version == "1.2".bytes && manifest.summary == "is odd".bytes)
    #expect(manifest.schemes == ["odd".bytes, "even".bytes])
    #expect(try Manifest("abi 1\nname x".bytes).schemes.isEmpty)
  }

  @Test("that is wrong is refused", arguments: [
    "", "\n", "abi 1\n", "name odd\n", "abi 2\nname odd\n", "abi\nname odd\n", "abi 1 \nname odd\n", "abi 1\nname \n", "abi 1\nname Odd\n", "abi 1\nname a_b\n", "abi 1\nabi 1\nname odd\n",
    "abi 1\nname odd\nversion \n", "abi 1\nname odd\ntransport 1x\n", "abi 1\nname odd\ntransport a b c d e f g h i j k l m n o p q\n", "abi 1\nname odd\nsummary \u{202e}x\n", "abi 1\nname odd\n\0abi 1\n",
    "abi 1\nname odd\tx\n",
  ])
  func wrong(text: String) {
    #expect(throws: Fault.self) { try Manifest(text.bytes) }
  }

  @Test("of any bytes does no harm")
  func any() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<5000 {
      let count = Int.random(in: 0..<80, using: &random)
      _ = try? Manifest((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
      var changed = text
      changed[Int.random(in: 0..<text.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      if let manifest = try? Manifest(changed) { #expect(Manifest.isName(manifest.name) && manifest.schemes.allSatisfy { Manifest.isScheme($0) }) }
    }
  }
}
