import Dates
import Files
import JSON
import Store

/// Reports of a day as the reference publishes them, one a line, but without X and
/// LastWeek. Only for those who have decided to publish reports: rare combinations
/// are all in them.
public struct MergedReports: Sendable {
  private var lines: [[UInt8]] = []

  public init() {}

  public mutating func add(_ report: KeptReport) { if report.pending == nil { lines.append(MergedReports.line(report)) } }

  /// In the order of their bytes: in which order they came, and what their X was,
  /// cannot be seen.
  public var text: [UInt8] {
    var text: [UInt8] = []
    for line in lines.inByteOrder {
      text += line
      text.append(0x0a)
    }
    return text
  }

  private static func line(_ report: KeptReport) -> [UInt8] {
    var line = Line()
    line.raw("{\"Week\":")
    line.string(report.week.text)
    line.raw(",\"Programs\":[")
    let programs = report.programs.map { program -> [UInt8] in
      var part = Line()
      part.raw("{\"Program\":")
      part.string(program.build.program)
      part.raw(",\"Version\":")
      part.string(program.build.version)
      part.raw(",\"GoVersion\":")
      part.string(program.build.toolchain)
      part.raw(",\"GOOS\":")
      part.string(program.build.os)
      part.raw(",\"GOARCH\":")
      part.string(program.build.arch)
      part.raw(",\"Counters\":")
      part.counts(program.counters)
      part.raw(",\"Stacks\":")
      part.counts(program.stacks)
      part.raw("}")
      return part.bytes
    }
    line.bytes += programs.inByteOrder.joined(separator: [UInt8(ascii: ",")])
    line.raw("],\"Config\":")
    line.string(report.config)
    line.raw("}")
    return line.bytes
  }
}

/// Compact JSON, as encoding/json's Marshal has it.
private struct Line {
  var bytes: [UInt8] = []

  mutating func raw(_ text: StaticString) { bytes += [UInt8](text) }

  mutating func string(_ text: [UInt8]) {
    var json = JSONWriter(indent: [])
    json.string(text)
    bytes += json.bytes
  }

  /// In the order of names; `{}` if there are none.
  mutating func counts(_ counts: [KeptReport.Count]) {
    raw("{")
    for (index, at) in counts.map({ $0.name }).orderOfBytes.enumerated() {
      if index > 0 { raw(",") }
      string(counts[at].name)
      raw(":")
      bytes += Array(String(counts[at].value).utf8)
    }
    raw("}")
  }
}
