import Store
import Testing
import TestSupport

@testable import Publishing

/// Everything that was published is known to somebody who can calculate: each number
/// is an equation about how many reports there are with this bucket, version, system,
/// day and time of arrival. No number of reports under `least` may follow.
@Suite struct AttackTests {
  @Test(arguments: 0..<40) func nothingSmallFollowsFromAllThatIsPublished(_ seed: Int) {
    var draws = Dice(seed: UInt64(seed) + 1)
    let world = made(&draws)
    var published = world.published()
    guard let week = published.first else { return }
    if let second = world.refreshed(week) { published.append(second) }
    let attack = Attack(published)
    for wanted in Attack.interesting where wanted.count(in: world).isSmall { #expect(!attack.knows(wanted), "seed \(seed): \(wanted) is \(wanted.count(in: world))") }
  }

  /// The attack finds what there is to find, if nothing is hidden.
  @Test func theAttackWorks() {
    var draws = Dice(seed: 7)
    let world = made(&draws)
    let attack = Attack(world.published(least: 1))
    let small = Attack.interesting.filter { $0.count(in: world).isSmall && !$0.isLate }
    #expect(small.count > 5 && small.filter { attack.knows($0) }.count > small.count / 3)
  }

  /// Skewed, so that there are many small numbers.
  private func made(_ draws: inout Dice) -> World {
    func skewed(_ count: Int, _ power: Int) -> Int {
      var share = 1.0
      for _ in 0..<power { share *= draws.unit() }
      return min(count - 1, Int(share * Double(count)))
    }
    let (size, power) = (100 + Int(draws.unit() * 900), 1 + Int(draws.unit() * 4))
    let busy = Int(draws.unit() * 3)
    return World(
      (0..<size).map { _ in
        let bucket = skewed(World.buckets.count + 1, power)
        return World.Member(
          day: Attack.days[busy == 0 ? 2 : skewed(3, busy)], isLate: draws.unit() < 0.1, version: World.versions[skewed(3, power)], os: World.systems[skewed(3, 2)],
          buckets: bucket < World.buckets.count ? [World.buckets[bucket]] : [])
      })
  }
}

extension Dice {
  mutating func unit() -> Double { Double.random(in: 0..<1, using: &self) }
}

extension Int {
  fileprivate var isSmall: Bool { self > 0 && self < 10 }
}

/// A linear equation solver over what a reader knows.
struct Attack {
  static let days = [1, 4, 6]

  /// Reports with all of these; nil is any. A bucket of "" is none.
  struct Group: CustomStringConvertible {
    var buckets: [String]?
    var version, os: String?
    var day: Int?
    var late: Bool?
    var isLate: Bool { late == true }

    func count(in world: World) -> Int {
      world.members.filter { member in
        (buckets?.contains(member.buckets.first ?? "") ?? true) && version ?? member.version == member.version && os ?? member.os == member.os && day ?? member.day == member.day
          && late ?? member.isLate == member.isLate
      }.count
    }

    var description: String { "\(buckets.map { $0.joined(separator: "+") } ?? "*") \(version ?? "*") \(os ?? "*") day \(day.map { String($0) } ?? "*") late \(late.map { String($0) } ?? "*")" }
  }

  private static let allBuckets = World.buckets + [""]

  /// One bucket, or all but one, or two together; alone and with one thing more.
  static let interesting: [Group] = {
    var buckets: [[String]?] = [nil] + allBuckets.map { [$0] } + allBuckets.map { one in allBuckets.filter { $0 != one } }
    for (index, one) in allBuckets.enumerated() { for other in allBuckets[(index + 1)...] { buckets.append([one, other]) } }
    var groups: [Group] = []
    for bucket in buckets {
      groups.append(Group(buckets: bucket, late: false))
      groups.append(Group(buckets: bucket, late: true))
      groups.append(Group(buckets: bucket))
      for version in World.versions { groups.append(Group(buckets: bucket, version: version, late: false)) }
      for os in World.systems { groups.append(Group(buckets: bucket, os: os, late: false)) }
      for day in days { for late in [false, true] { groups.append(Group(buckets: bucket, day: day, late: late)) } }
    }
    return groups
  }()

  private static let prime: UInt64 = 2_147_483_647
  private static let variables = allBuckets.count * 3 * 3 * days.count * 2
  /// In echelon form, by the place of the first that is not 0.
  private var rows: [Int: [UInt64]] = [:]

  init(_ published: [Publication]) {
    for publication in published {
      let day = publication.span.kind == .day ? publication.span.end.number - World.end.number + 6 : nil
      func group(_ edition: Int = publication.edition) -> Group { Group(day: day, late: edition == 2 ? nil : false) }
      guard let program = publication.programs.first else { continue }
      // Numbers that were not refreshed are those of edition 1 again, and known from it.
      let first = published[0]
      func add(_ wanted: Group, _ isNew: Bool) { if isNew { learn(wanted) } }
      add(group(), publication.edition == 1 || publication.reports != first.reports)
      for chart in program.charts where chart.kind == .about && (chart.name == "version".bytes || chart.name == "os".bytes) {
        let isVersion = chart.name == "version".bytes
        let old = publication.edition == 2 ? first.chart(isVersion ? "version" : "os", .about)!.rows : []
        let values = isVersion ? World.versions : World.systems
        var shown: [String] = []
        for row in chart.rows where !row.isAtLeast {
          if let bucket = row.bucket { shown.append(bucket.string) }
          if old.contains(row) { continue }
          for value in row.bucket.map({ [$0.string] }) ?? [] {
            var wanted = group()
            if isVersion { wanted.version = value } else { wanted.os = value }
            learn(wanted)
          }
        }
        if chart.rows.contains(where: { $0.bucket == nil && !old.contains($0) }) {
          learn(values.filter { !shown.contains($0) }.map { value in
            var wanted = group()
            if isVersion { wanted.version = value } else { wanted.os = value }
            return wanted
          })
        }
      }
      guard let chart = publication.chart("c") else { continue }
      let old = publication.edition == 2 ? first.chart("c")!.rows : []
      if !(publication.edition == 2 && chart.asked == first.chart("c")!.asked) { learn(group()) }
      for row in chart.rows where !old.contains(row) && !row.isAtLeast && (row.value != nil) {
        var wanted = group()
        if row.dimension == .version { wanted.version = row.value!.string }
        if row.dimension == .os { wanted.os = row.value!.string }
        learn(wanted)
        let mates = chart.rows(row.dimension, row.value).compactMap { $0.bucket?.string }
        wanted.buckets = row.bucket.map { [$0.string] } ?? World.buckets.filter { !mates.contains($0) }
        // What has no bucket may be in other as well: never more than that is told.
        learn(wanted)
      }
    }
  }

  private mutating func learn(_ group: Group) { learn([group]) }
  private mutating func learn(_ groups: [Group]) {
    guard let (at, row) = reduced(groups.reduce(into: [UInt64](repeating: 0, count: Attack.variables)) { sum, group in for (index, one) in Attack.row(group).enumerated() { sum[index] += one } }) else { return }
    let inverse = Attack.power(row[at], Attack.prime - 2)
    rows[at] = row.map { $0 * inverse % Attack.prime }
  }

  func knows(_ group: Group) -> Bool { reduced(Attack.row(group)) == nil }

  private func reduced(_ row: [UInt64]) -> (Int, [UInt64])? {
    var row = row
    for at in row.indices where row[at] != 0 {
      guard let known = rows[at] else { return (at, row) }
      let factor = Attack.prime - row[at]
      for index in at..<row.count where known[index] != 0 { row[index] = (row[index] + factor * known[index]) % Attack.prime }
    }
    return nil
  }

  private static func power(_ base: UInt64, _ exponent: UInt64) -> UInt64 {
    var (result, base, exponent): (UInt64, UInt64, UInt64) = (1, base, exponent)
    while exponent > 0 {
      if exponent & 1 == 1 { result = result * base % prime }
      base = base * base % prime
      exponent >>= 1
    }
    return result
  }

  private static func row(_ group: Group) -> [UInt64] {
    var row: [UInt64] = []
    for bucket in allBuckets {
      for version in World.versions {
        for os in World.systems {
          for day in days {
            for late in [false, true] {
              let isIn = (group.buckets?.contains(bucket) ?? true) && group.version ?? version == version && group.os ?? os == os && group.day ?? day == day && group.late ?? late == late
              row.append(isIn ? 1 : 0)
            }
          }
        }
      }
    }
    return row
  }
}
