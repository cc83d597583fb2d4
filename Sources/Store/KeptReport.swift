import Dates

/// Who counted: what a report says of a program beside its counts.
public struct Build: Hashable, Sendable {
  public var program, version, toolchain, os, arch: [UInt8]

  public init(program: [UInt8], version: [UInt8], toolchain: [UInt8], os: [UInt8], arch: [UInt8]) {
    (self.program, self.version, self.toolchain, self.os, self.arch) = (program, version, toolchain, os, arch)
  }
}

/// A report as it is kept: what its upload config approves, and nothing that says
/// whom it is from, nor when in the day it came. LastWeek would link it to the one
/// before, and is not kept.
public struct KeptReport: Sendable, Equatable {
  public struct Count: Sendable, Equatable {
    /// Of a stack, all its lines.
    public var name: [UInt8]
    /// Over 0.
    public var value: UInt64

    public init(name: [UInt8], value: UInt64) { (self.name, self.value) = (name, value) }
  }

  public struct Program: Sendable, Equatable {
    public var build: Build
    public var counters: [Count]
    public var stacks: [Count]

    public init(build: Build, counters: [Count], stacks: [Count]) { (self.build, self.counters, self.stacks) = (build, counters, stacks) }
  }

  /// The last day that it covers. With `x` it is the report's name.
  public var week: Day
  /// 0 < x ≤ 1.
  public var x: Double
  /// The upload config that it names: `v1.2.3`.
  public var config: [UInt8]
  /// The day on which it came, UTC.
  public var received: Day
  /// Of its content: 32 bytes, equal for equal content. What decides whether a
  /// second of the same name is the same.
  public var hash: [UInt8]
  /// Each build once. Empty while the report is pending.
  public var programs: [Program]
  /// The text of a report that names a newer config than there is here. It is
  /// counted when that config has come.
  public var pending: [UInt8]?

  public init(week: Day, x: Double, config: [UInt8], received: Day, hash: [UInt8], programs: [Program], pending: [UInt8]? = nil) {
    (self.week, self.x, self.config, self.received) = (week, x, config, received)
    (self.hash, self.programs, self.pending) = (hash, programs, pending)
  }
}
