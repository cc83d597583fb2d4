import ArgumentParser
import ChartConfig
import Collector
import CollectorPages
import Dates
import Files
import Glibc
import Logging
import Publishing
import Store

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "serve", abstract: "Receive reports, and show charts of them.")

  @Option(help: ArgumentHelp("Where reports, configs and what is published are.", valueName: "folder"), completion: .directory)
  var data = "."

  @Option(help: "The port, on loopback.")
  var port = 8080

  @Option(help: "The address to listen at.")
  var host = "127.0.0.1"

  @Option(help: ArgumentHelp("The day that it is, for tests.", valueName: "date", visibility: .hidden))
  var asOf: String?

  @Option(help: ArgumentHelp("Uploads of one network, a second; 0 for any number.", valueName: "number", visibility: .hidden))
  var rate: Double = 20

  @Option(help: ArgumentHelp("Proxies whose X-Forwarded-For is believed.", valueName: "network", visibility: .hidden))
  var trustedProxy: [String] = []

  func run() async throws {
    let configs = Configs(try ConfigShelf(Path(Array(data.utf8)).appending("config")))
    let store = MemoryStore()
    var limits = Limits()
    limits.uploads.perSecond = rate
    limits.trusted = try trustedProxy.map { text in
      guard let network = Network(text) else { throw ValidationError("'\(text)' is no network") }
      return network
    }
    var descriptors = rlimit()
    if getrlimit(__rlimit_resource_t(7), &descriptors) == 0 {  // RLIMIT_NOFILE
      descriptors.rlim_cur = descriptors.rlim_max
      setrlimit(__rlimit_resource_t(7), &descriptors)
      limits.connections = min(limits.connections, Int(clamping: descriptors.rlim_cur) - 64)
    }
    let day = asOf.flatMap { Day(text: Array($0.utf8)) }
    let receiver = Receiver(configs: configs, store: store, today: { day ?? Day(unixSeconds: Int64(time(nil))) })
    let responder = Responder(receiver: receiver, site: try Site(NothingPublished(configs: configs)), configs: configs, limits: limits)
    var logger = Logger(label: "tel-collector")
    logger.logLevel = .warning
    try await Server(responder, limits).run(host: host, port: port, logger: logger) { port in
      print("listening on \(port)")
      fflush(nil)
    }
  }
}

private struct NothingPublished: SiteSource {
  let configs: Configs
  var facts: Facts { Facts() }
  var shelf: ConfigShelf { configs.current.shelf }
  var texts: [Chart] { [] }
  func spans() async throws -> [TimeSpan] { [] }
  func publication(_ span: TimeSpan) async throws -> Publication? { nil }
  func reports(of day: Day) async throws -> [UInt8]? { nil }
  func status() async throws -> CollectorPages.Status { CollectorPages.Status(today: Day(unixSeconds: Int64(time(nil)))) }
}
