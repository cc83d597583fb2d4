/// By what reports are told apart in a chart.
public enum Dimension: String, CaseIterable, Sendable, Comparable {
  case all, version, os, arch, toolchain

  public static func < (a: Dimension, b: Dimension) -> Bool { a.index < b.index }
  public var index: Int { Dimension.allCases.firstIndex(of: self)! }

  /// Empty for `all`.
  public func value(of build: Build) -> [UInt8] {
    switch self {
    case .all: []
    case .version: build.version
    case .os: build.os
    case .arch: build.arch
    case .toolchain: build.toolchain
    }
  }
}

/// One part of a program's reports: all of them, or those with one version, one
/// system and so on. A report with two builds of a program is in the parts of both,
/// and once in `all`.
public struct Part: Hashable, Sendable {
  public var program: [UInt8]
  public var dimension: Dimension
  public var value: [UInt8]
  /// The upload config that the reports name: rates differ between configs.
  public var config: [UInt8]

  public init(program: [UInt8], dimension: Dimension, value: [UInt8], config: [UInt8]) {
    (self.program, self.dimension, self.value, self.config) = (program, dimension, value, config)
  }
}

/// What the reports of some days come to: sums, in which no report can be seen.
public struct Tallies: Sendable, Equatable {
  /// Reports that had the program, and whose X is at most `rate`: only those
  /// could have a counter of that rate. One row for each rate that the config has
  /// for the program, capped by its SampleRate, and for SampleRate itself.
  public struct Asked: Sendable, Equatable {
    public var part: Part
    public var rate: Double
    public var reports: Int

    public init(part: Part, rate: Double, reports: Int) { (self.part, self.rate, self.reports) = (part, rate, reports) }
  }

  public struct Seen: Sendable, Equatable {
    public var part: Part
    /// `chart:bucket`, or all lines of a stack.
    public var name: [UInt8]
    public var isStack: Bool
    /// The least of its rate and SampleRate in the config of the part.
    public var rate: Double
    /// Distinct reports that have it.
    public var reports: Int
    /// The sum of what they counted; the largest number if it is more.
    public var total: UInt64

    public init(part: Part, name: [UInt8], isStack: Bool, rate: Double, reports: Int, total: UInt64) {
      (self.part, self.name, self.isStack, self.rate, self.reports, self.total) = (part, name, isStack, rate, reports, total)
    }
  }

  /// Of all programs; those that are pending are not among them.
  public var reports: Int
  public var pending: Int
  /// In the order of program, dimension, value, config, rate; and name.
  public var asked: [Asked]
  public var seen: [Seen]
  /// Different stacks that are not in `seen`, because others are in more reports.
  public var unlisted: Int

  /// Programs that crash make up names of stacks, and there is no end of them: so
  /// many are listed.
  public static let mostStacks = 10_000

  public init(reports: Int = 0, pending: Int = 0, asked: [Asked] = [], seen: [Seen] = [], unlisted: Int = 0) {
    (self.reports, self.pending, self.asked, self.seen, self.unlisted) = (reports, pending, asked, seen, unlisted)
  }
}
