import Dates
import Files
import TestSupport
import Testing

@Suite("Week")
struct WeekTests {
  struct Span: Decodable, Sendable {
    var now: String
    var weekends: Int
    var TimeBegin: String
    var TimeEnd: String
    var days: Int
  }

  static let spans: [Span] = Samples.vectors("vectors/span.json")

  @Test("there are vectors for every pair of weekdays")
  func complete() { #expect(WeekTests.spans.count == 49) }

  @Test("a file opened on any weekday lasts until the user's weekday, 1 to 7 days", arguments: spans)
  func span(_ span: Span) throws {
    let now = try #require(Instant(rfc3339: span.now.bytes))
    let week = Week(containing: Day(unixSeconds: now.seconds), endingOn: span.weekends)
    #expect(Instant.midnight(week.begin).string == span.TimeBegin)
    #expect(Instant.midnight(week.end).string == span.TimeEnd)
    #expect(week.end.number - week.begin.number == span.days)
  }

  struct File: Decodable, Sendable {
    var bytes_hex: String
    var weekday: Int?
  }

  @Test("the first byte of the file weekends, whatever it is, is the weekday", arguments: Samples.vectors("vectors/weekends.json", as: [File].self))
  func weekends(_ file: File) {
    #expect(Weekends.weekday(inFile: file.bytes_hex.unhexed.trimmed) == file.weekday)
  }

  @Test("a file that is written is read back", arguments: 0...6)
  func written(_ weekday: Int) {
    let file = Weekends.file(for: weekday)
    #expect(file.string == "\(weekday)\n")
    #expect(Weekends.weekday(inFile: file.trimmed) == weekday)
  }
}
