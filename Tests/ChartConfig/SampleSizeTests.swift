import TestSupport
import Testing

@testable import ChartConfig

@Suite("Rates from the wanted error")
struct SampleSizeTests {
  private func wanted(_ margin: Double, _ confidence: Double) -> WantedError { WantedError(margin: margin, confidence: confidence) }

  /// Of any table of the normal distribution.
  @Test("how far a part of the normal distribution reaches", arguments: [(0.5, 0.674490), (0.8, 1.281552), (0.9, 1.644854), (0.95, 1.959964), (0.99, 2.575829), (0.9999, 3.890592)])
  func quantiles(part: Double, z: Double) {
    #expect(abs(WantedError.quantile(part) - z) < 1e-6)
  }

  @Test(
    "how many reports a wanted error takes: the design's figure is about 16,000 for 1 % at 99 %",
    arguments: [(0.01, 0.99, 16588), (0.03, 0.95, 1068), (0.02, 0.95, 2401), (0.05, 0.95, 385), (0.01, 0.95, 9604), (0.1, 0.9, 68)])
  func reports(margin: Double, confidence: Double, count: Int) {
    #expect(wanted(margin, confidence).reports == count)
  }

  @Test("a rate is what is needed of the installations, in three digits, and never too little")
  func rates() {
    #expect(wanted(0.02, 0.95).rate(of: 100_000) == 0.0241)
    #expect(wanted(0.02, 0.95).rate(of: 2401) == 1)
    #expect(wanted(0.02, 0.95).rate(of: 10) == 1)
    #expect(wanted(0.02, 0.95).rate(of: 240_100) == 0.01)
    #expect(wanted(0.03, 0.95).rate(of: 999_999_999) == 0.00000107)
    var dice = Dice(seed: 1)
    for _ in 0..<2000 {
      let error = wanted(Double(dice.number(5...4999)) / 10000, Double(dice.number(50...99)) / 100)
      let installations = dice.number(1...999_999_999)
      let rate = error.rate(of: installations)
      #expect(rate > 0 && rate <= 1)
      let expected = rate * Double(installations)
      if rate < 1 { #expect(expected >= Double(error.reports) * (1 - 1e-12) && expected <= Double(error.reports) * 1.0101) } else { #expect(error.reports > installations * 99 / 100) }
    }
  }

  /// Binomial draws, whose share must be within the margin as often as it was wanted.
  @Test("so many reports do give the wanted error")
  func truth() {
    var dice = Dice(seed: 2)
    let error = wanted(0.05, 0.95)
    let trials = 4000
    let hits = (0..<trials).count { _ in
      let seen = (0..<error.reports).count { _ in dice.next() < UInt64.max / 2 }
      return abs(Double(seen) / Double(error.reports) - 0.5) <= error.margin
    }
    #expect((0.94...0.965).contains(Double(hits) / Double(trials)))
  }

  @Test("the output says where a rate comes from")
  func reasons() {
    func sentence(_ more: String, program: String = "program: p\nversions: v1.0.0\ninstallations: 100,000\n---\n") -> String {
      let (draft, _) = Written.built(Written.whole + program + Written.chart("c", more))
      return "\(rateText(draft.reasons[0].rate)): \(draft.reasons[0].sentence)"
    }
    #expect(sentence("error: 2% @ 95%") == "0.0241: 2,401 reports give ±2% at 95%; 100,000 installations")
    #expect(sentence("error: 0.02") == "0.0241: 2,401 reports give ±2% at 95%; 100,000 installations")
    #expect(sentence("error: 1% @ 99%\ninstallations: 16588") == "1: 16,588 reports give ±1% at 99%; 16,588 installations")
    #expect(sentence("error: 1% @ 99%\ninstallations: 1000") == "1: 16,588 reports give ±1% at 99%, and all 1,000 installations give ±4.1%")
    #expect(sentence("error: 1%", program: Written.program) == "1: 9,604 reports give ±1% at 95%, and nothing says how many installations there are")
    #expect(sentence("rate: 5%") == "0.05: as the chart says")
    #expect(sentence("") == "1: no error is wanted, so all are asked")
  }
}
