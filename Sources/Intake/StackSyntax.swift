import Files

/// What a stack in a report may look like: its counter's name, then lines
///
///     <symbol>:+8,+0x75
///
/// innermost first, with the line from the function's beginning (`+8`) or the
/// file's (`=8`). The last line of one that was cut is `truncated`.
enum StackSyntax {
  /// All lines, in bytes.
  static let longest = 16_384
  /// A frame may stand for so many: the functions that were inlined into it.
  static let inlined = 8

  /// Why it is not kept; nil if it may be.
  static func flaw(of stack: Word, depth: Int) -> String? {
    if stack.count > longest { return "it is longer than \(longest) bytes" }
    let most = depth > 0 ? depth : 64
    let name = stack.firstLine
    if name.count == stack.count { return "it has no frames" }
    var (lines, frames) = (0, 0)
    var at = name.count + 1
    let wasCut = ends(stack, with: "\ntruncated\n")
    let end = wasCut ? stack.count - 11 : stack.count
    if wasCut, end < at { return nil }
    while at <= end {
      var length = 0
      while at + length < end, stack.start[at + length] != 0x0a { length += 1 }
      let line = Word(start: stack.start + at, count: length)
      at += length + 1
      lines += 1
      // The place where it was cut may be in the middle of a frame, and of a character.
      let isWhole = !(wasCut && at > end)
      guard let (symbol, isInlined) = parts(of: line) else {
        if isWhole { return "a line of it is no frame" }
        if let flaw = flaw(ofSymbol: line, isWhole: false) { return flaw }
        continue
      }
      if let flaw = flaw(ofSymbol: symbol, isWhole: true) { return flaw }
      if !isInlined { frames += 1 }
    }
    if frames > most || lines > most * inlined { return "it is deeper than \(most)" }
    return nil
  }

  private static func ends(_ text: Word, with ending: StaticString) -> Bool {
    let count = ending.utf8CodeUnitCount
    return text.count >= count && Kernel.equal(text.start + (text.count - count), ending.utf8Start, count)
  }

  /// The symbol, and whether the line is of a function that was inlined.
  private static func parts(of line: Word) -> (Word, Bool)? {
    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    var at = line.count
    func back(while isGood: (UInt8) -> Bool) -> Int {
      let last = at
      while at > 0, isGood(line.start[at - 1]) { at -= 1 }
      return last - at
    }
    func back(over literal: StaticString) -> Bool {
      let count = literal.utf8CodeUnitCount
      guard at >= count, Kernel.equal(line.start + (at - count), literal.utf8Start, count) else { return false }
      at -= count
      return true
    }
    guard (1...16).contains(back(while: { hexValue($0) != nil })), back(over: ",+0x") else { return nil }
    let firstOfNumber = at
    guard (1...19).contains(back(while: isDigit)) else { return nil }
    let isZero = firstOfNumber - at == 1 && line.start[at] == UInt8(ascii: "0")
    if back(over: ":+") || back(over: ":-") { return at > 0 ? (Word(start: line.start, count: at), false) : nil }
    // Where lines are not known at all it is `=0`, and no sign of inlining.
    if back(over: ":=") || back(over: ":=-") { return at > 0 ? (Word(start: line.start, count: at), !isZero) : nil }
    return nil
  }

  /// A symbol is a path as in an import, or a module, and a function. What is a
  /// place on a disk is not: it can have the name of a person in it.
  private static func flaw(ofSymbol symbol: Word, isWhole: Bool) -> String? {
    let bytes = symbol.bytes
    if isWhole, !Text.isPrintable(bytes) { return "a frame of it is not printable" }
    let isPath = "a frame of it has the path of a file"
    var segment = 0  // where this part of a path begins
    var hasDomain = false
    for (at, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "\\"): return isPath
      case UInt8(ascii: "/"):
        let part = bytes[segment..<at]
        guard let last = part.last, isOfPath(last) else { return isPath }
        if last == UInt8(ascii: "."), !part.starts(with: [UInt8]("operator")) { return isPath }
        // `_/home/…` is how Go names what is in no module; `C:/`; `~/`.
        if part.elementsEqual([UInt8(ascii: "_")]) || part.first == UInt8(ascii: "~") { return isPath }
        if !hasDomain, homes.contains(Array(part)) { return isPath }
        if segment == 0, part.contains(UInt8(ascii: ".")) { hasDomain = true }
        segment = at + 1
      default: break
      }
    }
    return nil
  }

  private static let homes: [[UInt8]] = [[UInt8]("home"), [UInt8]("Users"), [UInt8]("root")]

  /// What may be before a slash: a part of an import path, or C++'s `operator/`.
  private static func isOfPath(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "~"), UInt8(ascii: "!"): true
    default: byte >= 0x80
    }
  }
}
