import CounterFile
import Dates
import Files
import JSON
import Reports

/// What is exported: reports of weeks that are over, or the counts of one that
/// is not, as all formats write it. What is no character is U+FFFD here, a NUL
/// too; what has the same name then is added up, so that no format has anything twice.
public struct Exported {
  public struct Program {
    public let identity: Identity
    /// Since when it counted, at the latest; Unix seconds.
    public let begin: Int64
    /// In byte order of the names; a name with a line feed is a stack.
    public fileprivate(set) var counts: [Count]
  }

  public struct Count {
    public let name: [UInt8]
    public fileprivate(set) var value: UInt64
  }

  /// `2026-11-20`; a report does not say, and then it is empty.
  public private(set) var begin: [UInt8]
  public private(set) var end: [UInt8]
  /// Empty if it is not known.
  public let vendor: [UInt8]
  /// In order of their names, versions and so on; each is there once.
  public private(set) var programs: [Program] = []
  /// These are the counts so far, and may grow; else they are all that came in the week.
  public let isRunning: Bool
  /// When it was as it is here; Unix seconds.
  public let moment: Int64

  /// The documents are reports, or counter files of weeks that need not be over.
  /// `now`: Unix seconds.
  public init(_ documents: [ReportDocument], vendor: [UInt8] = [], at now: Int64) {
    self.vendor = Exported.text(vendor)
    isRunning = documents.contains { !$0.begin.isEmpty } || documents.isEmpty
    begin = documents.compactMap { $0.begin.isEmpty ? nil : $0.begin }.inByteOrder.first ?? []
    end = documents.map { $0.end }.inByteOrder.first ?? []
    let endOfWeek = Day(text: end)?.start
    moment = isRunning ? min(now, endOfWeek ?? now) : endOfWeek ?? now
    var found: [Program] = []
    for document in documents {
      // A report has the week before its end, and perhaps less.
      let start = Day(text: document.begin)?.start ?? (Day(text: document.end)?.start ?? now) &- 7 * 86400
      for program in document.programs {
        let who = program.identity
        let identity = Identity(
          program: Exported.text(who.program), version: Exported.text(who.version), toolchain: Exported.text(who.toolchain), os: Exported.text(who.os),
          arch: Exported.text(who.arch))
        found.append(Program(identity: identity, begin: start, counts: program.counts.map { Count(name: Exported.text($0.name), value: $0.value) }))
      }
    }
    take(found)
  }

  /// The same, for a visitor.
  public var document: ReportDocument {
    ReportDocument(
      begin: begin, end: end, programs: programs.map { program in ReportDocument.Program(identity: program.identity, counts: program.counts.map { ($0.name, $0.value) }) })
  }

  private mutating func take(_ found: [Program]) {
    for index in sortedIndices(found.count, { Exported.precedes(found[$0].identity, found[$1].identity) }) {
      let next = found[index]
      if let last = programs.last, last.identity == next.identity {
        programs[programs.count - 1] = Program(identity: last.identity, begin: min(last.begin, next.begin), counts: last.counts + next.counts)
      } else {
        programs.append(next)
      }
    }
    for index in programs.indices {
      let counts = programs[index].counts
      var merged: [Count] = []
      for at in sortedIndices(counts.count, { counts[$0].name.precedes(counts[$1].name) }) {
        if let last = merged.last, last.name == counts[at].name {
          merged[merged.count - 1].value = saturating(last.value, counts[at].value)
        } else {
          merged.append(counts[at])
        }
      }
      programs[index].counts = merged
    }
  }

  private static func precedes(_ a: Identity, _ b: Identity) -> Bool {
    for (mine, theirs) in [(a.program, b.program), (a.version, b.version), (a.toolchain, b.toolchain), (a.os, b.os), (a.arch, b.arch)] {
      let order = mine.order(to: theirs)
      if order != 0 { return order < 0 }
    }
    return false
  }

  private static func text(_ given: [UInt8]) -> [UInt8] {
    let clean = JSONWriter.replacingInvalidUTF8(given)
    guard clean.contains(0) else { return clean }
    var text: [UInt8] = []
    for byte in clean { if byte == 0 { text += replacement } else { text.append(byte) } }
    return text
  }

  private static var replacement: [UInt8] { [0xef, 0xbf, 0xbd] }
}

/// That many or more: values saturate.
func saturating(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let (sum, overflow) = a.addingReportingOverflow(b)
  return overflow ? .max : sum
}

extension Exported.Count {
  var isStack: Bool { name.contains(0x0a) }

  /// The counter's own name: of a stack, without its frames.
  var head: [UInt8] { Array(name[..<(name.firstIndex(of: 0x0a) ?? name.count)]) }

  /// Of a stack, a line each, innermost first.
  var frames: [[UInt8]] {
    var lines: [[UInt8]] = []
    guard var start = name.firstIndex(of: 0x0a) else { return lines }
    while start < name.count {
      let end = name[(start + 1)...].firstIndex(of: 0x0a) ?? name.count
      lines.append(Array(name[(start + 1)..<end]))
      start = end
    }
    return lines
  }

  /// What is before the first colon of the name, and what is behind it.
  var parts: (chart: [UInt8], bucket: [UInt8]?) {
    let head = self.head
    guard let colon = head.firstIndex(of: UInt8(ascii: ":")) else { return (head, nil) }
    return (Array(head[..<colon]), Array(head[(colon + 1)...]))
  }
}
