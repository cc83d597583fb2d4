import Files

/// What a counter may be called.
public enum Name {
  /// The documented rule: printable UTF-8 without white space, at most one
  /// colon, 1 to 4096 bytes. Says why not, or nil for a good name.
  public static func problem(_ name: UnsafeBufferPointer<UInt8>) -> StaticString? {
    if name.isEmpty { return "it is empty" }
    if name.count > Layout.maximumName { return "it is longer than 4096 bytes" }
    var colons = 0
    var index = 0
    while index < name.count {
      let byte = name[index]
      if byte < 0x80 {
        if byte <= 0x20 || byte == 0x7f { return "it has white space or a control character" }
        if byte == UInt8(ascii: ":") {
          colons &+= 1
          if colons > 1 { return "it has more than one colon" }
        }
        index &+= 1
        continue
      }
      guard let (scalar, length) = Text.scalar(name, at: index) else { return "it is not UTF-8" }
      if Text.isControl(scalar) || Text.isSpace(scalar) { return "it has white space or a control character" }
      index &+= length
    }
    return nil
  }

  /// The reference's rule: 1 to 4096 bytes; a line feed would make it a stack.
  public static func problemAsBytes(_ name: UnsafeBufferPointer<UInt8>) -> StaticString? {
    if name.isEmpty { return "it is empty" }
    if name.count > Layout.maximumName { return "it is longer than 4096 bytes" }
    return name.contains(0x0a) ? "it has a line feed, which only stack counters have" : nil
  }
}
