import TestSupport
import Testing

@testable import Triage

@Suite("Clusters")
struct ClusterTests {
  @Test("stacks that differ in a line, an offset or a type argument are one bug")
  func one() {
    let clusters = Written.clusters([
      Written.sighting(["a/b.f[int]:+1,+0x1", "a/b.g:+9,+0x1"]), Written.sighting(["a/b.f[string]:+2,+0x1", "a/b.g:+9,+0x2"]), Written.sighting(["a/b.f:=7,+0x0", "a/b.g:+9,+0x2"]),
    ])
    #expect(clusters.list.count == 1 && clusters.list[0].stacks.count == 3 && clusters.list[0].blamed.string == "a/b.f")
  }

  @Test("another counter, program or caller is another")
  func several() {
    let clusters = Written.clusters([
      Written.sighting(["a.f", "a.g"]), Written.sighting(["a.f", "a.h"]), Written.sighting(["a.f", "a.g"], counter: "bug"), Written.sighting(["a.f", "a.g"], program: "q"),
    ])
    #expect(clusters.list.count == 4 && Set(clusters.list.map(\.fingerprint.string)).count == 4)
    #expect(Written.clusters([Written.sighting(["a.f", "a.g"]), Written.sighting(["a.f", "a.h"])], depth: 1).list.count == 1)
  }

  @Test("wrappers are left out by rule, for the programs that it is for")
  func wrappers() {
    let stacks = [Written.sighting(["runtime.gopanic:+1,+0x1", "a.f", "a.g"]), Written.sighting(["a.f", "a.g"])]
    #expect(Written.clusters(stacks).list.count == 2)
    let ruled = Written.clusters(stacks, rules: "program: example.com/*\nignore: runtime.*, abort\n")
    #expect(ruled.list.count == 1 && ruled.list[0].blamed.string == "a.f")
    #expect(Written.clusters(stacks, rules: "program: other\nignore: runtime.*\n").list.count == 2)
    #expect(Written.clusters([stacks[0]], rules: "program: *\nignore: *\n").list[0].blamed.string == "runtime.gopanic", "of nothing but wrappers the first is blamed")
  }

  @Test("a symbol is blamed before others by rule")
  func blame() {
    let rules = "program: *\nblame: paint.*\n"
    #expect(Written.clusters([Written.sighting(["lib.f", "paint.Open", "paint.main"])], rules: rules).list[0].blamed.string == "paint.Open")
    #expect(Written.clusters([Written.sighting(["lib.f"])], rules: rules).list[0].blamed.string == "lib.f")
  }

  @Test("a report with two stacks of one kind is one report")
  func distinct() {
    let stacks = [Written.sighting(["a.f:+1"], reports: 2, events: 5, numbers: [1, 2]), Written.sighting(["a.f:+2"], reports: 2, events: 7, numbers: [2, 3])]
    let count = Written.clusters(stacks).list[0].count
    #expect((count.reports, count.isExact, count.events) == (3, true, 12))
    #expect(Written.clusters([Written.sighting(["a.f:+1"], reports: 2)]).list[0].count.isExact, "one sighting alone is exact")
    let summed = Written.clusters([Written.sighting(["a.f:+1"], reports: 2), Written.sighting(["a.f:+2"], reports: 2)]).list[0].count
    #expect((summed.reports, summed.isExact) == (4, false))
  }

  @Test("the most reports come first, not the most events; with the interval of their share")
  func ranking() throws {
    let clusters = Written.clusters([Written.sighting(["a.f"], reports: 2, events: 1000), Written.sighting(["a.g"], reports: 10, events: 10)])
    #expect(clusters.list.map(\.blamed.string) == ["a.g", "a.f"])
    let interval = try #require(clusters.list[0].count.interval)
    // Wilson's, of 10 in 100, by hand.
    #expect(abs(interval.lowerBound - 0.0552) < 0.0005 && abs(interval.upperBound - 0.1744) < 0.0005)
    #expect(Written.clusters([Written.sighting(["a.f"])], among: nil).list[0].count.interval == nil)
  }

  @Test("first and last version are those of versions' order; systems have their reports")
  func spread() {
    let count = Written.clusters([
      Written.sighting(["a.f"], version: "v1.10.0", numbers: [1]), Written.sighting(["a.f"], version: "v1.9.0", os: "darwin", arch: "arm64", numbers: [2]), Written.sighting(["a.f"], version: "v1.2.0", numbers: [3]),
    ]).list[0].count
    #expect((count.firstVersion.string, count.lastVersion.string) == ("v1.2.0", "v1.10.0"))
    #expect(count.systems.map { "\($0.name.string) \($0.reports)" } == ["linux/amd64 2", "darwin/arm64 1"])
  }

  @Test("nothing makes nothing, and no number of it is wrong")
  func none() {
    #expect(Written.clusters([]).list.isEmpty && PlanText(Plan(Written.clusters([]), [], Rules())).lines.isEmpty)
  }
}
