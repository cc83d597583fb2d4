import TestSupport
import Testing

@testable import ChartConfig

@Suite("The order of versions")
struct VersionTests {
  @Test(
    "from the oldest on",
    arguments: [
      "v0.9.0 v1.0.0-alpha v1.0.0-alpha.1 v1.0.0-alpha.beta v1.0.0-beta.2 v1.0.0-beta.11 v1.0.0-rc.1 v1.0.0 v1.0.1 v1.2.0 v1.10.0 v2.0.0",
      "1.0 1.0.1 1.1 1.10 2", "v1 v1.1 v1.1.1",
      "go1.9.2rc2 go1.9.2 go1.10 go1.20rc1 go1.20 go1.20.1 go1.21 go1.21rc2 go1.21.0 go1.21.1 go1.23beta1 go1.23rc1 go1.23.0 go1.27.3",
      "cpython3.11 gcc12.2 shell v1.0.0 go1.20",
    ])
  func order(text: String) {
    let versions = text.split(separator: " ").map { String($0).bytes }
    var dice = Dice(seed: 3)
    for _ in 0..<20 { #expect(versions.shuffled(using: &dice).inVersionOrder == versions) }
  }

  @Test("Go's own order of Go's versions is ours, but for one that it does not know")
  func goOrder() throws {
    let config = Samples.bytes("upload-config.json").string
    let list = try #require(config.range(of: "\"GoVersion\": [")).upperBound
    let all = config[list...].prefix { $0 != "]" }.split(separator: "\"").map { String($0) }.filter { $0.hasPrefix("go") }
    #expect(all.count > 300 && all.first == "go1.9.2rc2")
    let known = all.dropFirst().map(\.bytes)
    #expect(known.shuffled().inVersionOrder == known)
  }

  @Test("equal in order is not equal: each stays")
  func ties() {
    #expect(["v1.0".bytes, "v1.0.0".bytes, "1.0.0".bytes].inVersionOrder.count == 3)
    #expect(["v1.0.0".bytes, "v1.0.0".bytes].inVersionOrder.count == 1)
  }

  @Test("numbers without end and odd words are versions of no kind, and are no trap")
  func odd() {
    for text in ["", "v", "v1.2.3.4", "v1..2", "v99999999999999999999.0.0", "go", "gopher", "go1.99999999999999999999", "v1.0.0-", "v1.0.0-a..b", "\u{ff}"] {
      #expect(Version(text.bytes).kind == .other, "\(text)")
    }
  }
}
