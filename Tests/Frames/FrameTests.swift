import Frames
import TestSupport
import Testing

extension Frame {
  /// A frame as a test writes it.
  init(_ scope: String, _ function: String, _ line: Int64, _ offset: UInt64, inlined: Bool = false) {
    self.init(scope: scope.bytes, function: function.bytes, line: line, inlined: inlined, offset: offset)
  }
}

@Suite("Stack names")
struct FrameTests {
  private func encode(_ name: String, _ frames: Frame...) -> String { StackName.encode(name: name.bytes, frames: frames).string }

  @Test("a stack is the counter's name and a line for each frame, with ditto marks for repeated paths")
  func example() {
    let name = encode(
      "sample/stack", Frame("main", "inlined", 29, 0x39, inlined: true), Frame("main", "b", 6, 0x34), Frame("main", "b", 2, 0x1a), Frame("main", "a", 1, 0x12),
      Frame("main", "stacks", 3, 0x2b), Frame("main", "main", 83, 0x2d5), Frame("runtime", "main", 149, 0x426), Frame("runtime", "goexit", 0, 0))
    #expect(
      name == """
        sample/stack
        main.inlined:=29,+0x39
        ".b:+6,+0x34
        ".b:+2,+0x1a
        ".a:+1,+0x12
        ".stacks:+3,+0x2b
        ".main:+83,+0x2d5
        runtime.main:+149,+0x426
        ".goexit:+0,+0x0
        """)
    #expect(name.utf8.count == 152)
    #expect(
      StackName.decode(name.bytes).string == """
        sample/stack
        main.inlined:=29,+0x39
        main.b:+6,+0x34
        main.b:+2,+0x1a
        main.a:+1,+0x12
        main.stacks:+3,+0x2b
        main.main:+83,+0x2d5
        runtime.main:+149,+0x426
        runtime.goexit:+0,+0x0
        """)
  }

  @Test("the path of a function goes up to its last dot", arguments: [
    ("golang.org/x/tools/gopls/internal/lsp.(*T)", "M", "golang.org/x/tools/gopls/internal/lsp.(*T).M:+1,+0x2"),
    ("golang.org/x/tools/gopls/internal/lsp", "(*T).M", "golang.org/x/tools/gopls/internal/lsp.(*T).M:+1,+0x2"),
    ("main", "f.func1", "main.f.func1:+1,+0x2"),
    ("libm.so.6", "sin", "libm.so.6.sin:+1,+0x2"),
  ])
  func paths(_ scope: String, _ function: String, _ line: String) {
    #expect(encode("s", Frame(scope, function, 1, 2)) == "s\n" + line)
  }

  @Test("a function's own dots belong to the path that a ditto repeats")
  func dottedFunctions() {
    #expect(encode("s", Frame("main", "f.func1", 1, 1), Frame("main.f", "func2", 2, 2), Frame("main", "f", 3, 3)) == "s\nmain.f.func1:+1,+0x1\n\".func2:+2,+0x2\nmain.f:+3,+0x3")
  }

  @Test("an empty path is written as empty, since a ditto there would be read as the latest other one")
  func emptyPath() {
    let name = encode("s", Frame("", "f", 1, 1), Frame("", "g", 2, 2), Frame("main", "h", 3, 3), Frame("", "i", 4, 4))
    #expect(name == "s\n.f:+1,+0x1\n.g:+2,+0x2\nmain.h:+3,+0x3\n.i:+4,+0x4")
    #expect(StackName.decode(name.bytes).string == name)
  }

  @Test("lines have their sign, or = when they count from the file's beginning", arguments: [
    (0, false, ":+0,"), (8, false, ":+8,"), (-3, false, ":-3,"), (59, true, ":=59,"), (.max, false, ":+9223372036854775807,"), (.min, false, ":-9223372036854775808,"),
  ] as [(Int64, Bool, String)])
  func lines(_ line: Int64, _ inlined: Bool, _ text: String) {
    #expect(encode("s", Frame("m", "f", line, 0x7a, inlined: inlined)) == "s\nm.f" + text + "+0x7a")
  }

  @Test("offsets are lower-case hexadecimal without padding", arguments: [(0, "0x0"), (0xabc, "0xabc"), (.max, "0xffffffffffffffff")] as [(UInt64, String)])
  func offsets(_ offset: UInt64, _ text: String) {
    #expect(encode("s", Frame("m", "f", 1, offset)) == "s\nm.f:+1,+" + text)
  }

  @Test("a name without frames is the counter's own")
  func noFrames() {
    #expect(encode("sample/shallow") == "sample/shallow")
  }

  // MARK: Decoding

  @Test("decoding follows the reference, its oddities too", arguments: [
    ("plain", "plain"), ("a.b", "a.b"), ("s\nm.f:+1,+0x1\n\".g:+2,+0x2", "s\nm.f:+1,+0x1\nm.g:+2,+0x2"),
    // The counter's name is a line as any other.
    ("pkg.dot/s3\n\".nodot", "pkg.dot/s3\npkg.nodot"),
    // Without a path before it, a ditto repeats nothing.
    ("s\n\".f:+1,+0x1", "s\nf:+1,+0x1"),
    (".cfun", ".cfun"), ("s\nm.f\n.cfun\n\".cfun2", "s\nm.f\n.cfun\nm.cfun2"),
    ("s\n\".:=0,+0x0", "s\n:=0,+0x0"), ("\n", "\n"), ("\n\n\n", "\n\n\n"), ("s\n", "s\n"), ("s\n\"f", "s\n\"f"), ("s\n\"\".f", "s\n\"\".f"),
    ("s\ntruncated\n", "s\ntruncated\n"),
  ])
  func decoding(_ name: String, _ decoded: String) {
    #expect(StackName.decode(name.bytes).string == decoded)
  }

  struct Layout: Decodable {
    struct Record: Decodable { var raw_name_hex: String }
    var records: [Record]
  }

  @Test("the raw names of every file of the reference decode to the names that its parser gives", arguments: Verdict.written)
  func samples(_ verdict: Verdict) throws {
    let layouts: [String: Layout] = Samples.vectors("expected-layout.json")
    let raw = try #require(layouts[verdict.file]).records.map { $0.raw_name_hex.unhexed }
    #expect(Set(raw.map(StackName.decode)) == Set(verdict.counts.map { $0.name_hex.unhexed }))
  }

  // MARK: Properties

  private func randomFrames(_ dice: inout Dice) -> [Frame] {
    let scopes = ["", "main", "runtime", "libc.so.6", "a/b.(*T)", "日本", "a.b.c"]
    let functions = ["f", "main", "g.func1", "operator()", "init.0", "名", "x y"]
    return (0..<dice.number(0...40)).map { _ in
      Frame(dice.pick(scopes), dice.pick(functions), Int64(dice.number(-5...5000)), UInt64(dice.number(0...100000)), inlined: dice.chance(4))
    }
  }

  @Test("decoding an encoded stack gives the frames written out, for any frames")
  func roundTrip() {
    var dice = Dice(seed: 1)
    for _ in 0..<2000 {
      let frames = randomFrames(&dice)
      let name = dice.pick(["s", "crash/crash", "pkg.dot/s", "a.b"])
      let encoded = StackName.encode(name: name.bytes, frames: frames)
      guard !encoded.string.hasSuffix("\ntruncated\n") else { continue }
      let written = frames.map { frame in
        let scope = frame.scope.isEmpty && !frame.function.contains(UInt8(ascii: ".")) ? "." : frame.scope.isEmpty ? "" : frame.scope.string + "."
        return "\n\(scope)\(frame.function.string):\(frame.inlined ? "=" : frame.line < 0 ? "-" : "+")\(frame.line.magnitude),+0x\(String(frame.offset, radix: 16))"
          .replacing(frame.inlined && frame.line < 0 ? ":=" : "\u{0}", with: ":=-")
      }
      #expect(StackName.decode(encoded).string == name + written.joined())
    }
  }

  @Test("a stack that is too long loses whole frames at its end, says so, and has at most 4096 bytes", arguments: 1...200)
  func truncation(_ seed: Int) {
    var dice = Dice(seed: UInt64(seed))
    let frames = (0..<400).map { _ in
      Frame(String(repeating: dice.pick(["a", "é"]), count: dice.number(1...60)), String(repeating: "f", count: dice.number(1...30)), Int64(dice.number(0...9999)), 7)
    }
    let name = String(repeating: "n", count: dice.number(1...200))
    let encoded = StackName.encode(name: name.bytes, frames: frames)
    #expect(encoded.count <= StackName.maximum)
    let lines = encoded.split(separator: 0x0a, omittingEmptySubsequences: false)
    #expect(encoded.string.hasSuffix("\ntruncated\n"))
    // What is left is what fewer frames would have given.
    let kept = lines.count - 3
    #expect(kept >= 1)
    let fewer = StackName.encode(name: name.bytes, frames: Array(frames.prefix(kept)))
    #expect(encoded.string == fewer.string + "\ntruncated\n")
    // And one more would not have fitted.
    let more = StackName.encode(name: name.bytes, frames: Array(frames.prefix(kept + 1)))
    #expect(more == encoded || more.count > StackName.maximum - 11)
  }

  @Test("a stack of exactly 4096 bytes is whole")
  func exactFit() {
    let frame = Frame("m", String(repeating: "f", count: 4096 - "s\nm.:+1,+0x1".utf8.count), 1, 1)
    let encoded = StackName.encode(name: "s".bytes, frames: [frame])
    #expect(encoded.count == 4096 && !encoded.string.contains("truncated"))
    let more = StackName.encode(name: "s".bytes, frames: [frame, frame])
    #expect(more.string == "s\ntruncated\n", "what fits only without the last line is left out")
  }

  @Test("decoding any bytes terminates, and what has no line feed stays")
  func anyBytes() {
    var dice = Dice(seed: 3)
    for _ in 0..<2000 {
      let bytes = (0..<dice.number(0...60)).map { _ in dice.pick(Array("\n\".:a\u{ff}".utf8)) }
      let decoded = StackName.decode(bytes)
      if !bytes.contains(0x0a) { #expect(decoded == bytes) }
      #expect(decoded.filter { $0 == 0x0a }.count == bytes.filter { $0 == 0x0a }.count)
    }
  }
}
