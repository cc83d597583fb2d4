import Dates
import TestSupport
import Testing

@Suite("Instant")
struct InstantTests {
  @Test("RFC 3339 is read as leniently as the reference reads it", arguments: [
    ("2026-11-27T00:00:00Z", 1_795_737_600, "2026-11-27"),
    ("2026-11-27T0:00:00Z", 1_795_737_600, "2026-11-27"),
    ("2026-11-27T7:08:09Z", 1_795_763_289, "2026-11-27"),
    ("2026-11-27T00:00:00.5Z", 1_795_737_600, "2026-11-27"),
    ("2026-11-27T00:00:00,25Z", 1_795_737_600, "2026-11-27"),
    ("2026-11-27T00:00:00.123456789012Z", 1_795_737_600, "2026-11-27"),
    ("2026-11-27T00:00:00+00:00", 1_795_737_600, "2026-11-27"),
    ("2026-11-27T00:00:00+02:00", 1_795_730_400, "2026-11-27"),
    ("2026-11-27T00:00:00-05:30", 1_795_757_400, "2026-11-27"),
    ("2026-11-27T23:59:59-24:00", 1_795_910_399, "2026-11-27"),
    ("1969-12-31T23:59:59Z", -1, "1969-12-31"),
  ] as [(String, Int64, String)])
  func accepted(_ text: String, _ seconds: Int64, _ day: String) throws {
    let instant = try #require(Instant(rfc3339: text.bytes))
    #expect(instant.seconds == seconds)
    #expect(instant.day.text.string == day, "the day in the zone that is written")
  }

  @Test("what is no RFC 3339 is refused", arguments: [
    "", "2026-11-27", "2026-11-27T", "2026-11-27T00:00:00", "2026-11-27 00:00:00Z", "2026-11-27t00:00:00Z", "2026-11-27T00:00:00z", "2026-11-27T24:00:00Z",
    "2026-11-27T00:60:00Z", "2026-11-27T00:00:60Z", "2026-11-27T00:0:00Z", "2026-11-27T00:00:0Z", "2026-11-27T000:00:00Z", "2026-11-27T00:00:00.Z",
    "2026-11-27T00:00:00Z ", "2026-11-27T00:00:00ZZ", "2026-11-27T00:00:00+0100", "2026-11-27T00:00:00+1:00", "2026-11-27T00:00:00+25:00",
    "2026-11-27T00:00:00+01:61", "2026-11-27T00:00:00+01", "2026-02-29T00:00:00Z", "2026-11-27T:00:00Z", "26-11-27T00:00:00Z",
  ])
  func refused(_ text: String) {
    #expect(Instant(rfc3339: text.bytes) == nil)
  }

  @Test("a midnight is read back")
  func midnight() {
    let day = Day(text: "2026-11-23".bytes)!
    #expect(Instant.midnight(day).string == "2026-11-23T00:00:00Z")
    #expect(Instant(rfc3339: Instant.midnight(day))?.seconds == day.start)
  }
}
