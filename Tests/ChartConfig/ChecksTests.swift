import TestSupport
import Testing

@testable import ChartConfig

@Suite("Checks of a chart config")
struct ChecksTests {
  @Test(
    "what a chart must have is asked for",
    arguments: [("title", "title"), ("counter", "counter"), ("type", "type"), ("program", "program")])
  func needed(key: String, word: String) {
    #expect(Written.problems(Written.chart(without: key)).contains("1:1: this chart has no \(word)"))
  }

  @Test("somebody must say why, or where it was approved")
  func reasons() {
    #expect(Written.problems(Written.chart(without: "why")) == ["1:1: nothing says why this is collected"])
    #expect(Written.problems(Written.chart("c", "issue: x", without: "why")) == [])
  }

  @Test(
    "values are checked",
    arguments: [
      ("type: partiton", "\"partiton\" is no type of chart"),
      ("type: stack", "a stack chart needs a depth"),
      ("type: stack\ndepth: 0", "depth is how many frames are counted, and not \"0\""),
      ("type: stack\ndepth: 65", "depth is how many frames are counted, and not \"65\""),
      ("type: stack\ndepth: -1", "depth is how many frames are counted, and not \"-1\""),
      ("type: stack\ndepth: 16", "a stack has no buckets"),
      ("depth: 3", "depth is for charts of type stack"),
      ("unit: ms", "unit is for charts of type histogram"),
      ("type: histogram", "the bucket \"a\" of a histogram has no bound"),
      ("type: histogram\ncounter: c", "a histogram needs at least two buckets"),
      ("expires: 2027-02-30", "\"2027-02-30\" is no day"),
      ("expires: soon", "\"soon\" is no day"),
      ("error: 3", "the wanted error is at least 0.05%, and below 50%"),
      ("error: 0.01%", "the wanted error is at least 0.05%, and below 50%"),
      ("error: 3% @ 100%", "the confidence is from 50% to 99.99%"),
      ("error: 3% @ 95% @ 1%", "\"3% @ 95% @ 1%\" is no wanted error"),
      ("error: little", "\"little\" is no wanted error"),
      ("rate: 0", "rate is a part of all installations, and not \"0\""),
      ("rate: 1.5", "rate is a part of all installations, and not \"1.5\""),
      ("rate: 1e-3", "rate is a part of all installations, and not \"1e-3\""),
      ("rate: 0.5\nerror: 3%", "there is a rate, and a wanted error from which it would be computed"),
      ("installations: many", "installations is how many installations are expected to report, and not \"many\""),
      ("version: new", "\"new\" is no version of p"),
      ("version: go1.20", "\"go1.20\" is no version of p"),
      ("program: cmd/x\nversion: v1.0.0", "\"v1.0.0\" is no version of cmd/x"),
      ("program: a b", "the name of a program has no blanks"),
      ("module: q", "p is not in the module q"),
      ("program: x/toolsfoo\nmodule: x/tools", "x/toolsfoo is not in the module x/tools"),
      ("sample-rate: 1", "sample-rate is for a record about the whole config, and this one is about a chart"),
      ("padding: releases 1", "padding is for a record about a program, and this one is about a chart"),
    ])
  func values(more: String, problem: String) {
    let problems = Written.problems(Written.chart("c/d:{a,b}", more))
    #expect(problems.contains { $0.hasSuffix(": " + problem) }, "\(problems)")
  }

  @Test("a module may be the program itself, or a folder above it")
  func modules() {
    #expect(Written.problems(Written.chart("c", "program: x/tools\nmodule: x/tools")) == [])
    #expect(Written.problems(Written.chart("c", "program: x/tools/gopls\nmodule: x/tools")) == [])
    #expect(
      Written.problems(Written.chart("c", "program: a/b/c\nmodule: a/b") + "---\n" + Written.chart("d", "program: a/b/c\nmodule: a"))
        == ["13:9: a/b/c is in two modules, a/b and a"])
  }

  @Test("what is approved twice is told, wherever the other is")
  func twice() {
    let two = Written.chart("c:{a,b}") + "---\n" + Written.chart("c:{b,d}")
    #expect(Written.problems(two) == ["8:10: c:b is approved twice for p"])
    #expect(Written.problems(Written.chart("c:{a}") + "---\n" + Written.chart("c:{d}")) == ["8:10: two charts of p are called c"])
    #expect(Written.problems(Written.chart("c") + "---\n" + Written.chart("c", "program: q")) == [])
    let files = [SourceFile(name: "one", text: Written.chart("c").bytes), SourceFile(name: "two", text: Written.chart("c").bytes)]
    let problem = ConfigSource(files).problems.list.first
    #expect(problem?.position.file == 1 && problem?.hint.hasPrefix("the other is in one:2;") == true)
  }

  @Test("all that is wrong is told at once, in the order of the lines")
  func together() {
    let text = "titel: x\n---\n" + Written.chart("c:{a,a}", "type: pie\nexpires: soon") + "---\n" + Written.chart("d", "rate: 7", without: "why")
    #expect(Written.source(text).problems.list.map(\.position.line) == [1, 4, 7, 8, 10, 14])
  }

  @Test("a record of a program or of the whole is there once, and says what it can")
  func others() {
    let chart = Written.chart()
    #expect(Written.problems(Written.program + Written.program + chart) == ["4:1: p has two records"])
    #expect(Written.problems(Written.whole + Written.whole + chart) == ["5:1: there are two records of the whole config"])
    #expect(Written.problems("program: q\nversions: v1.0.0\n---\n" + chart) == ["1:1: no chart is about q"])
    #expect(Written.problems("versions: v1.0.0\n---\n" + chart).contains("1:1: this record names no program"))
    #expect(Written.problems("program: p\nversions: a/b\n---\n" + chart) == ["2:11: \"a/b\" is no version"])
    #expect(Written.problems("os: macos\narch: x86_64\n---\n" + chart) == ["1:5: reports say darwin, and not macos", "2:7: reports say amd64, and not x86_64"])
    #expect(Written.problems("program: p\ntag-prefix: x/\nversions: v1\n---\n" + chart) == ["2:1: tag-prefix is for versions-git"])
    #expect(Written.problems("") == ["1:1: there is no chart"])
  }

  @Test(
    "padding is checked",
    arguments: [
      ("releases 1, minor 1", nil), ("releases 1 minor 1 patch 2", nil), ("minor 1", "padding without releases adds nothing"), ("releases", "releases needs a number from 0 to 20 behind it"),
      ("releases 21", "releases needs a number from 0 to 20 behind it"), ("releases 1, releases 2", "releases is there twice"),
      ("releases 1, mayor 1", "\"mayor\" is no step of padding"), ("releases 20, major 20, minor 20, patch 20, pre 20", "this padding adds more than 1,000 versions"),
    ] as [(String, String?)])
  func padding(value: String, problem: String?) {
    let problems = Written.problems("program: p\nversions: v1.0.0\npadding: \(value)\n---\n" + Written.chart())
    #expect(problems.map { String($0.drop { $0 != " " }.dropFirst()) } == (problem.map { [$0] } ?? []))
  }

  @Test(
    "the bounds of a histogram ascend, and nothing is left out at its end",
    arguments: [
      ("<10ms,<50ms,<100ms,<200ms,<500ms,<1s,<5s,<24h,<inf", nil), ("<4KiB,<64KiB,<1MiB,<inf", nil), ("<1,<10,<inf", nil), ("<900us,<1ms,<1s,<1m,>=1m", nil),
      ("<1apple,<2pears", nil), ("<0.5,<1.5,<inf", nil),
      ("<1s,<100ms,<inf", "the bounds of this histogram do not ascend: <1s is before <100ms"), ("<1000ms,<1s,<inf", "the bounds of this histogram do not ascend: <1000ms is before <1s"),
      (">=1s,<1s", "the bounds of this histogram do not ascend: >=1s is before <1s"), ("<inf,<1s", "the bounds of this histogram do not ascend: <inf is before <1s"),
      ("<10ms,<1s", "what is beyond the last bound of this histogram is not sent"),
    ] as [(String, String?)])
  func bounds(buckets: String, problem: String?) {
    let problems = Written.source(Written.chart("l:{\(buckets)}", "type: histogram")).problems
    #expect(problems.list.map(\.message) == (problem.map { [$0] } ?? []) && problems.errors == 0)
  }

  @Test("the least padding is no more than the padding")
  func least() {
    let head = "program: p\nversions: v1.0.0\n"
    #expect(Written.problems(head + "padding-minimum: releases 1\n---\n" + Written.chart()).count == 1)
    #expect(Written.problems(head + "padding: releases 2, patch 2\npadding-minimum: releases 1, patch 1\n---\n" + Written.chart()) == [])
    #expect(Written.problems(head + "padding: releases 1, patch 1\npadding-minimum: releases 1, minor 1\n---\n" + Written.chart()) == ["4:18: padding-minimum asks for more than padding gives"])
  }
}
