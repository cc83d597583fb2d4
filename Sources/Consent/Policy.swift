import Files

/// What the administrator of the machine allows: `/etc/tel/policy`. It takes
/// away and adds nothing.
///
///     # comment
///     mode local
///     destination https://telemetry.example.org/
///     program example.com/editor
///     program example.com/tools/*
///
/// `mode` is the most that any user gets. With one `destination` or more,
/// others get nothing. With one `program` or more, others are off; a `*` at the
/// end stands for any end. What cannot be relied on says off: somebody else's
/// file, one that others may write, one with a word that is not known.
public enum Policy {
  public static let path: StaticString = "/etc/tel/policy"
  /// In bytes.
  private static let limit = 64 << 10

  /// The most that it allows, and what of it says so; nil if there is none.
  /// `program`: nil if no program is asked about; `destination`: nil if none is recorded.
  static func verdict(program: [UInt8]?, destination: [UInt8]?) -> (mode: Mode, why: [UInt8])? {
    // On most machines there is none, and programs come here often.
    var attributes = Kernel.Attributes()
    if Kernel.attributes(ofLinkAt: UnsafeRawPointer(path.utf8Start).assumingMemoryBound(to: CChar.self), &attributes) == -Kernel.notFound { return nil }
    let text: [UInt8]
    do throws(Fault) {
      guard let found = try File.content(of: Path([UInt8](path)), limit: limit, isTrusted: true) else { return nil }
      text = found
    } catch { return (.off, unusable(error.message)) }
    var mode = Mode.on
    // Of a kind of which nothing is listed, all are allowed.
    var (programs, destinations) = (Listed.none, Listed.none)
    var (line, start) = (0, 0)
    while start < text.count {
      line += 1
      let end = text[start...].firstIndex(of: 0x0a) ?? text.count
      let words = Array(text[start..<end]).trimmed
      start = end + 1
      if words.isEmpty || words[0] == UInt8(ascii: "#") { continue }
      let space = words.firstIndex { $0 == 0x20 || $0 == 0x09 } ?? words.count
      let (key, value) = (Array(words[..<space]), Array(words[space...]).trimmed)
      if key == "mode", let word = Mode(word: value) {
        mode = min(mode, word)
      } else if key == "program", !value.isEmpty {
        programs.note(program.map { fits($0, value) } ?? true)
      } else if key == "destination", !value.isEmpty {
        destinations.note(destination.map { $0 == value } ?? true)
      } else {
        return (.off, unusable(sentence(["line ", .number(line), " is not understood"])))
      }
    }
    if let program, programs == .others { return (.off, unlisted("program ", program)) }
    if let destination, destinations == .others, mode == .on { return (.local, unlisted("destination ", destination)) }
    return (mode, [])
  }

  private enum Listed {
    case none, others, this
    mutating func note(_ isThis: Bool) { if self != .this { self = isThis ? .this : .others } }
  }

  private static func unusable(_ why: [UInt8]) -> [UInt8] { sentence([", which cannot be used (", .bytes(why), "),"]) }

  private static func unlisted(_ what: StaticString, _ name: [UInt8]) -> [UInt8] {
    sentence([", which does not list the ", .literal(what), .bytes(name), ","])
  }

  private static func fits(_ program: [UInt8], _ pattern: [UInt8]) -> Bool {
    guard pattern.last == UInt8(ascii: "*") else { return program == pattern }
    let stem = Array(pattern.dropLast())
    return program.count >= stem.count && Array(program.prefix(stem.count)) == stem
  }
}
