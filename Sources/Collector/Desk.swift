import ChartConfig
import CollectorPages
import Files
import HTTPTypes
import Hummingbird
import NIOCore
import Pages

/// All that can be looked at: the pages and data, configs, and how the collector
/// itself is.
public struct Desk: Sendable {
  let engine: Engine
  private let site: Site
  private let version: String
  private let packing = Packing()

  /// `version` of the program.
  public init(_ engine: Engine, _ site: Site, version: String) { (self.engine, self.site, self.version) = (engine, site, version) }

  /// What is sent before it is packed.
  private struct Sheet {
    var status = 200
    var type: String
    var body: [UInt8]
    var etag = ""
    var cacheControl = "no-store"
    var location: String?
    var file: String?
    /// Anybody's page may read it.
    var isOpen = false

    init(_ status: Int = 200, _ type: String = "text/plain; charset=utf-8", _ body: [UInt8]) { (self.status, self.type, self.body) = (status, type, body) }
    init(_ status: Int, line: String) { self.init(status, body: line + "\n") }
    private init(_ status: Int, body: String) { self.init(status, "text/plain; charset=utf-8", Array(body.utf8)) }
  }

  static func route(of path: String) -> Metrics.Route {
    switch path {
    case "/healthz", "/readyz": return .health
    case "/metrics": return .metrics
    default: return path.hasPrefix("/upload/") ? .upload : path.hasPrefix("/config/") && path.hasSuffix(".json") ? .config : path.hasPrefix("/data/") && !path.hasSuffix("/") ? .data : .page
    }
  }

  func respond(to request: Request) async -> Response {
    // It needs nothing but what was built, so that it is there whatever else is not.
    if let config = engine.configs.answer(request.uri.path, request.headers) { return config }
    do { return response(with: try await sheet(for: request), to: request) } catch {
      engine.journal.failure("a page failed", error)
      return .sentence("something went wrong here; the operator can see what", .internalServerError)
    }
  }

  /// Counts a request, and tells of it by its kind alone.
  func answered(_ route: Metrics.Route, _ status: Int, after nanoseconds: Int64) {
    engine.metrics.answered(route, status: status, nanoseconds: nanoseconds)
    // Uploads are many, and their number is among the metrics.
    if route != .upload || status >= 500 { engine.journal.request(route, status, nanoseconds) }
  }

  private func sheet(for request: Request) async throws -> Sheet {
    let path = request.uri.path
    switch path {
    case "/healthz": return Sheet(200, line: "ok")
    case "/readyz":
      if let problem = await engine.unreadiness() { return Sheet(503, line: problem) }
      return Sheet(200, line: "ready")
    case "/metrics":
      await engine.measure()
      return Sheet(200, Exposition.type, Exposition.of(engine.metrics, version: version))
    default: break
    }
    let answer = try await site.answer(path, query: Query(request.uri.query))
    var sheet = Sheet(answer.status, answer.type, answer.body)
    (sheet.etag, sheet.cacheControl, sheet.location, sheet.file) = (answer.etag, answer.cacheControl, answer.location, answer.file)
    sheet.isOpen = !answer.type.hasPrefix("text/html")
    return sheet
  }

  // MARK: Headers

  private func response(with sheet: Sheet, to request: Request) -> Response {
    var headers = HTTPFields()
    headers[.contentSecurityPolicy] = Site.policy
    headers[.xContentTypeOptions] = "nosniff"
    headers[HTTPField.Name("Referrer-Policy")!] = "no-referrer"
    headers[HTTPField.Name("X-Frame-Options")!] = "DENY"
    headers[HTTPField.Name("Cross-Origin-Opener-Policy")!] = "same-origin"
    headers[HTTPField.Name("Cross-Origin-Resource-Policy")!] = sheet.isOpen ? "cross-origin" : "same-origin"
    if sheet.isOpen { headers[.accessControlAllowOrigin] = "*" }
    headers[.cacheControl] = sheet.cacheControl
    if !sheet.etag.isEmpty { headers[.eTag] = sheet.etag }
    let canPack = Packing.isText(sheet.type)
    if canPack { headers[.vary] = "Accept-Encoding" }
    if sheet.status == 200, !sheet.etag.isEmpty, Configs.names(request.headers[values: .ifNoneMatch], sheet.etag) { return Response(status: .notModified, headers: headers) }
    if let location = sheet.location { headers[.location] = location }
    headers[.contentType] = sheet.type
    if let file = sheet.file { headers[.contentDisposition] = "attachment; filename=\"\(file)\"" }
    var body = sheet.body
    if canPack, Packing.isWelcome(request.headers[.acceptEncoding]), let packed = packing.packed(body, type: sheet.type, etag: sheet.etag) {
      headers[.contentEncoding] = "gzip"
      // Other bytes, another tag; one that is weak says that it means the same.
      if !sheet.etag.isEmpty { headers[.eTag] = "W/" + sheet.etag }
      body = packed
    }
    return Response(status: .init(code: sheet.status), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
  }
}
