import Dates
import Files
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Pages

/// The key, until the port is known.
struct DoorOfPort: Sendable { let key: String }

/// HTTP on loopback, and what every answer has.
struct Server: Sendable {
  let site: Site
  let door: DoorOfPort

  /// At once; a browser takes 6.
  private static let connections = 64
  /// For a request to come, in seconds; then the connection is closed.
  private static let patience = 10

  func run(port: Int, logger: Logger, started: @escaping @Sendable (Int) async -> Void) async throws {
    let bound = Bound()
    let application = Application(
      responder: Responder(site: site, key: door.key, bound: bound),
      server: .http1(
        configuration: .init(
          idleTimeout: .seconds(Int64(Server.patience)), httpDecoderConfiguration: .init(maxHeaderFieldSize: 32 << 10, maxHeaderListSize: 64 << 10, maxHeaderFieldCount: 100))),
      configuration: ApplicationConfiguration(
        address: .hostname("127.0.0.1", port: port), reuseAddress: true, availableConnectionsDelegate: MaximumAvailableConnections(Server.connections, logger: logger)),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? port
        bound.set(port)
        await started(port)
      },
      logger: logger)
    try await application.runService()
  }
}

/// The port, once it is known: nobody asks before.
final class Bound: @unchecked Sendable {
  private var value = 0
  func set(_ port: Int) { value = port }
  var port: Int { value }
}

struct Responder: HTTPResponder {
  typealias Context = BasicRequestContext

  let site: Site
  let key: String
  let bound: Bound

  private static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

  func respond(to request: Request, context: Context) async throws -> Response {
    let response = await found(by: request)
    return request.method == .head ? response.createHeadResponse() : response
  }

  private func found(by request: Request) async -> Response {
    switch Door(key: key, port: bound.port).look(at: request) {
    case .closed(let status, let text): return answer(Array((text + "\n").utf8), "text/plain; charset=utf-8", status: status)
    case .welcome(let cookie):
      var response = answer([], "text/plain; charset=utf-8", status: .seeOther)
      response.headers[.location] = "/"
      response.headers[.setCookie] = cookie
      return response
    case .open: break
    }
    switch request.uri.path {
    case "/style.css": return answer(Array(Stylesheet.text.utf8), "text/css; charset=utf-8", isFixed: true)
    case "/view.js": return answer(Array(Script.text.utf8), "text/javascript; charset=utf-8", isFixed: true)
    case "/icon.svg", "/favicon.ico": return answer(Array(Icon.svg.utf8), "image/svg+xml", isFixed: true)
    default: break
    }
    let (path, query) = (request.uri.path, Query(request.uri.query))
    let found = await site.answer(path, query)
    var response = answer(found.body, String(describing: found.type), status: HTTPResponse.Status(code: found.status))
    if !found.more.isEmpty {
      let (site, isJSON) = (site, path == "/data.json")
      response.body = ResponseBody { writer in
        try await writer.write(ByteBuffer(bytes: found.body))
        var isFirst = true
        for program in found.more {
          let part = await site.part(path, query, program)
          if part.isEmpty { continue }
          if isJSON, !isFirst { try await writer.write(ByteBuffer(bytes: [UInt8(ascii: ",")])) }
          isFirst = false
          try await writer.write(ByteBuffer(bytes: part))
        }
        try await writer.write(ByteBuffer(bytes: found.end))
        try await writer.finish(nil)
      }
      response.headers[.contentLength] = nil
    } else if !found.end.isEmpty {
      response = answer(found.body + found.end, String(describing: found.type))
    }
    if let file = found.file { response.headers[.contentDisposition] = "attachment; filename=\"\(file)\"" }
    return response
  }

  private func answer(_ body: [UInt8], _ type: String, status: HTTPResponse.Status = .ok, isFixed: Bool = false) -> Response {
    var headers = HTTPFields()
    headers[.contentType] = type
    headers[.contentSecurityPolicy] = Responder.policy
    headers[.xContentTypeOptions] = "nosniff"
    headers[HTTPField.Name("Referrer-Policy")!] = "same-origin"
    headers[HTTPField.Name("Cross-Origin-Opener-Policy")!] = "same-origin"
    headers[HTTPField.Name("Cross-Origin-Resource-Policy")!] = "same-origin"
    headers[HTTPField.Name("X-Frame-Options")!] = "DENY"
    // What is on the pages is in no cache when the viewer has ended.
    headers[.cacheControl] = isFixed ? "private, max-age=60" : "no-store"
    return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
  }
}

enum Icon {
  static let svg = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0b63b0"/><path d="M3 13V9h2v4zm4 0V6h2v7zm4 0V3h2v10z" fill="#fff"/></svg>
    """
}
