import Files

/// When the next try may be: `local/upload.next`, `<Unix seconds> <failures> <why>`.
/// A collector that is in trouble is left alone, longer each time, also by
/// processes that know nothing of each other.
public struct Schedule: Sendable, Equatable {
  /// Unix seconds.
  public var next: Int64 = 0
  /// In a row.
  public var failures: Int64 = 0
  /// The collector has said so; else it is our own patience, which the user may cut short.
  public var isAsked = false

  /// The longest that a collector may keep us away, in seconds.
  public static let longest: Int64 = 86400
  /// After the first failure, in seconds; then twice as long each time.
  private static let first: Int64 = 600

  public init() {}

  /// Nobody waits for what is none.
  public init(_ text: [UInt8]) {
    let words = text.trimmed.split(separator: 0x20)
    guard words.count == 3, let next = Schedule.number(words[0]), let failures = Schedule.number(words[1]) else { return }
    (self.next, self.failures) = (next, failures)
    isAsked = Array(words[2]) == "retry-after"
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for digit in digits {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9"), value < 1 << 50 else { return nil }
      value = value * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    return digits.isEmpty ? nil : value
  }

  public static func read(_ folder: UploadFolder) -> Schedule {
    let text = try? File.content(of: folder.next, limit: 200)
    guard let text else { return Schedule() }
    return Schedule(text)
  }

  /// A time that is further away than any was ever set was left by a clock that was wrong.
  public func holds(at now: Int64) -> Bool { next > now && next - now <= 2 * Schedule.longest }

  var text: [UInt8] { sentence([.number(Int(next)), " ", .number(Int(failures)), isAsked ? " retry-after\n" : " failure\n"]) }

  /// After one more failure. `retryAfter`: seconds, 0 if the collector said
  /// nothing; `chance`: in [0, 1), so that machines do not come back together.
  func afterFailure(at now: Int64, retryAfter: Int, chance: Double) -> Schedule {
    var schedule = self
    schedule.failures = min(failures + 1, 1000)
    let patience = min(Schedule.first << min(failures, 8), Schedule.longest)
    let own = Int64(Double(patience) * (0.5 + chance / 2))
    schedule.isAsked = retryAfter > 0
    schedule.next = now + max(own, min(Int64(retryAfter), Schedule.longest))
    return schedule
  }

  func write(_ folder: UploadFolder) throws(Fault) { try File.replace(folder.next, with: text, mode: File.sharedMode, durable: false) }
}
