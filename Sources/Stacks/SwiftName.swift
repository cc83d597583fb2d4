import Files

/// Names of Swift as `swift_demangle` writes them, without what is not the name:
///
///     static Module.Type.make<A>(of: A) -> Module.Type      Module::Type::make[]
///     closure #1 (Swift.Int) -> () in Module.run() -> ()    Module::run::{closure#1}
enum SwiftName {
  static func plain(_ text: [UInt8]) -> [UInt8] {
    var rest = text[...]
    var closures: [UInt8] = []
    while let number = closure(rest), let inside = after(" in ", in: rest) {
      closures = [UInt8]("::{closure#") + number + [UInt8(ascii: "}")] + closures
      rest = rest[inside...]
    }
    // "partial apply forwarder for closure #1 () -> () in Module.run()"
    for word: StaticString in [" for ", " of "] {
      while let behind = after(word, in: rest) {
        if closure(rest[behind...]) != nil || !rest[..<behind].contains(UInt8(ascii: ".")) { return plain(Array(rest[behind...])) + closures }
        break
      }
    }
    let words: [StaticString] = ["static ", "class ", "specialized ", "dispatch thunk ", "@objc ", "merged "]
    var found = true
    while found {
      found = false
      for word in words where Array(rest).isEqual(to: word, at: 0) {
        rest = rest.dropFirst(word.utf8CodeUnitCount)
        found = true
      }
    }
    return name(Array(rest)) + closures
  }

  /// Up to the arguments.
  private static func name(_ text: [UInt8]) -> [UInt8] {
    var name: [UInt8] = []
    var at = 0
    while at < text.count {
      let byte = text[at]
      if byte == UInt8(ascii: "(") {
        let end = closing(text, at)
        // (extension in Module):Swift.Array, (name in _FA7…)
        if text.isEqual(to: "(extension in ", at: at) {
          at = end + (end < text.count && text[end] == UInt8(ascii: ":") ? 1 : 0)
          continue
        }
        guard let space = text[at..<end].firstIndex(of: UInt8(ascii: " ")), text.isEqual(to: " in _", at: space) else { break }
        name += text[(at + 1)..<space]
        at = end
      } else if byte == UInt8(ascii: "<") {
        name += [UInt8]("[]")
        at = closing(text, at)
      } else if byte == UInt8(ascii: " ") {
        break
      } else {
        name.append(byte)
        at += 1
      }
    }
    return name
  }

  private static func closing(_ text: [UInt8], _ start: Int) -> Int {
    var depth = 0
    for at in start..<text.count {
      let byte = text[at]
      if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: "[") { depth += 1 }
      if byte == UInt8(ascii: ">"), at > 0, text[at - 1] == UInt8(ascii: "-") { continue }
      if byte == UInt8(ascii: ")") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "]") { depth -= 1 }
      if depth == 0 { return at + 1 }
    }
    return text.count
  }

  /// The number of "closure #1 (…".
  private static func closure(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let text = Array(text)
    for word: StaticString in ["closure #", "implicit closure #"] where text.isEqual(to: word, at: 0) {
      return Array(text.dropFirst(word.utf8CodeUnitCount).prefix { $0 >= 0x30 && $0 <= 0x39 })
    }
    return nil
  }

  /// Behind the word, where no bracket is open.
  private static func after(_ word: StaticString, in text: ArraySlice<UInt8>) -> Int? {
    let whole = Array(text)
    var at = 0
    while at < whole.count {
      if whole[at] == UInt8(ascii: "(") || whole[at] == UInt8(ascii: "<") || whole[at] == UInt8(ascii: "[") {
        at = closing(whole, at)
      } else if whole.isEqual(to: word, at: at) {
        return text.startIndex + at + word.utf8CodeUnitCount
      } else {
        at += 1
      }
    }
    return nil
  }
}
