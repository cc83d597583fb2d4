import Files
import Glibc
import JSON

/// Text for people, collected and written at once.
struct Terminal {
  private var bytes: [UInt8] = []

  mutating func line(_ text: String = "") { bytes += Array(text.utf8) + [0x0a] }

  mutating func raw(_ text: [UInt8]) { bytes += text }

  mutating func json(_ body: (inout JSONWriter) -> Void) {
    var writer = JSONWriter(indent: [0x20, 0x20])
    body(&writer)
    bytes += writer.bytes + [0x0a]
  }

  /// A pipe that was closed is quiet: whoever read it has seen enough.
  consuming func flush() throws(Fault) {
    let problem = Terminal.write(bytes, to: STDOUT_FILENO)
    if problem != 0, problem != EPIPE { throw Fault(.io, "cannot write to standard output: ", .error(problem)) }
  }

  /// One sentence on standard error.
  static func complain(_ message: [UInt8]) {
    _ = write([UInt8]("tel-collector: ") + sentence([.bytes(message)]) + [0x0a], to: STDERR_FILENO)
  }

  /// Answers the errno, or 0.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    return bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let written = Kernel.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
        if written < 0 { return Int32(-written) }
        done += written
      }
      return 0
    }
  }
}

/// Text from elsewhere, for one line of a terminal.
func shown(_ text: [UInt8]) -> String { String(decoding: sentence([.bytes(text)]), as: UTF8.self) }

extension JSONWriter {
  mutating func member(_ key: StaticString, _ text: String) {
    self.key(key)
    string(Array(text.utf8))
  }
}
