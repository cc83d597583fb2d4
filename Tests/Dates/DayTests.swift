import Dates
import TestSupport
import Testing

@Suite("Day")
struct DayTests {
  @Test("days are numbered from 1970-01-01", arguments: [
    ("1970-01-01", 0), ("1970-01-02", 1), ("1969-12-31", -1), ("2000-02-29", 11016), ("2024-02-29", 19782), ("0000-01-01", -719528),
    ("9999-12-31", 2_932_896),
  ])
  func anchors(_ text: String, _ number: Int) {
    #expect(Day(text: text.bytes)?.number == number)
    #expect(Day(number).text.string == text)
  }

  /// A calendar that only knows how long months are.
  private func walk(from year: Int, through last: Int, _ visit: (Int, Int, Int) -> Void) {
    for year in year...last {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      for (index, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
        for day in 1...length { visit(year, index + 1, day) }
      }
    }
  }

  @Test("every day from 2000 to 2100 comes back from its number, its text and its fields")
  func everyDayOfACentury() {
    var number = 10957
    walk(from: 2000, through: 2100) { year, month, day in
      let civil = Day(number).civil
      let fromFields = Day(year: year, month: month, day: day)
      let fromText = Day(text: Day(number).text)
      if civil != (year, month, day) || fromFields?.number != number || fromText?.number != number {
        Issue.record("\(year)-\(month)-\(day), number \(number): \(civil), \(String(describing: fromFields)), \(String(describing: fromText))")
      }
      number += 1
    }
    #expect(number == Day(text: "2101-01-01".bytes)?.number)
  }

  @Test("days of the years 0000 to 9999 come back from their numbers, and weekdays follow each other")
  func tenThousandYears() {
    var number = -719_528
    walk(from: 0, through: 9999) { year, month, day in
      // Every 61st day, and both sides of each end of February and of the year.
      if number % 61 == 0 || (month == 2 && day >= 28) || (month == 3 && day == 1) || (month == 12 && day == 31) {
        let today = Day(number)
        if today.civil != (year, month, day) || Day(year: year, month: month, day: day) != today { Issue.record("\(year)-\(month)-\(day)") }
        if today.advanced(by: 1).weekday != (today.weekday + 1) % 7 { Issue.record("weekday of \(year)-\(month)-\(day)") }
      }
      number += 1
    }
    #expect(number - 1 == 2_932_896)
    #expect(Day(text: "2024-02-25".bytes)?.weekday == 0, "a Sunday")
  }

  @Test("only exactly YYYY-MM-DD of a day that exists is a date", arguments: [
    "", "2026-11-2", "2026-11-233", "2026-1-23", "26-11-23", "2026/11/23", "2026-11-23 ", " 2026-11-23", "2026-11-00", "2026-11-31", "2026-00-01",
    "2026-13-01", "2023-02-29", "1900-02-29", "2100-02-29", "-026-11-23", "+026-11-23", "2026-11-2x", "20261-1-23", "2026-11-23T", "２０２６",
  ])
  func refused(_ text: String) {
    #expect(Day(text: text.bytes) == nil)
  }

  @Test("leap days exist in leap years", arguments: ["2024-02-29", "2000-02-29", "0000-02-29", "2400-02-29"])
  func leapDays(_ text: String) {
    #expect(Day(text: text.bytes)?.text.string == text)
  }

  @Test("a clock gives the day in which it stands, before 1970 too", arguments: [
    (0, "1970-01-01"), (86399, "1970-01-01"), (86400, "1970-01-02"), (-1, "1969-12-31"), (-86400, "1969-12-31"), (-86401, "1969-12-30"),
    (1_795_996_799, "2026-11-29"), (Int64.max, "9999-12-31"), (Int64.min, "0000-01-01"),
  ] as [(Int64, String)])
  func clock(_ seconds: Int64, _ day: String) {
    #expect(Day(unixSeconds: seconds).text.string == day)
  }

  @Test("a day has a start, and lies before the next")
  func order() {
    let day = Day(text: "2026-11-23".bytes)!
    #expect(day.start == 1_795_392_000)
    #expect(day < day.advanced(by: 1))
    #expect(Day(unixSeconds: day.start) == day)
    #expect(Day(unixSeconds: day.start - 1) == day.advanced(by: -1))
  }

  @Test("a number beyond the calendar is written as its nearest day and does not trap", arguments: [Int.min, Int.max, -719_529, 2_932_897])
  func beyond(_ number: Int) {
    #expect(Day(number).text.string == (number < 0 ? "0000-01-01" : "9999-12-31"))
    _ = Day(number).advanced(by: 1).start
    _ = Day(number).weekday
  }
}
