import Dates
import Files

/// One stack as one build has sent it: how often, and when.
public struct StackSighting: Sendable, Equatable {
  public var program, version, toolchain, os, arch: [UInt8]
  /// The name of the stack counter: all its lines.
  public var stack: [UInt8]
  /// Reports that have it, and what they count together.
  public var reports: Int
  public var events: UInt64
  public var firstDay, lastDay: Day
  /// Which reports, by numbers that the source has given them: so a report with
  /// two stacks of one kind is one report. Empty if the source cannot tell.
  public var numbers: [Int32]

  public init(
    program: [UInt8], version: [UInt8], toolchain: [UInt8], os: [UInt8], arch: [UInt8], stack: [UInt8], reports: Int, events: UInt64, firstDay: Day, lastDay: Day, numbers: [Int32] = []
  ) {
    (self.program, self.version, self.toolchain, self.os, self.arch) = (program, version, toolchain, os, arch)
    (self.stack, self.reports, self.events) = (stack, reports, events)
    (self.firstDay, self.lastDay, self.numbers) = (firstDay, lastDay, numbers)
  }
}

/// What a source of sightings has.
public struct Sightings: Sendable {
  /// One for each build and stack, in byte order of the program, the stack and the build.
  public var list: [StackSighting]
  /// Reports in which each program was, with a stack or without: of which a
  /// cluster's reports are a part. Empty if that is not known.
  public var reports: [[UInt8]: Int]

  public init(list: [StackSighting], reports: [[UInt8]: Int]) { (self.list, self.reports) = (list, reports) }
}

/// Where sightings come from: files of published reports, or a collector's store.
public protocol SightingSource {
  mutating func sightings() throws(Fault) -> Sightings
}

/// Text for one line of a message.
func shown(_ text: [UInt8], limit: Int = 200) -> String {
  let start = Array(text.prefix(limit))
  return String(decoding: sentence([.bytes(start)]), as: UTF8.self) + (text.count > start.count ? "…" : "")
}

func counted(_ number: some BinaryInteger, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
