import CounterFile
import Dates
import Files
import JSON

/// A local report in the making: the sums of one week.
final class ReportDraft {
  let week: Day
  private var programs: [Program] = []
  /// Of the identities, in the order of the programs: quicker to search.
  private var hashes: [UInt64] = []

  private struct Program {
    var identity: Identity
    var begin: Day
    var counts: Counts
  }

  init(week: Day) { self.week = week }

  /// A week in which nobody counted anything has no report.
  var hasCounts: Bool { programs.contains { !$0.counts.isEmpty } }

  /// Programs appear in the order in which they are first added.
  func add(_ counts: Counts, of identity: Identity, since begin: Day) {
    let hash = identity.hash
    if let index = hashes.indices.first(where: { hashes[$0] == hash && programs[$0].identity == identity }) {
      programs[index].begin = min(programs[index].begin, begin)
      programs[index].counts = programs[index].counts.adding(counts)
    } else {
      hashes.append(hash)
      programs.append(Program(identity: identity, begin: begin, counts: counts))
    }
  }

  /// Writes local.<week>.json. `x` is in [0, 1).
  func write(to file: inout NewFile, lastWeek: [UInt8], x: Double, config: [UInt8]) throws(Fault) {
    var json = JSONWriter(indent: [0x20])
    json.beginObject()
    json.key("Week")
    json.string(week.text)
    json.key("LastWeek")
    json.string(lastWeek)
    json.key("X")
    json.number(x)
    json.key("Programs")
    json.beginArray()
    for program in programs {
      json.beginObject()
      ReportDraft.write(program.identity, to: &json)
      ReportDraft.write(program.counts, to: &json)
      json.endObject()
      try file.append(json.bytes)
      json.forget()
    }
    json.endArray()
    json.key("Config")
    json.string(config)
    json.endObject()
    try file.append(json.bytes)
  }

  private static func write(_ identity: Identity, to json: inout JSONWriter) {
    json.key("Program")
    json.string(identity.program)
    json.key("Version")
    json.string(identity.version)
    json.key("GoVersion")
    json.string(identity.toolchain)
    json.key("GOOS")
    json.string(identity.os)
    json.key("GOARCH")
    json.string(identity.arch)
  }

  private static func write(_ counts: Counts, to json: inout JSONWriter) {
    let counts = counts.isASCII ? counts : readable(counts)
    for (key, wantsStacks) in [("Counters", false), ("Stacks", true)] as [(StaticString, Bool)] {
      json.key(key)
      json.beginObject()
      counts.forEach { name, value in
        if Counts.isStack(name) == wantsStacks {
          json.key(name)
          // The range that readers of reports accept.
          json.integer(Int64(clamping: value))
        }
      }
      json.endObject()
    }
  }

  /// One count for each name as it will be written: names that differ only in
  /// malformed bytes become one, which stands where the first of them would.
  private static func readable(_ counts: Counts) -> Counts {
    var names: [[UInt8]] = []
    var values: [UInt64] = []
    counts.forEach { name, value in
      names.append(JSONWriter.replacingInvalidUTF8([UInt8](name)))
      values.append(value)
    }
    var isMerged = [Bool](repeating: false, count: names.count)
    var first: Int?
    for index in names.orderOfBytes {
      if let first, names[first] == names[index] {
        let (sum, overflow) = values[first].addingReportingOverflow(values[index])
        values[first] = overflow ? .max : sum
        isMerged[index] = true
      } else {
        first = index
      }
    }
    var maker = CountsMaker()
    for index in names.indices where !isMerged[index] { names[index].withUnsafeBufferPointer { maker.append($0, values[index]) } }
    return maker.counts
  }

  /// The bytes of <week>.begin: the day since which each program's counts were
  /// made. The report has no place for it, and consent is dated.
  var begins: [UInt8] {
    var json = JSONWriter(indent: [0x20])
    json.beginObject()
    json.key("Week")
    json.string(week.text)
    json.key("Programs")
    json.beginArray()
    for program in programs {
      json.beginObject()
      ReportDraft.write(program.identity, to: &json)
      json.key("TimeBegin")
      json.string(Instant.midnight(program.begin))
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return json.bytes
  }
}

#if !hasFeature(Embedded)

/// For the command: what ships does without.
extension ReportDraft {
  /// The bytes that would be written.
  func text(x: Double, config: [UInt8]) -> [UInt8] {
    var json = JSONWriter(indent: [0x20])
    json.beginObject()
    json.key("Week")
    json.string(week.text)
    json.key("X")
    json.number(x)
    json.key("Programs")
    json.beginArray()
    for program in programs {
      json.beginObject()
      ReportDraft.write(program.identity, to: &json)
      ReportDraft.write(program.counts, to: &json)
      json.endObject()
    }
    json.endArray()
    json.key("Config")
    json.string(config)
    json.endObject()
    return json.bytes
  }
}

#endif
