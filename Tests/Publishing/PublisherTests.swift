import ChartConfig
import Dates
import Store
import Testing
import TestSupport

@testable import Publishing

/// What the reference's charts do, and do wrong.
@Suite struct PublisherTests {
  @Test func versionsAreInTheirOrder() {
    let versions = ["v2.3.4", "v2.3.4-pre.1", "v1.10.0", "v1.9.0"]
    let config = World.config(versions: versions)
    let world = World(versions.flatMap { World(["a": 20], version: $0).members })
    #expect(world.published(under: [config])[0].chart("version", .about)?.told() == ["v1.9.0 20/80", "v1.10.0 20/80", "v2.3.4-pre.1 20/80", "v2.3.4 20/80"])
  }

  @Test func toolchainsAreInTheirOrder() {
    #expect(["go1.19", "go1.2", "go1.21rc1", "go1.21.0"].map { $0.bytes }.inVersionOrder.map { $0.string } == ["go1.2", "go1.19", "go1.21rc1", "go1.21.0"])
    let gathered = Gathering([(World.end, World(["a": 20]).tallies(late: true, under: [World.config()])[0].tallies)], under: World.table([World.config()]), newest: nil)
    #expect(gathered.programs[0].tables.filter { $0.kind == .about }.map { $0.name.string } == ["version", "os", "arch", "toolchain"])
  }

  @Test func versionsThatAreNotListedAreOther() {
    let world = World(["v1.0.0", "v1.1.0", "v9.9.9"].flatMap { World(["a": 20], version: $0).members })
    #expect(world.published()[0].chart("version", .about)?.told() == ["v1.0.0 20/60", "v1.1.0 20/60", "other 20/60"])
  }

  @Test func aBucketThatIsListedTwiceCountsOnce() {
    let config = World.config(counters: "{\"Name\":\"c:{a,a,b}\",\"Rate\":1},{\"Name\":\"c:a\",\"Rate\":1}")
    #expect(World(["a": 20, "b": 30]).published(under: [config])[0].chart("c")?.told() == ["a 20/50", "b 30/50"])
  }

  @Test func bucketsAreInTheOrderOfTheConfig() {
    let config = World.config(counters: "{\"Name\":\"c:{b,e,a}\",\"Rate\":1}")
    #expect(World(["a": 20, "b": 30, "e": 40]).published(under: [config])[0].chart("c")?.told() == ["b 30/90", "e 40/90", "a 20/90"])
  }

  @Test func aChartMayBeMissingOnSomeDays() {
    var world = World(["a": 40])
    world.members += World([:], none: 30).members.map { World.Member(day: 3, version: $0.version, os: $0.os, buckets: []) }
    let published = world.published()
    #expect(published[0].chart("c")?.told() == ["a 40/70"])
    #expect(published.map { $0.chart("c")?.told() } == [["a 40/70"], [], ["a 40/40"]])
  }

  @Test func whatWasCountedIsAddedUpAndIsNotWhoCountedIt() {
    var world = World(["a": 20])
    for index in world.members.indices { world.members[index].value = UInt64(index + 1) }
    let row = world.published()[0].chart("c")!.rows[0]
    #expect(row.reports == 20 && row.total == 210)
  }

  @Test func sumsBeyondTheGreatestNumberStayThere() {
    var world = World(["a": 20])
    for index in world.members.indices { world.members[index].value = .max }
    #expect(world.published()[0].chart("c")!.rows[0].total == .max)
  }

  @Test func aConfigThatDoesNotListACounterIsNoDenominator() {
    let configs = [World.config("v1.0.0", counters: "{\"Name\":\"plain\",\"Rate\":1}"), World.config("v1.1.0")]
    var world = World(["a": 40], none: 20)
    for index in world.members.indices { world.members[index].config = "v1.1.0" }
    world.members += World(["plain": 50]).members
    let week = world.published(under: configs)[0]
    #expect(week.chart("c")?.told() == ["a 40/60"])
    #expect(week.chart("plain")?.told() == [" 50/110"])
  }

  @Test func changedRatesAreStrata() {
    let row = DataRow(bucket: [], dimension: .all, value: [], strata: [Stratum(rate: 1, reports: 50, of: 100), Stratum(rate: 0.1, reports: 10, of: 50)], total: 60)
    #expect(row.reports == 60 && row.of == 150)
    #expect(row.weighted == 150 && row.weightedOf == 600)
    #expect(abs(row.effective - 600 * 600 / (100 + 50 * 100)) < 1e-9)
    #expect(row.estimate.share == 0.25)
  }

  @Test func tooFewSaySo() {
    let few = DataRow(bucket: [], dimension: .all, value: [], strata: [Stratum(rate: 1, reports: 50, of: 100), Stratum(rate: 0.001, reports: 3, of: 5)], total: 60)
    #expect(few.estimate.isTooFew, "150 reports, but nearly all weight is on five")
    let enough = Estimate(share: 0.5, of: 100)
    #expect(Comparison(few.estimate, enough).isTooFew && !Comparison(few.estimate, enough).isDifferent)
    #expect(Comparison(enough, Estimate(share: 0.9, of: 100)).isDifferent)
  }

  @Test func stacksAreRankedByReportsAndRareOnesAreOther() {
    let chart = stacks(["x": 40, "y": 60, "rare": 5, "rarer": 6])
    #expect(chart.told() == ["crash/crash\ny 60/111", "crash/crash\nx 40/111", "other 11/111"])
  }

  @Test func aSeriesHasAGapWhereNothingIsTold() {
    let first = World(["a": 60, "b": 30]).published()[0]
    var second = World(["a": 60, "b": 9, "c": 40]).published()[0]
    second.span.end = second.span.end.advanced(by: 7)
    let series = Series.of("tool".bytes, "c".bytes, .partition, in: [second, first])
    #expect(series.map { $0.bucket.string } == ["a", "b"])
    #expect(series.map { $0.points.map { $0.row?.reports } } == [[60, 60], [30, nil]])
    #expect(series[0].points.map { $0.span } == [first.span, second.span])
  }

  private func stacks(_ counts: KeyValuePairs<String, Int>) -> ChartData {
    var seen: [KeptReport] = []
    let build = Build(program: "tool".bytes, version: "v1.0.0".bytes, toolchain: "go1.26.0".bytes, os: "linux".bytes, arch: "amd64".bytes)
    for (name, count) in counts {
      for _ in 0..<count {
        seen.append(
          KeptReport(
            week: World.end, x: Double(seen.count + 1) / 1000, config: "v1.0.0".bytes, received: World.end, hash: [],
            programs: [.init(build: build, counters: [], stacks: [.init(name: "crash/crash\n\(name)".bytes, value: 1)])]))
      }
    }
    let table = World.table([World.config()])
    let publisher = Publisher(newest: nil, configs: table)
    return publisher.publications(of: [(World.end, Tallies(of: seen, under: table))], week: World.end, made: World.made)[0].chart("crash/crash", .stack)!
  }
}

/// Some hundred stacks that nearly all are rare in some version.
@Suite struct LargeTableTests {
  @Test func aLargeTableIsQuicklyMadeSmall() {
    var dice = Dice(seed: 1)
    let rows = (0..<400).map { row in (0..<40).map { _ in [dice.number(0...(row < 20 ? 1000 : 12))] } }
    let of = (0..<40).map { _ in [20_000] }
    let none = of.map { _ in [0] }
    let whole = rows.map { [$0.reduce(0) { $0 + $1[0] }] }
    var merging: Merging?
    let time = ContinuousClock().measure { merging = Merging(of: of, rows: rows, other: none, wholeOf: [800_000], whole: whole, wholeOther: [0], least: 10) }
    #expect(merging!.shownColumns.count > 30 && merging!.shownRows.count > 5, "\(merging!.shownRows.count) rows and \(merging!.shownColumns.count) columns are left")
    #expect(time < .seconds(20), "\(time)")
  }
}
