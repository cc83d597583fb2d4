import Charts
import Dates
import TestSupport

/// Charts to draw, always the same.
enum Sample {
  static let lastEnd = Day(text: "2026-11-27".bytes)!

  /// Numbers without a pattern, the same in each run.
  struct Random {
    var state: UInt64

    mutating func next(_ below: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % below
    }
  }

  /// Weeks of seven days, ending with the live one, if there is one.
  static func chart(_ name: String, _ buckets: [String], weeks: Int = 52, isLive: Bool = true, most: UInt64 = 40, seed: UInt64 = 1) -> Chart {
    var random = Random(state: seed)
    let counted = (0..<weeks).map { index in
      let end = lastEnd.advanced(by: -7 * (weeks - 1 - index))
      let counts = buckets.enumerated().map { at, bucket in
        (bucket: bucket.bytes, value: random.next(most / UInt64(at + 1) + 1) * UInt64(index + 20) / 40)
      }
      return Chart.Counted(week: Week(begin: end.advanced(by: -7), end: end), isLive: isLive && index == weeks - 1, counts: counts)
    }
    return Chart(name: name.bytes, weeks: counted)
  }

  static let latency = chart("editor/hover/latency", ["<100ms", "<10ms", "<inf", "<50ms", "<500ms", "<1s", "<200ms", "<24h", "<5s"], most: 400)
  static let clients = chart("editor/client", ["vscode", "vim", "emacs", "sublimetext", "zed", "helix", "kakoune", "a-very-long-name-of-an-editor-that-nobody-uses", "other"], seed: 3)
  static let versions = chart("editor/version", ["v0.10.0", "v0.9.1", "v0.9.0", "v1.0.0-rc.1", "v1.0.0"], most: 90, seed: 4)
  static let starts = chart("editor/start", [""], seed: 5)
  static let few = chart("editor/open", ["config"], weeks: 2, most: 3, seed: 6)

  /// The first week had two days, some are missing, one was long.
  static let irregular: Chart = {
    let spans: [(String, String, UInt64, Bool)] = [
      ("2026-08-12", "2026-08-14", 3, false), ("2026-08-14", "2026-08-21", 9, false), ("2026-08-21", "2026-08-28", 4, false), ("2026-09-11", "2026-09-18", 12, false),
      ("2026-09-18", "2026-10-02", 5, false), ("2026-11-13", "2026-11-20", 1, false), ("2026-11-20", "2026-11-27", 2, true),
    ]
    return Chart(
      name: "editor/irregular".bytes,
      weeks: spans.map { begin, end, value, isLive in
        .init(week: Week(begin: Day(text: begin.bytes)!, end: Day(text: end.bytes)!), isLive: isLive, counts: [("a".bytes, value), ("b".bytes, value / 2)])
      })
  }()

  static let sizes = chart("editor/file-size", ["<1KiB", "<4KiB", "<64KiB", "<1MiB", "<1GiB", "<inf"], weeks: 12, most: 9000, seed: 7)
  static let nothing = Chart(name: "editor/nothing".bytes, weeks: [])

  /// What nobody should call a counter.
  static let hostileNames: [[UInt8]] = [
    "\"><script>alert(1)</script>".bytes, "a'b&c<d>]]>".bytes, [0x1b, 0x5b, 0x33, 0x31, 0x6d], [0xff, 0xfe, 0x80, 0xc3], "\u{202e}evil\u{2066}".bytes, [0], "a\nb\tc\r".bytes,
    [UInt8](repeating: UInt8(ascii: "x"), count: 4096), [UInt8](repeating: 0xf0, count: 4096), [0xef, 0xbf, 0xbe, 0xef, 0xbf, 0xbf, 0xef, 0xb7, 0x90], [0xed, 0xa0, 0x80], "日本語の名前がとても長いときはどうする".bytes,
    "${7*7}{{x}}".bytes, "&#0;&amp;".bytes, "<!--".bytes, "".bytes, "👩‍👩‍👧‍👦 family".bytes, "e\u{301}\u{301}\u{301}".bytes,
  ]

  static let hostile: Chart = Chart(
    name: hostileNames[0],
    weeks: [.init(week: Week(begin: lastEnd.advanced(by: -7), end: lastEnd), counts: hostileNames.enumerated().map { (bucket: $1, value: UInt64($0 + 1)) })])

  static let all = [latency, clients, versions, starts, few, irregular, sizes, nothing, hostile]
}
