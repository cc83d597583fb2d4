import CounterFile
import Files
import Glibc
import JSON

/// Standard output, collected and written at once.
struct Output {
  private var bytes: [UInt8] = []
  private let isTerminal: Bool
  private let isColoured: Bool

  init() {
    isTerminal = isatty(STDOUT_FILENO) == 1
    isColoured = isTerminal && Process.variable("NO_COLOR")?.isEmpty ?? true && Process.variable("TERM") ?? [] != "dumb"
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

  /// Byte for byte, for programs; a terminal gets what cannot steer it.
  mutating func write(exactly text: [UInt8]) { bytes += isTerminal ? printable(text) : text }

  /// The same for text of several lines.
  mutating func write(lines text: [UInt8]) {
    guard isTerminal else { return write(exactly: text) }
    for line in text.split(separator: 0x0a, omittingEmptySubsequences: false).dropLast() { bytes += printable(Array(line)) + [0x0a] }
  }

  /// Right-aligned.
  mutating func column(_ text: String, width: Int, _ style: Style = .plain) {
    write(String(repeating: " ", count: max(0, width - text.utf8.count)))
    write(text, style)
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

  /// Several lines' worth of a name: a stack's frames follow the counter.
  mutating func frames(_ frames: [[UInt8]], indent: Int) {
    for frame in frames where !frame.isEmpty {
      write(String(repeating: " ", count: indent))
      write(printable(frame, doublingBackslash: true), .faint)
      line()
    }
  }

  mutating func json(indent: [UInt8] = [0x20, 0x20], _ body: (inout JSONWriter) -> Void) {
    var writer = JSONWriter(indent: indent)
    body(&writer)
    bytes += writer.bytes
    line()
  }

  /// The first line, as many columns of it. A character counts as one column,
  /// and what gives colour as none.
  consuming func cut(to columns: Int) -> [UInt8] {
    var line: [UInt8] = []
    var (used, at) = (0, 0)
    while at < bytes.count, bytes[at] != 0x0a {
      if bytes[at] == 0x1b {
        while bytes[at] != UInt8(ascii: "m") {
          line.append(bytes[at])
          at += 1
        }
        line.append(bytes[at])
      } else {
        if bytes[at] & 0xc0 != 0x80 { used += 1 }
        if used <= columns { line.append(bytes[at]) }
      }
      at += 1
    }
    return line
  }

  /// A pipe that was closed is quiet: whoever read it has seen enough.
  consuming func flush() throws {
    let problem = Output.write(bytes, to: STDOUT_FILENO)
    if problem == EPIPE { Tel.leave(.failure) }
    if problem != 0 { throw Failure(.failure, "cannot write to standard output: ", .error(problem)) }
  }

  /// Answers the errno, or 0.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
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
  static func say(_ message: [UInt8]) {
    _ = Output.write([UInt8]("tel: ") + printable(message) + [0x0a], to: STDERR_FILENO)
  }
}

/// A question on the terminal. Standard input must be one.
enum Question {
  /// The answer is typed at its end.
  static func put(_ text: [UInt8]) { _ = Output.write(printable(text), to: STDERR_FILENO) }

  /// Everything but a yes is a no.
  static func isYes(_ answer: String?) -> Bool { ["y", "yes"].contains(answer?.lowercased() ?? "") }
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

/// The count's name in one line, and its frames if it is a stack.
func parts(ofName name: [UInt8]) -> (name: [UInt8], frames: [[UInt8]]) {
  let lines = name.split(separator: 0x0a, omittingEmptySubsequences: false).map { Array($0) }
  return (lines[0], Array(lines.dropFirst()))
}

extension JSONWriter {
  mutating func member(_ key: StaticString, _ number: UInt64) {
    self.key(key)
    unsigned(number)
  }

  /// The name of a counter, and its frames if it is a stack.
  mutating func members(ofName name: [UInt8]) {
    let (head, frames) = parts(ofName: name)
    member("name", head)
    if name.contains(0x0a) {
      key("frames")
      beginArray()
      for frame in frames { string(frame) }
      endArray()
    }
  }

  mutating func counts(_ counts: [(name: [UInt8], value: UInt64)]) {
    beginArray()
    for (name, value) in counts {
      beginObject()
      members(ofName: name)
      member("value", value)
      endObject()
    }
    endArray()
  }

  /// Of a program, without its counts.
  mutating func members(of who: Identity) {
    member("program", who.program)
    member("version", who.version)
    member("toolchain", who.toolchain)
    member("os", who.os)
    member("arch", who.arch)
  }
}
