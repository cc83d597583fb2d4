import CTel
import Files
import Glibc

/// A program that counts with libtel.so and crashes.
struct CrashingChild {
  let library: [UInt8]
  let directory: [UInt8]

  /// Returns only if it does not come to that.
  func run() -> Failure {
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

// MARK: The same in other languages

extension CrashingChild {
  /// Its arguments are the directory and how to crash.
  static let python: StaticString = """
    from os import getpid, kill
    from signal import SIGSEGV
    from sys import argv, exit
    from tel import crash, open
    problem = open("selftest", directory=argv[1], report=False, automation=True) or crash.watch()
    if problem:
        print(problem)
        exit(3)
    def crash():
        if argv[2] == "signal":
            kill(getpid(), SIGSEGV)
        raise ValueError()
    crash()
    """

  static let go: StaticString = """
    package main

    import (
    	"os"

    	"tel.example/telemetry"
    )

    func main() {
    	telemetry.Start(telemetry.Config{ReportCrashes: true, TelemetryDir: os.Getenv("TEL_DIR"), Automation: true})
    	if len(os.Args) > 1 {
    		crash(nil)
    	}
    }

    func crash(values map[string]int) { values["selftest"]++ }

    """

  /// The binding's folder comes behind it.
  static let goModule: StaticString = """
    module tel.example/selftest

    go 1.22

    require tel.example/telemetry v0.0.0

    replace tel.example/telemetry => "
    """
}
