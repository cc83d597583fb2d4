import Charts
import Dates
import Files
import Frames
import Pages
import Publishing

/// Published stacks of a program, those of one cause together.
struct StacksPage {
  private let scene: Scene
  private let program: History.Program
  private let span: TimeSpan

  private struct Stack {
    var chart: ChartKey
    var frames: [[UInt8]]
    var row: History.Row
    var versions: (first: [UInt8], last: [UInt8])?
  }

  /// Frames that say what went wrong; what is below is how it came there.
  private static let telling = 3

  init(_ scene: Scene, _ program: History.Program, _ span: TimeSpan) { (self.scene, self.program, self.span) = (scene, program, span) }

  private var stacks: [Stack] {
    program.charts.filter { $0.kind == .stack }.flatMap { chart in
      chart.rows(of: span.end).compactMap { row -> Stack? in
        guard let bucket = chart.buckets[Int(row.bucket)] else { return nil }
        var lines = StackName.decode(bucket).split(separator: 0x0a).map { Array($0) }
        if lines.first == chart.key.name { lines.removeFirst() }
        return Stack(chart: chart.key, frames: lines, row: row, versions: chart.versions[row.bucket])
      }
    }
  }

  /// A frame without where in its function it is: `paint.Canvas.flush`.
  static func symbol(_ frame: [UInt8]) -> [UInt8] {
    guard let colon = frame.lastIndex(of: UInt8(ascii: ":")) else { return frame }
    return Array(frame[..<colon])
  }

  func write(to body: inout HTML) {
    let stacks = stacks
    body.add("<p class=\"lede\">Where programs were when something went wrong, as far as enough reports agree: from ")
    body.text(Words.named(span))
    body.add(". Stacks that differ in lines only are shown together.</p>")
    if !scene.isStatic {
      body.add("<div class=\"panel\"><form data-auto>")
      Chooser.spans(&body, scene, span)
      body.add("<button>Show</button></form></div>")
    }
    if stacks.isEmpty { return body.add("<p>No stack is in enough reports to be shown.</p>") }
    var groups: [[[UInt8]]: [Stack]] = [:]
    for stack in stacks { groups[[stack.chart.name] + stack.frames.prefix(StacksPage.telling).map { StacksPage.symbol($0) }, default: []].append(stack) }
    let ranked = groups.map { (key: $0.key, stacks: $0.value.sorted { $0.row.reports > $1.row.reports }) }.sorted { a, b in
      let (one, other) = (a.stacks[0].row.reports, b.stacks[0].row.reports)
      return one != other ? one > other : a.key.lexicographicallyPrecedes(b.key) { $0.precedes($1) }
    }
    body.add("<section><div class=\"line\"><h2>")
    body.text(Words.count(ranked.count, "cause"))
    body.add("</h2><button type=\"button\" class=\"fold\" data-fold aria-expanded=\"false\" hidden>Unfold all</button></div>")
    for (rank, group) in ranked.enumerated() { write(&body, rank + 1, group.key, group.stacks) }
    body.add("</section>")
  }

  private func write(_ body: inout HTML, _ rank: Int, _ key: [[UInt8]], _ stacks: [Stack]) {
    body.add("<article class=\"stack\"><h3><span class=\"soft\">")
    body.add(rank)
    body.add(".</span> <span class=\"name\">")
    body.name(key.count > 1 ? key[1] : key[0], most: 120)
    body.add("</span></h3><p class=\"soft\">")
    body.name(key[0], most: 60)
    if key.count > 2 {
      body.add(", called by ")
      body.name(key[2], most: 80)
    }
    body.add("</p>")
    for stack in stacks {
      body.add("<details><summary>")
      body.text(Words.count(Int(stack.row.reports), "report"))
      body.text(" of \(Words.grouped(Int(stack.row.of)))")
      if !stack.row.isTooFew { body.text(": \(Shares.text(Double(stack.row.share))) (\(stack.row.interval.range))") }
      if let versions = stack.versions {
        body.add("; seen ")
        if versions.first == versions.last {
          body.add("in ")
          body.name(versions.first, most: 40)
        } else {
          body.add("from ")
          body.name(versions.first, most: 40)
          body.add(" to ")
          body.name(versions.last, most: 40)
        }
      }
      body.add("</summary><ol class=\"frames name\">")
      for frame in stack.frames {
        body.add("<li>")
        body.name(frame, most: 200)
        body.add("</li>")
      }
      body.add("</ol></details>")
    }
    body.add("</article>")
  }
}
