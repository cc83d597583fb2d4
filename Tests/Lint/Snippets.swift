import Files
import Lint
import TestSupport

/// What is found in a text, a line each: place, kind, and as much of the name as
/// is known; then the constant names.
func findings(_ language: Language, _ text: String, _ change: (inout Linter.Rules) -> Void = { _ in }) -> [String] {
  linted(language, text.bytes, change).findings.map { "\($0.line):\($0.column) \($0.kind.rawValue) \($0.name.string)" }
}

func names(_ language: Language, _ text: String) -> [String] { linted(language, text.bytes).names.map { $0.name.string } }

func linted(_ language: Language, _ text: [UInt8], _ change: (inout Linter.Rules) -> Void = { _ in }) -> Linter {
  var rules = Linter.Rules()
  change(&rules)
  let linter = Linter(rules, Tree(excluding: []))
  linter.look(at: Tree.Source(path: Path("snippet".bytes), language: language, bytes: text))
  return linter
}
