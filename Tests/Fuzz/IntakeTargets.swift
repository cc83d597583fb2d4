import ChartConfig
import Dates
import Files
import Intake
import JSON
import Store

// What anybody may send to a collector.

private let today = Day(text: [UInt8]("2026-11-26"))!
private let week = [UInt8]("2026-11-22")

private func shelf(_ versions: [String]) -> ConfigShelf {
  let path = Path((Process.variable("FUZZ_SCRATCH") ?? [UInt8]("/tmp")) + Array("/configs-\(versions.count)".utf8))
  let counters = #""Counters":[{"Name":"c:{a,b}","Rate":1},{"Name":"rare","Rate":0.1}],"Stacks":[{"Name":"crash","Rate":1,"Depth":4}]"#
  var folder = try! ConfigFolder(path)
  for version in versions where folder.number.map({ $0 < Number([UInt8](version.utf8))! }) ?? true {
    let text = #"{"Version":"\#(version)","GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["gcc12.2"],"SampleRate":0.5,"Programs":[{"Name":"p","Versions":["v1.0.0"],\#(counters)}]}"#
    try! folder.add(Array(text.utf8), as: Number(Array(version.utf8))!)
  }
  return try! ConfigShelf(path)
}

private let now = Intake(shelf(["v1.0.0"]))
private let later = Intake(shelf(["v1.0.0", "v1.1.0"]))

@Sendable func intake(_ bytes: [UInt8]) {
  switch now.verdict(on: bytes, date: week, today: today) {
  case .refuse(let status, let sentence):
    check([400, 413, 425].contains(status) && !sentence.isEmpty && sentence.utf8.count < 1000, "a refusal without a reason")
    check(!sentence.utf8.contains { $0 < 0x20 }, "a sentence is no line")
  case .keep(let report, let dropped):
    check((try? JSONReader.value(of: bytes)) != nil, "what is kept is no JSON")
    check(report.x > 0 && report.x <= 1 && report.week.text == week && report.hash.count == 32 && report.received == today, "another report than was sent")
    check(dropped.count <= 21 && dropped.allSatisfy { $0.utf8.count < 1000 && !$0.utf8.contains { $0 < 0x20 } }, "what was dropped is told in lines")
    check(report.pending != nil || report.x <= 0.5, "a report that is not in the sample is kept")
    approved(report)
    guard let pending = report.pending else { return }
    check(report.programs.isEmpty && now.reread(report) == report, "what waits is read")
    // The same text is the same report, whoever reads it.
    guard case .keep(let again, _) = now.verdict(on: pending, date: week, today: today) else { fatalError("what was kept is refused") }
    check(again.hash == report.hash && again.pending == pending, "what was kept says something else")
    if let read = later.reread(report) {
      check(read.hash == report.hash, "a report that was read is another")
      approved(read)
    }
  }
}

private func approved(_ report: KeptReport) {
  for program in report.programs {
    check(program.build == Build(program: [UInt8]("p"), version: [UInt8]("v1.0.0"), toolchain: [UInt8]("gcc12.2"), os: [UInt8]("linux"), arch: [UInt8]("amd64")), "a build that nobody approved")
    for count in program.counters {
      check(count.value > 0 && (count.name == "c:a" || count.name == "c:b" || count.name == "rare" && report.x <= 0.1), "a counter that nobody approved")
    }
    for stack in program.stacks {
      check(stack.value > 0 && stack.name.begins(with: "crash\n") && !stack.name.contains(UInt8(ascii: "\\")), "a stack that nobody approved")
      check(!stack.name.split(separator: 0x0a).contains { $0.first == UInt8(ascii: "/") || $0.first == UInt8(ascii: "~") }, "a path is kept")
    }
  }
}
