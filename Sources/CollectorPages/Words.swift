import Charts
import Dates
import Files
import Pages
import Publishing
import Store

/// Dates and numbers as people say them.
enum Words {
  private static let months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]

  /// `November 2026`.
  static func month(_ day: Day) -> String { "\(months[day.civil.month - 1]) \(day.civil.year)" }

  /// `22 November 2026`.
  static func day(_ day: Day) -> String { "\(day.civil.day) \(month(day))" }

  /// `16 to 22 November 2026`.
  static func span(_ span: TimeSpan) -> String {
    if span.kind == .day { return day(span.end) }
    let (from, to) = (span.begin.civil, span.end.civil)
    if from.year != to.year { return "\(day(span.begin)) to \(day(span.end))" }
    if from.month != to.month { return "\(from.day) \(months[from.month - 1]) to \(day(span.end))" }
    return "\(from.day) to \(day(span.end))"
  }

  /// `16–22 Nov 2026`, where there is little room.
  static func short(_ span: TimeSpan) -> String {
    let (from, to) = (span.begin.civil, span.end.civil)
    let end = "\(to.day) \(months[to.month - 1].prefix(3)) \(to.year)"
    if span.kind == .day { return end }
    return from.month == to.month ? "\(from.day)–\(end)" : "\(from.day) \(months[from.month - 1].prefix(3))–\(end)"
  }

  /// `the week of 16 to 22 November 2026`.
  static func named(_ span: TimeSpan) -> String { span.kind == .day ? "the day \(day(span.end))" : "the week of \(Words.span(span))" }

  static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String { number == 1 ? "1 \(one)" : "\(grouped(number)) \(many ?? one + "s")" }

  static func grouped(_ number: Int) -> String { Number.grouped(UInt64(clamping: number)) }

  static func word(_ dimension: Dimension) -> StaticString {
    switch dimension {
    case .all: "all"
    case .version: "version"
    case .os: "operating system"
    case .arch: "architecture"
    case .toolchain: "toolchain"
    }
  }

  /// What stands for those that were too few.
  static let folded = [UInt8]("others, too few to show")
}

extension Interval {
  init(_ estimate: Estimate) { self.init(share: estimate.share, low: estimate.low, high: estimate.high, isTooFew: estimate.isTooFew) }
}

extension HTML {
  /// Many small parts of pages.
  mutating func row(_ label: StaticString, _ content: (inout HTML) -> Void) {
    add("<dt>")
    add(label)
    add("</dt><dd>")
    content(&self)
    add("</dd>")
  }

  mutating func element(_ open: StaticString, _ close: StaticString, _ content: (inout HTML) -> Void) {
    add(open)
    content(&self)
    add(close)
  }

  mutating func paragraph(_ text: String) {
    add("<p>")
    self.text(text)
    add("</p>")
  }

  /// A picture in two sizes, of which one is shown: scaled down to a phone its text
  /// could not be read.
  mutating func picture(_ id: String, height: Int = 150, _ draw: (Canvas) -> [UInt8]) {
    add("<div class=\"picture\"><div class=\"large\">")
    add(svg: draw(Canvas(id: id, width: 1010, height: height)))
    add("</div><div class=\"small\">")
    add(svg: draw(Canvas(id: id + "-s", width: 352, height: min(height, 220))))
    add("</div></div>")
  }
}
