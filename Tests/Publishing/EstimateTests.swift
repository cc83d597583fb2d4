import Testing

@testable import Publishing

@Suite struct EstimateTests {
  // From Wilson 1927 as tabulated by Newcombe 1998, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  @Test(arguments: [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)])
  func itIsTheIntervalOfTheLiterature(_ k: Int, _ n: Int, _ low: Double, _ high: Double) {
    let estimate = Estimate(share: Double(k) / Double(n), of: Double(n))
    #expect(abs(estimate.low - low) < 0.00005 && abs(estimate.high - high) < 0.00005)
  }

  @Test func nothingSaysNothing() {
    let estimate = Estimate(share: 0, of: 0)
    #expect(estimate.low == 0 && estimate.high == 1 && estimate.isTooFew)
  }
}
