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
  let site: Site
  let configs: Configs
  let doorkeeper: Doorkeeper

  public init(receiver: Receiver, site: Site, configs: Configs, limits: Limits) {
    (self.receiver, self.site, self.configs) = (receiver, site, configs)
    doorkeeper = Doorkeeper(limits)
  }

  public func respond(to request: Request, context: Context) async throws -> Response {
    let response = try await found(by: request, context)
    return request.method == .head ? response.createHeadResponse() : response
  }

  private func found(by request: Request, _ context: Context) async throws -> Response {
    let path = request.uri.path
    let isUpload = path.hasPrefix("/upload/")
    let network = doorkeeper.network(of: context.peer, forwarded: request.headers[values: .xForwardedFor])
    let limit = isUpload ? doorkeeper.uploads : doorkeeper.requests
    if let seconds = limit.wait(for: network, now: NIODeadline.now().uptimeNanoseconds) {
      return .sentence("too many requests come from your network; come again", .later(for: request), retryAfter: seconds)
    }
    if isUpload {
      guard request.method == .post else { return .sentence("reports are sent with POST", .methodNotAllowed, allow: "POST") }
      return await receiver.respond(to: request, date: Array(path.utf8.dropFirst("/upload/".utf8.count)))
    }
    guard request.method == .get || request.method == .head else { return .sentence("there is nothing to do here but to GET", .methodNotAllowed, allow: "GET, HEAD") }
    if let config = configs.answer(path, request.headers) { return config }
    let answer = try await site.answer(path, query: Query(request.uri.query))
    var headers: HTTPFields = [.contentType: answer.type, .cacheControl: answer.cacheControl, .contentSecurityPolicy: Site.policy, .xContentTypeOptions: "nosniff"]
    if let location = answer.location { headers[.location] = location }
    if let file = answer.file { headers[.contentDisposition] = "attachment; filename=\"\(file)\"" }
    if !answer.etag.isEmpty {
      headers[.eTag] = answer.etag
      if answer.status == 200, Configs.names(request.headers[values: .ifNoneMatch], answer.etag) { return Response(status: .notModified, headers: headers) }
    }
    return Response(status: HTTPResponse.Status(code: answer.status), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
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
