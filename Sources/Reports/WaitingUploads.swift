import Consent
import Dates
import Files

/// What waits to be uploaded: `local/<date>.json`, and when the next try may be.
public enum WaitingUploads {
  /// The user revoked consent: nothing of it is to leave. Answers the weeks. The
  /// mode file must say so already: then nobody makes others.
  public static func destroy(in folder: TelemetryFolder) throws(Fault) -> [[UInt8]] {
    try Folder.refuseLink(folder.local)
    let names = try Folder.names(in: folder.local, where: { isWaiting($0) || $0 == "upload.next" }) ?? []
    for name in names {
      let path = folder.local.appending(name)
      let status = Kernel.unlink(path)
      if status < 0, status != -Kernel.notFound { throw Fault(.io, "cannot delete ", .path(path), ": ", .error(-status)) }
    }
    return names.filter(isWaiting).map { Array($0.prefix(10)) }
  }

  private static func isWaiting(_ name: [UInt8]) -> Bool { name.count == 15 && name.ends(with: ".json") && Day(text: name[..<10]) != nil }
}
