import CounterFile
import Dates
import Files

/// Why something stays on this machine.
public enum Refusal: Sendable {
  // Of a whole report:
  /// X is above the sample rate: this report is not in the sample.
  case sampled(rate: [UInt8])
  case tooOld
  /// It has counts of this day, and consent is of a day not before.
  case begunBefore(Day, asOf: Day)
  /// Of the reference's documents only the day is known.
  case endedBefore(asOf: Day)
  /// It is not known since when it was counted.
  case unknownBegin

  // Of a program:
  case program, version, toolchain, system, architecture

  // Of a counter or a stack:
  case unlisted
  case expired(Day?)
  case rate([UInt8])

  /// The longest that something waits, in days after its week's end.
  public static let age = 21

  /// For machines.
  public var word: StaticString {
    switch self {
    case .sampled: "sampled"
    case .tooOld: "too-old"
    case .begunBefore, .endedBefore: "before-consent"
    case .unknownBegin: "unknown-begin"
    case .program: "program"
    case .version: "version"
    case .toolchain: "toolchain"
    case .system: "os"
    case .architecture: "arch"
    case .unlisted: "unlisted"
    case .expired: "expired"
    case .rate: "rate"
    }
  }

  /// For people: the end of a sentence that begins with what stays.
  public func reason(_ who: Identity?, x: [UInt8]) -> [UInt8] {
    switch self {
    case .sampled(let rate):
      sentence(["this report is not in the sample: its random number X is ", .bytes(x), ", above the sample rate ", .bytes(rate)])
    case .tooOld: sentence(["its week ended more than ", .number(Refusal.age), " days ago"])
    case .begunBefore(let day, let asOf):
      sentence(["it has counts from ", .bytes(day.text), " on, and you agreed on ", .bytes(asOf.text), ": only what is begun after that day is sent"])
    case .endedBefore(let asOf): sentence(["its week ended not after the day on which you agreed, ", .bytes(asOf.text)])
    case .unknownBegin: [UInt8]("it is not known since when it was counted")
    case .program: [UInt8]("the upload config does not list the program")
    case .version: sentence(["the upload config does not list the version ", .bytes(who?.version ?? []), " of the program"])
    case .toolchain: sentence(["the upload config does not list the toolchain ", .bytes(who?.toolchain ?? [])])
    case .system: sentence(["the upload config does not list the operating system ", .bytes(who?.os ?? [])])
    case .architecture: sentence(["the upload config does not list the architecture ", .bytes(who?.arch ?? [])])
    case .unlisted: [UInt8]("the upload config does not list it")
    case .expired(let day):
      day.map { sentence(["its approval expired on ", .bytes($0.text)]) } ?? [UInt8]("its approval has an end that cannot be read")
    case .rate(let rate): sentence(["it is not in the sample: X is ", .bytes(x), ", above its rate ", .bytes(rate)])
    }
  }
}
