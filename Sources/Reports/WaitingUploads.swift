import Consent
import Dates
import Files

/// What waits to be uploaded: `local/<date>.json`, and when the next try may be.
public enum WaitingUploads {
  /// The user revoked consent: nothing of it is to leave. Answers the weeks. The
  /// mode file must say so already: then nobody makes others.
  public static func destroy(in folder: TelemetryFolder) throws(Fault) -> [[UInt8]] {
    var names = try Folder.names(in: folder.local, where: { $0.count == 15 && $0.ends(with: ".json") && Day(text: $0[..<10]) != nil }) ?? []
    if names.isEmpty, try Folder.names(in: folder.local, where: { $0 == "upload.next" })?.isEmpty ?? true { return [] }
    try Folder.refuseLink(folder.local)
    for name in names + [[UInt8]("upload.next")] {
      let path = folder.local.appending(name)
      let status = Kernel.unlink(path)
      if status < 0, status != -Kernel.notFound { throw Fault(.io, "cannot delete ", .path(path), ": ", .error(-status)) }
    }
    for index in names.indices { names[index].removeLast(5) }
    return names
  }
}
