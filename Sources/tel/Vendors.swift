import ArgumentParser
import Consent
import Files

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

/// An organisation that asks for consent, and where its telemetry is.
struct Vendor {
  let name: [UInt8]
  let place: Consent.Place
  let folder: TelemetryFolder

  init(_ options: Place) throws {
    name = options.vendor.bytes
    place = try options.checked()
    folder = try Consent.folder(place, vendor: name)
  }

  /// Its own folder, as without --all; only where TEL_DIR is set, which would
  /// name another, it must be given.
  private init(_ name: [UInt8], _ folder: TelemetryFolder, _ variables: Variables) {
    self.name = name
    self.folder = folder
    place = variables.directory == nil ? .standard : .given(folder.path)
  }

  /// Those of this user, in the order of their names: a vendor is a folder in
  /// which weeks have begun. TEL_DIR, which names one folder, plays no part.
  static func all() throws -> [Vendor] {
    if Process.isPrivileged { throw Failure(.failure, "no directory is looked at: the command runs with more privileges than its user") }
    let variables = Variables.now()
    guard let configuration = variables.configuration else { throw Fault(.off, message: variables.problem) }
    return try (Folder.names(in: configuration, where: { (try? Consent.check(vendor: $0)) != nil }) ?? []).compactMap { name in
      let folder = try TelemetryFolder.standard(vendor: name, variables)
      var attributes = Kernel.Attributes()
      guard Kernel.attributes(ofLinkAt: folder.local.appending("weekends"), &attributes) == 0, Kernel.isRegular(attributes) else { return nil }
      return Vendor(name, folder, variables)
    }
  }

  /// For completions: the vendors there are, and those that there always are.
  static var names: [String] {
    let found = ((try? all()) ?? []).map { String(decoding: $0.name, as: UTF8.self) }
    return Set(found + ["tel", "go"]).sorted()
  }
}
