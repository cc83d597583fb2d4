import ChartConfig
import Dates
import Files
import Gate
import JSON
import Store

/// What a report must be to be kept: a pure function of the bytes, the configs and
/// the day. Decision 23 has the reasons. Cheap to copy; a new one takes the place
/// of the old when a config has come.
public struct Intake: Sendable {
  /// Of a body, in bytes; the reference's.
  public static let limit = 102_400
  /// Days after a week's end in which its report is taken; the client's. And, for
  /// clocks that are ahead, one day before.
  public static let window = Refusal.age
  public static let ahead = 1

  private let book: Rulebook

  public init(_ shelf: ConfigShelf) { book = Rulebook(shelf) }

  /// `date` is the last part of the address.
  public func verdict(on body: [UInt8], date: [UInt8], today: Day) -> Verdict {
    do throws(Flaw) { return try keep(body, date: date, received: today) } catch {
      return .refuse(status: error.status, sentence: error.sentence)
    }
  }

  /// A report that was kept until its config came. As it is if that has not come;
  /// nil if nothing of it can be kept.
  public func reread(_ report: KeptReport) -> KeptReport? {
    guard let text = report.pending else { return report }
    guard book.shelf[report.config] != nil else { return report }
    do throws(Flaw) {
      guard case .keep(var read, _) = try keep(text, date: nil, received: report.received) else { return nil }
      read.hash = report.hash
      return read
    } catch { return nil }
  }

  private func keep(_ body: [UInt8], date: [UInt8]?, received: Day) throws(Flaw) -> Verdict {
    if body.count > Intake.limit { throw Flaw("the report is longer than \(Intake.limit) bytes", status: 413) }
    if body.isEmpty { throw Flaw("the report is empty") }
    let room = UnsafeMutablePointer<UInt8>.allocate(capacity: body.count)
    defer { room.deallocate() }
    // A closure of the standard library's would not tell what it throws.
    var verdict: Result<Verdict, Flaw> = .failure(Flaw(""))
    body.withUnsafeBufferPointer { text in
      do throws(Flaw) {
        var scanner = Scanner(text, room: room)
        verdict = .success(try judge(try Draft(&scanner), date: date, received: received))
      } catch { verdict = .failure(error) }
    }
    return try verdict.get()
  }

  private func judge(_ draft: Draft, date: [UInt8]?, received: Day) throws(Flaw) -> Verdict {
    let week = try week(of: draft)
    if let date { try check(week, date: date, today: received) }
    guard let newest = book.shelf.newest else { throw Flaw("there is no upload config here yet; come again", status: 503) }
    guard let config = draft.config?.bytes, UploadConfig.isVersion(config) else {
      throw Flaw("the report's Config, \(draft.config?.shown ?? "which is missing"), is no version like v1.2.3")
    }
    guard let written = draft.x else { throw Flaw("the report has no X") }
    let x = Text.number(written.bytes)
    guard x > 0, x <= 1 else { throw Flaw("the report's X, \(written.shown), is not above 0 and at most 1") }
    let hash = draft.hash(week: week.text, x: x, config: config)
    var report = KeptReport(week: week, x: x, config: config, received: received, hash: hash, programs: [])
    var dropped = Dropped()
    for member in draft.strangers { dropped.add("the member \(member.shown)") }
    guard let rules = book[config] else {
      guard newest.number < config else {
        throw Flaw("there never was an upload config \(String(decoding: config, as: UTF8.self)) here; the newest is \(String(decoding: newest.number.text, as: UTF8.self))")
      }
      report.pending = draft.text(week: week.text, x: written, config: config)
      return .keep(report, dropped: dropped.told)
    }
    if rules.sampleRate > 0, x > rules.sampleRate {
      throw Flaw("the report's X, \(written.shown), is above the sample rate \(rules.sampleRate): it is not in the sample")
    }
    report.programs.reserveCapacity(draft.programs.count)
    for program in draft.programs {
      if let kept = Selection(rules, x: x, received: received).kept(program, of: draft, &dropped) { report.programs.append(kept) }
    }
    return .keep(report, dropped: dropped.told)
  }

  private func week(of draft: Draft) throws(Flaw) -> Day {
    guard let word = draft.week else { throw Flaw("the report has no Week") }
    guard let week = Day(text: word.buffer) else { throw Flaw("the report's Week, \(word.shown), is no day like 2026-11-22") }
    return week
  }

  private func check(_ week: Day, date: [UInt8], today: Day) throws(Flaw) {
    func shown(_ day: Day) -> String { String(decoding: day.text, as: UTF8.self) }
    guard let addressed = Day(text: date) else { throw Flaw("the address is no day: it should be /upload/\(shown(week)), the report's Week") }
    guard addressed == week else { throw Flaw("the report's Week is \(shown(week)), and the address says \(shown(addressed))") }
    let days = week.number - today.number
    if days < -Intake.window { throw Flaw("the report's Week, \(shown(week)), ended more than \(Intake.window) days ago") }
    if days <= Intake.ahead { return }
    // A clock that is ahead; a report must not be lost for it.
    if days <= Intake.window { throw Flaw("the report's Week, \(shown(week)), has not ended yet; come again", status: 425) }
    throw Flaw("the report's Week, \(shown(week)), is far in the future; here it is \(shown(today))")
  }
}

extension Number {
  /// Whether a config of this version, which is not here, is newer.
  static func < (number: Number, version: [UInt8]) -> Bool { Version(number.text) < Version(version) }
}
