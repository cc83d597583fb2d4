import Files
import Glibc
import JSON

/// Standard output, collected and written at once.
struct Output {
  private var bytes: [UInt8] = []
  private let isColoured: Bool

  init() {
    isColoured = isatty(STDOUT_FILENO) == 1 && Process.variable("NO_COLOR")?.isEmpty ?? true && Process.variable("TERM") ?? [] != "dumb"
  }

  enum Style: String {
    case plain = ""
    case strong = "1"
    case faint = "2"
    case good = "32"
    case warning = "33"
  }

  /// Text that is ours.
  mutating func write(_ text: String, _ style: Style = .plain) { write(Array(text.utf8), style) }

  /// Text from elsewhere must have gone through `printable`.
  mutating func write(_ text: [UInt8], _ style: Style = .plain) {
    if isColoured, style != .plain {
      bytes += Array("\u{1b}[\(style.rawValue)m".utf8) + text + Array("\u{1b}[0m".utf8)
    } else {
      bytes += text
    }
  }

  mutating func line(_ text: String = "") { write(text + "\n") }

  mutating func line(_ pieces: Piece...) {
    write(printable(sentence(pieces)) + [0x0a])
  }

  /// A label and its value, in two columns.
  mutating func row(_ label: String, _ value: [UInt8], _ style: Style = .plain) {
    write(label + String(repeating: " ", count: max(1, 15 - label.utf8.count)), .faint)
    write(printable(value), style)
    line()
  }

  mutating func row(_ label: String, _ pieces: Piece...) { row(label, sentence(pieces)) }

  mutating func json(_ body: (inout JSONWriter) -> Void) {
    var writer = JSONWriter(indent: [0x20, 0x20])
    body(&writer)
    bytes += writer.bytes
    line()
  }

  /// A pipe that was closed is quiet: whoever read it has seen enough.
  consuming func flush() throws {
    let problem = Output.write(bytes, to: STDOUT_FILENO)
    if problem == EPIPE { Tel.leave(.failure) }
    if problem != 0 { throw Failure(.failure, "cannot write to standard output: ", .error(problem)) }
  }

  /// Answers the errno, or 0.
  fileprivate static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    bytes.withUnsafeBytes { buffer in
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

/// Standard error: one sentence a line, with the name of the command before it.
enum Complaint {
  /// A question, at the end of which the answer is typed.
  static func ask(_ question: [UInt8]) { _ = Output.write(printable(question), to: STDERR_FILENO) }

  static func say(_ message: [UInt8]) {
    _ = Output.write([UInt8]("tel: ") + printable(message) + [0x0a], to: STDERR_FILENO)
  }
}

/// Text that cannot steer a terminal and stays one line: what is neither a
/// character nor printable is written as \x1b, and a backslash as \\ where
/// that must be told apart.
func printable(_ text: [UInt8], doublingBackslash: Bool = false) -> [UInt8] {
  if text.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }) { return text }
  var shown: [UInt8] = []
  var index = 0
  while index < text.count {
    let scalar = character(text, at: index)
    let width = scalar.map { UTF8.width($0) } ?? 1
    let bytes = text[index..<index + width]
    if scalar == "\\", doublingBackslash {
      shown += [UInt8]("\\\\")
    } else if let scalar, scalar.value >= 0x20, !(0x7f...0x9f).contains(scalar.value) {
      shown += bytes
    } else {
      for byte in bytes {
        shown += [UInt8]("\\x")
        shown.append(hex: [byte])
      }
    }
    index += width
  }
  return shown
}
