import Dates
import Files

/// What one record approves.
public struct Chart: Sendable {
  public enum Kind: String, CaseIterable, Sendable { case partition, histogram, stack }

  public var title: [UInt8] = []
  /// Without buckets, and without the colon before them.
  public var name: [UInt8] = []
  /// In the order of the text; empty for a counter without.
  public var buckets: [[UInt8]] = []
  var hasBraces = false
  public var kind = Kind.partition
  public var program: [UInt8] = []
  public var module: [UInt8] = []
  /// The first version that it applies to; empty for all.
  public var version: [UInt8] = []
  /// Frames of a stack.
  public var depth = 0
  public var description: [UInt8] = []
  public var issues: [[UInt8]] = []
  public var owner: [UInt8] = []
  public var why: [UInt8] = []
  /// From this day on it is not sent.
  public var expires: Day?
  public var unit: [UInt8] = []
  public var wanted: WantedError?
  /// What the text says itself.
  public var rate: Double?
  public var installations: Int?
  /// Where each key stands.
  var places: [Key: Position] = [:]
  /// Of the first key.
  var start: Position

  /// As the upload config has it: `chart`, `chart:bucket` or `chart:{a,b}`.
  public var counter: [UInt8] {
    if hasBraces { return name + [UInt8](":{") + Array(buckets.joined(separator: [UInt8](","))) + [UInt8]("}") }
    return buckets.isEmpty ? name : name + [UInt8](":") + buckets[0]
  }

  /// Each full name.
  public var counters: [[UInt8]] { buckets.isEmpty ? [name] : buckets.map { name + [UInt8](":") + $0 } }

  func place(_ key: Key) -> Position { places[key] ?? start }
}

/// What a record says of a program and its versions.
public struct ProgramFacts: Sendable {
  public var name: [UInt8] = []
  public var versions: [[UInt8]] = []
  public var sources: [ListSource] = []
  public var padding: Padding?
  public var paddingMinimum: Padding?
  public var installations: Int?
  public var owner: [UInt8] = []
  var start: Position
}

/// What a record says of the whole.
public struct WholeFacts: Sendable {
  public var systems: [[UInt8]] = []
  public var architectures: [[UInt8]] = []
  public var toolchains: [[UInt8]] = []
  public var sources: [ListSource] = []
  public var sampleRate: Double?
  var start: Position
}

/// Words that are elsewhere: lines of a file, or tags of a repository. Reading
/// them is the caller's.
public struct ListSource: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case file
    /// Tags that begin so, without that beginning.
    case tags(prefix: [UInt8])
  }

  public let kind: Kind
  /// Relative to the folder of the file that names it.
  public let path: [UInt8]
  public let position: Position

  public static func == (a: ListSource, b: ListSource) -> Bool { a.kind == b.kind && a.path == b.path && a.position == b.position }

  public func hash(into hasher: inout Hasher) { hasher.combine(path) }
}

extension Chart {
  /// Where its end is said.
  public var expiresPlace: Position { place(.expires) }
}
