import Foundation
import TestSupport
import Testing

@testable import ChartConfig

@Suite("Padding")
struct PaddingTests {
  static func padding(_ releases: Int, _ major: Int, _ minor: Int, _ patch: Int, _ pre: Int) -> Padding {
    var padding = Padding()
    (padding.releases, padding.major, padding.minor, padding.patch, padding.pre) = (releases, major, minor, patch, pre)
    return padding
  }

  static func padded(_ versions: String, _ padding: Padding) -> [String] {
    padding.applied(to: versions.split(separator: " ").map { String($0).bytes }).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The Go project's own upload config, made by the reference, has the versions
  /// that were tagged and those that the reference added. What was tagged is what
  /// does not come after the latest release; from that the same list must come.
  @Test(
    "the reference's padded lists come out the same",
    arguments: [
      ("golang.org/x/tools/gopls", "v0.23.0", padding(6, 1, 3, 6, 4), 259),
      ("github.com/golang/vscode-go/vscgo", "v0.57.2", padding(8, 1, 4, 5, 0), 80),
      ("golang.org/x/vuln/cmd/govulncheck", "v1.7.0", padding(4, 1, 1, 4, 0), 30),
      ("github.com/go-delve/delve/cmd/dlv", "v1.27.1", padding(2, 0, 1, 2, 0), 14),
    ])
  func reference(program: String, latest: String, padding: Padding, count: Int) throws {
    struct Config: Decodable {
      struct Program: Decodable {
        let Name: String
        let Versions: [String]
      }
      let Programs: [Program]
    }
    let config = try JSONDecoder().decode(Config.self, from: Data(Samples.bytes("upload-config.json")))
    let wanted = try #require(config.Programs.first { $0.Name == program }).Versions
    #expect(wanted.count == count)
    let last = Version(latest.bytes)
    let tagged = wanted.filter { Version($0.bytes) <= last }
    #expect(tagged.count < wanted.count && tagged.last == latest)
    #expect(Self.padded(tagged.joined(separator: " "), padding) == wanted)
    // In whatever order they are given.
    #expect(Self.padded(tagged.shuffled().joined(separator: " "), padding) == wanted)
  }

  @Test("steps add up to the releases, and a new minor version begins at patch 0")
  func steps() {
    #expect(Self.padded("v1.2.3", Self.padding(1, 1, 1, 1, 0)) == ["v1.2.3", "v1.2.4", "v1.3.0", "v2.0.0"])
    #expect(Self.padded("v1.2.3", Self.padding(2, 0, 1, 2, 0)) == ["v1.2.3", "v1.2.4", "v1.2.5", "v1.3.0", "v1.3.1"])
    #expect(Self.padded("", Self.padding(1, 0, 1, 0, 0)) == ["v0.1.0"])
  }

  @Test("candidates that are there are continued, and a release gets none any more")
  func candidates() {
    let one = Self.padding(1, 0, 1, 0, 2)
    #expect(Self.padded("v1.0.0", one) == ["v1.0.0", "v1.1.0-pre.1", "v1.1.0-pre.2", "v1.1.0"])
    #expect(Self.padded("v1.0.0 v1.1.0-pre.1", one) == ["v1.0.0", "v1.1.0-pre.1", "v1.1.0-pre.2", "v1.1.0"])
    #expect(Self.padded("v1.0.0 v1.1.0-pre.2", one) == ["v1.0.0", "v1.1.0-pre.2", "v1.1.0"])
    #expect(Self.padded("v1.0.0 v1.1.0-pre.7", one) == ["v1.0.0", "v1.1.0-pre.7", "v1.1.0"])
  }

  /// Known from a run of the reference with versions of its own.
  @Test("a module with an older release line and a candidate")
  func example() {
    #expect(
      Self.padded("v0.9.0 v1.1.0 v1.2.0-rc.1 v1.2.0 v1.3.0-pre.1", Self.padding(2, 1, 1, 1, 1)) == [
        "v0.9.0", "v1.1.0", "v1.2.0-rc.1", "v1.2.0", "v1.2.1-pre.1", "v1.2.1", "v1.3.0-pre.1", "v1.3.0", "v1.3.1-pre.1", "v1.3.1", "v2.0.0-pre.1", "v2.0.0",
        "v2.0.1-pre.1", "v2.0.1",
      ])
  }

  @Test("whatever was tagged stays, nothing is there twice, and what is added comes after the latest release")
  func always() {
    var dice = Dice(seed: 22)
    for _ in 0..<300 {
      let versions = (0..<dice.number(0...8)).map { _ in
        "v\(dice.number(0...2)).\(dice.number(0...2)).\(dice.number(0...2))" + (dice.chance(2) ? "" : "-pre.\(dice.number(1...3))")
      }
      let padding = Self.padding(dice.number(1...4), dice.number(0...2), dice.number(0...2), dice.number(0...2), dice.number(0...3))
      let padded = Self.padded(versions.joined(separator: " "), padding)
      #expect(Set(versions).isSubset(of: padded))
      #expect(padded.count <= Set(versions).count + padding.count)
      #expect(Self.padded("", padding).count == padding.count)
      #expect(Set(padded).count == padded.count)
      #expect(padded.map(\.bytes) == padded.map(\.bytes).inVersionOrder)
      let latest = versions.filter { Version($0.bytes).isRelease }.map { Version($0.bytes) }.max() ?? Version("v0.0.0".bytes)
      for added in padded where !versions.contains(added) { #expect(latest < Version(added.bytes)) }
    }
  }
}
