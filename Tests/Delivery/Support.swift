import Consent
import Dates
import Files
import Foundation
import TestSupport

@testable import Delivery
@testable import Gate

func day(_ text: String) -> Day { Day(text: text.bytes)! }

/// A collector in memory. `answers` decides; by default it takes everything.
final class Collector: Transport, Transports {
  var requests: [Request] = []
  var answers: (Request, Int) throws(Fault) -> Answer? = { _, _ in nil }
  var config = Stage.config

  func transport(for scheme: [UInt8]) throws(Fault) -> any Transport { self }

  func exchange(_ request: Request) throws(Fault) -> Answer {
    requests.append(request)
    if let answer = try answers(request, requests.count - 1) { return answer }
    if let document = request.document {
      let hash = SHA256.text(of: document.bytes).string
      return Answer(code: 200, body: #"{"week":"x","sha256":"\#(hash)","received":"2026-12-05"}"#.bytes)
    }
    if request.url.string.hasSuffix("latest.json") { return Answer(code: 302, location: "https://c.example/config/v1.2.3.json".bytes) }
    return request.tag == "\"1\"".bytes ? Answer(code: 304) : Answer(code: 200, tag: "\"1\"".bytes, body: config.bytes)
  }

  var posts: [String] { requests.filter { $0.document != nil }.map { $0.url.string } }
  /// The bytes of what was delivered, by week.
  var bodies: [(String, [UInt8])] { requests.compactMap { request in request.document.map { (String(request.url.string.suffix(10)), $0.bytes) } } }
}

/// A telemetry folder of a vendor who has consent, with reports of two weeks.
final class Stage {
  static let config =
    #"{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["gcc12.2"],"SampleRate":1,"Programs":[{"Name":"p","Versions":["v1"],"Counters":[{"Name":"a","Rate":1}]}]}"#
  let temporary = TemporaryFolder()
  let folder: UploadFolder
  let collector = Collector()
  var mode = Mode.on
  var asOf: Day? = day("2026-11-01")
  var steps: [String] = []

  init(weeks: [String] = ["2026-11-27", "2026-12-04"]) {
    folder = UploadFolder(TelemetryFolder(temporary.appending("T")))
    for week in weeks { report(week) }
  }

  func report(_ week: String, begin: String? = nil) {
    let begin = begin ?? day(week).advanced(by: -4).text.string
    let who = #""Program":"p","Version":"v1","GoVersion":"gcc12.2","GOOS":"linux","GOARCH":"amd64""#
    folder.report(day(week)).write(
      #"{"Week":"\#(week)","LastWeek":"","X":0.25,"Programs":[{\#(who),"Counters":{"a":3,"b":4},"Stacks":{}}],"Config":"v0.0.0-0"}"#.bytes)
    folder.begins(day(week)).write(#"{"Week":"\#(week)","Programs":[{\#(who),"TimeBegin":"\#(begin)T00:00:00Z"}]}"#.bytes)
  }

  func run(_ today: String = "2026-12-05", timeout: Int = 3000, _ change: (inout UploadRun) -> Void = { _ in }) throws(Fault) -> UploadRun.Summary {
    var run = UploadRun(folder.folder, to: try Destination("https://c.example".bytes, from: .given), at: day(today).start + 1)
    run.timeout = timeout
    change(&run)
    return try run.run(
      by: collector, allowed: { () throws(Fault) in (self.mode, self.asOf) }, config: nil, tell: { self.steps.append("\($0)") })
  }

  var names: [String] {
    ["local", "upload", "rejected"].flatMap { name in folder.folder.path.appending(name.bytes).names.map { "\(name)/\($0)" } }
  }
}

extension Array where Element == Day {
  var texts: [String] { map { $0.text.string } }
}
