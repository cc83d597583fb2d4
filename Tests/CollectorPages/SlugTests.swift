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
