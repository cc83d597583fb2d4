import Consent
import Dates
import Files
import Foundation
import TestSupport
import Testing

@testable import Delivery
@testable import Gate

@Suite("An upload run")
struct UploadRunTests {
  let stage = Stage()
  private var folder: UploadFolder { stage.folder }

  @Test("sends each week once, what was approved and nothing else, and marks it with the same bytes")
  func sends() throws {
    let summary = try stage.run()
    #expect(summary.sent.texts == ["2026-11-27", "2026-12-04"] && summary.fault == nil && summary.waiting.isEmpty)
    #expect(stage.collector.requests.map { $0.url.string } == [
      "https://c.example/config/latest.json", "https://c.example/config/v1.2.3.json", "https://c.example/upload/2026-11-27", "https://c.example/upload/2026-12-04",
    ])
    for (week, body) in stage.collector.bodies {
      #expect(folder.sent(day(week)).content == body)
      #expect(!folder.waiting(day(week)).exists && !folder.lock(day(week)).exists)
      let report = try Report(body, origin: Path("x".bytes))
      #expect(report.programs[0].counters.map { $0.name.string } == ["a"] && report.config == "v1.2.3".bytes)
      let receipt = try #require(try Receipt.read(day(week), in: folder))
      #expect(receipt.proof(of: body) == .same && receipt.config == "v1.2.3".bytes && receipt.destination == "https://c.example".bytes)
    }
    let again = try stage.run()
    #expect(again.sent.isEmpty && stage.collector.requests.count == 4, "nothing to do asks nobody")
  }

  @Test("what the preview's outbox shows is what is sent")
  func preview() throws {
    let config = try UploadConfig(Stage.config.bytes, version: "v1.2.3".bytes, origin: "x".bytes)
    let outbox = try Outbox(folder, Gate(config, asOf: stage.asOf, now: day("2026-12-05").start))
    let shown = outbox.items.map { ($0.week.text.string, $0.document) }
    _ = try stage.run()
    #expect(shown.map(\.0) == stage.collector.bodies.map(\.0) && shown.map(\.1) == stage.collector.bodies.map(\.1))
  }

  @Test("200, 201, 202 and 204 are success", arguments: [200, 201, 202, 204])
  func success(code: Int) throws {
    stage.collector.answers = { request, _ in request.document == nil ? nil : Answer(code: code) }
    #expect(try stage.run().sent.count == 2)
  }

  @Test("what the collector refuses is set aside with its answer, and is not sent again", arguments: [400, 401, 404, 413, 422, 499])
  func refused(code: Int) throws {
    stage.collector.answers = { request, _ in request.url.string.hasSuffix("11-27") ? Answer(code: code, body: "no such counter".bytes) : nil }
    let summary = try stage.run()
    #expect(summary.rejected.map(\.week).texts == ["2026-11-27"] && summary.sent.texts == ["2026-12-04"] && summary.fault?.status == .invalid)
    #expect(folder.answer(day("2026-11-27")).content == "\(code)\nno such counter".bytes)
    #expect(folder.rejected(day("2026-11-27")).content == stage.collector.bodies[0].1)
    #expect(try stage.run().sent.isEmpty && stage.collector.posts.count == 2)
  }

  @Test("what may pass is tried again within the run, and then waits for a later one", arguments: [408, 425, 429, 500, 502, 503])
  func passing(code: Int) throws {
    stage.collector.answers = { request, number in request.document != nil && number < 3 ? Answer(code: code) : nil }
    #expect(try stage.run().sent.count == 2)
    #expect(stage.collector.posts.count == 3 && stage.collector.bodies[0].1 == stage.collector.bodies[1].1)
    #expect(!folder.next.exists)
  }

  @Test("a collector that is down is left alone for longer each time; a user may ask all the same")
  func down() throws {
    stage.collector.answers = { request, _ throws(Fault) in
      if request.document != nil { throw Fault(.io, "connection refused") }
      return nil
    }
    let summary = try stage.run(timeout: 300)
    #expect(summary.waiting.texts == ["2026-11-27", "2026-12-04"] && summary.sent.isEmpty && summary.fault?.status == .io)
    #expect(stage.collector.posts.count == 1, "the others wait with the first")
    let first = Schedule.read(folder)
    let now = day("2026-12-05").start + 1
    #expect(first.failures == 1 && first.next >= now + 300 && first.next <= now + 601 && !first.isAsked)
    let hasty = try stage.run(timeout: 300) { $0.isByHand = false }
    #expect(hasty.fault?.status == .busy && stage.collector.posts.count == 1 && hasty.waiting.count == 2)
    _ = try stage.run(timeout: 300)
    #expect(stage.collector.posts.count == 2 && Schedule.read(folder).failures == 2)
    stage.collector.answers = { _, _ in nil }
    #expect(try stage.run().sent.count == 2 && !folder.next.exists)
  }

  @Test("Retry-After is obeyed, also by hand, but for a day at most", arguments: [(7200, 7200), (1_000_000, 86400)])
  func retryAfter(seconds: Int, held: Int64) throws {
    stage.collector.answers = { request, _ in request.document == nil ? nil : Answer(code: 503, retryAfter: seconds) }
    _ = try stage.run()
    let now = day("2026-12-05").start + 1
    #expect((now + held...now + held + 3).contains(Schedule.read(folder).next) && stage.collector.posts.count == 1)
    #expect(try stage.run().fault?.status == .busy && stage.collector.posts.count == 1)
  }

  @Test("a short Retry-After is waited for within the run")
  func shortRetryAfter() throws {
    stage.collector.answers = { request, number in number == 2 ? Answer(code: 429, retryAfter: 1) : nil }
    let start = Clock.monotonic
    #expect(try stage.run(timeout: 10000).sent.count == 2)
    #expect(Clock.monotonic - start >= 1_000_000_000)
  }

  @Test("without a config there are no documents; they are made up for later")
  func noConfig() throws {
    stage.collector.answers = { _, _ throws(Fault) in throw Fault(.io, "no route to host") }
    let summary = try stage.run(timeout: 200)
    #expect(summary.waiting.count == 2 && summary.fault?.status == .io)
    #expect(stage.names.filter { $0.hasPrefix("upload/") }.isEmpty)
    stage.collector.answers = { _, _ in nil }
    #expect(try stage.run().sent.count == 2)
  }

  @Test("a config that is no config sends nothing")
  func badConfig() throws {
    stage.collector.config = "<html>"
    let summary = try stage.run()
    #expect(summary.fault?.status == .corrupt && stage.collector.posts.isEmpty)
  }

  @Test("in modes off and local nobody is asked", arguments: [Mode.off, .local])
  func modes(mode: Mode) {
    stage.mode = mode
    #expect(throws: Fault.self) { try stage.run() }
    #expect(stage.collector.requests.isEmpty && stage.names.filter { $0.hasPrefix("upload/") }.isEmpty)
  }

  @Test("consent that is withdrawn meanwhile ends the run and destroys what waits")
  func withdrawn() throws {
    stage.collector.answers = { [stage] request, _ in
      if request.url.string.hasSuffix("11-27") { stage.mode = .local }
      return nil
    }
    folder.waiting(day("2026-12-04")).write(Array(folder.report(day("2026-12-04")).content!))
    let summary = try stage.run()
    #expect(summary.sent.texts == ["2026-11-27"] && summary.destroyed.texts == ["2026-12-04"] && summary.fault?.status == .off)
    #expect(!folder.waiting(day("2026-12-04")).exists && stage.collector.posts.count == 1)
  }

  @Test("consent that is withdrawn in a pause between two tries ends the tries")
  func withdrawnInAPause() throws {
    stage.collector.answers = { [stage] request, _ in
      guard request.document != nil else { return nil }
      stage.mode = .local
      return Answer(code: 503)
    }
    let summary = try stage.run(timeout: 10_000)
    #expect(summary.fault?.status == .off && stage.collector.posts.count == 1)
    #expect(summary.destroyed.texts == ["2026-11-27", "2026-12-04"] && summary.sent.isEmpty && !folder.waiting(day("2026-11-27")).exists)
  }

  @Test("what was on its way when consent was withdrawn is known to have been sent")
  func withdrawnOnItsWay() throws {
    stage.collector.answers = { [stage, folder] request, _ in
      guard request.document != nil else { return nil }
      stage.mode = .local
      folder.waiting(day("2026-11-27")).remove()
      return nil
    }
    let summary = try stage.run()
    #expect(summary.sent.texts == ["2026-11-27"] && folder.sent(day("2026-11-27")).content == stage.collector.bodies[0].1)
    #expect(try Receipt.read(day("2026-11-27"), in: folder)?.proof(of: stage.collector.bodies[0].1) == .same)
  }

  @Test("what waits is sent as it is, if all of it may still go")
  func waiting() throws {
    stage.collector.answers = { request, _ throws(Fault) in
      if request.document != nil { throw Fault(.io, "down") }
      return nil
    }
    _ = try stage.run(timeout: 100)
    let before = folder.waiting(day("2026-11-27")).content
    #expect(before != nil)
    stage.collector.answers = { _, _ in nil }
    // Another version of the config approves the same.
    stage.collector.config = Stage.config.replacing("{\"GOOS\"", with: #"{"Version":"v1.2.4","GOOS""#)
    _ = try stage.run()
    #expect(stage.collector.bodies.last { $0.0 == "2026-11-27" }?.1 == before)
  }

  @Test("what waits and is no longer approved does not go")
  func disapproved() throws {
    stage.collector.answers = { request, _ throws(Fault) in
      if request.document != nil { throw Fault(.io, "down") }
      return nil
    }
    _ = try stage.run(timeout: 100)
    stage.collector.answers = { request, _ in
      request.url.string.hasSuffix("v1.2.3.json") ? Answer(code: 200, body: Stage.config.replacing(#""Name":"a""#, with: #""Name":"c""#).bytes) : nil
    }
    _ = try stage.run()
    let sent = try Report(try #require(folder.sent(day("2026-11-27")).content), origin: Path("x".bytes))
    #expect(sent.programs.count == 1 && sent.programs[0].counters.isEmpty)
  }

  @Test("what is too old is never sent: reports stay, and what waits is set aside")
  func tooOld() throws {
    folder.waiting(day("2026-11-27")).write(Array(folder.report(day("2026-11-27")).content!))
    let summary = try stage.run("2026-12-19")
    #expect(summary.sent.texts == ["2026-12-04"])
    #expect(summary.kept.map { $0.week.text.string } == ["2026-11-27"] && folder.rejected(day("2026-11-27")).exists && !folder.waiting(day("2026-11-27")).exists)
    #expect(folder.answer(day("2026-11-27")).content?.string.hasPrefix("0\nnot sent: ") == true)
    #expect(folder.report(day("2026-11-27")).exists)
  }

  @Test("what was begun before consent never goes")
  func consent() throws {
    stage.asOf = day("2026-11-23")
    let summary = try stage.run()
    #expect(summary.sent.texts == ["2026-12-04"] && summary.kept.map { $0.refusal.word.description } == ["before-consent"])
    #expect(!stage.collector.posts.contains { $0.hasSuffix("11-27") } && !folder.waiting(day("2026-11-27")).exists)
  }

  @Test("a week that the reference has sent, or sends now, is not sent")
  func reference() throws {
    folder.sent(day("2026-11-27")).write("theirs".bytes)
    folder.lock(day("2026-12-04")).write([])
    let summary = try stage.run()
    #expect(summary.sent.isEmpty && summary.waiting.texts == ["2026-12-04"] && summary.fault?.status == .busy)
    stage.report("2026-12-11")
    #expect(try stage.run("2026-12-12").sent.texts == ["2026-12-11"], "it keeps no other week")
    #expect(folder.sent(day("2026-11-27")).content == "theirs".bytes && folder.lock(day("2026-12-04")).exists)
  }

  @Test("one document over which the collector stumbles does not keep the others")
  func stumbling() throws {
    stage.collector.answers = { request, _ in request.url.string.hasSuffix("11-27") ? Answer(code: 500) : nil }
    let summary = try stage.run(timeout: 100)
    #expect(summary.sent.texts == ["2026-12-04"] && summary.waiting.texts == ["2026-11-27"] && summary.fault?.status == .io)
  }

  @Test("what was sent and still waits, because somebody was killed in between, is cleared away")
  func cleared() throws {
    for path in [folder.sent(day("2026-11-27")), folder.waiting(day("2026-11-27"))] { path.write("same".bytes) }
    #expect(try stage.run().sent.texts == ["2026-12-04"])
    #expect(!folder.waiting(day("2026-11-27")).exists && folder.sent(day("2026-11-27")).content == "same".bytes)
  }

  @Test("receipts go with what they are of, and what was refused when it is old; nothing else goes")
  func upkeep() throws {
    _ = try stage.run()
    try Folder.make(folder.folder.rejected, mode: 0o777)
    let (old, fresh) = (day("2025-06-06"), day("2026-11-20"))
    for path in [
      folder.rejected(old), folder.answer(old), folder.rejected(fresh), folder.answer(fresh), folder.folder.rejected.appending("2025-06-06.txt"),
      folder.receipt(old), folder.folder.upload.appending("2025-06-06.receipts"),
    ] { path.write("x".bytes) }
    let before = stage.names
    try folder.tidy(now: Clock.seconds + 30)
    #expect(stage.names == before)
    try folder.tidy(now: Clock.seconds + 120)
    #expect(stage.names == before.filter { $0 != "upload/2025-06-06.receipt" })
    try folder.tidy(now: Clock.seconds + 401 * 86400)
    #expect(stage.names == before.filter { $0 != "upload/2025-06-06.receipt" && !($0.hasPrefix("rejected/") && !$0.hasSuffix(".txt")) })
  }

  @Test("a report of the reference without a document is left to it")
  func foreignReport() throws {
    folder.begins(day("2026-11-27")).remove()
    #expect(try stage.run().sent.texts == ["2026-12-04"])
  }

  @Test("a half-written document is not sent, and the others are")
  func halfWritten() throws {
    folder.waiting(day("2026-11-27")).write(Array(folder.report(day("2026-11-27")).content!.prefix(40)))
    let summary = try stage.run()
    #expect(summary.sent.texts == ["2026-12-04"] && summary.fault?.status == .corrupt && folder.waiting(day("2026-11-27")).exists)
  }

  @Test("a document of a day to come stays")
  func future() throws {
    folder.waiting(day("2026-12-25")).write(#"{"Week":"2026-12-25","X":0.5}"#.bytes)
    #expect(try stage.run().sent.count == 2 && folder.waiting(day("2026-12-25")).exists)
  }

  @Test("one week alone, if it is asked for")
  func only() throws {
    #expect(try stage.run { $0.only = day("2026-12-04") }.sent.texts == ["2026-12-04"])
    #expect(!folder.sent(day("2026-11-27")).exists)
  }

  @Test("a redirect within the origin keeps method and body; another origin is not followed", arguments: [301, 302, 303, 307, 308])
  func redirects(code: Int) throws {
    stage.collector.answers = { request, _ in
      request.document != nil && !request.url.string.contains("/moved/") ? Answer(code: code, location: "https://C.example:443/moved/\(request.url.string.suffix(10))".bytes) : nil
    }
    #expect(try stage.run().sent.count == 2)
    #expect(stage.collector.requests.last?.document?.bytes == folder.sent(day("2026-12-04")).content)
    let other = Stage()
    other.collector.answers = { request, _ in request.document == nil ? nil : Answer(code: code, location: "https://evil.example/upload".bytes) }
    let summary = try other.run(timeout: 100)
    #expect(summary.waiting.count == 2 && other.collector.posts.allSatisfy { $0.hasPrefix("https://c.example/") })
  }

  @Test("a collector that leads in circles is a failure")
  func circles() throws {
    stage.collector.answers = { request, _ in request.document == nil ? nil : Answer(code: 307, location: request.url) }
    #expect(try stage.run(timeout: 100).waiting.count == 2)
  }

  @Test("nothing of ours in local/ looks like a document to the reference")
  func names() throws {
    stage.collector.answers = { request, _ in request.document == nil ? nil : Answer(code: 503) }
    _ = try stage.run(timeout: 100)
    let ours = folder.folder.local.names.filter { $0.hasSuffix(".json") && !$0.hasPrefix("local.") }
    #expect(ours == ["2026-11-27.json", "2026-12-04.json"])
  }

  @Test("every refused system call leaves a state from which the next run sends every week once, the same bytes", arguments: 0..<150)
  func faults(at: Int) throws {
    var isOver = false
    let calls = Faults.during({ _, number in number == at ? 5 : 0 }) { _ = try? stage.run(timeout: 50) }
    isOver = calls.count <= at
    if isOver { return }
    _ = try stage.run()
    for week in ["2026-11-27", "2026-12-04"] {
      let bodies = stage.collector.bodies.filter { $0.0 == week }.map(\.1)
      #expect(!bodies.isEmpty && Set(bodies).count == 1 && folder.sent(day(week)).content == bodies[0], "\(calls[at]) refused, \(week)")
    }
  }
}
