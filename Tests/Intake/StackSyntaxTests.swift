import TestSupport
import Testing

@testable import Intake

@Suite("Stacks in reports")
struct StackSyntaxTests {
  private func flaw(_ stack: String, depth: Int = 4) -> String? {
    stack.bytes.withUnsafeBufferPointer { StackSyntax.flaw(of: Word(start: $0.baseAddress!, count: $0.count), depth: depth) }
  }

  @Test(
    "frames as clients write them are taken",
    arguments: [
      "main.f:+1,+0x2", "golang.org/x/tools/gopls/internal/lsp.(*T).M:+14,+0x3f", "runtime.goexit:+0,+0x0", "main.g[...]:-3,+0x1", "main.inlined:=29,+0x39", "libfoo.f:=0,+0x10",
      "std::vector<int>::~vector:=0,+0x4", "ns::operator/:=0,+0x4", "\".nodot:+1,+0x2", "sort.Slice.func1:+3,+0xffffffffffffffff", "unknown.0x0:=0,+0x0", "github.com/a/home/ui.Draw:+1,+0x2", "µ.é:+1,+0x2",
    ])
  func good(frame: String) { #expect(flaw("crash\n" + frame) == nil) }

  @Test(
    "paths of files are not",
    arguments: [
      "/home/alice/x.f:+1,+0x2", "home/alice/x.f:+1,+0x2", "main./home/alice/x:+1,+0x2", "_/home/alice/src.f:+1,+0x2", "~/x.f:+1,+0x2", "~alice/x.f:+1,+0x2", "C:/Users/a.f:+1,+0x2",
      #"C:\Users\a.f:+1,+0x2"#, #"\\server\a.f:+1,+0x2"#, "file:///tmp/x.f:+1,+0x2", "../x.f:+1,+0x2", "x(/tmp/a.c).f:+1,+0x2", "Users/alice/x.f:+1,+0x2", "<lambda /root/x>.f:+1,+0x2",
    ])
  func paths(frame: String) { #expect(flaw("crash\n" + frame)?.contains("path") == true) }

  @Test(
    "what is no frame is not",
    arguments: ["hello", "main.f", "main.f:1,+0x2", "main.f:+1", "main.f:+1,+2", "main.f:+1,+0xG", "main.f:+1,+0xA", ":+1,+0x2", "", "main.f:+1,+0x2\n", "main.f:+1,+0x2\n\nmain.g:+1,+0x2", "a\u{202e}b.f:+1,+0x2", "a\tb.f:+1,+0x2"])
  func bad(frame: String) { #expect(flaw("crash\n" + frame) != nil) }

  @Test("a name without frames is no stack")
  func noFrames() { #expect(flaw("crash") != nil) }

  @Test("as deep as the config says, and inlined functions beside")
  func depth() {
    let frames = (0..<4).map { "main.f\($0):+1,+0x2" }
    #expect(flaw((["crash"] + frames).joined(separator: "\n")) == nil)
    #expect(flaw((["crash"] + frames + ["main.g:+1,+0x2"]).joined(separator: "\n"))?.contains("deeper") == true)
    #expect(flaw((["crash"] + frames + ["main.g:=0,+0x2"]).joined(separator: "\n"))?.contains("deeper") == true)
    #expect(flaw((["crash"] + frames.flatMap { ["main.i:=9,+0x2", $0] }).joined(separator: "\n")) == nil)
    #expect(flaw((["crash"] + Array(repeating: "main.i:=9,+0x2", count: 33)).joined(separator: "\n"))?.contains("deeper") == true)
  }

  @Test("one that was cut may end in the middle of a frame, and not in a path")
  func cut() {
    #expect(flaw("crash\nmain.f:+1,+0x2\ngolang.org/x/to\ntruncated\n") == nil)
    #expect(flaw("crash\nmain.f:+1,+0x2\ntruncated\n") == nil)
    #expect(flaw("crash\nmain.f:+1,+0x2\n/home/al\ntruncated\n") != nil)
    #expect(flaw("crash\nmain\nmain.f:+1,+0x2\ntruncated\n") != nil)
  }

  @Test("a bad stack costs itself alone")
  func alone() throws {
    let all = try Fixture()
    let text = Fixture.report(stacks: #"{"crash\n/home/alice/x.f:+1,+0x2":1,"crash\nmain.f:+1,+0x2":2}"#)
    #expect(all.kept(text) == ["c:a 3", "crash\nmain.f:+1,+0x2 2"])
    #expect(all.dropped(text) == ["a stack crash of p: a frame of it has the path of a file"])
  }
}
