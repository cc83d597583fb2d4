import CTel
import Consent
import Dates
import Files
import Glibc
import Hummingbird
import Logging
import NIOCore
import Pages
import Survey

/// The viewer. `tel view` checks what the user has typed and executes this with it.
@main
struct ViewProgram {
  static func main() async {
    do {
      let arguments = try Arguments(CommandLine.arguments.dropFirst())
      // Who reads the address may have gone.
      signal(SIGPIPE, SIG_IGN)
      try await serve(arguments)
    } catch let error as Fault {
      complain(error.message)
      exit(1)
    } catch {
      complain(Array("\(error)".utf8))
      exit(1)
    }
  }

  static func complain(_ message: [UInt8]) {
    let line = [UInt8]("tel: ") + message + [0x0a]
    line.withUnsafeBytes { _ = Glibc.write(STDERR_FILENO, $0.baseAddress!, $0.count) }
  }

  private static func serve(_ arguments: Arguments) async throws {
    if Files.Process.isPrivileged { throw Fault(.invalid, "nothing is shown: the command runs with more privileges than its user") }
    var problem: [UInt8]?
    var vendors: [Vendor] = []
    do {
      vendors = arguments.all ? try Vendor.all() : [try Vendor(arguments.vendor, arguments.place)]
      if vendors.isEmpty { problem = [UInt8]("No vendor has counted for this user yet.") }
    } catch let fault as Fault { problem = fault.message }
    let site = try Site(vendors, at: arguments.now, problem: problem)
    let logger = Logger(label: "tel-view") { _ in SwiftLogNoOpLogHandler() }
    // The port that was asked for, or, if nobody asked, any: somebody may look already.
    for port in arguments.ports {
      let key = Door.newKey()
      let server = Server(site: site, door: DoorOfPort(key: key))
      do {
        try await server.run(port: port, logger: logger) { port in
          let line = Array("http://127.0.0.1:\(port)/?key=\(key)\n".utf8)
          line.withUnsafeBytes { _ = Glibc.write(STDOUT_FILENO, $0.baseAddress!, $0.count) }
          await site.warm()
        }
        return
      } catch let error as IOError where error.errnoCode == EADDRINUSE {
        if port == arguments.ports.last { throw Fault(.io, "port ", .number(port), " is taken; --port names another") }
      }
    }
  }
}
