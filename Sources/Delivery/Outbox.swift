import Consent
import Dates
import Files
import Gate

/// What would leave the machine now, exactly as it would: previews show it, and
/// uploads send it.
public struct Outbox {
  public struct Item {
    public let week: Day
    /// The bytes that go, if any.
    public let document: [UInt8]
    public let outcome: Gate.Outcome
    /// X of the report, as it is written.
    public let x: [UInt8]
    /// The document is in `local/` already; and this is it.
    public let isWaiting: Bool
    let isUnchanged: Bool
  }

  public var items: [Item] = []
  /// What could not be used, in sentences.
  public var problems: [[UInt8]] = []

  public init() {}

  /// Of all weeks that were neither sent nor refused, in order; or of one.
  public init(_ folder: UploadFolder, _ gate: Gate, only: Day? = nil) throws(Fault) {
    let done = try folder.weeksSent() + folder.weeksRejected()
    let waiting = try folder.weeksWaiting()
    var weeks = waiting
    // A report without begins was made by the reference, which has made its
    // document then or never will. What is long past is not worth a word.
    let oldest = Day(unixSeconds: gate.now).advanced(by: -Refusal.age)
    for week in try folder.weeksWithReport() where !waiting.contains(week) && (week >= oldest || week == only) && folder.isThere(folder.begins(week)) {
      weeks.append(week)
    }
    let order = sortedIndices(weeks.count) { weeks[$0] < weeks[$1] }
    for week in order.map({ weeks[$0] }) where !done.contains(week) && (only == nil || only == week) {
      do throws(Fault) {
        if let item = try Outbox.item(folder, gate, week) { items.append(item) }
      } catch { problems.append(error.message) }
    }
  }

  /// Nil if the week has nothing to be sent, or is not over: somebody's clock was ahead.
  static func item(_ folder: UploadFolder, _ gate: Gate, _ week: Day) throws(Fault) -> Item? {
    if week > Day(unixSeconds: gate.now) { return nil }
    let waiting = folder.waiting(week)
    let origin: Gate.Origin
    if let begins = try File.content(of: folder.begins(week), limit: Report.limit) {
      origin = .report(try Begins(begins, origin: folder.begins(week)))
    } else {
      origin = .foreign
    }
    let bytes: [UInt8]
    let report: Report
    let isWaiting: Bool
    if let found = try File.content(of: waiting, limit: Report.limit) {
      (bytes, report, isWaiting) = (found, try Report(found, origin: waiting), true)
    } else if let found = try File.content(of: folder.report(week), limit: Report.limit) {
      (bytes, report, isWaiting) = (found, try Report(found, origin: folder.report(week)), false)
    } else {
      return nil
    }
    guard report.week == week else { throw Fault(.corrupt, .path(isWaiting ? waiting : folder.report(week)), " is of another week than its name says") }
    let outcome = gate.pass(report, from: origin)
    // What waits may have been on its way already, and is not changed unless
    // something of it may not go any more: who sends twice sends the same bytes.
    let isUnchanged = isWaiting && outcome.isWhole
    return Item(
      week: week, document: outcome.refusal != nil ? [] : isUnchanged ? bytes : outcome.document.text, outcome: outcome, x: report.x, isWaiting: isWaiting,
      isUnchanged: isUnchanged)
  }
}
