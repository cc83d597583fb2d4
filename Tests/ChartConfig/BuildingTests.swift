import Gate
import TestSupport
import Testing

@testable import ChartConfig

@Suite("Building an upload config")
struct BuildingTests {
  @Test("the client accepts what is built, and finds in it what was approved")
  func accepted() throws {
    let config = try Written.config(
      Written.chart("c/d:{a,b}", "expires: 2027-06-30\nowner: O\nrate: 0.25") + "---\n" + Written.chart("crash/crash", "type: stack\ndepth: 16"), version: "v3.1.4")
    #expect(config.version.string == "v3.1.4")
    #expect(config.systems.sorted == ["linux".bytes] && config.architectures.sorted == ["amd64".bytes] && config.toolchains.sorted == ["gcc12.2".bytes])
    let program = try #require(config.program("p".bytes))
    #expect(program.versions.sorted == ["v1.0.0".bytes])
    let counter = try #require(program.counter("c/d:b".bytes))
    #expect(counter.rate.value == 0.25 && counter.owner.string == "O" && counter.why.string == "W" && counter.expires?.text.string == "2027-06-30")
    #expect(program.counter("c/d".bytes) == nil && program.counter("crash/crash".bytes) == nil)
    #expect(program.stack("crash/crash\nmain.f:+1".bytes)?.depth == 16)
    #expect(config.sampleRate.value == 1)
  }

  @Test("its bytes are those of the reference's files, with our members, and the same each time")
  func bytes() {
    let text = Written.whole + Written.program + Written.chart("l:{<1s,>=1s}", "type: histogram\nrate: 0.1")
    let wanted = """
      {
      \t"Version": "v1.0.0",
      \t"GOOS": [
      \t\t"linux"
      \t],
      \t"GOARCH": [
      \t\t"amd64"
      \t],
      \t"GoVersion": [
      \t\t"gcc12.2"
      \t],
      \t"SampleRate": 0.1,
      \t"Programs": [
      \t\t{
      \t\t\t"Name": "p",
      \t\t\t"Versions": [
      \t\t\t\t"v1.0.0"
      \t\t\t],
      \t\t\t"Counters": [
      \t\t\t\t{
      \t\t\t\t\t"Name": "l:{\\u003c1s,\\u003e=1s}",
      \t\t\t\t\t"Rate": 0.1,
      \t\t\t\t\t"Why": "W"
      \t\t\t\t}
      \t\t\t]
      \t\t}
      \t]
      }

      """
    for _ in 0..<3 { #expect(Written.built(text).draft.text(version: "v1.0.0".bytes).string == wanted) }
  }

  @Test("the order of records and of words does not matter, that of charts of a program does")
  func order() {
    let one = Written.chart("c", "program: b"), two = Written.chart("d", "program: a")
    let facts = "program: a\nversions: v1.1.0 v1.0.0\n---\nprogram: b\nversions: v1.0.0\n---\n"
    let first = Written.built("os: linux darwin\narch: arm64\narch: amd64\ntoolchain: x y\n---\n" + facts + one + "---\n" + two)
    let second = Written.built(two + "---\n" + one + "---\n" + facts + "toolchain: y, x\nos: darwin\nos: linux\narch: amd64,arm64\n")
    #expect(first.problems == [] && second.problems == [])
    #expect(first.draft.text(version: []) == second.draft.text(version: []))
    #expect(first.draft.programs.map(\.name.string) == ["a", "b"])
    #expect(first.draft.programs[0].versions.map(\.string) == ["v1.0.0", "v1.1.0"])
  }

  @Test("versions begin with the first of any chart of the program")
  func firstVersion() {
    func versions(_ charts: String, _ program: String = "program: p\nversions: v0.9.0 v1.0.0 v1.1.0-rc.1 v1.1.0 v1.2.0\n---\n") -> [String] {
      Written.built(Written.whole + program + charts).draft.programs[0].versions.map(\.string)
    }
    #expect(versions(Written.chart("c", "version: v1.1.0") + "---\n" + Written.chart("d", "version: v1.2.0")) == ["v1.1.0", "v1.2.0"])
    #expect(versions(Written.chart("c", "version: v1.1.0") + "---\n" + Written.chart("d")).first == "v0.9.0")
    #expect(Written.built(Written.whole + Written.program + Written.chart("c", "version: v2.0.0")).problems.contains { $0.hasSuffix("no version of p is left") })
  }

  /// The reference compares Go's versions as if they were semantic ones, so that
  /// the first record of a program decides.
  @Test("programs of the Go toolchain have its versions, from the smallest on", arguments: [["go1.23rc1", "go1.20"], ["go1.20", "go1.23rc1"]])
  func toolchainPrograms(bounds: [String]) {
    let whole = "os: linux\narch: amd64\ntoolchain: go1.19 go1.20 go1.22.0 go1.23rc1 go1.23.0 gcc12.2\n---\n"
    let charts = bounds.enumerated().map { Written.chart("c\($0.offset)", "program: cmd/x\nversion: \($0.element)") }.joined(separator: "---\n")
    let (draft, problems) = Written.built(whole + charts)
    #expect(problems == [])
    #expect(draft.programs[0].versions.map(\.string) == ["go1.20", "go1.22.0", "go1.23rc1", "go1.23.0"])
  }

  @Test("the reference would fail at a toolchain go1; it is one among others")
  func go1() {
    let (draft, problems) = Written.built("os: linux\narch: amd64\ntoolchain: go1 go1.20\n---\n" + Written.chart("c", "program: cmd/x"))
    #expect(problems == [] && draft.programs[0].versions.map(\.string) == ["go1", "go1.20"])
  }

  @Test("what is missing is asked for, with the line to add")
  func missing() {
    #expect(Written.built(Written.program + Written.chart()).problems == ["1:1: no record says which systems and toolchains may report"])
    #expect(Written.built("os: linux\narch: amd64\n---\n" + Written.program + Written.chart()).problems == ["1:1: the record of the whole config has no toolchain"])
    #expect(Written.built(Written.whole + Written.chart()).problems == ["8:10: nothing says which versions of p there are"])
    let odd = "program: p\nversions: 1.0 v1.1.0\npadding: releases 1, patch 1\n---\n"
    #expect(Written.built(Written.whole + odd + Written.chart()).problems == ["5:1: padding continues versions like v1.2.3, and \"1.0\" is none"])
  }

  @Test("no report is sent in which nothing could be: the sample rate is the highest rate")
  func sampleRate() {
    let charts = Written.chart("c", "rate: 0.1") + "---\n" + Written.chart("d", "rate: 0.3")
    #expect(Written.built(Written.whole + Written.program + charts).draft.sampleRate == 0.3)
    let low = Written.built("sample-rate: 0.2\n" + Written.whole + Written.program + charts)
    #expect(low.draft.sampleRate == 0.2)
    #expect(low.problems == ["1:1: the sample rate 0.2 is below the rate 0.3 of a counter, which so is 0.2, too"])
  }

  @Test("the owner of a program owns its charts, but for those that have their own")
  func owners() {
    let program = "program: p\nversions: v1.0.0\nowner: team\n---\n"
    let (draft, _) = Written.built(Written.whole + program + Written.chart("c") + "---\n" + Written.chart("d", "owner: desk"))
    #expect(draft.programs[0].counters.map(\.owner.string) == ["team", "desk"])
  }
}
