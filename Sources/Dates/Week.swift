/// The days that one counter file covers: `end` is the first day after them.
public struct Week: Equatable, Sendable {
  public var begin: Day
  public var end: Day

  public init(begin: Day, end: Day) {
    self.begin = begin
    self.end = end
  }

  /// The week of a file that is opened today: until the next day that is this
  /// weekday (0 for Sunday), which is 1 to 7 days away.
  public init(containing today: Day, endingOn weekday: Int) {
    let days = weekday - today.weekday
    self.init(begin: today, end: today.advanced(by: days <= 0 ? days + 7 : days))
  }
}

/// The content of the file `weekends`: a digit, 0 for Sunday, and a line feed.
public enum Weekends {
  /// The weekday, from the file's content without the white space around it;
  /// nil if nothing is left. The reference takes the first byte, whatever it
  /// is, and all programs of a user must agree.
  public static func weekday(inFile trimmed: [UInt8]) -> Int? {
    trimmed.first.map { Int(($0 &- UInt8(ascii: "0")) % 7) }
  }

  public static func file(for weekday: Int) -> [UInt8] { [UInt8(ascii: "0") + UInt8(weekday), 0x0a] }
}
