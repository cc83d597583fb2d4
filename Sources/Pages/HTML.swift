import Charts
import Files

/// HTML in the making. What is ours gets in as a literal; everything else gets
/// in as text, which is escaped, or as an address, which is made here.
public struct HTML: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public mutating func add(_ literal: StaticString) { bytes.append(literal) }

  public mutating func add(_ number: Int) { bytes.append(decimal: number) }

  /// A picture, or another part of the page.
  public mutating func add(_ part: HTML) { bytes += part.bytes }

  /// SVG of the module `Charts`, which escapes what it writes.
  public mutating func add(svg: [UInt8]) { bytes += svg }

  /// Text from anywhere, in one line: what cannot be seen is written out.
  public mutating func text(_ text: [UInt8]) { escape(Label.shown(text)) }

  public mutating func text(_ text: String) { escape(Array(text.utf8)) }

  /// The same, in as many lines as it has.
  public mutating func lines(_ text: [UInt8]) {
    for (index, line) in text.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
      if index > 0 { bytes.append(0x0a) }
      escape(Label.shown(Array(line)))
    }
  }

  /// No more than `most` bytes of a long name; all of it is in the title.
  public mutating func name(_ name: [UInt8], most: Int = 120) {
    let shown = Label.shown(name)
    if shown.count <= most { return escape(shown) }
    add("<span title=\"")
    escape(cut(shown, 4096))
    add("\">")
    escape(cut(shown, most))
    add("…</span>")
  }

  private func cut(_ text: [UInt8], _ most: Int) -> [UInt8] {
    var end = min(most, text.count)
    while end > 0, end < text.count, text[end] & 0xc0 == 0x80 { end -= 1 }
    return Array(text[..<end])
  }

  /// ` name="value"`.
  public mutating func attribute(_ name: StaticString, _ value: [UInt8]) {
    add(" ")
    add(name)
    add("=\"")
    escape(Label.shown(value))
    add("\"")
  }

  /// A link to another page of ours.
  public mutating func link(_ address: Address, _ body: (inout HTML) -> Void) {
    add("<a")
    attribute("href", address.bytes)
    add(">")
    body(&self)
    add("</a>")
  }

  public mutating func link(_ address: Address, _ text: StaticString) { link(address) { $0.add(text) } }

  /// What a form sends on as it is.
  public mutating func hidden(_ name: StaticString, _ value: [UInt8]?) {
    guard let value else { return }
    add("<input type=\"hidden\" name=\"")
    add(name)
    add("\"")
    attribute("value", value)
    add(">")
  }

  private mutating func escape(_ text: [UInt8]) { bytes.append(escaped: text) }
}
