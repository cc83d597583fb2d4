import Lint
import Testing

private let start = "package p\nimport \"golang.org/x/telemetry/counter\"\n"

@Suite("lint: Go")
struct GoTests {
  @Test("constant names are found", arguments: [
    (start + "func f() { counter.Inc(\"a/b\") }", ["a/b"]),
    (start + "var c = counter.New(`a`)\nvar s = counter.NewStack(\"s\", 8)", ["a", "s"]),
    ("package p\nimport (\n\t\"fmt\"\n\tc \"tel.example/telemetry/counter\"\n)\nfunc f() { c.Add(\"a\", 2) }", ["a"]),
    ("package p\nimport . \"golang.org/x/telemetry/counter\"\nfunc f() { Inc(\"a\") }", ["a"]),
    (start + "const name = \"a\"\nfunc f() { counter.Inc(name + \":b\") }", ["a:b"]),
    (start + "const (\n\tchart = \"a\"\n\tname string = chart + \":b\"\n)\nfunc f() { counter.Inc(name) }", ["a:b"]),
    (start + "func f(k int) {\n\tname := \"a\"\n\tswitch k {\n\tcase 1:\n\t\tname = \"b\"\n\t}\n\tcounter.Inc(name)\n}", ["a", "b"]),
    (start + "func f() {\n\tfor _, n := range []string{\"a\", \"b\"} {\n\t\tcounter.Inc(\"x:\" + n)\n\t}\n}", ["x:a", "x:b"]),
    (start + "var names = map[int]string{1: \"a\", 2: \"b\"}\nfunc f(k int) { counter.Inc(names[k]) }", ["a", "b"]),
    (start + "func f() { counter.Inc(\"a/\" +\n\t\"b\") } // counter.Inc(x)\n/* counter.Inc(y) */", ["a/b"]),
    (start + "func f() { counter.Inc(\"\\u00e9\\x62\") }", ["éb"]),
    (start + "func kind(x int) string {\n\tif x > 0 {\n\t\treturn \"a\"\n\t}\n\treturn \"b\"\n}\nfunc f() { counter.Inc(\"x:\" + kind(1)) }", ["x:a", "x:b"]),
    ("package p\nimport (\n\t\"tel.example/telemetry/counter\"\n\t\"tel.example/telemetry/probe\"\n)\nfunc f() { probe.New(\"a\", \"i()\", nil, 0); counter.New(\"b\"); probe.Inc(x) }", ["a", "b"]),
    (start + "func f() interface{} { counter.Inc(\"a\"); return nil }", ["a"]),
  ])
  func constants(_ text: String, _ expected: [String]) {
    #expect(findings(.go, text) == [])
    #expect(names(.go, text) == expected)
  }

  @Test("what is not constant is reported where it stands", arguments: [
    (start + "func f(name string) {\n\tcounter.Inc(name)\n}", ["4:14 dynamic "]),
    (start + "func f() { counter.Inc(\"a/\" + os.Args[1]) }", ["3:24 dynamic a/"]),
    (start + "func f() { counter.Inc(fmt.Sprintf(\"a/%s\", x)) }", ["3:24 dynamic a/"]),
    (start + "func f() {\n\tname := \"a\"\n\tname += x\n\tcounter.Inc(name)\n}", ["6:14 dynamic "]),
    (start + "func f() {\n\tname, err := g()\n\tcounter.New(name).Inc()\n}", ["5:14 dynamic "]),
    (start + "func f() {\n\tfor _, n := range names() {\n\t\tcounter.Inc(n)\n\t}\n}", ["5:15 dynamic "]),
    (start + "var name = \"a\"\nfunc g(x string) { name = x }\nfunc f() { counter.Inc(name) }", ["5:24 dynamic "]),
    (start + "func f() { g(func(name string) { counter.Inc(name) }) }", ["3:46 dynamic "]),
    (start + "func f() { counter.NewStack(x, 1); counter.CountFlags(p, fs) }", ["3:29 dynamic ", "3:55 dynamic "]),
  ])
  func dynamic(_ text: String, _ expected: [String]) { #expect(findings(.go, text) == expected) }

  @Test("what is no call of the package is left alone", arguments: [
    "package p\nimport \"example.com/counter\"\nfunc f(x string) { counter.Inc(x) } // telemetry", start + "func f(x string) { other.Inc(x); a.counter.Inc(x) }",
  ])
  func noCalls(_ text: String) { #expect(findings(.go, text) == []) }

  @Test("names that break the rules are reported")
  func rules() { #expect(findings(.go, start + "func f() { counter.Inc(\"a b\") }") == ["3:24 name a b"]) }
}
