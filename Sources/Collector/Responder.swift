import CollectorPages
import Files
import HTTPTypes
import Hummingbird
import NIOCore
import Pages

/// Which part of the collector a request is for.
public struct Responder: HTTPResponder {
  /// What it must know of the connection: from which network it is.
  public struct Context: RequestContext {
    public var coreContext: CoreRequestContextStorage
    let peer: SocketAddress?

    public init(source: ApplicationRequestContextSource) {
      coreContext = CoreRequestContextStorage(source: source)
      peer = source.channel.remoteAddress
    }
  }

  let receiver: Receiver
  let desk: Desk
  let doorkeeper: Doorkeeper

  public init(receiver: Receiver, desk: Desk, limits: Limits) {
    (self.receiver, self.desk) = (receiver, desk)
    doorkeeper = Doorkeeper(limits)
  }

  public func respond(to request: Request, context: Context) async throws -> Response {
    let start = Clock.monotonic
    let path = request.uri.path
    let route = Desk.route(of: path)
    let network = doorkeeper.network(of: context.peer, forwarded: request.headers[values: .xForwardedFor])
    let limit = route == .upload ? doorkeeper.uploads : doorkeeper.requests
    let response: Response
    if let seconds = limit.wait(for: network, now: NIODeadline.now().uptimeNanoseconds) {
      response = .sentence("too many requests come from your network; come again", .later(for: request), retryAfter: seconds)
      if route == .upload { receiver.note(.refused(status: 429)) }
    } else if route == .upload {
      response =
        request.method == .post
        ? await receiver.respond(to: request, date: Array(path.utf8.dropFirst("/upload/".utf8.count))) : .sentence("reports are sent with POST", .methodNotAllowed, allow: "POST")
    } else if request.method == .get || request.method == .head {
      response = await desk.respond(to: request)
    } else {
      response = .sentence("there is nothing to do here but to GET", .methodNotAllowed, allow: "GET, HEAD")
    }
    desk.answered(route, response.status.code, after: Clock.monotonic - start)
    return request.method == .head ? response.createHeadResponse() : response
  }
}

extension HTTPField.Name {
  static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
}

extension HTTPResponse.Status {
  /// Go's uploader throws its report away at any status of 400 and more but those
  /// from 500 on; everybody else is told what is the matter.
  static func later(for request: Request) -> HTTPResponse.Status {
    request.headers[.userAgent]?.hasPrefix("Go-http-client/") == true ? .serviceUnavailable : .tooManyRequests
  }
}

extension Response {
  /// For people who look at what came back.
  static func sentence(_ text: String, _ status: HTTPResponse.Status, retryAfter: Int? = nil, allow: String? = nil, closes: Bool = false) -> Response {
    var headers: HTTPFields = [.contentType: "text/plain; charset=utf-8", .xContentTypeOptions: "nosniff", .cacheControl: "no-store"]
    if let retryAfter { headers[.retryAfter] = "\(retryAfter)" }
    if let allow { headers[.allow] = allow }
    if closes { headers[.connection] = "close" }
    return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text + "\n")))
  }
}
