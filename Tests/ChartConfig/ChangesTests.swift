import Gate
import TestSupport
import Testing

@testable import ChartConfig

@Suite("What is new in an upload config")
struct ChangesTests {
  private static let base = Written.chart("c/d:{a,b}", "rate: 0.5\nexpires: 2027-06-30\nowner: O")

  private func changes(to charts: String, from old: String = base, whole: String = Written.whole, program: String = Written.program) throws -> Changes {
    Changes(from: try Written.config(old), to: try Written.config(charts, whole: whole, program: program))
  }

  @Test("nothing is new in the same")
  func none() throws {
    #expect(try changes(to: Self.base).isEmpty)
    #expect(try changes(to: Self.base).step == .none)
    // The way in which buckets are written says nothing.
    #expect(try changes(to: Written.chart("c/d:{b,a}", "rate: 0.5\nexpires: 2027-06-30\nowner: O")).isEmpty)
  }

  @Test(
    "more is a minor step, less a major one, and other words or versions a patch",
    arguments: [
      ("c/d:{a,b,x}", "rate: 0.5", Changes.Step.minor, "p: c/d:x is newly approved"),
      ("c/d:{a,b,x,y}", "rate: 0.5", .minor, "p: c/d:{x, y} are newly approved"),
      ("c/d:{a}", "rate: 0.5", .major, "p: c/d:b is approved no more"),
      ("c/d:{a,x}", "rate: 0.5", .major, "p: c/d:x is newly approved"),
      ("c/d:{a,b}", "rate: 0.75", .minor, "p: the rate of c/d:{a, b} is 0.75, and was 0.5: more is sent"),
      ("c/d:{a,b}", "rate: 0.25", .major, "p: the rate of c/d:{a, b} is 0.25, and was 0.5: less is sent"),
      ("c/d:{a,b}", "rate: 0.5\nexpires: 2028-01-01", .minor, "p: c/d:{a, b} expires on 2028-01-01, and on 2027-06-30 before"),
      ("c/d:{a,b}", "rate: 0.5\nexpires: 2027-01-01", .major, "p: c/d:{a, b} expires on 2027-01-01, and on 2027-06-30 before"),
      ("c/d:{a,b}", "rate: 0.5\nowner: N", .patch, "p: the owner of c/d:{a, b} is N, and was O"),
      ("c/d:{a,b}", "rate: 0.5\nwhy: another", .patch, "p: c/d:{a, b} is collected to see: another"),
    ])
  func steps(counter: String, more: String, step: Changes.Step, sentence: String) throws {
    var lines = more
    if !more.contains("expires") { lines += "\nexpires: 2027-06-30" }
    if !more.contains("owner") { lines += "\nowner: O" }
    let changes = try changes(to: Written.chart(counter, lines))
    #expect(changes.step == step)
    #expect(changes.sentences.contains(sentence), "\(changes.sentences)")
  }

  @Test("programs, systems, toolchains and versions")
  func others() throws {
    let more = try changes(to: Self.base, program: "program: p\nversions: v1.0.0 v1.1.0 v1.2.0\n---\n")
    #expect(more.step == .patch && more.sentences == ["p: 2 versions are new: v1.1.0, v1.2.0"])
    let later = try changes(to: Self.base, program: "program: p\nversions: v1.1.0\n---\n")
    #expect(later.step == .major && later.sentences == ["p: the version v1.1.0 is new", "p: the version v1.0.0 is listed no more"])
    let systems = try changes(to: Self.base, whole: "os: linux darwin\narch: amd64\ntoolchain: gcc12.2 gcc13\n---\n")
    #expect(systems.step == .minor && systems.sentences == ["the system darwin is new", "the toolchain gcc13 is new"])
    let fewer = try changes(to: Self.base, whole: "os: linux\narch: amd64\ntoolchain: gcc13\n---\n")
    #expect(fewer.step == .major)
    let two = try changes(
      to: Self.base + "---\n" + Written.chart("e", "program: q\nrate: 0.5"), program: Written.program + "program: q\nversions: v1.0.0\n---\n")
    #expect(two.step == .minor && two.sentences == ["q is a new program", "q: e is newly approved"])
    let deeper = try changes(to: Written.chart("s", "type: stack\ndepth: 16"), from: Written.chart("s", "type: stack\ndepth: 8"))
    #expect(deeper.step == .minor && deeper.sentences == ["p: stacks of s have 16 frames, and had 8: more is sent"])
  }

  @Test("a version that only padding had goes without a major step")
  func padding() throws {
    func config(_ versions: String) throws -> UploadConfig {
      try Written.config(Self.base, program: "program: p\nversions: \(versions)\npadding: releases 1, minor 1, patch 1, pre 1\n---\n")
    }
    let changes = Changes(from: try config("v1.0.0"), to: try config("v1.0.0 v1.1.0"))
    #expect(changes.list.contains { $0.name == "v1.0.1".bytes && $0.new.isEmpty })
    #expect(changes.step == .patch)
  }

  @Test("many versions are told by the first and the last")
  func many() throws {
    let versions = (0..<40).map { "v1.\($0).0" }.joined(separator: " ")
    let changes = try changes(to: Self.base, program: "program: p\nversions: \(versions)\n---\n")
    #expect(changes.sentences == ["p: 39 versions are new: v1.1.0 to v1.39.0"])
  }

  /// What Changes says is checked against the client's own answers.
  @Test("a step that is not major takes nothing away, whatever changes")
  func property() throws {
    var dice = Dice(seed: 4)
    func written() -> String {
      let charts = ["c", "d", "e"].filter { _ in !dice.chance(3) }.map { chart in
        let buckets = ["x", "y", "z"].filter { _ in !dice.chance(3) }
        return Written.chart(buckets.isEmpty ? chart : "\(chart):{\(buckets.joined(separator: ","))}", "rate: 0.\(dice.number(1...3))")
      }
      return charts.isEmpty ? Written.chart("c") : charts.joined(separator: "---\n")
    }
    var seen: Set<String> = []
    for _ in 0..<400 {
      let (old, new) = (try Written.config(written()), try Written.config(written()))
      let step = Changes(from: old, to: new).step
      seen.insert(step.rawValue)
      var (lost, gained) = (old.sampleRate.value > new.sampleRate.value, old.sampleRate.value < new.sampleRate.value)
      for chart in ["c", "d", "e"] {
        for bucket in ["", ":x", ":y", ":z"] {
          let name = (chart + bucket).bytes
          let (before, after) = (old.program("p".bytes)?.counter(name)?.rate.value ?? 0, new.program("p".bytes)?.counter(name)?.rate.value ?? 0)
          if after < before { lost = true }
          if after > before { gained = true }
        }
      }
      #expect(step == (lost ? .major : gained ? .minor : .none))
    }
    #expect(seen.contains("major") && seen.contains("minor"))
  }
}

@Suite("Drift of a built config from its source")
struct DriftTests {
  private func text(_ versions: String, _ chart: String = Written.chart("c", "rate: 0.5"), toolchains: String = "gcc12.2") -> String {
    "os: linux\narch: amd64\ntoolchain: \(toolchains)\n---\nprogram: p\nversions: \(versions)\npadding: releases 2, minor 2, patch 2\npadding-minimum: releases 1, minor 1, patch 1\n---\n"
      + chart
  }

  private func config(_ text: String, isLeast: Bool = false) throws -> UploadConfig {
    let (draft, problems) = Written.built(text, isLeast: isLeast)
    #expect(problems == [])
    return try UploadConfig(draft.text(version: "v1.0.0".bytes), version: [], origin: [])
  }

  private func drift(_ built: String, _ source: String) throws -> [String] {
    Drift(built: try config(built), full: try config(source), least: try config(source, isLeast: true)).changes.sentences
  }

  @Test("a release that was padded for is none, as long as the next ones are listed")
  func releases() throws {
    let built = text("v1.0.0")
    #expect(try drift(built, text("v1.0.0")) == [])
    #expect(try drift(built, text("v1.0.0 v1.0.1")) == [])
    #expect(try drift(built, text("v1.0.0 v1.0.1 v1.1.0 v1.1.1")) == ["p: the version v1.1.2 is new"])
  }

  @Test("a counter, a rate, a toolchain, and a first version that was raised are")
  func others() throws {
    let built = text("v1.0.0")
    #expect(try drift(built, text("v1.0.0", Written.chart("d", "rate: 0.5"))) == ["p: d is newly approved", "p: c is approved no more"])
    #expect(try drift(built, text("v1.0.0", Written.chart("c", "rate: 0.6"))).count == 2)
    #expect(try drift(built, text("v1.0.0", toolchains: "gcc12.2 gcc13")) == ["the toolchain gcc13 is new"])
    #expect(try drift(built, text("v1.0.0", toolchains: "gcc13")).count == 2)
    #expect(try drift(text("v0.9.0 v1.0.0"), text("v1.0.0")) == ["p: the version v0.9.0 is listed no more"])
  }
}
