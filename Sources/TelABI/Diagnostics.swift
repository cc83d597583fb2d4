import CEntry
import CTel
import Consent
import Counting
import Files

// tel_set_logger is in CEntry/calls.c, beside the call of the logger.

@c @implementation
public func tel_directory() -> UnsafePointer<CChar>! {
  keep { session in session.folder?.path }
}

@c @implementation
public func tel_counter_file() -> UnsafePointer<CChar>! {
  keep { session in session.counterFile }
}

private func keep(_ path: (Session) -> Path?) -> UnsafePointer<CChar> {
  var text: [UInt8] = []
  _ = answering { () throws(Fault) in
    try Library.withSession { session throws(Fault) in
      if let session, let found = path(session) { text = found.bytes }
    }
  }
  return text.withUnsafeBytes { entry_keep_text($0.baseAddress, $0.count) }
}
