import TestSupport
import Testing

@testable import CollectorPages

@Suite("Slugs")
struct SlugTests {
  @Test("letters that are safe stay; a slash is a tilde; the rest is hexadecimal")
  func letters() {
    #expect(Slug.of("example.com/paint-1_x".bytes).string == "example.com~paint-1_x")
    #expect(Slug.of("a~b c=é".bytes).string == "a=7eb=20c=3d=c3=a9")
    #expect(Slug.of(".hidden".bytes).string == "=2ehidden")
    #expect(Slug.of("..".bytes).string == "=2e.")
    #expect(Slug.of([]).string == "=")
  }
}

extension SlugTests {
  @Test("no two names have one slug, and none is long, hidden or a path")
  func oneToOne() {
    var seen: [String: [UInt8]] = [:]
    var names: [[UInt8]] = (0...255).flatMap { a in [[UInt8(a)], [UInt8(a), 0x2e], [0x2e, UInt8(a)], [0x3d, UInt8(a)]] }
    names += (0..<50).map { [UInt8](repeating: UInt8(ascii: "x"), count: 190 + $0) }
    names += ["=41", "A", "a/b", "a~b", "a=2fb", "..", ".", "", "x=.0123456789abcdef"].map { $0.bytes }
    for name in Set(names) {
      let slug = Slug.of(name).string
      #expect(seen[slug] == nil, "\(name) \(String(describing: seen[slug]))")
      seen[slug] = name
      #expect(!slug.isEmpty && slug.utf8.count <= 200 && slug.first != "." && slug.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-~=".contains($0)) })
    }
  }

  @Test("reports and counters of one name are told apart")
  func keys() {
    #expect(ChartKey("version".bytes, .about).slug.string == "version" && ChartKey("version".bytes, .partition).slug.string == "=76ersion" && ChartKey("x".bytes, .partition).slug.string == "x")
  }
}
