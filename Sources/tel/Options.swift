import ArgumentParser
import Consent
import Dates
import Files
import Survey

/// Whose telemetry, and where.
struct Place: ParsableArguments {
  @Option(help: ArgumentHelp("The organisation whose telemetry is meant; go is the Go toolchain's own.", valueName: "name"),
    completion: .custom { _, _, _ in Vendor.names })
  var vendor = Text(argument: "tel")

  @Option(
    name: .customLong("dir"),
    help: ArgumentHelp("The telemetry directory itself, instead of TEL_DIR or the vendor's own.", valueName: "path"), completion: .directory)
  var directory: Text?

  /// Where that is, checked. What cannot name a place is an error of usage.
  func checked() throws -> Consent.Place {
    do throws(Fault) { try Consent.check(vendor: vendor.bytes) } catch { throw Failure.usage(error) }
    guard let directory else { return .standard }
    if directory.bytes.isEmpty { throw Failure(.validationFailure, "--dir needs the path of a directory, not an empty word") }
    return .given(Path(directory.bytes))
  }
}

/// The clock, for demonstrations and tests.
struct Moment: ParsableArguments {
  @Option(
    name: .customLong("as-of"),
    help: ArgumentHelp("Do it as if this day, YYYY-MM-DD, had just begun (UTC); a week that ends on it is over.", valueName: "date"))
  var day: DayOption?

  /// Unix seconds. A week is over once its end has passed.
  var now: Int64 { day.map { $0.day.start + 1 } ?? Clock.seconds }

  var today: Day { Day(unixSeconds: now) }
}

struct DayOption: ExpressibleByArgument {
  let day: Day

  init?(argument: String) {
    guard let day = Day(text: argument.utf8) else { return nil }
    self.day = day
  }
}

/// How the output looks.
struct Format: ParsableArguments {
  @Flag(help: "Print JSON; the manual describes its keys.")
  var json = false
}
