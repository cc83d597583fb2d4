import Dates
import Testing
import TestSupport

@testable import Publishing

@Suite struct ScheduleTests {
  private let schedule = Schedule()
  private func day(_ text: String) -> Day { Day(text: text.bytes)! }
  private var week: TimeSpan { TimeSpan(.week, ending: day("2026-11-22")) }

  @Test func weeksAreThoseOfTheCalendar() {
    for text in ["2026-11-16", "2026-11-19", "2026-11-22"] { #expect(Schedule.week(of: day(text)) == week) }
    #expect(Schedule.week(of: day("2026-11-23")).end == day("2026-11-29"))
  }

  @Test func aWeekIsPublishedWhenItHasSettled() {
    #expect(schedule.due(on: day("2026-11-29"), days: [day("2026-11-17")], editions: [:]) == [])
    #expect(schedule.due(on: day("2026-11-30"), days: [day("2026-11-17"), day("2026-11-20")], editions: [:]) == [.first(week)])
  }

  @Test func itIsRefreshedOnceWhenNothingMoreIsTaken() {
    let editions = ["weeks/2026-11-22": 1]
    #expect(schedule.due(on: day("2026-12-13"), days: [day("2026-11-17")], editions: editions) == [])
    #expect(schedule.due(on: day("2026-12-14"), days: [day("2026-11-17")], editions: editions) == [.second(week)])
    #expect(schedule.due(on: day("2026-12-14"), days: [day("2026-11-17")], editions: ["weeks/2026-11-22": 2]) == [])
  }

  @Test func aWeekOfWhichReportsAreForgottenIsNotPublished() {
    #expect(schedule.due(on: day("2027-02-14"), days: [day("2026-11-17")], editions: [:]) == [.first(week)])
    #expect(schedule.due(on: day("2027-02-15"), days: [day("2026-11-17")], editions: [:]) == [])
  }

  @Test func whatWasMissedIsDueOldestFirst() {
    #expect(schedule.due(on: day("2026-12-20"), days: [day("2026-12-02"), day("2026-11-17")], editions: [:]) == [.first(week), .first(TimeSpan(.week, ending: day("2026-12-06")))])
  }
}
