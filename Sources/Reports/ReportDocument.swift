import CounterFile
import Dates
import Files
import JSON

/// A counter file or a report, as anybody who reads either sees it.
public struct ReportDocument {
  public struct Program {
    public var identity: Identity
    /// In byte order of the names; a name with a line feed is a stack.
    public var counts: [(name: [UInt8], value: UInt64)]

    public init(identity: Identity, counts: [(name: [UInt8], value: UInt64)]) {
      self.identity = identity
      self.counts = counts
    }
  }

  /// `2026-11-23`; empty for a report, which does not say.
  public var begin: [UInt8]
  public var end: [UInt8]
  public var programs: [Program]

  /// By its name: `.count` or `.json`.
  public static func isReadable(_ path: Path) -> Bool { path.name.ends(with: ".count") || path.name.ends(with: ".json") }

  /// Decides by the name.
  public static func read(_ path: Path) throws(Fault) -> ReportDocument {
    guard isReadable(path) else {
      throw Fault(.invalid, .path(path), " is neither a counter file (.count) nor a report (.json)")
    }
    if path.name.ends(with: ".json") { return try read(report: path) }
    let reader = try CounterFileReader(try content(of: path), named: path.bytes)
    return ReportDocument(
      begin: reader.begin?.day.text ?? [], end: reader.end?.day.text ?? [],
      programs: [Program(identity: reader.identity, counts: reader.counts.list)])
  }

  /// Whatever its name.
  static func read(report path: Path) throws(Fault) -> ReportDocument { try ReportDocument(report: try content(of: path), origin: path) }

  /// `origin` is named in sentences.
  public init(report bytes: [UInt8], origin path: Path) throws(Fault) {
    do throws(JSONFault) {
      let value = try JSONReader.value(of: bytes)
      self = try ReportDocument(value, path)
    } catch {
      throw Fault(.corrupt, .path(path), ":", .number(error.line), ":", .number(error.column), ": ", .bytes(error.message))
    }
  }

  private static func content(of path: Path) throws(Fault) -> [UInt8] {
    guard let bytes = try File.content(of: path, limit: Layout.maximumSize) else { throw Fault(.notFound, "there is no file ", .path(path)) }
    return bytes
  }

  public init(begin: [UInt8], end: [UInt8], programs: [Program]) {
    self.begin = begin
    self.end = end
    self.programs = programs
  }

  private init(_ value: JSONValue, _ path: Path) throws(JSONFault) {
    func wrong(_ what: StaticString) -> JSONFault { JSONFault(offset: 0, line: 1, column: 1, message: [UInt8](what)) }
    guard case .string(let week)? = value["Week"] else { throw wrong("this is no report: it has no Week") }
    begin = []
    end = week
    programs = []
    guard case .array(let list)? = value["Programs"] else { return }
    for item in list {
      func text(_ key: StaticString) -> [UInt8] {
        if case .string(let text)? = item[key] { return text }
        return []
      }
      var counts: [(name: [UInt8], value: UInt64)] = []
      for key in ["Counters", "Stacks"] as [StaticString] {
        guard case .object(let members)? = item[key] else { continue }
        for (name, number) in members {
          guard let count = number.int64 else { throw wrong("a counter's value is not a whole number of 64 bits") }
          // The reference writes what is beyond 2^63 - 1 as a negative number.
          counts.append((name, UInt64(bitPattern: count)))
        }
      }
      counts = counts.map { $0.name }.orderOfBytes.map { counts[$0] }
      programs.append(
        Program(
          identity: Identity(program: text("Program"), version: text("Version"), toolchain: text("GoVersion"), os: text("GOOS"), arch: text("GOARCH")),
          counts: counts))
    }
  }
}
