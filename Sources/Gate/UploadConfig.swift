import CounterFile
import Dates
import Files
import JSON

/// What the vendor's public upload config approves: the only things that may
/// leave. The format is the reference's config.json; `Version` of the whole and
/// `Owner`, `Why` and `Expires` of a counter are ours, and the reference skips them.
public struct UploadConfig: Sendable {
  /// `v1.2.3`.
  public var version: [UInt8]
  /// SHA-256 of the text.
  public let hash: [UInt8]
  public let systems: Names
  public let architectures: Names
  public let toolchains: Names
  public let sampleRate: Rate
  /// Each name once, in the order of the text.
  public private(set) var programs: [Program] = []

  /// A number as it is written, and its value.
  public struct Rate: Sendable, Equatable {
    public let text: [UInt8]
    public let value: Double

    init(_ text: [UInt8]) {
      self.text = text
      value = Text.number(text)
    }

    public static func == (a: Rate, b: Rate) -> Bool { a.value == b.value }
  }

  /// A counter, or several of one chart: `chart:{a,b}`; or a stack.
  public struct Counter: Sendable {
    public let name: [UInt8]
    public let rate: Rate
    /// Frames of a stack; 0 for a counter, or if the text has none.
    public let depth: Int
    public let owner, why: [UInt8]
    /// From this day on it is not sent. A text that is no day is one that has passed.
    public let expires: Day?

    public func isExpired(_ today: Day) -> Bool { expires.map { today >= $0 } ?? false }
  }

  public struct Program: Sendable {
    public let name: [UInt8]
    public fileprivate(set) var versions: Names
    public fileprivate(set) var counters: [Counter] = []
    public fileprivate(set) var stacks: [Counter] = []
    /// Every full name of a counter, sorted, and whose it is.
    private var names: [[UInt8]] = []
    private var owners: [Int] = []

    fileprivate init(name: [UInt8], versions: [[UInt8]]) {
      self.name = name
      self.versions = Names(versions)
    }

    fileprivate mutating func index() {
      var all: [[UInt8]] = []
      var whose: [Int] = []
      for (number, counter) in counters.enumerated() {
        for name in UploadConfig.expand(counter.name) {
          all.append(name)
          whose.append(number)
        }
      }
      let order = all.orderOfBytes
      names = order.map { all[$0] }
      owners = order.map { whose[$0] }
    }

    /// By its full name; the last if several have it.
    public func counter(_ name: [UInt8]) -> Counter? {
      var (low, high) = (0, names.count)
      while low < high {
        let middle = (low + high) / 2
        if name.precedes(names[middle]) { high = middle } else { low = middle + 1 }
      }
      return low > 0 && names[low - 1] == name ? counters[owners[low - 1]] : nil
    }

    /// By the first line of its name, which is not expanded.
    public func stack(_ name: [UInt8]) -> Counter? {
      let first = name.firstIndex(of: 0x0a).map { Array(name[..<$0]) } ?? name
      return stacks.last { $0.name == first }
    }
  }

  /// Some words, quick to search.
  public struct Names: Sendable {
    public private(set) var sorted: [[UInt8]]
    init(_ names: [[UInt8]]) { sorted = names.inByteOrder }

    public func contains(_ name: [UInt8]) -> Bool {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        if name.precedes(sorted[middle]) { high = middle } else { low = middle + 1 }
      }
      return low > 0 && sorted[low - 1] == name
    }

    fileprivate mutating func add(_ others: Names) { sorted = (sorted + others.sorted).inByteOrder }
  }

  public func program(_ name: [UInt8]) -> Program? { programs.first { $0.name == name } }

  /// More than this is no config, in bytes. The Go project's has 64 KiB.
  public static let limit = 4 << 20

  /// `chart:{a,b}` stands for `chart:a` and `chart:b`. As the reference does it:
  /// from the first brace on, without trimming or nesting.
  public static func expand(_ name: [UInt8]) -> [[UInt8]] {
    guard let brace = name.firstIndex(of: UInt8(ascii: "{")) else { return [name] }
    let chart = Array(name[..<brace])
    var buckets = name[(brace + 1)...]
    if buckets.last == UInt8(ascii: "}") { buckets.removeLast() }
    return buckets.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { chart + $0 }
  }

  /// `origin` is named in sentences; `version` is used if the text has none.
  public init(_ text: [UInt8], version: [UInt8], origin: [UInt8]) throws(Fault) {
    hash = SHA256.text(of: text)
    let value: JSONValue
    do throws(JSONFault) { value = try JSONReader.value(of: text) } catch {
      throw Fault(.corrupt, .bytes(origin), ":", .number(error.line), ":", .number(error.column), ": the upload config is no JSON: ", .bytes(error.message))
    }
    let reader = ConfigReader(origin: origin)
    guard case .object = value else { throw reader.fault("it is no object") }
    self.version = try reader.text(value["Version"], "Version") ?? version
    guard UploadConfig.isVersion(self.version) else {
      throw reader.fault("it has no version like v1.2.3: neither a member Version, nor a name that ends in one")
    }
    systems = Names(try reader.names(value["GOOS"], "GOOS"))
    architectures = Names(try reader.names(value["GOARCH"], "GOARCH"))
    toolchains = Names(try reader.names(value["GoVersion"], "GoVersion"))
    sampleRate = try reader.rate(value["SampleRate"], "SampleRate")
    for item in try reader.list(value["Programs"], "Programs") {
      guard let name = try reader.text(item["Name"], "Programs.Name") else { throw reader.fault("a program has no Name") }
      let versions = try reader.names(item["Versions"], "Versions")
      // Entries of one name are one program.
      let known = programs.firstIndex { $0.name == name }
      if let known { programs[known].versions.add(Names(versions)) } else { programs.append(Program(name: name, versions: versions)) }
      let index = known ?? programs.count - 1
      programs[index].counters += try reader.counters(item["Counters"], "Counters")
      programs[index].stacks += try reader.counters(item["Stacks"], "Stacks")
    }
    for index in programs.indices { programs[index].index() }
  }

  /// `v`, three numbers with dots between, and perhaps what semver allows behind.
  public static func isVersion(_ text: [UInt8]) -> Bool {
    guard text.first == UInt8(ascii: "v"), text.count <= 100 else { return false }
    var (numbers, digits) = (0, 0)
    for (index, byte) in text.dropFirst().enumerated() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
      case UInt8(ascii: ".") where digits > 0 && numbers < 2: (numbers, digits) = (numbers + 1, 0)
      case UInt8(ascii: "-"), UInt8(ascii: "+"):
        guard numbers == 2, digits > 0 else { return false }
        return text[(index + 2)...].allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\"") } && index + 2 < text.count
      default: return false
      }
    }
    return numbers == 2 && digits > 0
  }
}

/// Members of the JSON text; what is missing is empty, as the reference has it.
private struct ConfigReader {
  let origin: [UInt8]

  func fault(_ what: StaticString) -> Fault { Fault(.corrupt, "the upload config ", .bytes(origin), " cannot be used: ", .literal(what)) }

  func fault(_ key: StaticString, _ wanted: StaticString) -> Fault {
    Fault(.corrupt, "the upload config ", .bytes(origin), " cannot be used: ", .literal(key), " should be ", .literal(wanted))
  }

  func text(_ value: JSONValue?, _ key: StaticString) throws(Fault) -> [UInt8]? {
    switch value {
    case .string(let text)?: return text
    case nil, .null?: return nil
    default: throw fault(key, "a string")
    }
  }

  func list(_ value: JSONValue?, _ key: StaticString) throws(Fault) -> [JSONValue] {
    switch value {
    case .array(let items)?: return items
    case nil, .null?: return []
    default: throw fault(key, "an array")
    }
  }

  func names(_ value: JSONValue?, _ key: StaticString) throws(Fault) -> [[UInt8]] {
    var names: [[UInt8]] = []
    for item in try list(value, key) {
      guard case .string(let name) = item else { throw fault(key, "an array of strings") }
      names.append(name)
    }
    return names
  }

  func rate(_ value: JSONValue?, _ key: StaticString) throws(Fault) -> UploadConfig.Rate {
    switch value {
    case .number(let text)?: return UploadConfig.Rate(text)
    case nil, .null?: return UploadConfig.Rate([UInt8(ascii: "0")])
    default: throw fault(key, "a number")
    }
  }

  func counters(_ value: JSONValue?, _ key: StaticString) throws(Fault) -> [UploadConfig.Counter] {
    var counters: [UploadConfig.Counter] = []
    for item in try list(value, key) {
      guard let name = try text(item["Name"], "Name") else { throw fault("a counter has no Name") }
      let expires = try text(item["Expires"], "Expires")
      counters.append(
        UploadConfig.Counter(
          name: name, rate: try rate(item["Rate"], "Rate"), depth: item["Depth"]?.int64.map { Int(clamping: $0) } ?? 0, owner: try text(item["Owner"], "Owner") ?? [], why: try text(item["Why"], "Why") ?? [],
          expires: expires.map { Day(text: $0) ?? UploadConfig.past }))
    }
    return counters
  }
}

extension UploadConfig {
  /// Stands for an end that cannot be read.
  static let past = Day(text: [UInt8]("0000-01-01")) ?? Day(0)
}
