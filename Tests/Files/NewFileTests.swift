import TestSupport
import Testing

@testable import Files

@Suite("A file in the making")
struct NewFileTests {
  let folder = TemporaryFolder()

  private func make(_ pieces: [[UInt8]]) throws -> [UInt8]? {
    let path = folder.appending("a")
    var file = try NewFile(beside: path)
    for piece in pieces { try file.append(piece) }
    try file.replace(path, durable: true)
    return path.content
  }

  @Test("has all its pieces in order, whatever their sizes", arguments: 0..<40 as Range<UInt64>)
  func pieces(_ seed: UInt64) throws {
    var dice = Dice(seed: seed)
    let pieces = (0..<dice.number(0...12)).map { _ in dice.bytes(dice.pick([0, 1, 100, 65535, 65536, 65537, 200_000, dice.number(0...70000)])) }
    #expect(try make(pieces) == pieces.flatMap { $0 })
    #expect(folder.path.names == ["a"])
  }

  @Test("disappears when nobody puts it in its place")
  func abandoned() throws {
    do {
      var file = try NewFile(beside: folder.appending("a"))
      try file.append(Array(repeating: 1, count: 100_000))
      #expect(folder.path.names.count == 1)
    }
    #expect(folder.path.names == [])
  }

  @Test("takes a name only if it is free")
  func claimed() throws {
    let path = folder.appending("a")
    for (text, isFirst) in [("one", true), ("two", false)] {
      var file = try NewFile(beside: path)
      try file.append(text.bytes)
      #expect(try file.claim(path, durable: false) == isFirst)
    }
    #expect(path.content?.string == "one")
    #expect(folder.path.names == ["a"])
  }

  @Test("leaves nothing behind, whatever call is refused")
  func refused() throws {
    let pieces = [[UInt8]](repeating: Array(repeating: 7, count: 50_000), count: 4)
    let calls = try Faults.calls { _ = try make(pieces) }
    for number in calls.indices {
      let path = folder.appending("a")
      path.write("old".bytes)
      var problem = false
      Faults.failing(number, with: 28) {
        do { _ = try make(pieces) } catch { problem = true }
      }
      #expect(path.content == "old".bytes || path.content?.count == 200_000)
      // An unlink that is refused leaves what the next run clears away.
      if problem { #expect(folder.path.names.filter { !$0.hasPrefix(".tmp-") } == ["a"]) }
    }
  }
}
