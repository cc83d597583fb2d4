import ArgumentParser
import Files
import Glibc

/// For a tool's own CI: what is only seen when it is needed is tried now.
struct SelftestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest", abstract: "Try what is only needed when something goes wrong.",
    discussion: """
      --crash starts programs that count with libtel, lets each crash, and looks for
      that crash in a report: one in C, with the libtel installed beside this
      command; in Python, if there is a python3 that imports libtel's binding; and in
      Go, if --go says where that binding is. Or a program of yours: after --, a
      command that crashes. It gets a telemetry directory in TEL_DIR, and is started
      twice if its next start is to count the crash, as in Go.

      All of it happens in temporary directories. What was not tried is said. The
      exit status is 0 if each crash that was tried is found.
      """)
  @Flag(help: "Crash on purpose, and look for it in a report.")
  var crash = false
  @Option(help: ArgumentHelp("The libtel to try: a path, or a name to be looked for as programs do.", valueName: "library"), completion: .file())
  var library: Text?
  @Option(help: ArgumentHelp("The Python to try, which then must have the binding.", valueName: "python"), completion: .file())
  var python: Text?
  @Option(help: ArgumentHelp("The folder of libtel's binding for Go; a program is built with it.", valueName: "folder"), completion: .directory)
  var go: Text?
  @Option(name: .customLong("crash-in"), help: ArgumentHelp("Be that child.", visibility: .private))
  var childDirectory: Text?
  @Argument(help: ArgumentHelp("A program that crashes, and its arguments; after --.", valueName: "command"))
  var command: [Text] = []

  func validate() throws {
    if !crash, childDirectory == nil { throw ValidationError("what is to be tried? --crash is all there is so far") }
    if !command.isEmpty, library != nil || python != nil || go != nil {
      throw ValidationError("a command is tried as it is: --library, --python and --go do not go with it")
    }
  }

  func run() throws {
    if let childDirectory { throw CrashingChild(library: libraryPath, directory: childDirectory.bytes).run() }
    // Nobody wants their cores; what is started here inherits that.
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(4), &limit)  // RLIMIT_CORE
    limit.rlim_cur = 0
    setrlimit(__rlimit_resource_t(4), &limit)
    var isGood = true
    /// What went wrong is a sentence; the others are tried all the same.
    func attempt(_ language: StaticString, _ body: (CrashTrial, inout Output) throws -> Void) throws {
      let trial = try CrashTrial(language)
      defer { trial.remove() }
      var output = Output()
      do { try body(trial, &output) } catch let failure as Failure {
        try output.flush()
        Complaint.say(failure.message)
        isGood = false
        return
      } catch let fault as Fault {
        try output.flush()
        Complaint.say(fault.message)
        isGood = false
        return
      }
      try output.flush()
    }
    if !command.isEmpty {
      try attempt("the command") { trial, output in try trial.tryCommand(command.map { $0.bytes }, &output) }
    } else {
      try attempt("C", tryC)
      try attempt("Python", tryPython)
      try attempt("Go") { trial, output in
        guard let go else {
          return output.line("Go: not tried. It takes the folder of libtel's binding (--go), or a program of yours: tel selftest --crash -- COMMAND")
        }
        try trial.tryGo(Path(go.bytes).absolute, &output)
      }
    }
    if !isGood { throw ExitCode.failure }
  }

  private func tryC(_ trial: CrashTrial, _ output: inout Output) throws {
    guard let executable = Process.executable else { throw Failure(.failure, "cannot find the path of this command") }
    let words = [executable.bytes, Array("selftest".utf8), Array("--crash-in".utf8), trial.folder.path.bytes] + (library.map { [Array("--library".utf8), $0.bytes] } ?? [])
    try trial.expect(.signal(SIGSEGV), of: trial.start(words), &output)
    try trial.find(&output)
  }

  private func tryPython(_ trial: CrashTrial, _ output: inout Output) throws {
    let name = python?.bytes ?? [UInt8]("python3")
    let environment = library.map { [(name: "TEL_LIBRARY", value: $0.bytes)] } ?? []
    let start = { (words: [StaticString], more: [[UInt8]]) in try trial.start([name] + words.map { [UInt8]($0) } + more, environment, isQuiet: true) }
    let imported = try? start(["-c", "import tel.crash"], [])
    guard imported == 0 else {
      let why: [Piece] = imported == nil ? ["there is no ", .bytes(name)] : [.bytes(name), " has no libtel: ", .bytes(trial.lastWords)]
      if python != nil { throw Failure(.failure, "Python: ", .bytes(sentence(why))) }
      return output.line("Python: not tried: ", .bytes(sentence(why)))
    }
    for (way, ending) in [("exception", .exit(1)), ("signal", .signal(SIGSEGV))] as [(StaticString, CrashTrial.Ending)] {
      // Each has a directory of its own: the one's crash is not the other's.
      let trial = try CrashTrial("Python")
      defer { trial.remove() }
      let words = [name, Array("-c".utf8), [UInt8](CrashingChild.python), trial.folder.path.bytes, [UInt8](way)]
      try trial.expect(ending, of: trial.start(words, environment, isQuiet: true), &output)
      try trial.find(&output)
    }
  }

  /// Beside this command, as it is installed; else as the linker finds it.
  private var libraryPath: [UInt8] {
    if let library { return library.bytes }
    if let executable = Process.executable {
      let beside = executable.parent.parent.appending("lib").appending("libtel.so.1")
      var attributes = Kernel.Attributes()
      if Kernel.attributes(at: beside, &attributes) == 0 { return beside.bytes }
    }
    return [UInt8]("libtel.so.1")
  }
}
