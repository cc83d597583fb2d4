import Files
import Foundation
import Lint
import TestSupport
import Testing

@Suite("lint: folders, and constants of other files")
struct OtherFilesTests {
  private let folder = TemporaryFolder()

  private func write(_ files: [String: String]) throws {
    for (name, text) in files {
      let path = folder.appending(name)
      try FileManager.default.createDirectory(atPath: path.parent.bytes.string, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: path.bytes.string))
    }
  }

  private func lint(_ names: [String] = [""], excluding: [String] = []) -> (found: [String], names: [String], files: Int, problems: Int) {
    let tree = Tree(excluding: excluding.map { $0.bytes })
    let linter = Linter(Linter.Rules(), tree)
    for name in names { tree.visit(name.isEmpty ? folder.path : folder.appending(name)) { linter.look(at: $0) } }
    let found = linter.findings.map { "\(String($0.path.bytes.string.dropFirst(folder.path.bytes.count + 1))):\($0.line):\($0.column) \($0.kind.rawValue)" }
    return (found, linter.names.map { $0.name.string }, linter.files, tree.problems.count)
  }

  @Test("a header's macros and constants are known to what includes it")
  func headers() throws {
    try write([
      "src/a.c": "#include \"names.h\"\nvoid f(void) { tel_counter_inc(OPEN); tel_counter_inc(save); tel_counter_inc(OTHER); }",
      "src/names.h": "#include \"deep.h\"\n#include \"names.h\"\n#define OPEN CHART \":open\"\nstatic const char save[] = \"a:save\"; // tel",
      "include/deep.h": "#define CHART \"a\"\n#include \"../src/names.h\"",
    ])
    let result = lint()
    #expect(result.names == ["a:open", "a:save"])
    #expect(result.found == ["src/a.c:2:78 dynamic"])
  }

  @Test("a static function of a header has callers that are not in sight")
  func inlineFunctions() throws {
    let text = "static inline void hit(const char *n) { tel_counter_inc(n); }\nvoid f(void) { hit(\"a\"); }"
    try write(["a.h": text, "a.c": text])
    #expect(lint().found == ["a.h:1:57 dynamic"])
  }

  @Test("modules of Python, as they are imported")
  func modules() throws {
    try write([
      "pkg/main.py": "import tel\nfrom .names import OPEN, SAVE as S\nfrom pkg import names\nimport pkg.names as n\ntel.inc(OPEN); tel.inc(S); tel.inc(names.OPEN + ':x'); tel.inc(n.SAVE); tel.inc(names.NONE)",
      "pkg/names.py": "from pkg.main import OPEN as x\nOPEN = 'a/open'\nSAVE = 'a/save'",
    ])
    let result = lint()
    #expect(result.names == ["a/open", "a/save", "a/open:x", "a/save"])
    #expect(result.found == ["pkg/main.py:5:81 dynamic"])
  }

  @Test("the files of a Go package, and other packages")
  func packages() throws {
    let start = "package p\nimport \"golang.org/x/telemetry/counter\"\nimport \"example.com/m/names\"\n"
    try write([
      "m/p/a.go": start + "func f() { counter.Inc(chart); counter.Inc(names.Open); counter.Inc(ofTest) }", "m/p/b.go": "package p\nconst chart = \"a/b\"",
      "m/p/c_test.go": "package p\nconst ofTest = \"x\"", "m/names/n.go": "package names\nconst Open = \"a/open\"",
    ])
    let result = lint()
    #expect(result.names == ["a/b", "a/open"])
    #expect(result.found == ["m/p/a.go:4:69 dynamic"])
  }

  @Test("a folder is gone through in order, but for what is hidden, linked or excluded")
  func folders() throws {
    let bad = "tel inc $1"
    try write([
      "a.sh": bad, "b": "#!/usr/bin/env bash\n" + bad, "c.txt": "#!/bin/sh\n" + bad, ".hidden.sh": bad, ".git/a.sh": bad, "node_modules/a.sh": bad, "third/party/d.sh": bad,
      "third/e.sh": bad, "z/f.py": "import tel\ntel.inc(x)", "none": "plain", "binary.sh": "\0" + bad,
    ])
    try FileManager.default.createSymbolicLink(atPath: folder.appending("link").bytes.string, withDestinationPath: ".")
    try FileManager.default.createSymbolicLink(atPath: folder.appending("link.sh").bytes.string, withDestinationPath: "a.sh")
    #expect(lint().found.map { String($0.prefix { $0 != ":" }) } == ["a.sh", "b", "third/e.sh", "third/party/d.sh", "z/f.py"])
    #expect(lint(excluding: ["third", "?.sh", "*.py"]).found.count == 2)
    #expect(lint(excluding: ["third/party/"]).found.count == 4)
    #expect(lint(["c.txt", "none", "nowhere"]).problems == 2)
    #expect(lint(["c.txt", "link.sh"]).found.count == 2)
  }
}
