import Store
import Testing
import TestSupport

@testable import Publishing

/// Reports may have several buckets, and come under two configs of which one has
/// another rate: no number of one rate may follow by subtracting rows that belong
/// together.
@Suite struct SubtractionTests {
  private static let configs = [World.config("v1.0.0", rate: 0.5), World.config("v1.1.0")]

  @Test(arguments: 0..<40) func nothingSmallIsLeft(_ seed: Int) {
    var dice = Dice(seed: UInt64(seed) &+ 100)
    let world = made(&dice)
    var published = world.published(under: SubtractionTests.configs)
    guard let week = published.first else { return }
    let days = published.dropFirst()
    let second = world.refreshed(week, under: SubtractionTests.configs)
    if let second { published.append(second) }
    for publication in published {
      for chart in publication.programs.flatMap({ $0.charts }) {
        for row in chart.rows {
          for stratum in row.strata {
            expectNotSmall(stratum.reports, "a row", seed, row)
            if row.bucket != nil, chart.kind != .stack { expectNotSmall(stratum.of - stratum.reports, "all without a row", seed, row) }
          }
        }
      }
    }
    for chart in week.programs[0].charts where chart.kind != .about {
      for row in chart.rows() where row.bucket != nil && !row.isAtLeast {
        for dimension in [Dimension.version, .os] {
          let parts = chart.rows.filter { $0.dimension == dimension && $0.value != nil && $0.bucket == row.bucket }
          if !parts.isEmpty { expectNoneSmall(row, parts, "a row without its parts", seed) }
        }
        let parts = days.compactMap { day in day.programs.first?.charts.first { $0.name == chart.name && $0.kind == chart.kind }?.rows().first { $0.bucket == row.bucket } }
        if !parts.isEmpty { expectNoneSmall(row, parts, "a week without its days", seed) }
        if let now = second?.chart(chart.name.string, chart.kind)?.rows().first(where: { $0.bucket == row.bucket }) {
          expectNoneSmall(now, [row], "an edition without the other", seed)
          if !parts.isEmpty { expectNoneSmall(now, parts, "edition 2 without the days", seed) }
        }
      }
    }
  }

  /// At each rate.
  private func expectNoneSmall(_ whole: DataRow, _ parts: [DataRow], _ what: String, _ seed: Int) {
    for stratum in whole.strata {
      let found = parts.flatMap { $0.strata }.filter { $0.rate == stratum.rate }
      expectNotSmall(stratum.reports - found.reduce(0) { $0 + $1.reports }, what, seed, whole)
      expectNotSmall(stratum.of - found.reduce(0) { $0 + $1.of }, what + ", all", seed, whole)
    }
  }

  private func expectNotSmall(_ number: Int, _ what: String, _ seed: Int, _ row: DataRow) {
    #expect(!(1..<10).contains(number), "seed \(seed), \(what): \(number) of \(row.bucket?.string ?? "other") by \(row.dimension) \(row.value?.string ?? "other")")
  }

  private func made(_ dice: inout Dice) -> World {
    let size = dice.number(60...1500)
    let shares = World.buckets.map { _ in dice.unit() * dice.unit() }
    let universal = dice.chance(2)
    let switched = dice.unit()
    let days = dice.number(1...3)
    var members: [World.Member] = []
    for _ in 0..<size {
      var buckets = zip(World.buckets, shares).filter { dice.unit() < $1 }.map { $0.0 }
      if universal, !dice.chance(200) { buckets.append("plain") }
      let version = min(dice.number(0...2), dice.number(0...2), dice.number(0...2))
      members.append(
        World.Member(
          day: Attack.days[dice.number(0...days - 1)], isLate: dice.chance(12), version: World.versions[version], os: World.systems[min(dice.number(0...2), dice.number(0...2))],
          config: dice.unit() < switched ? "v1.0.0" : "v1.1.0", buckets: buckets))
    }
    return World(members)
  }
}
