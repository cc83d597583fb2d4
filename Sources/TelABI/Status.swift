import CEntry
import CTel
import Files

// Status and error messages. tel_error_message itself is in CEntry/message.c.

@c @implementation
public func tel_status_name(_ status: tel_status) -> UnsafePointer<CChar>! {
  let name: StaticString =
    switch Status(rawValue: status) {
    case .ok: "TEL_OK"
    case .invalid: "TEL_E_INVALID"
    case .off: "TEL_E_OFF"
    case .io: "TEL_E_IO"
    case .corrupt: "TEL_E_CORRUPT"
    case .full: "TEL_E_FULL"
    case .notFound: "TEL_E_NOT_FOUND"
    case .busy: "TEL_E_BUSY"
    case .timeout: "TEL_E_TIMEOUT"
    case .unsupported: "TEL_E_UNSUPPORTED"
    case .plugin: "TEL_E_PLUGIN"
    case nil: "TEL_E_?"
    }
  return UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// The one place where a `Fault` becomes a status and this thread's message.
/// The host's errno is left as it was.
func answering(_ body: () throws(Fault) -> Void) -> tel_status {
  let error = Kernel.lastError
  defer { Kernel.lastError = error }
  do throws(Fault) {
    try body()
    return Status.ok.rawValue
  } catch {
    error.message.withUnsafeBytes { entry_set_message($0.baseAddress, $0.count) }
    return error.status.rawValue
  }
}

/// A warning for the host's logger. It is kept until the session's lock is
/// free again: the logger may call libtel.
struct Note {
  let text: [UInt8]
  init(_ pieces: Piece...) { text = sentence(pieces) }
}

func log(_ notes: [Note]) {
  guard entry_has_logger() else { return }
  for note in notes { note.text.withUnsafeBytes { entry_log(tel_level(TEL_WARNING), $0.baseAddress, $0.count) } }
}
