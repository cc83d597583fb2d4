import CTel
import Files

/// What a plugin says of itself before it is loaded; tel/plugin.h has the format.
struct Manifest {
  static let section: StaticString = ".tel.plugin"
  static let limit = 4096
  static let longestName = 32

  private(set) var name: [UInt8] = []
  private(set) var version: [UInt8] = []
  private(set) var summary: [UInt8] = []
  /// Of URLs that it carries documents to.
  private(set) var schemes: [[UInt8]] = []
  private(set) var stacks = Stacks.none
  /// The format that it writes reports in; nothing if it is no exporter.
  private(set) var format: [UInt8] = []
  /// It sends them somewhere.
  private(set) var sends = false
  /// The ids of other interfaces that it offers.
  private(set) var offers: [[UInt8]] = []
  /// Whether it says that it is a TEL_TRAMPOLINE.
  var makesFunctions: Bool { offers.contains { $0 == "tel.trampoline/1" } }

  /// Whether it walks or names stacks, and is loaded with others that do.
  enum Stacks { case none, usual, asked }

  /// What is wrong is a sentence that begins with "it" or "its".
  init(_ bytes: [UInt8]) throws(Fault) {
    var text = bytes
    while text.last == 0 { text.removeLast() }
    if text.contains(0) { throw Fault(.plugin, "it has more than one manifest") }
    guard Manifest.isText(text) else { throw Fault(.plugin, "its manifest is no text") }
    var seen: [[UInt8]] = []
    for line in Manifest.split(text, at: 0x0a) where !line.isEmpty {
      let space = line.firstIndex(of: 0x20) ?? line.count
      let (key, value) = (Array(line[..<space]), Array(line[min(space + 1, line.count)...]))
      if seen.contains(where: { $0 == key }) { throw Fault(.plugin, "its manifest has two lines \"", .bytes(key), "\"") }
      seen.append(key)
      try take(key, value)
    }
    guard seen.contains(where: { $0 == "abi" }) else { throw Fault(.plugin, "its manifest has no line \"abi\"; TEL_PLUGIN_MANIFEST of tel/plugin.h writes it") }
    if name.isEmpty { throw Fault(.plugin, "its manifest has no line \"name\"") }
  }

  private mutating func take(_ key: [UInt8], _ value: [UInt8]) throws(Fault) {
    if key == "abi" {
      try Manifest.checkABI(value)
    } else if key == "name" {
      guard Manifest.isName(value) else {
        throw Fault(.plugin, "its name is \"", .bytes(value), "\", and must be 1 to 32 of a to z, 0 to 9 and \"-\"")
      }
      name = value
    } else if key == "version" {
      guard !value.isEmpty, !value.contains(0x20) else { throw Fault(.plugin, "its version is \"", .bytes(value), "\", and must be one word") }
      version = value
    } else if key == "summary" {
      summary = value
    } else if key == "stack-provider" {
      guard value == "usual" || value == "asked" else { throw Fault(.plugin, "its manifest's line \"stack-provider\" says \"", .bytes(value), "\", and must say usual or asked") }
      stacks = value == "usual" ? .usual : .asked
    } else if key == "offers" {
      offers = Manifest.split(value, at: 0x20).filter { !$0.isEmpty }
    } else if key == "exporter" {
      let words = Manifest.split(value, at: 0x20).filter { !$0.isEmpty }
      guard let name = words.first, Manifest.isName(name), words.count == 1 || words.count == 2 && words[1] == "sends" else {
        throw Fault(.plugin, "its manifest's line \"exporter\" says \"", .bytes(value), "\", and must say a format, of a to z, 0 to 9 and \"-\", and perhaps sends")
      }
      (format, sends) = (name, words.count == 2)
    } else if key == "transport" {
      for scheme in Manifest.split(value, at: 0x20) where !scheme.isEmpty {
        guard Manifest.isScheme(scheme), schemes.count < Manifest.mostSchemes else {
          throw Fault(.plugin, "it carries documents to \"", .bytes(scheme), "\", which is no scheme of URLs in small letters, or one too many")
        }
        if !schemes.contains(where: { $0 == scheme }) { schemes.append(scheme) }
      }
    }
  }

  private static func checkABI(_ value: [UInt8]) throws(Fault) {
    var own: [UInt8] = []
    own.append(decimal: Int(TEL_PLUGIN_ABI))
    if value == own { return }
    throw Fault(.plugin, "it speaks ABI ", .bytes(value), " of plugins, and this libtel speaks ", .bytes(own), "; it must be built anew with this libtel's tel/plugin.h")
  }

  static let mostSchemes = 16

  static func isName(_ text: [UInt8]) -> Bool {
    !text.isEmpty && text.count <= longestName
      && text.allSatisfy { ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")) || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: "-") }
  }

  static func isScheme(_ text: [UInt8]) -> Bool {
    guard let first = text.first, text.count <= longestName, first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z") else { return false }
    return text.allSatisfy { isName([$0]) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: ".") }
  }

  private static func isText(_ text: [UInt8]) -> Bool {
    for line in split(text, at: 0x0a) where !Text.isPrintable(line) { return false }
    return true
  }

  private static func split(_ text: [UInt8], at mark: UInt8) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var start = 0
    for index in 0...text.count where index == text.count || text[index] == mark {
      pieces.append(Array(text[start..<index]))
      start = index + 1
    }
    return pieces
  }
}
