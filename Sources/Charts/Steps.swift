/// The outline of columns that stand side by side, as the path of one area.
/// Equal neighbours are one step: a year of a quiet counter is a few bytes.
struct Steps {
  private let base: Int
  private var at: Int
  private var level: Int
  private var run = 0

  /// Begins at the left end of the base line.
  init(_ markup: inout Markup, x: Int, base: Int) {
    self.base = base
    at = x
    level = base
    markup.add("M")
    markup.add(x)
    markup.add(" ")
    markup.add(base)
  }

  /// A column from `begin` to `end`, whose top is at `y`.
  mutating func column(_ markup: inout Markup, from begin: Int, to end: Int, y: Int) {
    if begin > at { step(&markup, to: base, width: begin - at) }
    if end > at { step(&markup, to: y, width: end - at) }
  }

  private mutating func step(_ markup: inout Markup, to y: Int, width: Int) {
    if y != level {
      flush(&markup)
      markup.add("V")
      markup.add(y)
      level = y
    }
    run += width
    at += width
  }

  private mutating func flush(_ markup: inout Markup) {
    if run == 0 { return }
    markup.add("h")
    markup.add(run)
    run = 0
  }

  mutating func close(_ markup: inout Markup) {
    flush(&markup)
    if level != base {
      markup.add("V")
      markup.add(base)
    }
    markup.add("z")
  }
}
