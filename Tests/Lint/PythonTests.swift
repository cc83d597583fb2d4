import Lint
import Testing

@Suite("lint: Python")
struct PythonTests {
  @Test("constant names are found", arguments: [
    ("import tel\ntel.inc('a/b')", ["a/b"]),
    ("import tel as t\nt.add(\"a\", 2)", ["a"]),
    ("import os, tel\ntel.inc(name='a')\ntel.histogram(chart='b')", ["a", "b"]),
    ("from tel import inc as plus, histogram\nplus('a'); histogram('b')", ["a", "b"]),
    ("from tel import (\n  inc,\n  stack,\n)\ninc('a')\nstack('s', 4).inc()", ["a", "s"]),
    ("from tel import *\ninc('a')", ["a"]),
    ("import tel\ntel.inc('a/' 'b' \":c\")", ["a/b:c"]),
    ("import tel\ntel.inc('a/'\n  + 'b')", ["a/b"]),
    ("import tel\ntel.inc('a' if x else 'b')", ["a", "b"]),
    ("import tel\ntel.inc(f'a/b')\ntel.inc(b'c')\ntel.inc(r'd')", ["a/b", "c", "d"]),
    ("import tel\nNAME = 'a'\ntel.inc(NAME)\ntel.inc(f'{NAME}:b')", ["a", "a:b"]),
    ("import tel\nNAME: str = 'a'\ndef f():\n  tel.inc(NAME)", ["a"]),
    ("import tel\nclass Names:\n  OPEN = 'a/open'\ntel.inc(Names.OPEN)", ["a/open"]),
    ("import tel\ndef f(k):\n  if k:\n    n = 'a'\n  else:\n    n = 'b'\n  tel.inc(n)", ["a", "b"]),
    ("import tel\nfor n in ('a', 'b'):\n  tel.inc(n)", ["a", "b"]),
    ("import tel\nKINDS = {1: 'a', 2: 'b'}\ndef f(k):\n  tel.inc('x:' + KINDS[k])", ["x:a", "x:b"]),
    ("import tel\nKINDS = {'a': 1, 'b': 2}\nfor k in KINDS:\n  tel.inc(f'x:{k}')", ["x:a", "x:b"]),
    ("import tel\n@tel.timed('a/latency')\ndef f(): pass", ["a/latency"]),
    ("import tel\nlatency = tel.histogram('a/latency')\nwith tel.timed(latency):\n  pass", ["a/latency", "a/latency"]),
    ("import tel\ntel.inc('''a''')\n# tel.inc(x)\n'''\ntel.inc(y)\n'''", ["a"]),
    ("import tel\ntel.inc('\\x61\\u00e9')", ["aé"]),
    ("import tel\ntel.count_flags(parser, program='plot')", ["plot"]),
    ("import tel\ntel.probe(f, 'a/b', latency=True); tel.probe(f, name='c')", ["a/b", "c"]),
    ("import tel\ndef kind(x):\n  if x: return 'a'\n  return 'b'\ntel.inc('x:' + kind(1))", ["x:a", "x:b"]),
  ])
  func constants(_ text: String, _ expected: [String]) {
    #expect(findings(.python, text) == [])
    #expect(names(.python, text) == expected)
  }

  @Test("what is not constant is reported where it stands", arguments: [
    ("import tel\ntel.inc(sys.argv[1])", ["2:9 dynamic "]),
    ("import tel\ntel.inc(f'a/{kind}')", ["2:9 dynamic a/"]),
    ("import tel\ntel.inc(f'a/{x[\"k\"]}:{y!r:>{w}}')", ["2:9 dynamic a/"]),
    ("import tel\ntel.inc('a/%s' % kind)", ["2:9 dynamic a/"]),
    ("import tel\ntel.inc('a/{}'.format(kind))", ["2:9 dynamic a/"]),
    ("import tel\ntel.inc('a/' + kind)", ["2:9 dynamic a/"]),
    ("import tel\ndef f(name):\n    tel.inc(name)", ["3:13 dynamic "]),
    ("import tel\ndef f(*, name='a'):\n    tel.inc(name)", ["3:13 dynamic "]),
    ("import tel\nn = 'a'\nn += x\ntel.inc(n)", ["4:9 dynamic "]),
    ("import tel\nn = 'a'\ndef f():\n  global n\n  n = input()\ntel.inc(n)", ["6:9 dynamic "]),
    ("import tel\nn, m = g()\ntel.inc(n)", ["3:9 dynamic "]),
    ("import tel\nfor n in names():\n  tel.inc(n)", ["3:11 dynamic "]),
    ("import tel\nexcept_ = 1\ntry: pass\nexcept Exception as e:\n  tel.inc(str(e))", ["5:11 dynamic "]),
    ("from tel import inc\ninc(*names)", ["2:5 dynamic "]),
    ("import tel\ntel.stack(x)\ntel.counter(y).inc()", ["2:11 dynamic ", "3:13 dynamic "]),
    ("import tel\ntel.inc(name=x)", ["2:14 dynamic "]),
    ("import tel\ntel.inc('é', 1); tel.inc(x)", ["2:26 dynamic "]),
  ])
  func dynamic(_ text: String, _ expected: [String]) { #expect(findings(.python, text) == expected) }

  @Test("what is no call of tel is left alone", arguments: [
    "tel.inc(x)", "import other\nother.inc(x)", "import tel\nself.tel.inc(x)", "import tel\ntel.read(x)", "import tel\ndef inc(x): pass\ninc(y)",
    "from other import inc\ninc(x) # tel", "import tel\ntel.count_flags(parser, args)",
  ])
  func noCalls(_ text: String) { #expect(findings(.python, text) == []) }

  @Test("names that break the rules are reported")
  func rules() {
    #expect(findings(.python, "import tel\ntel.inc('a b')\ntel.timed('a:b')\ntel.inc('')") == ["2:9 name a b", "3:11 name a:b", "4:9 name "])
  }
}
