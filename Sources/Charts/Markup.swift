import Files

/// What a picture is drawn on.
public struct Canvas: Sendable {
  /// Unique on the page: what belongs to the picture is named by it. At most 64
  /// letters, digits and dashes; other bytes are left out.
  public var id: String
  /// In pixels. Text has one size, whatever these are.
  public var width: Int
  public var height: Int
  /// A file of its own, with the stylesheet in it, and not part of a page.
  public var isStandalone: Bool

  public init(id: String, width: Int = 360, height: Int = 150, isStandalone: Bool = false) {
    self.id = id
    self.width = min(max(width, 40), 4096)
    self.height = min(max(height, 12), 4096)
    self.isStandalone = isStandalone
  }
}

/// SVG in the making. Text gets in by `text` alone, which escapes it.
struct Markup {
  private(set) var bytes: [UInt8] = []
  private let id: [UInt8]

  /// Opens the picture; `close` ends it.
  init(_ canvas: Canvas, height: Int? = nil, kind: StaticString, title: [UInt8], description: String) {
    bytes.reserveCapacity(2048)
    id = canvas.id.utf8.prefix(64).filter { $0 &- UInt8(ascii: "0") < 10 || ($0 | 0x20) &- UInt8(ascii: "a") < 26 || $0 == UInt8(ascii: "-") }
    let (width, height) = (canvas.width, height ?? canvas.height)
    add("<svg ")
    if canvas.isStandalone { add("xmlns=\"http://www.w3.org/2000/svg\" ") }
    add("class=\"tel-chart ")
    add(kind)
    add("\" role=\"img\" aria-labelledby=\"")
    bytes += id
    add("-t ")
    bytes += id
    add("-d\" width=\"")
    add(width)
    add("\" height=\"")
    add(height)
    add("\" viewBox=\"0 0 ")
    add(width)
    add(" ")
    add(height)
    add("\"><title id=\"")
    bytes += id
    add("-t\">")
    text(Label.shortened(title, to: 256))
    add("</title><desc id=\"")
    bytes += id
    add("-d\">")
    text(Array(description.utf8))
    add("</desc>")
    if canvas.isStandalone {
      add("<style>")
      text(Array(Charts.stylesheet.utf8))
      add("</style>")
      bytes += Array(Charts.patterns.utf8)
    }
  }

  mutating func add(_ literal: StaticString) { bytes.append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)) }

  mutating func add(_ number: Int) { bytes.append(decimal: number) }

  /// A tenth of this, as short as it can be written.
  mutating func add(tenths: Int) {
    if tenths < 0 { add("-") }
    let (whole, part) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
    if whole > 0 || part == 0 { add(Int(whole)) }
    if part > 0 {
      add(".")
      add(Int(part))
    }
  }

  /// The same of thousandths.
  mutating func add(thousandths: Int) {
    let (whole, part) = thousandths.quotientAndRemainder(dividingBy: 1000)
    if whole > 0 || part == 0 { add(whole) }
    if part == 0 { return }
    add(".")
    for place in [100, 10, 1] where part % (place * 10) != 0 { add(part / place % 10) }
  }

  mutating func text(_ shown: [UInt8]) { bytes.append(escaped: shown) }

  /// A name in so many columns; all of it in a title if that is too few.
  mutating func label(_ shown: [UInt8], columns: Int) {
    let short = Label.shortened(shown, to: columns)
    text(short)
    if short != shown {
      add("<title>")
      text(Label.shortened(shown, to: 256))
      add("</title>")
    }
  }

  /// Lines at the steps of the axis, and what they stand for.
  mutating func grid(_ axis: Axis, left: Int, width: Int, top: Int, height: Int) {
    add("<path class=\"grid\" d=\"")
    for step in axis.labels.indices {
      add("M")
      add(left)
      add(" ")
      add(tenths: (top + height - height * step / (axis.labels.count - 1)) * 10 + 5)
      add("h")
      add(width)
    }
    add("\"/><g class=\"y\">")
    for step in axis.labels.indices {
      add("<text x=\"")
      add(left - 4)
      add("\" y=\"")
      add(top + height - height * step / (axis.labels.count - 1) + 4)
      add("\">")
      text(Array(axis.labels[step].utf8))
      add("</text>")
    }
    add("</g>")
  }

  mutating func move(_ x: Int, _ y: Int) {
    add("M")
    add(x)
    add(" ")
    add(y)
  }

  mutating func textStart(x: Int, y: Int) {
    add("<text x=\"")
    add(x)
    add("\" y=\"")
    add(y)
    add("\">")
  }

  /// The labels of rows, which stand a `step` apart, at the left.
  mutating func rowLabels(_ labels: [[UInt8]], columns: Int, top: Int, step: Int) {
    add("<g class=\"n\">")
    for (row, each) in labels.enumerated() {
      textStart(x: 0, y: top + row * step + step / 2 + 4)
      label(Label.shown(each), columns: columns)
      add("</text>")
    }
    add("</g>")
  }

  /// A line with an end to both sides.
  mutating func whisker(from low: Int, to high: Int, y: Int, half: Int) {
    move(low, y - half)
    add("v")
    add(2 * half)
    move(low, y)
    add("h")
    add(max(1, high - low))
    move(max(low + 1, high), y - half)
    add("v")
    add(2 * half)
  }

  mutating func close() -> [UInt8] {
    add("</svg>")
    return bytes
  }
}
