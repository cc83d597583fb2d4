import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// HTTP. TLS is a proxy's.
public struct Server: Sendable {
  let responder: Responder

  public func run(host: String, port: Int, logger: Logger, started: @escaping @Sendable (Int) async -> Void) async throws {
    let application = Application(
      responder: responder, server: .http1(), configuration: ApplicationConfiguration(address: .hostname(host, port: port), reuseAddress: true),
      onServerRunning: { channel in await started(channel.localAddress?.port ?? port) }, logger: logger)
    try await application.runService()
  }
}
