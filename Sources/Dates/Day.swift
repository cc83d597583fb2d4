/// A day of the Gregorian calendar, in UTC, by its number: 0 is 1970-01-01.
public struct Day: Comparable, Sendable {
  public let number: Int

  public init(_ number: Int) { self.number = number }

  public static func < (a: Day, b: Day) -> Bool { a.number < b.number }

  /// What four digits of a year can say: 0000-01-01 to 9999-12-31.
  static let first = Day(-719_528)
  static let last = Day(2_932_896)

  /// The day in which the instant lies; a clock that says nonsense gives the
  /// first or the last day that can be written.
  public init(unixSeconds seconds: Int64) {
    let whole = Int(seconds / 86400) - (seconds % 86400 < 0 ? 1 : 0)
    self.init(min(max(whole, Day.first.number), Day.last.number))
  }

  /// Exactly `YYYY-MM-DD`, and a day that exists.
  public init?(text: some Collection<UInt8>) {
    guard text.count == 10 else { return nil }
    var fields = (0, 0, 0)
    for (index, byte) in text.enumerated() {
      if index == 4 || index == 7 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard let digit = digit(byte) else { return nil }
      if index < 4 {
        fields.0 = fields.0 * 10 + digit
      } else if index < 7 {
        fields.1 = fields.1 * 10 + digit
      } else {
        fields.2 = fields.2 * 10 + digit
      }
    }
    self.init(year: fields.0, month: fields.1, day: fields.2)
  }

  /// Nil if there is no such day. Years 0 to 9999.
  public init?(year: Int, month: Int, day: Int) {
    guard (0...9999).contains(year), (1...12).contains(month), day >= 1, day <= Day.length(ofMonth: month, year: year) else { return nil }
    // Years that begin in March have the leap day at their end.
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted >= 0 ? shifted / 400 : (shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    self.init(era * 146_097 + dayOfEra - 719_468)
  }

  private static func length(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Year, month and day of the month.
  public var civil: (year: Int, month: Int, day: Int) {
    let days = min(max(number, Day.first.number), Day.last.number) + 719_468
    let era = days >= 0 ? days / 146_097 : (days - 146_096) / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted + (shifted < 10 ? 3 : -9)
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  /// `YYYY-MM-DD`.
  public var text: [UInt8] {
    let (year, month, day) = civil
    let dash = UInt8(ascii: "-")
    return decimal(year, width: 4) + [dash] + decimal(month, width: 2) + [dash] + decimal(day, width: 2)
  }

  /// 0 for Sunday, 6 for Saturday.
  public var weekday: Int { ((number % 7) + 11) % 7 }

  public func advanced(by days: Int) -> Day { Day(number &+ days) }

  /// Unix seconds of the day's first instant.
  public var start: Int64 { Int64(number) &* 86400 }
}

func digit(_ byte: UInt8) -> Int? {
  byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte - UInt8(ascii: "0")) : nil
}

/// The number with leading zeros.
func decimal(_ number: Int, width: Int) -> [UInt8] {
  var digits = [UInt8](repeating: UInt8(ascii: "0"), count: width)
  var rest = number
  for index in stride(from: width - 1, through: 0, by: -1) {
    digits[index] += UInt8(rest % 10)
    rest /= 10
  }
  return digits
}
