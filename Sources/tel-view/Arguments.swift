import Consent
import Dates
import Files

/// What `tel view` hands on: words in pairs, already checked.
struct Arguments {
  private(set) var vendor = [UInt8]("tel")
  private(set) var place = Consent.Place.standard
  private(set) var all = false
  /// Unix seconds; nil for the clock's.
  private(set) var now: Int64?
  /// Those to try, in order; 0 is any that is free.
  private(set) var ports = [4040, 0]

  init(_ words: ArraySlice<String>) throws(Fault) {
    // As bytes: a path need not be UTF-8.
    var words = words.indices.map { [UInt8](cString: CommandLine.unsafeArgv[$0]!) }[...]
    while let word = words.popFirst() {
      if word == "--all" {
        all = true
        continue
      }
      guard let value = words.popFirst() else { throw Fault(.invalid, "tel-view is started by \"tel view\"") }
      if word == "--vendor" {
        vendor = value
      } else if word == "--dir" {
        place = .given(Path(value))
      } else if word == "--as-of", let day = Day(text: value) {
        now = day.start + 1
      } else if word == "--port", let port = Int(String(decoding: value, as: UTF8.self)), (0...65535).contains(port) {
        ports = [port]
      } else {
        throw Fault(.invalid, "tel-view is started by \"tel view\"")
      }
    }
  }
}
