import Consent
import Crashes
import Files
import Glibc
import Reports

/// A program that is to crash, and what becomes of it: in a telemetry directory of
/// its own, which nobody else uses.
struct CrashTrial {
  enum Ending { case signal(Int32), exit(Int32), crash }

  let folder: TelemetryFolder
  private let language: StaticString
  private let root: Path
  private var words: Path { root.appending("output") }

  init(_ language: StaticString) throws {
    let parent = Process.isPrivileged ? nil : Process.variable("TMPDIR")
    var template = (parent ?? [UInt8]("/tmp")) + [UInt8]("/tel-selftest-XXXXXX")
    template.append(0)
    let made = template.withUnsafeMutableBytes { mkdtemp($0.baseAddress!.assumingMemoryBound(to: CChar.self)) != nil }
    guard made else { throw Failure(.failure, "cannot make a temporary directory: ", .error(errno)) }
    self.language = language
    root = Path(Array(template.dropLast())).absolute
    folder = TelemetryFolder(root.appending("telemetry"))
  }

  func remove() { CrashTrial.remove(root, deep: 16) }

  private static func remove(_ path: Path, deep: Int) {
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(ofLinkAt: path, &attributes) == 0 else { return }
    guard Kernel.isDirectory(attributes), deep > 0 else {
      Kernel.unlink(path)
      return
    }
    for name in (try? Folder.names(in: path, where: { _ in true })) ?? [] { remove(path.appending(name), deep: deep - 1) }
    _ = path.withCString { rmdir($0) }
  }

  // MARK: Starting

  /// Its wait status. Quiet: what it says is in `lastWords`.
  func start(_ words: [[UInt8]], _ more: [(name: String, value: [UInt8])] = [], isQuiet: Bool = false) throws -> Int32 {
    var arguments = CrashTrial.strings(words)
    let names = ["TEL_DIR", "TEL_MODE", "TEL_PROGRAM"] + more.map(\.name)
    var given: [[UInt8]] = []
    var at = environ
    while let variable = at.pointee {
      let text = [UInt8](cString: variable)
      if !names.contains(where: { text.starts(with: Array($0.utf8) + [UInt8(ascii: "=")]) }) { given.append(text) }
      at += 1
    }
    var environment = CrashTrial.strings(given + more.map { Array($0.name.utf8) + [UInt8(ascii: "=")] + $0.value })
    defer { for pointer in arguments + environment { free(pointer) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if isQuiet {
      _ = self.words.withCString { posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, $0, O_WRONLY | O_CREAT | O_TRUNC, 0o600) }
      posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    }
    var child: pid_t = 0
    let problem = arguments.withUnsafeMutableBufferPointer { arguments in
      environment.withUnsafeMutableBufferPointer { posix_spawnp(&child, arguments[0]!, &actions, nil, arguments.baseAddress!, $0.baseAddress!) }
    }
    guard problem == 0 else { throw Failure(.failure, "cannot start ", .bytes(words[0]), ": ", .error(problem)) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 { if errno != EINTR { throw Failure(.failure, "cannot wait for ", .bytes(words[0]), ": ", .error(errno)) } }
    return status
  }

  private static func strings(_ texts: [[UInt8]]) -> [UnsafeMutablePointer<CChar>?] { texts.map { Path($0).withCString { strdup($0) } } + [nil] }

  /// The last line of what was said quietly.
  var lastWords: [UInt8] {
    let text = (try? File.content(of: words, limit: 1 << 20)) ?? nil
    return (text ?? []).split(separator: 0x0a).last.map { Array($0) } ?? []
  }

  // MARK: How it ended

  func expect(_ wanted: Ending, of status: Int32, _ output: inout Output) throws {
    let signal = status & 0x7f, code = (status >> 8) & 0xff
    let how: [Piece] = signal != 0 ? ["died of signal ", .number(Int(signal))] : ["ended with status ", .number(Int(code))]
    let isIt =
      switch wanted {
      case .signal(let number): signal == number
      case .exit(let number): signal == 0 && code == number
      case .crash: status != 0
      }
    guard isIt else {
      let aim: [Piece] =
        switch wanted {
        case .signal(let number): ["die of signal ", .number(Int(number))]
        case .exit(let number): ["end with status ", .number(Int(number))]
        case .crash: ["crash"]
        }
      let said: [Piece] = lastWords.isEmpty ? [] : [": ", .bytes(lastWords)]
      throw Failure(.failure, .literal(language), ": the program was to ", .bytes(sentence(aim)), ", and ", .bytes(sentence(how + said)))
    }
    output.line(.literal(language), ": the program ", .bytes(sentence(how)), wanted.isAny ? "." : ", as it would have without libtel.")
  }

  // MARK: What became of it

  /// Shows the crashes in the report of a week from now; there must be one.
  func find(_ output: inout Output) throws {
    let crashes = try CrashRun(folder, at: Clock.seconds, isOff: false).run()
    if let problem = crashes.problems.first { throw Failure(.failure, .bytes(problem)) }
    let summary = try ReportRun(folder, at: Clock.seconds + 8 * 86400, isDurable: false).run()
    var isFound = false
    for week in summary.published {
      let document = try ReportDocument.read(folder.local.appending([UInt8]("local.") + week.text + [UInt8](".json")))
      for program in document.programs {
        for (name, value) in program.counts where name.begins(with: "crash/") && name.contains(0x0a) && value > 0 {
          let (chart, frames) = parts(ofName: name)
          output.line(.literal(language), ": the report has ", .bytes(chart), " of ", .bytes(program.identity.program), ", with ", .number(frames.count), frames.count == 1 ? " frame:" : " frames:")
          output.frames(frames, indent: 2)
          isFound = true
        }
      }
    }
    if !isFound { throw Failure(.failure, .literal(language), ": no report has the crash") }
  }

  /// The files of Go programs that nobody has counted yet.
  private var waitsForNextStart: Bool {
    let names = try? Folder.names(in: folder.crashes, where: { $0.begins(with: "go-") && $0.ends(with: ".crash") })
    return !((names ?? nil) ?? []).isEmpty
  }

  func tryCommand(_ words: [[UInt8]], _ output: inout Output) throws {
    let environment = [(name: "TEL_DIR", value: folder.path.bytes)]
    try expect(.crash, of: start(words, environment), &output)
    if waitsForNextStart {
      output.line(.literal(language), ": started again, for its next start counts the crash of the one before.")
      _ = try start(words, environment)
    }
    try find(&output)
  }

  func tryGo(_ binding: Path, _ output: inout Output) throws {
    let place = root.appending("go")
    guard place.withCString({ mkdir($0, 0o700) }) == 0 else { throw Failure(.failure, "cannot make ", .path(place), ": ", .error(errno)) }
    for (name, text) in [("main.go", [UInt8](CrashingChild.go)), ("go.mod", [UInt8](CrashingChild.goModule) + binding.bytes + [UInt8]("\"\n"))] {
      let file = place.appending(Array(name.utf8)).withCString { open($0, O_WRONLY | O_CREAT | O_EXCL, 0o600) }
      guard file >= 0, Output.write(text, to: file) == 0 else { throw Failure(.failure, "cannot write ", .path(place.appending(Array(name.utf8))), ": ", .error(errno)) }
      close(file)
    }
    guard (try? start([[UInt8]("go"), [UInt8]("version")], isQuiet: true)) == 0 else { throw Failure(.failure, "Go: there is no go on the PATH") }
    let built = try start([[UInt8]("go"), [UInt8]("build"), [UInt8]("-C"), place.bytes, [UInt8]("-buildvcs=false"), [UInt8]("-o"), [UInt8]("selftest")], isQuiet: true)
    guard built == 0 else { throw Failure(.failure, "Go: the program cannot be built with ", .path(binding), ": ", .bytes(lastWords)) }
    let environment = [(name: "TEL_DIR", value: folder.path.bytes)]
    let program = place.appending("selftest").bytes
    try expect(.exit(2), of: start([program, [UInt8]("crash")], environment, isQuiet: true), &output)
    try expect(.exit(0), of: start([program], environment, isQuiet: true), &output)
    try find(&output)
  }
}

extension CrashTrial.Ending {
  fileprivate var isAny: Bool {
    if case .crash = self { return true }
    return false
  }
}
