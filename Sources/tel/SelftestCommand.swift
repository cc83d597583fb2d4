import ArgumentParser
import CTel
import Consent
import Crashes
import Files
import Glibc
import Reports

/// For a tool's own CI: what is only seen when it is needed is tried now.
struct SelftestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest", abstract: "Try what is only needed when something goes wrong.",
    discussion: """
      --crash starts a program that counts with the libtel installed beside this
      command, lets it crash, and looks for that crash in a report. All of it
      happens in a temporary directory. The exit status is 0 if it is found.
      """)
  @Flag(help: "Crash a child on purpose, and look for its crash in a report.")
  var crash = false
  @Option(help: ArgumentHelp("The libtel to try: a path, or a name to be looked for as programs do.", valueName: "library"), completion: .file())
  var library: Text?
  @Option(name: .customLong("crash-in"), help: ArgumentHelp("Be that child.", visibility: .private))
  var childDirectory: Text?

  func validate() throws {
    if !crash, childDirectory == nil { throw ValidationError("what is to be tried? --crash is all there is so far") }
  }

  func run() throws {
    if let childDirectory { throw CrashingChild(library: libraryPath, directory: childDirectory.bytes).run() }
    var output = Output()
    let folder = try temporaryFolder()
    defer { remove(folder) }
    let result = try trial(folder, &output)
    try output.flush()
    if let result {
      Complaint.say(result)
      throw ExitCode.failure
    }
  }

  /// What went wrong, or nil.
  private func trial(_ folder: TelemetryFolder, _ output: inout Output) throws -> [UInt8]? {
    let status = try child(folder)
    guard status & 0x7f == SIGSEGV else { return sentence(["the child was to die of signal 11, and ended with wait status ", .number(Int(status))]) }
    output.line("C: the child died of signal 11, as it would have without libtel.")
    let crashes = try CrashRun(folder, at: Clock.seconds, isOff: false).run()
    if let problem = crashes.problems.first { return problem }
    guard crashes.counted == 1 else { return sentence(["the crash left no record in ", .path(folder.crashes)]) }
    output.line("C: its record became a counter.")
    let summary = try ReportRun(folder, at: Clock.seconds + 8 * 86400, isDurable: false).run()
    for week in summary.published {
      let document = try ReportDocument.read(folder.local.appending([UInt8]("local.") + week.text + [UInt8](".json")))
      for program in document.programs where program.identity.program == [UInt8]("selftest") {
        for (name, value) in program.counts where name.begins(with: "crash/crash\n") && value == 1 {
          output.line("C: the report has it, with ", .number(name.split(separator: 0x0a).count - 1), " frames:")
          for line in name.split(separator: 0x0a) { output.line("  ", .bytes(Array(line))) }
          return nil
        }
      }
    }
    return sentence(["no report has the counter crash/crash"])
  }

  private func temporaryFolder() throws -> TelemetryFolder {
    let parent = Process.isPrivileged ? nil : Process.variable("TMPDIR")
    var template = (parent ?? [UInt8]("/tmp")) + [UInt8]("/tel-selftest-XXXXXX")
    template.append(0)
    let made = template.withUnsafeMutableBytes { mkdtemp($0.baseAddress!.assumingMemoryBound(to: CChar.self)) != nil }
    guard made else { throw Failure(.failure, "cannot make a temporary directory: ", .error(errno)) }
    return TelemetryFolder(Path(Array(template.dropLast())).absolute)
  }

  private func remove(_ folder: TelemetryFolder) {
    for part in [folder.local, folder.crashes, folder.quarantine] {
      for name in (try? Folder.names(in: part, where: { _ in true })) ?? [] { Kernel.unlink(part.appending(name)) }
      _ = part.withCString { rmdir($0) }
    }
    for name in (try? Folder.names(in: folder.path, where: { _ in true })) ?? [] { Kernel.unlink(folder.path.appending(name)) }
    _ = folder.path.withCString { rmdir($0) }
  }

  /// Its wait status.
  private func child(_ folder: TelemetryFolder) throws -> Int32 {
    guard let executable = Process.executable else { throw Failure(.failure, "cannot find the path of this command") }
    let words = [executable.bytes, Array("selftest".utf8), Array("--crash-in".utf8), folder.path.bytes] + (library.map { [Array("--library".utf8), $0.bytes] } ?? [])
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { Path($0).withCString { strdup($0) } }
    arguments.append(nil)
    var process: pid_t = 0
    let problem = executable.withCString { posix_spawn(&process, $0, nil, nil, arguments, environ) }
    guard problem == 0 else { throw Failure(.failure, "cannot start a child: ", .error(problem)) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status
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

/// A program that counts with libtel.so and crashes.
private struct CrashingChild {
  let library: [UInt8]
  let directory: [UInt8]

  /// Returns only if it does not come to that.
  func run() -> Failure {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(4), &none)  // RLIMIT_CORE
    for name in ["TEL_DIR", "TEL_MODE", "TEL_PROGRAM"] { unsetenv(name) }
    guard let handle = Path(library).withCString({ dlopen($0, RTLD_NOW) }) else {
      return Failure(.failure, "cannot load libtel: ", .bytes([UInt8](cString: dlerror())))
    }
    typealias Open = @convention(c) (UnsafePointer<tel_config>?) -> tel_status
    typealias Watch = @convention(c) (UInt32) -> tel_status
    typealias Message = @convention(c) () -> UnsafePointer<CChar>
    guard let open = dlsym(handle, "tel_open"), let watch = dlsym(handle, "tel_crash_watch"), let message = dlsym(handle, "tel_error_message") else {
      return Failure(.failure, "this libtel cannot watch for crashes: ", .bytes(library))
    }
    func problem(_ what: StaticString) -> Failure {
      Failure(.failure, .literal(what), ": ", .bytes([UInt8](cString: unsafeBitCast(message, to: Message.self)())))
    }
    let status = Path(directory).withCString { directory in
      "selftest".withCString { program in
        var config = tel_config()
        config.size = UInt32(MemoryLayout<tel_config>.size)
        config.directory = directory
        config.program = program
        config.flags = UInt32(TEL_NO_REPORT | TEL_AUTOMATION)
        return unsafeBitCast(open, to: Open.self)(&config)
      }
    }
    if status != 0 { return problem("tel_open") }
    // Swift's own runtime may have handlers; this child wants to die.
    for signal in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT] { Glibc.signal(signal, SIG_DFL) }
    if unsafeBitCast(watch, to: Watch.self)(0) != 0 { return problem("tel_crash_watch") }
    raise(SIGSEGV)
    return Failure(.failure, "the child has survived")
  }
}
