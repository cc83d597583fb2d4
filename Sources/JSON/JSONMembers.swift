/// Members of objects, written in one call each.
extension JSONWriter {
  public mutating func member(_ key: StaticString, _ text: [UInt8]) {
    self.key(key)
    string(text)
  }

  public mutating func member(_ key: StaticString, _ number: Int) {
    self.key(key)
    integer(Int64(number))
  }

  public mutating func member(_ key: StaticString, _ flag: Bool) {
    self.key(key)
    bool(flag)
  }

  /// An array; `body` writes one element.
  public mutating func list<Element>(_ key: StaticString, _ elements: [Element], _ body: (inout JSONWriter, Element) -> Void) {
    self.key(key)
    beginArray()
    for element in elements { body(&self, element) }
    endArray()
  }

  public mutating func list(_ key: StaticString, _ texts: [[UInt8]]) { list(key, texts) { $0.string($1) } }
}
