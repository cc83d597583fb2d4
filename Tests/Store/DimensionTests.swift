import Testing

@testable import Store

@Suite struct DimensionTests {
  @Test func eachTellsReportsApartByOneThing() {
    let build = Build(program: [1], version: [2], toolchain: [3], os: [4], arch: [5])
    #expect(Dimension.allCases.map { $0.value(of: build) } == [[], [2], [4], [5], [3]])
  }
}
