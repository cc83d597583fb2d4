import TestSupport
import Testing

@testable import Charts

@Suite("Distribution")
struct DistributionTests {
  private func buckets(_ text: [(String, UInt64)]) -> [(name: [UInt8], value: UInt64)] { text.map { (name: $0.0.bytes, value: $0.1) } }

  @Test("buckets stand in order of magnitude, not of letters")
  func order() throws {
    let shuffled = ["<inf", "<1s", "<10ms", "<24h", "<100ms", "<500us", "<1m"].map { ($0, UInt64(1)) }
    let distribution = try #require(Distribution(buckets(shuffled)))
    #expect(distribution.bars.map { $0.name.string } == ["<500us", "<10ms", "<100ms", "<1s", "<1m", "<24h", "<inf"])
    #expect(distribution.unit == .time)
  }
}
