import Consent
import Files

/// An organisation that asks for consent, and where its telemetry is.
package struct Vendor {
  package let name: [UInt8]
  package let place: Consent.Place
  package let folder: TelemetryFolder

  package init(_ name: [UInt8], _ place: Consent.Place) throws(Fault) {
    self.name = name
    self.place = place
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
  package static func all() throws -> [Vendor] {
    if Process.isPrivileged { throw Fault(.invalid, "no directory is looked at: the command runs with more privileges than its user") }
    let variables = Variables.now()
    guard let configuration = variables.configuration else { throw Fault(.off, message: variables.problem) }
    return try (Folder.names(in: configuration, where: { (try? Consent.check(vendor: $0)) != nil }) ?? []).compactMap { name in
      let folder = try TelemetryFolder.standard(vendor: name, variables)
      var attributes = Kernel.Attributes()
      guard Kernel.attributes(ofLinkAt: folder.local.appending("weekends"), &attributes) == 0, Kernel.isRegular(attributes) else { return nil }
      return Vendor(name, folder, variables)
    }
  }
}
