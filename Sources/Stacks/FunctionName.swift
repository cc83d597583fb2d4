import CSymbols
import Files

/// The name of a function as stacks have it, made of the one in a symbol table:
/// demangled, without arguments, and with one separator, "::". It has no white
/// space and no dot, for a dot parts a function from its scope.
///
///     _ZN4ns4List3addIiEEvT_       ns::List::add[]
///     sum.constprop.0.cold         sum[constprop,cold]
///     _RINvC6editor4openpE         editor::open[]
///     main.(*T).Method             main::(*T)::Method
public enum FunctionName {
  /// Longer ones are cut.
  public static let longest = 400
  /// What a demangler is given and may answer.
  private static let longestText = 1 << 16

  /// `demangled`: what to ask for a name that is mangled; nil if nobody knows.
  public static func tidy(_ symbol: [UInt8], demangled: ([UInt8]) -> [UInt8]? = inProcess) -> [UInt8] {
    var (stem, variant) = parts(of: symbol)
    if let plain = RustName.plain(stem) {
      stem = plain
    } else if isMangled(stem) {
      if let text = demangled(stem), text.count <= longestText {
        let plain = stem.first == UInt8(ascii: "$") ? SwiftName.plain(text) : ItaniumName.plain(text)
        if !plain.isEmpty { stem = plain }
      }
    }
    if !variant.isEmpty { stem += [UInt8(ascii: "[")] + variant + [UInt8(ascii: "]")] }
    return clean(stem)
  }

  /// Whether a demangler has something to say: C++ and Rust, Swift.
  public static func isMangled(_ symbol: [UInt8]) -> Bool { symbol.begins(with: "_R") || symbol.begins(with: "_Z") || symbol.begins(with: "$s") || symbol.begins(with: "$S") }

  /// By what is in this process.
  public static func inProcess(_ symbol: [UInt8]) -> [UInt8]? {
    guard symbol.count <= ELFSymbols.longestName else { return nil }
    return Path(symbol).withCString { name in
      guard let text = csymbols_demangled(name) else { return nil }
      defer { csymbols_free(text) }
      return [UInt8](cString: text)
    }
  }

  /// For what a demangler answered.
  public static func free(_ text: UnsafeMutablePointer<CChar>) { csymbols_free(text) }

  /// Compilers put what they did to a function behind a dot: `.cold`, `.part.0`.
  private static func parts(of symbol: [UInt8]) -> (stem: [UInt8], variant: [UInt8]) {
    guard let dot = symbol.firstIndex(of: UInt8(ascii: ".")), dot > 0 else { return (symbol, []) }
    var variant: [UInt8] = []
    for word in symbol[(dot + 1)...].split(separator: UInt8(ascii: ".")) {
      if word.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) { continue }
      guard variants.contains(where: { Array(word) == $0 }) else { return (symbol, []) }
      if !variant.isEmpty { variant.append(UInt8(ascii: ",")) }
      variant += word
    }
    return (Array(symbol[..<dot]), variant)
  }

  private static let variants: [StaticString] = ["cold", "part", "constprop", "isra", "lto_priv", "localalias", "llvm", "resume", "destroy", "cleanup", "actor", "warm"]

  /// What is left must be one word, and name no folder: not even a file's.
  static func clean(_ text: [UInt8]) -> [UInt8] {
    var name: [UInt8] = []
    for (index, byte) in text.enumerated() {
      if byte == UInt8(ascii: ".") {
        // Two are Rust's way to write "::".
        if name.suffix(2).elementsEqual([UInt8(ascii: ":"), UInt8(ascii: ":")]) { continue }
        name += [UInt8(ascii: ":"), UInt8(ascii: ":")]
      } else if byte == UInt8(ascii: "/"), index + 1 < text.count, isWord(text[index + 1]) {
        name = []
      } else if byte <= 0x20 || byte == 0x7f || byte == UInt8(ascii: "\"") {
        name.append(UInt8(ascii: "_"))
      } else {
        name.append(byte)
      }
    }
    if !Text.isPrintable(name) { name = name.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") } }
    guard name.count > longest else { return name }
    var end = longest
    while end > 0, name[end] & 0xc0 == 0x80 { end -= 1 }
    return Array(name[..<end])
  }

  static func isWord(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 0x80 || (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a)
  }
}

extension [UInt8] {
  /// Whether the text is here.
  func isEqual(to text: StaticString, at start: Int) -> Bool {
    guard start >= 0, text.utf8CodeUnitCount <= count - start else { return false }
    for index in 0..<text.utf8CodeUnitCount where self[start + index] != text.utf8Start[index] { return false }
    return true
  }
}
