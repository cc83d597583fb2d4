import Lint
import Testing

@Suite("lint: shell")
struct ShellTests {
  @Test("constant names are found", arguments: [
    ("tel inc a/b", ["a/b"]),
    ("tel inc --program p --vendor=v 'a' 3 2>/dev/null || :", ["a"]),
    ("tel --vendor v inc -- a", ["a"]),
    ("tel_inc a/b:c; tel_inc \"d\" 3", ["a/b:c", "d"]),
    ("NAME=a/b\ntel inc \"$NAME\"", ["a/b"]),
    ("readonly P=backup\nif true; then tel_inc ${P}/run; fi", ["backup/run"]),
    ("for n in a b; do tel_inc \"x:$n\"; done", ["x:a", "x:b"]),
    ("case $1 in\n  a) k=one ;;\n  *) k=two ;;\nesac\ntel_inc \"x:$k\"", ["x:one", "x:two"]),
    ("X=1 command /usr/bin/tel inc a\\ b\\\n\tc", ["a b"]),
    ("x=$(tel inc a; echo \"$(tel inc b)\")", ["a", "b"]),
    ("cat <<EOF\ntel inc $x\nEOF\ntel inc a # tel inc $y\n", ["a"]),
    ("cat <<-'END' | tel inc\n\ta 1\n\tEND\ntel inc b", ["b"]),
    ("tel_count_flags backup 'no:' \"$@\"", ["backup"]),
    ("\"$TEL\" inc a; \"$TEL_COMMAND\" inc b", ["a", "b"]),
    ("tel_inc - <<<x; tel inc -; tel status a b", []),
    ("tel_inc $'a\\x62'", ["ab"]),
  ])
  func constants(_ text: String, _ expected: [String]) {
    #expect(findings(.shell, text).filter { !$0.hasSuffix("name a b") } == [])
    #expect(names(.shell, text) == expected)
  }

  @Test("what is not constant is reported where it stands", arguments: [
    ("tel inc \"$1\"", ["1:9 dynamic "]),
    ("tel inc a/$x", ["1:9 dynamic a/"]),
    ("  tel_inc \"a:$(basename \"$f\")\" 1", ["1:11 dynamic a:"]),
    ("tel_inc a/`uname`", ["1:9 dynamic a/"]),
    ("read n\ntel_inc $n", ["2:9 dynamic "]),
    ("n=a\nn=$1\ntel_inc \"$n\"", ["3:9 dynamic "]),
    ("n=a\nn+=b\ntel_inc \"$n\"", ["3:9 dynamic "]),
    ("for n; do tel_inc \"$n\"; done", ["1:19 dynamic "]),
    ("a=$b\nb=$a\ntel_inc $a", ["3:9 dynamic "]),
    ("(tel inc x/${1:-y}) && { tel inc \"$2\"; }", ["1:10 dynamic x/", "1:34 dynamic "]),
  ])
  func dynamic(_ text: String, _ expected: [String]) { #expect(findings(.shell, text) == expected) }

  @Test("what is no call is left alone", arguments: ["tel dump $x", "echo tel inc $x", "hotel inc $x", "# tel inc $x", "echo 'tel inc $x'", "tel=$1"])
  func noCalls(_ text: String) { #expect(findings(.shell, text) == []) }

  @Test("names that break the rules are reported")
  func rules() { #expect(findings(.shell, "tel inc 'a b'\ntel_inc a:b:c") == ["1:9 name a b", "2:9 name a:b:c"]) }
}
