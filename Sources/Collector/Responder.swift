import CollectorPages
import Files
import HTTPTypes
import Hummingbird
import NIOCore
import Pages

/// Which part of the collector a request is for.
struct Responder: HTTPResponder {
  typealias Context = BasicRequestContext

  let receiver: Receiver
  let site: Site

  func respond(to request: Request, context: Context) async throws -> Response {
    let path = request.uri.path
    if path.hasPrefix("/upload/") { return try await receiver.respond(to: request, context: context) }
    let answer = try await site.answer(path, query: Query(request.uri.query))
    return Response(status: HTTPResponse.Status(code: answer.status), headers: [.contentType: answer.type], body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
  }
}
