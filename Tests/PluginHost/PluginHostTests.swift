import Files
import Testing

@testable import PluginHost

@Suite("The plugin host")
struct PluginHostTests {
  @Test("says that nobody carries documents to an unknown scheme")
  func unknownScheme() {
    #expect(throws: Fault.self) { try PluginHost().transport(for: [UInt8]("gopher")) }
  }
}
