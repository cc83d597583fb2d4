import CounterFile
import Dates
import Files
import JSON

/// A local report in the making: the sums of one week.
struct ReportDraft {
  let week: Day
  private var programs: [Program] = []

  private struct Program {
    var identity: Identity
    var begin: Day
    /// Unsorted, with repetitions.
    var counts: [(name: [UInt8], value: UInt64)]
  }

  init(week: Day) { self.week = week }

  /// A week in which nobody counted anything has no report.
  var hasCounts: Bool { programs.contains { !$0.counts.isEmpty } }

  /// Programs appear in the order in which they are first added.
  mutating func add(_ counts: [(name: [UInt8], value: UInt64)], of identity: Identity, since begin: Day) {
    if let index = programs.firstIndex(where: { $0.identity == identity }) {
      programs[index].begin = min(programs[index].begin, begin)
      programs[index].counts += counts
    } else {
      programs.append(Program(identity: identity, begin: begin, counts: counts))
    }
  }

  /// The bytes of local.<week>.json. `x` is in [0, 1).
  func json(lastWeek: [UInt8], x: Double, config: [UInt8]) -> [UInt8] {
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
      let identity = program.identity
      for (key, value) in [
        ("Program", identity.program), ("Version", identity.version), ("GoVersion", identity.toolchain), ("GOOS", identity.os),
        ("GOARCH", identity.arch),
      ] as [(StaticString, [UInt8])] {
        json.key(key)
        json.string(value)
      }
      let sums = ReportDraft.sums(program.counts)
      for (key, wantsStacks) in [("Counters", false), ("Stacks", true)] as [(StaticString, Bool)] {
        json.key(key)
        json.beginObject()
        for (name, value) in sums where name.contains(0x0a) == wantsStacks {
          json.key(name)
          json.integer(value)
        }
        json.endObject()
      }
      json.endObject()
    }
    json.endArray()
    json.key("Config")
    json.string(config)
    json.endObject()
    return json.bytes
  }

  /// One for each name as it will be written, in byte order of the names in the
  /// files: names that differ only in malformed bytes become one, which stands
  /// where the first of them would. Sums stay in the range that readers of
  /// reports accept.
  private static func sums(_ counts: [(name: [UInt8], value: UInt64)]) -> [(name: [UInt8], value: Int64)] {
    var sums = counts.map { $0.name }.orderOfBytes.map { index in
      (name: JSONWriter.replacingInvalidUTF8(counts[index].name), value: Int64(clamping: counts[index].value))
    }
    let byName = sums.map { $0.name }.orderOfBytes
    var isMerged = [Bool](repeating: false, count: sums.count)
    var first = 0
    for at in byName.indices.dropFirst() {
      let (kept, index) = (byName[first], byName[at])
      guard sums[kept].name == sums[index].name else {
        first = at
        continue
      }
      let (sum, overflow) = sums[kept].value.addingReportingOverflow(sums[index].value)
      sums[kept].value = overflow ? .max : sum
      isMerged[index] = true
    }
    return sums.indices.filter { !isMerged[$0] }.map { sums[$0] }
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
      json.key("Program")
      json.string(program.identity.program)
      json.key("Version")
      json.string(program.identity.version)
      json.key("GoVersion")
      json.string(program.identity.toolchain)
      json.key("GOOS")
      json.string(program.identity.os)
      json.key("GOARCH")
      json.string(program.identity.arch)
      json.key("TimeBegin")
      json.string(Instant.midnight(program.begin))
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return json.bytes
  }
}
