import Charts
import Dates
import Delivery
import Files
import Gate
import JSON
import Pages
import Survey

/// What pages show, for programs.
struct Downloads {
  private let scene: Site.Scene
  private let selection: Selection

  private struct Row {
    let week: History.Week
    let program: [UInt8]
    let version, toolchain, os, arch: [UInt8]
    let name: [UInt8]
    let value: UInt64
  }

  init(_ scene: Site.Scene) {
    self.scene = scene
    selection = Selection(scene.query)
  }

  private func rows(_ program: [UInt8]) -> [Row] {
    let snapshot = scene.source.snapshot
    let weeks = Set(selection.spans(snapshot).map { $0.end.number })
    var rows: [Row] = []
    snapshot.each(program) { week, build, name, value in
      guard weeks.contains(week.end.number), selection.version == nil || build.version == selection.version else { return }
      if let chart = selection.chart, Chart.parts(ofCounter: name).chart != chart { return }
      rows.append(Row(week: week, program: program, version: build.version, toolchain: build.toolchain, os: build.os, arch: build.arch, name: name, value: value))
    }
    return rows.sorted {
      if $0.week.end != $1.week.end { return $0.week.end < $1.week.end }
      if $0.name != $1.name { return $0.name.precedes($1.name) }
      return $0.version.precedes($1.version)
    }
  }

  /// One program, or all, one after the other.
  private var programs: [[UInt8]] { scene.query["program"].map { [$0] } ?? scene.source.snapshot.programs }

  func json() -> Site.Answer { Site.Answer(type: "application/json", body: [UInt8]("["), file: "tel.json", more: programs, end: [UInt8]("\n]\n")) }

  func csv() -> Site.Answer {
    Site.Answer(type: "text/csv; charset=utf-8", body: [UInt8]("week,live,program,version,toolchain,os,arch,name,value\r\n"), file: "tel.csv", more: programs)
  }

  /// What follows of one program; in JSON without the comma before it.
  func part(_ path: String, _ program: [UInt8]) -> [UInt8] { path == "/data.csv" ? csv(program) : json(program) }

  private func json(_ program: [UInt8]) -> [UInt8] {
    var json = JSONWriter(indent: [0x20, 0x20])
    func member(_ key: StaticString, _ text: [UInt8]) {
      json.key(key)
      json.string(text)
    }
    let rows = rows(program)
    if rows.isEmpty { return [] }
    json.beginArray()
    for row in rows {
      json.beginObject()
      member("week", row.week.end.text)
      json.key("live")
      json.bool(row.week.isLive)
      member("program", row.program)
      member("version", row.version)
      member("toolchain", row.toolchain)
      member("os", row.os)
      member("arch", row.arch)
      member("name", row.name)
      json.key("value")
      json.unsigned(row.value)
      json.endObject()
    }
    json.endArray()
    // Without the brackets, and the line of the last.
    return Array(json.bytes.dropFirst().dropLast(2))
  }

  private func csv(_ program: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    for row in rows(program) {
      for cell in [row.week.end.text, [UInt8](row.week.isLive ? "true" : "false"), row.program, row.version, row.toolchain, row.os, row.arch, row.name] {
        text += Downloads.cell(cell)
        text.append(UInt8(ascii: ","))
      }
      text.append(decimal: row.value)
      text.append("\r\n")
    }
    return text
  }

  /// A spreadsheet takes what begins with one of these for a formula.
  private static func cell(_ text: [UInt8]) -> [UInt8] {
    var text = text
    if let first = text.first, [UInt8]("=+-@\t\r").contains(first) { text.insert(UInt8(ascii: "'"), at: 0) }
    if !text.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ",") || $0 == 0x0a || $0 == 0x0d }) { return text }
    return [UInt8]("\"") + text.flatMap { $0 == UInt8(ascii: "\"") ? [$0, $0] : [$0] } + [UInt8]("\"")
  }

  /// What the week that is not over has now: by chart, or by program.
  func live() -> Site.Answer {
    let counts = selection.program.isEmpty ? liveOfPrograms() : liveOfCharts()
    var json = JSONWriter(indent: [])
    json.beginObject()
    json.key("text")
    json.string(sentence(["The last week is not over: its counts are those of ", .bytes(Instant.text(Clock.seconds)), "."]))
    json.key("counts")
    json.beginArray()
    for (chart, count) in counts.sorted(by: { $0.key.precedes($1.key) }) {
      json.beginObject()
      json.key("key")
      json.string(Address.encoded(chart))
      json.key("text")
      json.string(Array(Number.grouped(count).utf8))
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return Site.Answer(type: "application/json", body: json.bytes)
  }

  private func liveOfPrograms() -> [[UInt8]: UInt64] {
    let snapshot = scene.source.snapshot
    let ends = snapshot.weeks.filter { $0.isLive }.map { $0.end.number }
    var counts: [[UInt8]: UInt64] = [:]
    for program in ends.isEmpty ? [] : snapshot.programs {
      let totals = snapshot.totals(program)
      counts[program] = ends.reduce(0) { $0 &+ (totals[$1] ?? 0) }
    }
    return counts
  }

  private func liveOfCharts() -> [[UInt8]: UInt64] {
    let snapshot = scene.source.snapshot
    let live = snapshot.live
    let last = selection.spans(snapshot).last?.end
    var counts: [[UInt8]: UInt64] = [:]
    guard let program = live.programs[selection.program] else { return [:] }
    for (name, points) in zip(program.names, program.series) where !name.contains(0x0a) {
      let chart = Chart.parts(ofCounter: name).chart
      if let only = selection.chart, only != chart { continue }
      for point in points where live.weeks[Int(point.week)].isLive && live.weeks[Int(point.week)].end == last {
        if let version = selection.version, program.builds[Int(point.build)].version != version { continue }
        counts[chart, default: 0] &+= point.value
      }
    }
    return counts
  }

  /// A report, byte for byte.
  func document() -> Site.Answer? {
    guard let week = selection.week, let kind = scene.query["kind"] else { return nil }
    let bytes: [UInt8]?
    if kind == "next" {
      bytes = Outlook(scene.source).going.first { $0.week == week }?.document
    } else {
      bytes = ReportKind(rawValue: String(decoding: kind, as: UTF8.self)).flatMap { try? File.content(of: $0.path(week, scene.source.uploads), limit: Report.limit) }
    }
    return bytes.map { Site.Answer(type: "application/json", body: $0, file: "\(String(decoding: week.text, as: UTF8.self))-\(String(decoding: kind, as: UTF8.self)).json") }
  }
}
