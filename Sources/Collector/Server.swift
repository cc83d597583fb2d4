import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// HTTP. TLS is a proxy's.
///
///     let server = Server(Responder(receiver: receiver, desk: desk, limits: limits), limits)
///     try await server.run(host: "127.0.0.1", port: 8080, logger: logger) { port in … }
///
/// It returns after SIGTERM or SIGINT, when what was being answered is answered.
public struct Server: Sendable {
  private let responder: Responder
  private let limits: Limits
  private let guests: Guests

  public init(_ responder: Responder, _ limits: Limits) {
    self.responder = responder
    self.limits = limits
    guests = Guests(most: limits.connections, mostOfNetwork: limits.connectionsOfNetwork)
  }

  /// Open at this moment.
  public var connections: Int { guests.count }

  public func run(host: String, port: Int, logger: Logger, started: @escaping @Sendable (Int) async -> Void) async throws {
    let (limits, guests, doorkeeper) = (limits, guests, responder.doorkeeper)
    let builder = HTTPServerBuilder { respond in
      GuardedChannel(
        http: HTTP1Channel(
          responder: respond, configuration: .init(httpDecoderConfiguration: .init(maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 64))),
        limits: limits, guests: guests, doorkeeper: doorkeeper)
    }
    let application = Application(
      responder: responder, server: builder, configuration: ApplicationConfiguration(address: .hostname(host, port: port), backlog: 1024, reuseAddress: true),
      onServerRunning: { channel in await started(channel.localAddress?.port ?? port) }, logger: logger)
    try await application.runService()
  }
}

/// A connection with a place among the guests, and limits to how long it may take.
private struct GuardedChannel: ServerChildChannel {
  let http: HTTP1Channel
  let limits: Limits
  let guests: Guests
  let doorkeeper: Doorkeeper

  private struct NoPlace: Error {}

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    let address = Address(channel.remoteAddress)
    let isProxy = address.map { doorkeeper.isTrusted($0) } ?? true
    guard let guest = guests.admit(channel, network: address?.network ?? 0, isShared: isProxy, now: NIODeadline.now().uptimeNanoseconds) else {
      return channel.close().flatMapThrowing { throw NoPlace() }
    }
    channel.closeFuture.whenComplete { _ in guests.leave(guest) }
    return http.setup(channel: channel, logger: logger).flatMapThrowing { value in
      let patience = Patience(limits, guests, guest)
      let pipeline = channel.pipeline.syncOperations
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
      try pipeline.addHandler(patience, position: .after(decoder))
      try pipeline.addHandler(FirstBytes(patience), position: .first)
      return value
    }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}
