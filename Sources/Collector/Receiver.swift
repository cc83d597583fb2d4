import Dates
import Files
import HTTPTypes
import Hummingbird
import Intake
import NIOCore
import Store

/// `POST /upload/<date>`: a report is checked, kept, and only then answered.
struct Receiver: Sendable {
  let intake: Intake
  let store: any ReportStore
  let today: @Sendable () -> Day

  func respond(to request: Request, context: some RequestContext) async throws -> Response {
    let body = try await request.body.collect(upTo: Intake.limit)
    let date = Array(request.uri.path.dropFirst("/upload/".count).utf8)
    switch intake.verdict(on: Array(body.readableBytesView), date: date, today: today()) {
    case .refuse(let status, let sentence): return Response(status: .init(code: status), body: .init(byteBuffer: ByteBuffer(string: sentence + "\n")))
    case .keep(let report, _):
      _ = try await store.add(report)
      return Response(status: .ok)
    }
  }
}
