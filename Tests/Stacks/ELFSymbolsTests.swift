import Foundation
import Stacks
import Testing

private func file(_ bytes: [UInt8]) -> ELFSymbols? {
  ELFSymbols(read: { offset, into in
    guard offset < bytes.count else { return 0 }
    let count = min(into.count, bytes.count - offset)
    bytes[offset..<(offset + count)].withUnsafeBytes { into.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[...])) }
    return count
  })
}

@Suite("Symbol tables")
struct ELFSymbolsTests {
  /// This very program.
  let own: [UInt8]

  init() throws { own = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "/bin/true"))) }

  @Test("what is no ELF file has none") func none() {
    #expect(file([]) == nil)
    #expect(file(Array("#!/bin/sh\n".utf8) + [UInt8](repeating: 0, count: 200)) == nil)
  }

  @Test("a file that is cut off anywhere does not trap") func cut() {
    for length in stride(from: 0, to: own.count, by: 97) { _ = file(Array(own[..<length]))?.functions(at: [0x1000, 0x2000]) }
  }

  @Test("a file with any byte of its header changed does not trap") func changed() {
    for index in 0..<64 {
      for value in [0, 1, 0x7f, 0xff] as [UInt8] {
        var bytes = own
        bytes[index] = value
        let read = file(bytes)
        _ = read?.functions(at: [0, 0x1000, .max])
        _ = read?.notes
      }
    }
  }

  @Test("a function is found from its first byte to its last, under the name that others see") func found() {
    let image = Image(functions: [("local", 0x100, 0x20, 0), ("global", 0x100, 0x20, 1), ("next", 0x120, 0x10, 1), ("inner", 0x124, 4, 0)])
    let functions = file(image.bytes)?.functions(at: [0xff, 0x100, 0x11f, 0x120, 0x124, 0x127, 0x128, 0x130]) ?? []
    #expect(functions.map { $0.map { String(decoding: $0.name, as: UTF8.self) } } == [nil, "global", "global", "next", "inner", "inner", "next", nil])
    #expect(functions.map { $0?.start } == [nil, 0x100, 0x100, 0x120, 0x124, 0x124, 0x120, nil])
  }

  @Test("sizes and places that go round do not trap") func extreme() {
    let image = Image(functions: [("all", 0, .max, 1), ("end", .max - 1, .max, 1), ("", 5, 5, 1)])
    _ = file(image.bytes)?.functions(at: [0, 1, .max - 1, .max])
  }
}

/// An ELF file with nothing but a symbol table.
private struct Image {
  var bytes: [UInt8] = []

  init(functions: [(name: String, start: UInt64, length: UInt64, binding: UInt8)]) {
    var names: [UInt8] = [0]
    var symbols = [UInt8](repeating: 0, count: 24)
    for function in functions {
      symbols += number(UInt64(names.count), 4) + [function.binding << 4 | 2, 0] + number(1, 2) + number(function.start, 8) + number(function.length, 8)
      names += Array(function.name.utf8) + [0]
    }
    let (namesAt, sectionsAt) = (64 + symbols.count, 64 + symbols.count + names.count)
    bytes = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    bytes += number(3, 2) + number(62, 2) + number(1, 4) + number(0, 8) + number(0, 8) + number(UInt64(sectionsAt), 8)
    bytes += number(0, 4) + number(64, 2) + number(56, 2) + number(0, 2) + number(64, 2) + number(3, 2) + number(2, 2)
    bytes += symbols + names + [UInt8](repeating: 0, count: 64)
    bytes += section(kind: 2, at: 64, symbols.count, link: 2, entry: 24) + section(kind: 3, at: namesAt, names.count, link: 0, entry: 0)
  }
}

private func section(kind: UInt64, at offset: Int, _ length: Int, link: UInt64, entry: UInt64) -> [UInt8] {
  number(0, 4) + number(kind, 4) + number(0, 16) + number(UInt64(offset), 8) + number(UInt64(length), 8) + number(link, 4) + number(0, 4) + number(0, 8) + number(entry, 8)
}

private func number(_ value: UInt64, _ count: Int) -> [UInt8] { (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) : 0 } }
