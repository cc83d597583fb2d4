import Dates
import Files

/// `local/weekends`: the weekday on which this user's weeks end, one for all
/// programs. It is random, so that the reports of the world do not arrive on
/// one day.
enum WeekendsFile {
  /// A digit and a line feed; the reference looks at the first byte only.
  private static let limit = 4096
  /// The reference truncates before it writes, so that an empty file may be
  /// one in the making. After this many looks, a millisecond apart, it is not.
  private static let looks = 20

  /// 0 for Sunday. Whoever comes first chooses.
  static func weekday(in local: Path) throws(Fault) -> Int {
    let path = local.appending("weekends")
    for _ in 0..<looks {
      if let content = try File.content(of: path, limit: limit) {
        if let weekday = Weekends.weekday(inFile: content.trimmed) { return weekday }
        Kernel.pause(microseconds: 1000)
      } else {
        _ = try File.create(path, with: Weekends.file(for: random()), mode: File.sharedMode, durable: false)
      }
    }
    let weekday = random()
    try File.replace(path, with: Weekends.file(for: weekday), mode: File.sharedMode, durable: false)
    return weekday
  }

  private static func random() -> Int {
    var number: UInt32 = 0
    if !withUnsafeMutableBytes(of: &number, { Kernel.fillRandomly($0.baseAddress!, $0.count) }) {
      number = UInt32(truncatingIfNeeded: Clock.monotonic)
    }
    return Int(number % 7)
  }
}
