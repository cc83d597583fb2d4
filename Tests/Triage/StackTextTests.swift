import TestSupport
import Testing

@testable import Triage

@Suite("Frames without what changes from build to build")
struct StackTextTests {
  @Test(
    "lines, offsets, type arguments and compilers' suffixes are left out",
    arguments: [
      ("golang.org/x/tools/gopls/internal/golang.hover:+170,+0x1", "golang.org/x/tools/gopls/internal/golang.hover", "+170"), ("a/b.f:=12,+0xff", "a/b.f", "=12"), ("a/b.f:-3,+0x0", "a/b.f", "-3"),
      ("a/b.f:+3", "a/b.f", "+3"), ("a/b.f+0x3a", "a/b.f", ""), ("a/b.f", "a/b.f", ""), ("a/b.f:+1,+0x2 (inlined)", "a/b.f", "+1"), ("slices.Sort[...]:+1,+0x2", "slices.Sort", "+1"),
      ("m.Map[go.shape.int,map[string]int].f:+1,+0x2", "m.Map.f", "+1"), ("lib.ns::vec<int, pair<a, b>>::push:+1,+0x2", "lib.ns::vec::push", "+1"), ("lib.operator<:+1,+0x2", "lib.operator<", "+1"),
      ("lib.f.isra.0:+0,+0x9", "lib.f", "+0"), ("lib.f.constprop.0.cold:+0,+0x9", "lib.f", "+0"), ("lib.f [clone .cold]:+0,+0x9", "lib.f", "+0"), ("core::f::h0123456789abcdef:+0,+0x9", "core::f", "+0"),
      (".main:+5,+0x9", "main", "+5"), ("lib.f<a:+1,+0x1", "lib.f<a", "+1"), ("", "", ""), (":", ":", ""), (":+1,+0x2", "", "+1"), ("lib.face:+1,+0x2", "lib.face", "+1"),
    ])
  func symbols(frame: String, symbol: String, line: String) {
    let parsed = StackText("c\n\(frame.isEmpty ? "x" : frame)".bytes, isGo: false).frames[0]
    if frame.isEmpty { return }
    #expect((parsed.symbol.string, parsed.line.string) == (symbol, line))
  }

  @Test("ditto marks are written out, the counter is no frame, nor is the line that says that more was cut off")
  func dittos() {
    let stack = StackText("crash/crash\na/b.f:+1,+0x1\n\".g:+2,+0x2\ntruncated\n".bytes, isGo: true)
    #expect(stack.counter.string == "crash/crash" && stack.frames.map(\.symbol.string) == ["a/b.f", "a/b.g"])
  }

  @Test("a scope ends at the first dot of Go's last element, and at the last dot of others")
  func scopes() {
    let go = StackText("c\na.com/b.(*T).f".bytes, isGo: true).frames[0]
    #expect((go.scope.string, go.function.string) == ("a.com/b", "(*T).f"))
    let other = StackText("c\nlibc.so.6.abort".bytes, isGo: false).frames[0]
    #expect((other.scope.string, other.function.string) == ("libc.so.6", "abort"))
  }
}
