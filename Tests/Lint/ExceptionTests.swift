import Files
import Gate
import Lint
import TestSupport
import Testing

@Suite("lint: exceptions, upload configs, the author's own functions")
struct ExceptionTests {
  @Test("a comment with a reason excepts the call on its line or the next", arguments: [
    "tel_counter_inc(x); // tel-lint: allow the table has them",
    "/* tel-lint: allow the table has them */\ntel_counter_inc(x);",
    "// tel-lint: allow the table has them\n\n/* more */\ntel_counter_inc(x);",
    "tel_counter_add(\n  x, // tel-lint: allow the table has them\n  1);",
    "/* tel-lint: allow-file made by a generator */\nvoid f(void) {}\ntel_counter_inc(x); tel_counter_inc(y);",
  ])
  func allowed(_ text: String) { #expect(findings(.c, text) == []) }

  @Test("and no other", arguments: [
    ("// tel-lint: allow the table has them\nf();\ntel_counter_inc(x);", ["1:1 comment ", "3:17 dynamic "]),
    ("tel_counter_inc(x); // tel-lint: allow", ["1:17 dynamic ", "1:21 comment "]),
    ("tel_counter_inc(x); // tel-lint: ignore it", ["1:17 dynamic ", "1:21 comment "]),
    ("tel_counter_inc(\"a\"); // tel-lint: allow it was dynamic once", ["1:23 comment "]),
    ("char *s = \"tel-lint: allow this is no comment\"; tel_counter_inc(x);", ["1:65 dynamic "]),
  ])
  func notAllowed(_ text: String, _ expected: [String]) { #expect(findings(.c, text) == expected) }

  @Test("every language has its comments")
  func languages() {
    #expect(findings(.python, "import tel\ntel.inc(x)  # tel-lint: allow it is checked above") == [])
    #expect(findings(.go, "package p\nimport \"x/telemetry/counter\"\nfunc f() {\n\t// tel-lint: allow it is checked above\n\tcounter.Inc(x)\n}") == [])
    #expect(findings(.shell, "# tel-lint: allow it is checked above\ntel inc \"$1\"") == [])
    #expect(findings(.shell, "tel inc \"$1\" # tel-lint: allow it is checked above") == [])
  }

  @Test("a list of names in a comment stands for what is not constant, and is checked")
  func lists() {
    #expect(findings(.python, "import tel\n# tel-lint: one of a:{b,c} a:d\ntel.inc('a:' + x)") == [])
    #expect(names(.python, "import tel\n# tel-lint: one of a:{b,c}, a:d\ntel.inc('a:' + x)") == ["a:b", "a:c", "a:d"])
    #expect(findings(.python, "import tel\n# tel-lint: one of a:b b:c a:b:c\ntel.inc('a:' + x)") == ["3:9 comment b:c", "3:9 name a:b:c"])
  }

  @Test("charts of which there is a list may be named")
  func closedLists() {
    let text = "tel_counter_inc(cat(x)); tel_counter_inc(\"a/b:\" CAT); tel_counter_inc(\"a/bc:\" CAT);"
    #expect(findings(.c, text) { $0.closedLists = ["a/b".bytes] } == ["1:17 dynamic ", "1:71 dynamic a/bc:"])
  }

  @Test("functions of the author's own are known by their names, in every language")
  func wrappers() {
    let rules: (inout Linter.Rules) -> Void = { $0.wrappers = [Wrapper("count:2".bytes)!, Wrapper("hit".bytes)!] }
    #expect(findings(.c, "void count(int i, const char *n) { tel_counter_inc(n); /* tel-lint: allow only count is called */ }\nvoid f(char *x) { count(1, x); count(1, \"a b\"); }", rules) == ["2:28 dynamic ", "2:41 name a b"])
    #expect(findings(.python, "def hit(n): pass\nself.hit(x)\nhit('a')", rules) == ["2:10 dynamic "])
    #expect(findings(.go, "package p\nfunc (s *S) hit(n string) {}\nfunc f() { s.hit(x) }", rules) == ["3:18 dynamic "])
    #expect(findings(.shell, "hit() { :; }\nhit \"$x\"\ncount 1 $y", rules) == ["2:5 dynamic ", "3:9 dynamic "])
    #expect(Wrapper("a:0".bytes) == nil && Wrapper("".bytes) == nil && Wrapper("a b".bytes) == nil && Wrapper(":1".bytes) == nil)
  }

  private func config() throws -> UploadConfig {
    try UploadConfig(
      #"{"Version": "v1.0.0", "Programs": [{"Name": "p", "Counters": [{"Name": "a:{b,c}"}, {"Name": "h:{<10ms,<inf}"}, {"Name": "o/flag:{v,x}"}], "Stacks": [{"Name": "s"}]}, {"Name": "q", "Counters": [{"Name": "d"}]}]}"#.bytes,
      version: [], origin: "c".bytes)
  }

  @Test("what the upload config does not have is reported")
  func configs() throws {
    let config = try config()
    let text = "import tel\ntel.inc('a:b'); tel.inc('a:d'); tel.inc('d'); tel.stack('s'); tel.stack('a:b'); tel.inc('s'); tel.histogram('h'); tel.histogram('a2')"
    #expect(findings(.python, text) { $0.config = config } == ["2:25 unapproved a:d", "2:73 unapproved a:b", "2:89 unapproved s", "2:129 unapproved a2"])
    #expect(findings(.python, "import tel\ntel.inc('d')") { ($0.config, $0.program) = (config, "p".bytes) } == ["2:9 unapproved d"])
    #expect(findings(.python, "import tel\ntel.inc('d')  # tel-lint: allow it stays here") { ($0.config, $0.program) = (config, "p".bytes) } == [])
    #expect(findings(.python, "import tel\ntel.read('z')\ntel.count_flags(p, program='o')\ntel.count_flags(p, program='u')") { $0.config = config } == ["4:28 unapproved u"])
  }
}
