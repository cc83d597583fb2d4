/// A point in time as RFC 3339 writes it, to the second.
public struct Instant: Equatable, Sendable {
  /// Unix seconds.
  public let seconds: Int64
  /// The day that is written, in whatever zone it was written.
  public let day: Day

  /// As lenient as Go's time.Parse with RFC3339, whose files these are: the hour
  /// may have one digit, a fraction may follow the seconds behind a dot or a
  /// comma, and an offset may reach 24:60.
  public init?(rfc3339 text: [UInt8]) {
    guard text.count >= 11, let day = Day(text: text[..<10]), text[10] == UInt8(ascii: "T") else { return nil }
    var scanner = Scanner(text: text, at: 11)
    guard let hour = scanner.number(digits: 1...2), hour < 24, scanner.skip(UInt8(ascii: ":")),
      let minute = scanner.number(digits: 2...2), minute < 60, scanner.skip(UInt8(ascii: ":")),
      let second = scanner.number(digits: 2...2), second < 60
    else { return nil }
    scanner.skipFraction()
    guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
    self.day = day
    seconds = day.start + Int64(hour * 3600 + minute * 60 + second - offset)
  }

  /// The first instant of a day: `2026-11-23T00:00:00Z`.
  public static func midnight(_ day: Day) -> [UInt8] {
    var text = day.text
    let rest: StaticString = "T00:00:00Z"
    text.append(contentsOf: UnsafeBufferPointer(start: rest.utf8Start, count: rest.utf8CodeUnitCount))
    return text
  }

  /// `2026-11-23T08:05:00Z`, of Unix seconds.
  public static func text(_ seconds: Int64) -> [UInt8] {
    let day = Day(unixSeconds: seconds)
    let second = Int(min(max(seconds &- day.start, 0), 86399))
    return day.text + [UInt8(ascii: "T")] + decimal(second / 3600, width: 2) + [UInt8(ascii: ":")] + decimal(second / 60 % 60, width: 2)
      + [UInt8(ascii: ":")] + decimal(second % 60, width: 2) + [UInt8(ascii: "Z")]
  }
}

private struct Scanner {
  let text: [UInt8]
  var at: Int

  var isAtEnd: Bool { at == text.count }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard at < text.count, text[at] == byte else { return false }
    at += 1
    return true
  }

  /// As many digits as there are, up to the upper bound.
  mutating func number(digits: ClosedRange<Int>) -> Int? {
    var value = 0
    var count = 0
    while count < digits.upperBound, at < text.count, let digit = digit(text[at]) {
      value = value * 10 + digit
      count += 1
      at += 1
    }
    return count >= digits.lowerBound ? value : nil
  }

  mutating func skipFraction() {
    guard at + 1 < text.count, text[at] == UInt8(ascii: ".") || text[at] == UInt8(ascii: ","), digit(text[at + 1]) != nil else { return }
    at += 1
    while at < text.count, digit(text[at]) != nil { at += 1 }
  }

  /// Seconds east of UTC.
  mutating func offset() -> Int? {
    if skip(UInt8(ascii: "Z")) { return 0 }
    let isWest = skip(UInt8(ascii: "-"))
    guard isWest || skip(UInt8(ascii: "+")), let hours = number(digits: 2...2), hours <= 24, skip(UInt8(ascii: ":")),
      let minutes = number(digits: 2...2), minutes <= 60
    else { return nil }
    return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
  }
}
