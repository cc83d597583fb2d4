import Dates

/// When what is published. Weeks are those of the calendar, Monday to Sunday: weeks
/// that overlap could be subtracted from one another.
public struct Schedule: Sendable {
  /// A week is published so many days after it has ended.
  public var settling: Int
  /// Reports are taken so many days after their week has ended.
  public var window: Int
  /// Reports are kept so many days after their week has ended.
  public var retention: Int

  public init(settling: Int = 8, window: Int = 21, retention: Int = 90) { (self.settling, self.window, self.retention) = (settling, window, retention) }

  public enum Due: Sendable, Equatable {
    /// Edition 1 of the week, and its days.
    case first(TimeSpan)
    /// Edition 2 of the week.
    case second(TimeSpan)

    public var week: TimeSpan { switch self { case .first(let week), .second(let week): week } }
  }

  /// The calendar week in which reports of this day are published.
  public static func week(of day: Day) -> TimeSpan { TimeSpan(.week, ending: day.advanced(by: (7 - day.weekday) % 7)) }

  public static func days(of week: TimeSpan) -> ClosedRange<Day> { week.begin...week.end }

  /// What is to be done, oldest first. `days` are those of which there are reports;
  /// `editions` are names of documents that were made, whether or not there was
  /// enough to be published.
  public func due(on today: Day, days: [Day], editions: [String: Int]) -> [Due] {
    var due: [Due] = []
    for week in Set(days.map { Schedule.week(of: $0) }).sorted() {
      let age = today.number - week.end.number
      switch editions[week.name] {
      case nil:
        // Of an older one some reports are forgotten: its numbers would be wrong.
        if age >= settling, today.number - week.begin.number <= retention { due.append(.first(week)) }
      case 1?:
        if isClosed(week, on: today), today.number - week.begin.number <= retention { due.append(.second(week)) }
      default: break
      }
    }
    return due
  }

  /// No more reports of it are taken.
  public func isClosed(_ span: TimeSpan, on today: Day) -> Bool { today.number - span.end.number > window }
}
