import Testing

@testable import Publishing

@Suite struct SuppressionTests {
  @Test func aRowOfFewReportsIsPutIntoOther() {
    #expect(World(["a": 60, "b": 30, "c": 6, "d": 5]).published()[0].chart("c")?.told() == ["a 60/101", "b 30/101", "other 11/101"])
  }

  @Test func theNextSmallestGoesWithAnOtherThatIsTooSmall() {
    #expect(World(["a": 60, "b": 30, "c": 6]).published()[0].chart("c")?.told() == ["a 60/96", "other 36/96"])
  }

  @Test func nothingIsPutTogetherWhereNothingIsSmall() {
    #expect(World(["a": 60, "b": 30, "c": 10], none: 50).published()[0].chart("c")?.told() == ["a 60/150", "b 30/150", "c 10/150"])
  }

  @Test func theRestThatHasNoBucketHidesASmallOneWithoutItsNumber() {
    #expect(World(["a": 60, "b": 30, "c": 6], none: 50).published()[0].chart("c")?.told() == ["a 60/146", "b 30/146"])
  }

  @Test func oneThatNearlyAllHaveIsToldAsAtLeast() {
    let row = World(["plain": 97], none: 3).published()[0].chart("plain")!.rows[0]
    #expect(row.reports == 90 && row.of == 100 && row.isAtLeast)
    #expect(row.total == 90, "the total tells how many there were")
    #expect(row.estimate.high == 1)
  }

  @Test func oneThatAllHaveIsTold() { #expect(World(["plain": 97]).published()[0].chart("plain")?.told() == [" 97/97"]) }

  @Test func noneAndFewLookTheSame() {
    let none = World([:], none: 100).published()[0].chart("plain")
    let few = World(["plain": 9], none: 91).published()[0].chart("plain")
    #expect(none?.rows == [] && none?.asked == [Stratum(rate: 1, reports: 0, of: 100)])
    #expect(none == few)
  }

  @Test func fewReportsInAllAreNotPublished() {
    #expect(World(["a": 9]).published().isEmpty)
    #expect(World(["a": 10]).published()[0].chart("c")?.told() == ["a 10/10"])
  }

  @Test func aValueOfFewReportsIsInNoChart() {
    var world = World(["a": 60, "b": 30])
    world.members += World(["a": 5], version: "v1.1.0").members + World(["b": 25], version: "v1.2.0").members
    let week = world.published()[0]
    #expect(week.chart("version", .about)?.told() == ["v1.0.0 90/120", "other 30/120"])
    #expect(week.chart("c")!.rows.allSatisfy { $0.value != "v1.1.0".bytes && $0.value != "v1.2.0".bytes })
  }

  /// The version's own few cannot be had from all less the other versions.
  @Test func aBucketThatIsRareInOneVersionIsNotToldByTheOthers() {
    var world = World(["a": 60, "b": 30])
    world.members += World(["a": 50, "b": 4], version: "v1.1.0").members
    let chart = world.published()[0].chart("c")!
    #expect(chart.told() == ["a 110/144", "b 34/144"])
    #expect(!chart.rows.contains { $0.dimension == .version && $0.bucket == "b".bytes })
  }

  @Test func aDayOfFewReportsIsNotToldByTheWeekAndTheOtherDays() {
    var world = World(["a": 60, "b": 30])
    world.members += World(["a": 5]).members.map { World.Member(day: 2, version: $0.version, os: $0.os, buckets: $0.buckets) }
    #expect(world.published().map { $0.span.name } == ["weeks/2026-11-22"])
  }

  @Test func daysAddUpToTheWeek() {
    var world = World(["a": 60, "b": 30])
    world.members += World(["a": 20, "b": 10]).members.map { World.Member(day: 2, version: $0.version, os: $0.os, buckets: $0.buckets) }
    let published = world.published()
    #expect(published.map { $0.span.name } == ["weeks/2026-11-22", "days/2026-11-18", "days/2026-11-22"])
    #expect(published.map { $0.chart("c")!.told() } == [["a 80/120", "b 40/120"], ["a 20/30", "b 10/30"], ["a 60/90", "b 30/90"]])
  }

  @Test func editionTwoDoesNotTellOfAFewWhoCameLate() {
    var world = World(["a": 60, "b": 30], none: 20)
    world.members += World(["a": 12, "b": 4], none: 10).members.map { World.Member(day: 6, isLate: true, version: $0.version, os: $0.os, buckets: $0.buckets) }
    let first = world.published()[0]
    let second = world.refreshed(first)
    #expect(second?.edition == 2 && second?.reports == 136)
    #expect(second?.chart("c")?.told() == ["a 72/136", "b 30/110"], "b was changed by 4")
  }

  @Test func editionTwoIsNotMadeForAFew() {
    var world = World(["a": 60, "b": 30], none: 20)
    world.members += World(["a": 9]).members.map { World.Member(day: 6, isLate: true, version: $0.version, os: $0.os, buckets: $0.buckets) }
    #expect(world.refreshed(world.published()[0]) == nil)
  }

  @Test func aRateOfFewReportsHidesNoOthers() {
    // Stragglers of an older config, in which the rate was another.
    let configs = [World.config("v1.0.0", rate: 0.5), World.config("v1.1.0")]
    var world = World(["a": 600, "b": 300], none: 100)
    for index in world.members.indices { world.members[index].config = index % 40 == 0 ? "v1.0.0" : "v1.1.0" }
    let chart = world.published(under: configs)[0].chart("c")!
    #expect(chart.asked == [Stratum(rate: 1, reports: 0, of: 975)])
    #expect(chart.told().prefix(2) == ["a 585/975", "b 292/975"])
  }
}
