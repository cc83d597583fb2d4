import Files
import Publishing

/// Sites to look at.
public enum MadeUpSite {
  public static let names = ["small", "year", "hostile", "empty"]

  /// The configs that it builds lie in `folder`.
  public static func named(_ name: String, folder: Path) throws -> MadeUpSource? {
    switch name {
    case "small": try MadeUpSource(paint, folder: folder)
    case "year": try MadeUpSource(year, folder: folder)
    case "hostile": try MadeUpSource(hostile, folder: folder)
    case "empty": try MadeUpSource(Design(title: "Nothing yet", programs: [], weeks: 0, days: 0, configs: []), folder: folder)
    default: nil
    }
  }

  static let versions: [Design.Choice] = [.init("v2.3.0", 0, 0.41), .init("v2.2.1", 0.04, 0.29), .init("v2.2.0", 0.33, 0.14), .init("v2.1.4", 0.42, 0.09), .init("v1.9.2", 0.12, 0.04), .init("v2.4.0-rc.1", 0, 0.012)]
  static let systems: [Design.Choice] = [.init("linux", 0.56, 0.6), .init("darwin", 0.29, 0.27), .init("windows", 0.15, 0.13)]
  static let architectures: [Design.Choice] = [.init("amd64", 0.74, 0.64), .init("arm64", 0.26, 0.36)]
  static let toolchains: [Design.Choice] = [.init("gcc12.2", 0.5, 0.38), .init("gcc14.1", 0.2, 0.4), .init("clang19", 0.3, 0.22)]

  private static let suite: [String] = (0..<40).map { "example.com/suite/program-\($0 / 10)\($0 % 10)" }

  private static let suiteCharts: [Design.Chart] = {
    var charts: [Design.Chart] = []
    for index in 0..<160 { charts.append(chart("area\(index % 12)/count-\(index)", [""], Double(index % 40 + 3) / 50)) }
    for index in 0..<20 { charts.append(chart("area\(index % 12)/choice-\(index)", ["yes", "no", "other"], 0.5)) }
    for index in 0..<20 { charts.append(chart("area\(index % 12)/time-\(index)", ["<1ms", "<10ms", "<100ms", "<1000ms"], 0.6, .histogram)) }
    return charts
  }()

  private static let suiteConfig: String = {
    var records = [who]
    for name in suite { records += [program(name), record("Runs", "area0/count-0", name, "whether it is used")] }
    return records.joined(separator: "---\n")
  }()

  static let year = Design(
    title: "Example tools",
    programs: suite.enumerated().map { index, name in
      Design.Program(
        name: Array(name.utf8), from: 900, to: 1000 + 60 * index, versions: versions, systems: systems, architectures: architectures, toolchains: toolchains, charts: suiteCharts)
    }, weeks: 52, days: 7, configs: [suiteConfig])

  private static func chart(_ name: String, _ buckets: [String], _ share: Double, _ kind: ChartData.Kind = .partition) -> Design.Chart {
    Design.Chart(name: Array(name.utf8), kind: kind, rate: 1, buckets: buckets.enumerated().map { .init($1, share / Double($0 + 1), share / Double($0 + 1) * 1.2) })
  }

  static let hostileNames: [[UInt8]] = [
    Array("<script>alert(1)</script>".utf8), Array("\"><img src=x onerror=alert(2)>".utf8), Array("'; alert(3); '".utf8), Array("{{{body}}}</title>".utf8), Array("a&amp;b".utf8), Array("\u{202e}dlrow".utf8),
    [UInt8](repeating: UInt8(ascii: "x"), count: 4096), [7] + Array("bell".utf8), [0xff, 0xfe, 0x80], Array("../../etc/passwd".utf8), Array("a b\nc".utf8), Array("version".utf8), Array("日本語".utf8), Array(".hidden".utf8), Array("name.json".utf8),
  ]

  static let hostile = Design(
    title: "Names <b>that</b> nobody should give", programs: hostileNames.map { name in
      Design.Program(
        name: name, from: 300, to: 400, versions: [.init(name: Array("<b>v1</b>\"'".utf8), from: 0.9, to: 0.9)], systems: systems, architectures: architectures, toolchains: toolchains,
        charts: hostileNames.map { Design.Chart(name: $0, kind: .partition, rate: 1, buckets: hostileNames.map { .init(name: $0, from: 0.3, to: 0.4) }) },
        stacks: [Design.Chart(name: Array("crash/crash".utf8), kind: .stack, rate: 1, buckets: [.init("crash/crash\n<script>.alert:+1,+0x2\n\"'&:+3,+0x4", 0.2)])])
    }, weeks: 3, days: 2, configs: [])

  static let who = "os: linux, darwin, windows\narch: amd64, arm64\ntoolchain: gcc12.2, gcc14.1, clang19\n"

  static func program(_ name: String) -> String { "program: \(name)\nversions: v1.9.2, v2.1.4, v2.2.0, v2.2.1, v2.3.0, v2.4.0-rc.1\ninstallations: 10,000\nowner: the paint team\n" }

  static func record(_ title: String, _ counter: String, _ program: String, _ why: String, kind: String = "partition", more: String = "") -> String {
    "title: \(title)\ncounter: \(counter)\ntype: \(kind)\nprogram: \(program)\nwhy: \(why)\nrate: 1\nowner: the paint team\nexpires: 2027-06-30\n\(more)"
  }
}
