import ArgumentParser
import Survey

/// `--all`, for commands that can look at every vendor at once.
struct Everywhere: ParsableArguments {
  @Flag(help: "Every vendor that has counted for this user, instead of one.")
  var all = false

  /// The folders that the command line means: one, or each vendor's own.
  func vendors(_ place: Place) throws -> [Vendor] {
    guard all else { return [try Vendor(place)] }
    if place.directory != nil || CommandLineText.has("--vendor") {
      throw Failure(.validationFailure, "--all means every vendor: it does not go with --vendor or --dir")
    }
    let vendors = try Vendor.all()
    if vendors.isEmpty { throw Failure(.failure, "no vendor has counted for this user") }
    return vendors
  }
}

extension Vendor {
  /// The one that the command line names.
  init(_ options: Place) throws { try self.init(options.vendor.bytes, options.checked()) }

  /// For completions: the vendors there are, and those that there always are.
  static var names: [String] {
    let found = ((try? all()) ?? []).map { String(decoding: $0.name, as: UTF8.self) }
    return Set(found + ["tel", "go"]).sorted()
  }
}
