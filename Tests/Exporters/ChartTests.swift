import CounterFile
import Files
import Reports
import Testing

@testable import Exporters

private func charts(_ counts: [(String, UInt64)]...) -> [Chart] {
  let programs = counts.enumerated().map { index, counts in
    ReportDocument.Program(
      identity: Identity(program: [UInt8(ascii: "a") + UInt8(index)], version: [], toolchain: [], os: [], arch: []), counts: counts.map { (Array($0.0.utf8), $0.1) })
  }
  return Chart.all(of: Exported([ReportDocument(begin: [], end: [UInt8]("2026-11-27"), programs: programs)], at: 0))
}

@Test("A bound is read in the unit that names it, and written exactly in the base unit", arguments: [
  ("<10ms", 10_000_000, "0.01"), ("<1ns", 1, "0.000000001"), ("<90m", 5_400_000_000_000, "5400"), ("<24h", 86_400_000_000_000, "86400"), ("<1500us", 1_500_000, "0.0015"),
] as [(String, UInt64, String)])
func aBoundIsReadInTheUnitThatNamesIt(_ text: String, _ bound: UInt64, _ seconds: String) throws {
  guard case .finite(let value, .seconds)? = Bound(Array(text.utf8)) else { throw Fault(.invalid, "no bound in seconds") }
  #expect(value == bound)
  #expect(String(decoding: Bound.text(value, .seconds), as: UTF8.self) == seconds)
  #expect(Bound.number(value, .seconds) == Double(seconds))
}

@Test("What libtel does not write is no bound", arguments: ["", "<", "inf", "<inf ", "<00", "<0", "<1.5s", "<1d", "<-1", "<1kiB", "<+1", "<18446744073709551616", "<20000000000m", "1ms"])
func whatLibtelDoesNotWriteIsNoBound(_ text: String) {
  #expect(Bound(Array(text.utf8)) == nil)
}

@Test("A histogram's buckets ascend, whatever the order of their names")
func aHistogramsBucketsAscend() throws {
  let chart = try #require(charts([("x:<100", 1), ("x:<20", 2), ("x:<3", 4), ("x:<inf", 8)]).first)
  let distribution = try #require(chart.distributions.first)
  #expect(distribution.buckets.map { $0.bound } == [3, 20, 100])
  #expect(distribution.buckets.map { $0.count } == [4, 2, 1])
  #expect(distribution.beyond == 8 && distribution.count == 15)
}

@Test("Counts of one program are not another's")
func countsOfOneProgramAreNotAnothers() throws {
  let chart = try #require(charts([("x:<1s", 1)], [("x:<2s", 2), ("x", 4)]).first)
  #expect(chart.distributions.map { $0.program } == [0, 1] && chart.distributions.map { $0.count } == [1, 2])
  #expect(chart.points.map { $0.program } == [1] && chart.points.map { $0.count.value } == [4])
}

@Test("Programs that are the same are one, and saturate")
func programsThatAreTheSameAreOne() {
  let who = Identity(program: [UInt8]("p"), version: [], toolchain: [], os: [], arch: [])
  let files = [UInt64.max - 1, 7].enumerated().map { index, value in
    ReportDocument(begin: [UInt8]("2026-11-2") + [UInt8(ascii: "2") + UInt8(index)], end: [UInt8]("2026-11-27"), programs: [.init(identity: who, counts: [([UInt8]("a"), value)])])
  }
  let exported = Exported(files, at: 1_795_700_000)
  #expect(exported.programs.count == 1 && exported.programs[0].counts.map { $0.value } == [.max])
  #expect(exported.isRunning && exported.begin == "2026-11-22" && exported.moment == 1_795_700_000)
}
