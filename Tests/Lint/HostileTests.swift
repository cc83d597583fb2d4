import Files
import Lint
import TestSupport
import Testing

/// No source may end the command or keep it busy.
@Suite("lint: hostile sources")
struct HostileTests {
  static let languages: [Language] = [.c, .cPlusPlus, .python, .go, .shell]
  static let seeds = [
    "#define N(x) tel_counter_inc(\"a\" x)\n#include \"x.h\"\nstatic const char *t[] = {\"a\", [1] = \"b\"};\nvoid f(const char *n) { const char *m = n ? \"a\" : t[1]; tel_counter_add(R\"x(a)x\" \"\\x41\\u00e9\", 1); N(\"b\"); /* tel-lint: one of a:{b,c} */ tel_counter_inc(m); }",
    "import tel as t\nfrom tel import inc as plus\nK = {'a': 'b'}\ndef f(n=1, *a):\n  global K\n  for x in K:\n    t.inc(f'a{x}{n!r:>{w}}' if x else '''b''' % n)  # tel-lint: allow x\n  plus(name=K[n].format(\"\\N{DASH}\"), **a)",
    "package p\nimport (\n c \"x/telemetry/counter\"\n)\nconst (\n a = \"x\" + `y`\n)\nfunc f(n string) {\n for _, x := range []string{\"a\", a} { c.Inc(x + fmt.Sprintf(\"%s\", n)) }\n m, e := g()\n c.New(m)\n}",
    "#!/bin/sh\nN=a; for x in 1 $N \"$(tel inc b)\"; do tel_inc \"a:${x}$N\" 2>&1 <<-'E'\n\tbody\n\tE\ndone; case $1 in a) tel --vendor v inc -- `uname` $'\\x41';; esac # tel-lint: allow x",
  ]

  @Test("random bytes", arguments: languages)
  func random(_ language: Language) {
    var dice = Dice(seed: 1)
    for _ in 0..<300 { _ = linted(language, "tel".bytes + dice.bytes(dice.number(0...400))) }
  }

  @Test("random tokens and mutated sources", arguments: languages)
  func mutated(_ language: Language) {
    var dice = Dice(seed: 2)
    let pieces = ["(", ")", "[", "]", "{", "}", "\"", "'", "\\", "\n", "#", "#define ", "tel_counter_inc(", "tel inc ", "$(", "${", "`", "f'", "'''", "/*", "*/", "//", "=", ":=", ",", "?", ":", "+", "%", " for ", " in ", " if ", " else ", "range ", "R\"(", "\u{e9}", "\0", "def f(", "func f(", "tel-lint: ", "<<E\n", ".", "x"].map { $0.bytes }
    for _ in 0..<1500 {
      var text = dice.pick(HostileTests.seeds).bytes
      for _ in 0..<dice.number(1...8) where !text.isEmpty {
        let at = dice.number(0...text.count - 1)
        switch dice.number(1...4) {
        case 1: text.insert(contentsOf: dice.pick(pieces), at: at)
        case 2: text.removeSubrange(at..<min(text.count, at + dice.number(1...20)))
        case 3: text = Array(text[..<at])
        default: text[at] = UInt8(truncatingIfNeeded: dice.next())
        }
      }
      _ = linted(language, text)
    }
  }

  @Test("deep, long and endless sources take no time", arguments: languages)
  func large(_ language: Language) {
    let count = 8_000
    let start = "import tel\npackage p\nimport . \"x/telemetry/counter\"\n"
    let sources: [String] = [
      String(repeating: "tel_counter_inc(", count: count), String(repeating: "(", count: count), String(repeating: "$(tel inc ", count: count), String(repeating: "\"", count: count + 1),
      start + "tel.inc(" + String(repeating: "(", count: count) + "x" + String(repeating: ")", count: count) + ")",
      start + "tel.inc(" + String(repeating: "'a' if b else ", count: count) + "'c')", start + "Inc(" + String(repeating: "\"a\" + ", count: count) + "b)",
      "tel_counter_inc(" + String(repeating: "a ? \"b\" : ", count: count) + "c);", "tel_counter_inc(" + String(repeating: "\"a\" ", count: count) + ");",
      start + (0..<2000).map { "a\($0) = a\($0 + 1) + a\($0 + 1)\n" }.joined() + "tel.inc(a0)", (0..<2000).map { "#define A\($0) A\($0 + 1) A\($0 + 1)\n" }.joined() + "tel_counter_inc(A0);",
      (0..<2000).map { "a\($0)=$a\($0 + 1)$a\($0 + 1)\n" }.joined() + "tel inc $a0", start + String(repeating: "tel.inc(n); n = n + 'a'; tel_counter_inc(n); Inc(n)\n", count: count / 10),
      start + "def f():\n" + (1..<500).map { String(repeating: " ", count: $0) + "def f():\n" }.joined(), "tel " + String(repeating: "f'{", count: count), String(repeating: "/* tel-lint: allow x */", count: count),
      "#define M(x) M(x) M(x)\nconst char *f(int x) { return f(f(x)); return M(f(x)); }\ntel_counter_inc(M(f(1)));", "#define F(a) tel_counter_inc(a) \\\n" + String(repeating: "F(F(\n", count: count) + "#define", String(repeating: "tel_inc $x<<a;", count: count),
      start + String(repeating: "n, ", count: count * 5) + "\ntel.inc(n); Inc(n); tel_counter_inc(n)", (0..<count).map { "#define M\($0)(a) tel_counter_inc(a) M\($0 / 2)(a)\n" }.joined(),
    ]
    let clock = ContinuousClock()
    for (number, source) in sources.enumerated() {
      let took = clock.measure { _ = linted(language, source.bytes) }
      // In a debug build; what grows with the square would take minutes.
      #expect(took < .seconds(20), "source \(number)")
    }
  }

  @Test("bytes that are no UTF-8 are told as such")
  func malformed() {
    #expect(linted(.c, "tel_counter_inc(\"a".bytes + [0xff] + "\");".bytes).findings.map { $0.kind } == [.name])
  }
}
