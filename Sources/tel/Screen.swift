import Files
import Glibc

/// The terminal while a command has all of it. Put back however it ends.
final class Screen {
  private var before = termios()
  /// A signal's number comes through here, so that none is missed before a wait.
  private var pipe: [Int32] = [-1, -1]
  private let hasKeys: Bool

  /// The pipe's end to write to. A handler can reach nothing else.
  nonisolated(unsafe) private static var alarm: Int32 = -1

  enum Event { case nothing, leave, resized }

  static var isUsable: Bool { isatty(STDOUT_FILENO) == 1 && ![nil, [], [UInt8]("dumb")].contains(Process.variable("TERM")) }

  /// Of the terminal that standard output is; nil if it is none.
  static var width: Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Whether the locale has block characters: the first of these that is set
  /// says so. None is the locale C, which has ASCII.
  static var isUTF8: Bool {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] as [StaticString] {
      guard let value = Process.variable(name), !value.isEmpty else { continue }
      let lowered = value.lowered
      return lowered.ends(with: "utf-8") || lowered.ends(with: "utf8")
    }
    return false
  }

  init() {
    hasKeys = isatty(STDIN_FILENO) == 1
    _ = Glibc.pipe(&pipe)
    Screen.alarm = pipe[1]
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP] {
      signal(number) { number in
        var byte = UInt8(truncatingIfNeeded: number)
        let before = errno
        _ = Glibc.write(Screen.alarm, &byte, 1)
        errno = before
      }
    }
    enter()
  }

  deinit { leave() }

  private func enter() {
    if hasKeys {
      tcgetattr(STDIN_FILENO, &before)
      var raw = before
      raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
      tcsetattr(STDIN_FILENO, TCSANOW, &raw)
    }
    Screen.write("\u{1b}[?1049h\u{1b}[?25l")
  }

  private func leave() {
    Screen.write("\u{1b}[?25h\u{1b}[?1049l")
    if hasKeys { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
  }

  var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Until this moment of the monotonic clock, or something happens.
  func wait(until end: Int64) -> Event {
    let left = max(0, end - Clock.monotonic)
    var ready = [pollfd(fd: pipe[0], events: Int16(POLLIN), revents: 0), pollfd(fd: hasKeys ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0)]
    var count = poll(&ready, 2, Int32((left + 999_999) / 1_000_000))
    while count < 0, errno == EINTR { count = poll(&ready, 2, 0) }
    if count <= 0 { return .nothing }
    var byte: UInt8 = 0
    if ready[0].revents != 0, read(pipe[0], &byte, 1) == 1 {
      switch Int32(byte) {
      case SIGWINCH: return .resized
      case SIGTSTP:
        suspend()
        return .resized
      default: return .leave
      }
    }
    // A terminal that has gone away has no more keys.
    let got = read(STDIN_FILENO, &byte, 1)
    return got <= 0 || byte == UInt8(ascii: "q") || byte == UInt8(ascii: "Q") || byte == 4 ? .leave : .resized
  }

  private func suspend() {
    leave()
    raise(SIGSTOP)
    enter()
  }

  /// Whole lines, from the top; what was there before goes.
  func draw(_ lines: [[UInt8]]) {
    var frame = Array("\u{1b}[H".utf8)
    for (index, line) in lines.enumerated() {
      if index > 0 { frame += [0x0d, 0x0a] }
      frame += line + Array("\u{1b}[K".utf8)
    }
    frame += Array("\u{1b}[J".utf8)
    _ = Output.write(frame, to: STDOUT_FILENO)
  }

  private static func write(_ text: String) { _ = Output.write(Array(text.utf8), to: STDOUT_FILENO) }
}
