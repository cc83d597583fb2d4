import Files

/// Names of C++ and Rust as `__cxa_demangle` writes them, without what is not the
/// name: the type of the result, arguments, qualifiers. Template arguments become
/// "[]", an anonymous namespace "{anonymous}".
enum ItaniumName {
  static func plain(_ text: [UInt8]) -> [UInt8] {
    var reader = Reader(text)
    return rust(reader.name())
  }

  private struct Reader {
    let text: [UInt8]
    var at = 0

    init(_ text: [UInt8]) { self.text = text }

    func has(_ word: StaticString) -> Bool { text.isEqual(to: word, at: at) }

    mutating func name() -> [UInt8] {
      var name: [UInt8] = []
      while at < text.count {
        let byte = text[at]
        if has("operator"), !(name.last.map(FunctionName.isWord) ?? false), at + 8 < text.count, !FunctionName.isWord(text[at + 8]) {
          name += symbol()
        } else if has("(anonymous namespace)") {
          name += [UInt8]("{anonymous}")
          at += 21
        } else if byte == UInt8(ascii: "(") {
          skip()
          qualifiers()
        } else if byte == UInt8(ascii: "<") {
          skip()
          name += [UInt8]("[]")
        } else if byte == UInt8(ascii: "[") {
          // [abi:cxx11]
          skip()
        } else if byte == UInt8(ascii: "{") {
          name += braces()
        } else if byte == UInt8(ascii: " ") {
          // The type of the result, or "vtable for".
          name = []
          at += 1
        } else {
          name.append(byte)
          at += 1
        }
      }
      return name
    }

    /// `operator<<`, `operator()`, `operator new[]`, `operator int`.
    private mutating func symbol() -> [UInt8] {
      var name = [UInt8]("operator")
      at += 8
      if has("()") || has("[]") {
        name += text[at..<(at + 2)]
        at += 2
        return name
      }
      if at < text.count, text[at] == UInt8(ascii: " ") {
        // A type, with arguments of its own, up to the operator's.
        while at < text.count, text[at] != UInt8(ascii: "(") {
          if text[at] == UInt8(ascii: "<") {
            skip()
            name += [UInt8]("[]")
          } else {
            name.append(text[at] == UInt8(ascii: " ") ? UInt8(ascii: "_") : text[at])
            at += 1
          }
        }
        return name
      }
      let signs = [UInt8]("<>=-+*/%^&|~!,\"")
      let less = UInt8(ascii: "<")
      while at < text.count, signs.contains(text[at]) {
        // operator+<int>; but operator<< is one, and operator<=>.
        if text[at] == less, let last = name.last, signs.contains(last), last != less { break }
        name.append(text[at])
        at += 1
      }
      // operator<< <int>: the demangler puts a space between.
      if at + 1 < text.count, text[at] == UInt8(ascii: " "), text[at + 1] == UInt8(ascii: "<") { at += 1 }
      return name
    }

    /// `{lambda(int)#1}` is `{lambda#1}`.
    private mutating func braces() -> [UInt8] {
      var name: [UInt8] = []
      var depth = 0
      while at < text.count {
        let byte = text[at]
        if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "<") {
          skip()
          continue
        }
        if byte == UInt8(ascii: "{") { depth += 1 }
        if byte == UInt8(ascii: "}") { depth -= 1 }
        name.append(byte == UInt8(ascii: " ") ? UInt8(ascii: "_") : byte)
        at += 1
        if depth == 0 { break }
      }
      return name
    }

    /// Over what a bracket opens, to behind its end.
    private mutating func skip() {
      var depth = 0
      while at < text.count {
        let byte = text[at]
        if has("operator"), at + 8 < text.count, !FunctionName.isWord(text[at + 8]), text[at + 8] != UInt8(ascii: "("), text[at + 8] != UInt8(ascii: " ") {
          at += 8
          while at < text.count, text[at] == UInt8(ascii: "<") || text[at] == UInt8(ascii: ">") || text[at] == UInt8(ascii: "-") { at += 1 }
          continue
        }
        at += 1
        if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { depth += 1 }
        // -> in a type is no end of anything.
        if byte == UInt8(ascii: ">"), at > 1, text[at - 2] == UInt8(ascii: "-") { continue }
        if byte == UInt8(ascii: ")") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { depth -= 1 }
        if depth <= 0 { return }
      }
    }

    /// Behind arguments: " const &".
    private mutating func qualifiers() {
      let words: [StaticString] = [" const", " volatile", " &&", " &", " noexcept", " restrict"]
      var found = true
      while found {
        found = false
        for word in words where has(word) {
          at += word.utf8CodeUnitCount
          found = true
        }
      }
    }
  }

  /// Rust's older way to mangle: signs by name, and a hash behind it all.
  private static func rust(_ name: [UInt8]) -> [UInt8] {
    let hash = 19
    guard name.count > hash, name.isEqual(to: "::h", at: name.count - hash), name.suffix(16).allSatisfy(isHexadecimal) else { return name }
    let signs: [(StaticString, StaticString)] = [("$LT$", "<"), ("$GT$", ">"), ("$RF$", "&"), ("$BP$", "*"), ("$C$", ","), ("$LP$", "("), ("$RP$", ")"), ("$u20$", "_"), ("$u7b$", "{"), ("$u7d$", "}")]
    var plain: [UInt8] = []
    var at = 0
    let end = name.count - hash
    next: while at < end {
      for (sign, text) in signs where name.isEqual(to: sign, at: at) {
        plain += [UInt8](text)
        at += sign.utf8CodeUnitCount
        continue next
      }
      plain.append(name[at])
      at += 1
    }
    // Generic arguments of the type: <alloc::vec::Vec<T>_as_core::fmt::Debug>::fmt.
    var folded: [UInt8] = []
    var depth = 0
    for byte in plain {
      if byte == UInt8(ascii: "<"), !(folded.isEmpty || folded.last == UInt8(ascii: "_") && folded.count == 1) || depth > 0 {
        if depth == 0 { folded += [UInt8]("[]") }
        depth += 1
      } else if byte == UInt8(ascii: ">"), depth > 0 {
        depth -= 1
      } else if depth == 0 {
        folded.append(byte)
      }
    }
    return folded
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool { (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66) }
}
