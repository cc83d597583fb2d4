import Dates
import Files
import Gate
import HTTPTypes
import Hummingbird
import Intake
import JSON
import NIOCore
import Store

/// `POST /upload/<date>`: a report is checked, kept, and only then answered.
public struct Receiver: Sendable {
  /// What became of a request, for those who count: nothing of whom it is from.
  public enum Outcome: Sendable { case kept, pending, known, refused(status: Int) }

  let configs: Configs
  let store: any ReportStore
  let today: @Sendable () -> Day
  let note: @Sendable (Outcome) -> Void
  let failed: @Sendable (any Error) -> Void

  /// `note` hears of every upload, and `failed` of every report that the store did
  /// not take; both at once, from anywhere.
  public init(
    configs: Configs, store: any ReportStore, today: @escaping @Sendable () -> Day, note: @escaping @Sendable (Outcome) -> Void = { _ in },
    failed: @escaping @Sendable (any Error) -> Void = { _ in }
  ) {
    (self.configs, self.store, self.today, self.note, self.failed) = (configs, store, today, note, failed)
  }

  func respond(to request: Request, date: [UInt8]) async -> Response {
    func refuse(_ status: Int, _ sentence: String, closes: Bool = false) -> Response {
      note(.refused(status: status))
      return .sentence(sentence, HTTPResponse.Status(code: status), retryAfter: Receiver.wait[status], closes: closes)
    }
    let tooLong = "the report is longer than \(Intake.limit) bytes"
    let headers = request.headers
    // Browsers say so when a page makes them post. Clients are no pages.
    if headers[.origin] != nil { return refuse(403, "reports are not taken from web pages") }
    guard Receiver.isJSON(headers[.contentType]) else { return refuse(415, "a report is sent as Content-Type: application/json") }
    if let encoding = headers[.contentEncoding], encoding.lowercased() != "identity" { return refuse(415, "a report is sent as it is, without Content-Encoding") }
    if let length = headers[.contentLength].flatMap({ Int($0) }), length > Intake.limit { return refuse(413, tooLong, closes: true) }
    let body: [UInt8]
    do { body = Array(try await request.body.collect(upTo: Intake.limit).readableBytesView) } catch is NIOTooManyBytesError {
      return refuse(413, tooLong, closes: true)
    } catch {
      return refuse(400, "the request broke off", closes: true)
    }
    let day = today()
    switch configs.current.intake.verdict(on: body, date: date, today: day) {
    case .refuse(let status, let sentence): return refuse(status, sentence)
    case .keep(let report, let dropped):
      do {
        if report.pending != nil, try await store.days().reduce(0, { $0 + $1.pending }) >= Receiver.mostPending {
          return refuse(503, "too many reports wait for a newer upload config than there is here; come again")
        }
        switch try await store.add(report) {
        case .taken: return refuse(409, "another report of this Week has this X")
        case .kept: note(report.pending == nil ? .kept : .pending)
        case .known: note(.known)
        }
      } catch {
        failed(error)
        return refuse(503, "the report cannot be kept now; come again")
      }
      return Response(
        status: .ok, headers: [.contentType: "application/json", .xContentTypeOptions: "nosniff", .cacheControl: "no-store"],
        body: .init(byteBuffer: ByteBuffer(bytes: Receiver.receipt(report, sha256: SHA256.text(of: body), dropped))))
    }
  }

  /// They are kept as they came, up to 100 KiB each, and who makes a number up is
  /// not found out before that config comes: so this is a gigabyte.
  private static let mostPending = 10_000

  /// Seconds after which a client should come again.
  private static let wait = [425: 86_400, 503: 300]

  private static func isJSON(_ type: String?) -> Bool {
    guard let type else { return false }
    let media = type.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
    return media.lowercased() == "application/json"
  }

  /// 200 also for a report that waits for its config: to Go's uploader everything
  /// else is no success.
  private static func receipt(_ report: KeptReport, sha256: [UInt8], _ dropped: [String]) -> [UInt8] {
    var json = JSONWriter(indent: [0x20])
    json.beginObject()
    json.key("week")
    json.string(report.week.text)
    json.key("sha256")
    json.string(sha256)
    json.key("received")
    json.string(report.received.text)
    json.key("kept")
    json.integer(Int64(report.programs.reduce(0) { $0 + $1.counters.count + $1.stacks.count }))
    if report.pending != nil {
      json.key("pending")
      json.bool(true)
    }
    json.key("dropped")
    json.beginArray()
    for word in dropped { json.string(Array(word.utf8)) }
    json.endArray()
    json.endObject()
    return json.bytes + [0x0a]
  }
}
