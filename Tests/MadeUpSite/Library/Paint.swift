import Publishing

/// A small drawing program and its companions: what a visitor sees first.
extension MadeUpSite {
  static let paint = Design(title: "Paint telemetry", programs: [editor, convert, sync, plugin], weeks: 26, days: 14, configs: [first, second, third])

  private static func partition(_ name: String, _ buckets: [Design.Choice], rate: Double = 1) -> Design.Chart { Design.Chart(name: Array(name.utf8), kind: .partition, rate: rate, buckets: buckets) }

  private static func histogram(_ name: String, _ buckets: [Design.Choice], rate: Double = 1) -> Design.Chart { Design.Chart(name: Array(name.utf8), kind: .histogram, rate: rate, buckets: buckets) }

  static let editor = Design.Program(
    name: Array("example.com/paint".utf8), from: 1450, to: 2850, versions: versions, systems: systems, architectures: architectures, toolchains: toolchains,
    charts: [
      partition("paint/open", [.init("png", 0.71, 0.66), .init("svg", 0.28, 0.39), .init("jpeg", 0.47, 0.42), .init("webp", 0.05, 0.21), .init("xcf", 0.06, 0.05), .init("other", 0.03)]),
      partition("paint/tool", [.init("brush", 0.88), .init("select", 0.74), .init("text", 0.41), .init("gradient", 0.13, 0.17), .init("clone", 0.11), .init("measure", 0.02)]),
      histogram("paint/save/latency", [.init("<10ms", 0.62, 0.7), .init("<50ms", 0.55, 0.58), .init("<100ms", 0.31, 0.27), .init("<500ms", 0.22, 0.16), .init("<1s", 0.1, 0.06), .init("<inf", 0.04, 0.02)], rate: 0.5),
      partition("paint/dark-mode", [.init("", 0.38, 0.47)]),
      partition("paint/export", [.init("png", 0.52), .init("pdf", 0.19, 0.24), .init("svg", 0.17), .init("print", 0.05, 0.03)]),
      histogram("paint/canvas/size", [.init("<1MiB", 0.5), .init("<4MiB", 0.61), .init("<16MiB", 0.34), .init("<64MiB", 0.12), .init("<inf", 0.03)]),
      partition("paint/plugins", [.init("none", 0.61, 0.55), .init("one", 0.22), .init("several", 0.17, 0.23)]),
      partition("paint/undo/depth-exceeded", [.init("", 0.021, 0.017)]),
      partition("paint/tablet/pressure", [.init("wacom", 0.014), .init("huion", 0.006), .init("other", 0.001)], rate: 0.2),
    ],
    stacks: [
      Design.Chart(
        name: Array("crash/crash".utf8), kind: .stack, rate: 1,
        buckets: [
          .init("crash/crash\npaint.Canvas.flush:+18,+0x44\npaint.Canvas.commit:+7,+0x91\npaint.main:+212,+0x1c0", 0.021, 0.012),
          .init("crash/crash\npaint.Canvas.flush:+21,+0x52\npaint.Canvas.commit:+7,+0x91\npaint.main:+212,+0x1c0", 0.01, 0.008),
          .init("crash/crash\npaint/codec.decode:+95,+0x2f1\npaint/codec.open:+12,+0x60\npaint.Document.load:+31,+0xa8\npaint.main:+187,+0x190", 0.006, 0.009),
          .init("crash/crash\npaint/plugins.load:+40,+0x133\npaint.main:+66,+0x88", 0.004, 0.006),
        ])
    ])

  static let convert = Design.Program(
    name: Array("example.com/paint-convert".utf8), from: 620, to: 700, versions: versions, systems: systems, architectures: architectures, toolchains: toolchains,
    charts: [
      partition("convert/from", [.init("xcf", 0.4), .init("psd", 0.33, 0.38), .init("tiff", 0.21)]), partition("convert/to", [.init("png", 0.72), .init("webp", 0.12, 0.3), .init("avif", 0.02, 0.08)]),
      histogram("convert/time", [.init("<1s", 0.77), .init("<10s", 0.43), .init("<1m", 0.14), .init("<inf", 0.04)]),
    ])

  static let sync = Design.Program(
    name: Array("example.com/paint-sync".utf8), from: 180, to: 410, versions: Array(versions.prefix(3)), systems: systems, architectures: architectures, toolchains: toolchains,
    charts: [partition("sync/result", [.init("ok", 0.97), .init("conflict", 0.12), .init("offline", 0.31)]), partition("sync/enabled", [.init("", 0.64, 0.7)])])

  static let plugin = Design.Program(
    name: Array("example.com/paint-plugin-host".utf8), from: 40, to: 64, versions: [.init("v2.3.0", 0.5), .init("v2.2.1", 0.4)], systems: Array(systems.prefix(2)), architectures: architectures, toolchains: toolchains,
    charts: [partition("host/sandbox", [.init("on", 0.8), .init("off", 0.19)]), partition("host/rare", [.init("yes", 0.2)], rate: 0.1)])

  static let records: [String] = [
    record("Formats that are opened", "paint/open:{png,svg,jpeg,xcf,other}", "example.com/paint", "which formats are worth our time", more: "description: Files that were opened, by format, whether from the dialog or the command line.\nissue: https://example.com/paint/issues/12\n"),
    record("Tools in use", "paint/tool:{brush,select,text,gradient,clone,measure}", "example.com/paint", "what belongs into the first row of the toolbar", more: "issue: https://example.com/paint/issues/31\n"),
    record("How long saving takes", "paint/save/latency:{<10ms,<50ms,<100ms,<500ms,<1s,<inf}", "example.com/paint", "whether saving must move to the background", kind: "histogram", more: "unit: ms\ndescription: From the command until the file is on disk.\nissue: https://example.com/paint/issues/7\n"),
    record("Dark mode", "paint/dark-mode", "example.com/paint", "whether new icons must be drawn twice"),
    record("Formats of export", "paint/export:{png,pdf,svg,print}", "example.com/paint", "which exporters to keep"),
    record("Memory of a canvas", "paint/canvas/size:{<1MiB,<4MiB,<16MiB,<64MiB,<inf}", "example.com/paint", "how large tiles should be", kind: "histogram"),
    record("Plugins that are loaded", "paint/plugins:{none,one,several}", "example.com/paint", "whether the interface of plugins is used"),
    record("Undo ran out of steps", "paint/undo/depth-exceeded", "example.com/paint", "whether 200 steps are enough"),
    record("Tablets with pressure", "paint/tablet/pressure:{wacom,huion,other}", "example.com/paint", "which drivers to test"),
    record("Crashes", "crash/crash", "example.com/paint", "to mend what crashes", kind: "stack", more: "depth: 16\nissue: https://example.com/paint/issues/7\n"),
    record("Formats that are converted from", "convert/from:{xcf,psd,tiff}", "example.com/paint-convert", "which readers to keep"),
    record("Formats that are converted to", "convert/to:{png,webp,avif}", "example.com/paint-convert", "which writers to keep"),
    record("How long a conversion takes", "convert/time:{<1s,<10s,<1m,<inf}", "example.com/paint-convert", "whether it needs more threads", kind: "histogram"),
    record("How syncing ended", "sync/result:{ok,conflict,offline}", "example.com/paint-sync", "how often people meet conflicts"), record("Syncing is on", "sync/enabled", "example.com/paint-sync", "whether it is used"),
    record("Sandbox of plugins", "host/sandbox:{on,off}", "example.com/paint-plugin-host", "whether it can be made compulsory"),
  ]

  private static func config(_ records: [String]) -> String {
    ([who] + ["example.com/paint", "example.com/paint-convert", "example.com/paint-sync", "example.com/paint-plugin-host"].map { program($0) } + records).joined(separator: "---\n")
  }

  private static let first = config(records.filter { !$0.contains("dark-mode") && !$0.contains("tablet") })
  private static let second = config(records)
  private static let third = config(records.map { $0.contains("counter: paint/open") ? $0.replacing("xcf,other", "webp,xcf,other") : $0.contains("save/latency") ? $0.replacing("rate: 1", "rate: 0.5") : $0 })
}

extension String {
  fileprivate func replacing(_ old: String, _ new: String) -> String { split(separator: old, omittingEmptySubsequences: false).joined(separator: new) }
}
