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
public struct Policy: Sendable {
  public static let path: StaticString = "/etc/tel/policy"
  /// In bytes.
  private static let limit = 64 << 10

  private var mode = Mode.on
  private var destinations: [[UInt8]] = []
  private var programs: [[UInt8]] = []
  private var problem: [UInt8]?

  /// Nil if there is none.
  static func read() -> Policy? {
    var policy = Policy()
    do throws(Fault) {
      guard let text = try File.content(of: Path([UInt8](path)), limit: limit, isTrusted: true) else { return nil }
      policy.take(text)
    } catch { policy.problem = error.message }
    return policy
  }

  private mutating func take(_ text: [UInt8]) {
    for entry in Entry.all(in: text) {
      if entry.key == "mode", let mode = Mode(word: entry.value) {
        self.mode = min(self.mode, mode)
      } else if entry.key == "destination", !entry.value.isEmpty {
        destinations.append(entry.value)
      } else if entry.key == "program", !entry.value.isEmpty {
        programs.append(entry.value)
      } else {
        problem = sentence(["line ", .number(entry.line), " is not understood"])
        return
      }
    }
  }

  /// The most that it allows, and what of it says so. `program`: nil if no
  /// program is asked about; `destination`: nil if none is recorded.
  func verdict(program: [UInt8]?, destination: [UInt8]?) -> (mode: Mode, why: [UInt8]) {
    if let problem { return (.off, sentence([", which cannot be used (", .bytes(problem), "),"])) }
    if let program, !programs.isEmpty, !programs.contains(where: { Policy.fits(program, $0) }) {
      return (.off, sentence([", which does not list the program ", .bytes(program), ","]))
    }
    if mode > .local, let destination, !isAllowed(destination) {
      return (.local, sentence([", which does not list the destination ", .bytes(destination), ","]))
    }
    return (mode, [])
  }

  func isAllowed(_ destination: [UInt8]) -> Bool { destinations.isEmpty || destinations.contains(destination) }

  private static func fits(_ program: [UInt8], _ pattern: [UInt8]) -> Bool {
    guard pattern.last == UInt8(ascii: "*") else { return program == pattern }
    return program.count >= pattern.count - 1 && program[..<(pattern.count - 1)] == pattern[..<(pattern.count - 1)]
  }
}
