import Dates
import Files
import Gate
import Store

/// Numbers that are the same for the same seed (splitmix64).
struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  mutating func happens(_ chance: Double) -> Bool { Double.random(in: 0..<1, using: &self) < chance }
}

/// Made-up reports of two programs.
struct Crowd {
  static let day = Day(text: [UInt8]("2026-11-22"))!
  static let programs = ["example.com/editor", "example.com/lint"]
  static let charts = 20
  static let buckets = 20

  /// Three configs: other rates, and one that no longer has the second program.
  static let configs: [[UInt8]: UploadConfig] = Dictionary(
    uniqueKeysWithValues: [("v1.0.0", 1.0, 0.5, 2), ("v1.1.0", 0.5, 0.25, 2), ("v1.2.0", 1.0, 1.0, 1)].map { version, sample, rate, count in
      let names = (0..<charts).map { chart in
        #"{"Name":"chart\#(chart):{\#((0..<buckets).map { "b\($0)" }.joined(separator: ","))}","Rate":\#(chart % 3 == 0 ? rate : 1)}"#
      }
      let listed = programs.prefix(count).map {
        #"{"Name":"\#($0)","Versions":["v1.0.0"],"Counters":[\#(names.joined(separator: ","))],"Stacks":[{"Name":"crash/crash","Rate":\#(rate),"Depth":16}]}"#
      }
      let text = #"{"Version":"\#(version)","GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["go1.27"],"SampleRate":\#(sample),"Programs":[\#(listed.joined(separator: ","))]}"#
      return ([UInt8](version.utf8), try! UploadConfig([UInt8](text.utf8), version: [], origin: []))
    })

  var dice: Dice
  /// Of reports with odd things in them: two builds, names that no config has, great numbers, pending ones.
  var odd = 0.0
  var days = 1
  /// Different stacks.
  var stacks = 500

  init(seed: UInt64) { dice = Dice(state: seed) }

  mutating func report() -> KeptReport {
    let x = Double(dice.next() >> 11 | 1) / 0x1p53
    var version = "v1.0.0"
    if dice.happens(odd) { version = ["v1.1.0", "v1.2.0", "v9.9.9"].randomElement(using: &dice)! }
    let hash = (0..<4).flatMap { _ in withUnsafeBytes(of: dice.next()) { Array($0) } }
    var report = KeptReport(
      week: Crowd.day.advanced(by: -Int.random(in: 0..<days, using: &dice)), x: x, config: [UInt8](version.utf8), received: Crowd.day.advanced(by: 3), hash: hash, programs: [])
    if dice.happens(odd / 4) {
      report.pending = [UInt8]("{ }".utf8)
      return report
    }
    for program in Crowd.programs {
      var builds: Set<Build> = [build(program)]
      if dice.happens(odd) { builds.insert(build(program)) }
      if dice.happens(odd / 2) { builds = [] }
      for build in builds.sorted(by: { $0.version.lexicographicallyPrecedes($1.version) }) { report.programs.append(counts(build)) }
    }
    return report
  }

  private mutating func build(_ program: String) -> Build {
    func one(_ names: [String]) -> [UInt8] { [UInt8](names.randomElement(using: &dice)!.utf8) }
    return Build(
      program: [UInt8](program.utf8), version: one(["v1.0.0", "v1.1.0", "v1.2.0", "v1.3.0"]), toolchain: one(["go1.27.1", "go1.27.2", "gcc12.2"]), os: one(["linux", "darwin", "windows"]),
      arch: one(["amd64", "arm64"]))
  }

  private mutating func counts(_ build: Build) -> KeptReport.Program {
    var program = KeptReport.Program(build: build, counters: [], stacks: [])
    for chart in 0..<Crowd.charts {
      let bucket = min(Int.random(in: 0..<Crowd.buckets, using: &dice), Int.random(in: 0..<Crowd.buckets, using: &dice))
      let value = dice.happens(odd / 10) ? UInt64.max - 3 : UInt64.random(in: 1...300, using: &dice)
      program.counters.append(KeptReport.Count(name: [UInt8]("chart\(chart):b\(bucket)".utf8), value: value))
    }
    if dice.happens(odd) { program.counters.append(KeptReport.Count(name: [UInt8]("unknown:b1".utf8), value: 1)) }
    if dice.happens(0.1) {
      let number = min(Int.random(in: 0..<stacks, using: &dice), Int.random(in: 0..<stacks, using: &dice))
      let frames = (0..<16).map { "example.com/editor/internal/work.(*Engine).step\(number)_\($0):+\($0),+0x1f" }
      program.stacks.append(KeptReport.Count(name: [UInt8]((["crash/crash"] + frames).joined(separator: "\n").utf8), value: 1))
    }
    return program
  }
}
