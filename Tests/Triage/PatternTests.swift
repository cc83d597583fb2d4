import Foundation
import TestSupport
import Testing

@testable import Triage

@Suite("Patterns")
struct PatternTests {
  @Test(
    "globs are of the whole text",
    arguments: [("a*c", "abc", true), ("a*c", "ac", true), ("a*c", "acd", false), ("*", "", true), ("a?c", "abc", true), ("a?c", "ac", false), ("a\\*c", "a*c", true), ("a\\*c", "abc", false), ("a.c", "abc", false), ("*b*b*", "abab", true), ("*\n*", "a\nb", true), ("", "a", false)])
  func globs(glob: String, text: String, matches: Bool) throws { #expect(try Pattern(glob: glob.bytes).matches(text.bytes) == matches) }

  @Test("regular expressions say what Foundation's say")
  func likeFoundation() throws {
    var dice = Dice(seed: 11)
    let pieces = ["a", "b", "c", ".", "[ab]", "[^a]", "\\w", "\\d", "\\b", "^", "$", "(a|b)", "(ab|c|)", "(a(b|c)*)"]
    for _ in 0..<3000 {
      var expression = ""
      for _ in 0..<dice.number(1...5) {
        let piece = dice.pick(pieces)
        expression += piece
        if !["\\b", "^", "$"].contains(piece) { expression += dice.pick(["", "", "*", "+", "?"]) }
        if dice.chance(6) { expression += "|" }
      }
      let text = String((0..<dice.number(0...7)).map { _ in dice.pick(["a", "b", "c", "1", "_", " "] as [Character]) })
      let theirs = try NSRegularExpression(pattern: expression).firstMatch(in: text, range: NSRange(location: 0, length: text.utf8.count)) != nil
      #expect(try Pattern(expression: expression.bytes).matches(text.bytes) == theirs, "\(expression) in \(text)")
    }
  }

  @Test("what would take others for ever does not here", arguments: ["(a*)*b", "(a|a)*b", "(a+)+$b", "a*a*a*a*a*a*a*a*b"])
  func cost(expression: String) throws {
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 5000)
    let start = ContinuousClock.now
    #expect(try !Pattern(expression: expression.bytes).matches(text))
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test("what is no expression is no trap", arguments: ["(", ")", "[", "[]", "[a", "[b-a]", "\\", "\\q", "*", "a**", "(?i)a", "a{2}", "[\\b]", String(repeating: "(", count: 200), String(repeating: "a", count: 300)])
  func refused(expression: String) { #expect(throws: PatternFault.self) { try Pattern(expression: expression.bytes) } }

  @Test("sets have ranges, opposites, and a bracket in front", arguments: [("[a-c]", "b", true), ("[^a-c]", "b", false), ("[]a]", "]", true), ("[\\d-]", "-", true), ("[\\]]", "]", true), ("[a\\-c]", "b", false)])
  func sets(expression: String, text: String, matches: Bool) throws { #expect(try Pattern(expression: expression.bytes).matches(text.bytes) == matches) }
}
