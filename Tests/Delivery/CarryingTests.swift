import Consent
import Dates
import Files
import TestSupport
import Testing

@testable import Delivery
@testable import Gate

@Suite("Delivery by hand")
struct CarryingTests {
  let stage = Stage()
  private var folder: UploadFolder { stage.folder }
  private let week = day("2026-11-27")
  private let destination = try! Destination("https://c.example".bytes, from: .given)

  private func gate(_ config: String = Stage.config) throws -> Gate {
    Gate(try UploadConfig(config.bytes, version: "v1.2.3".bytes, origin: "x".bytes), asOf: stage.asOf, now: day("2026-12-05").start + 1)
  }

  private func export() throws -> [UInt8] { try #require(try Outbox.export(week, folder, gate())).document }

  private func receipt(_ document: [UInt8], week: String = "2026-11-27") throws -> CollectorReceipt {
    let text = #"{"week": "\#(week)", "sha256": "\#(SHA256.text(of: document).string.uppercased())", "received": "2026-12-06"}"#
    guard case .receipt(let receipt) = try Parcel(text.bytes, origin: Path("r.json".bytes)) else { throw Fault(.invalid, "no receipt") }
    return receipt
  }

  private func confirm(_ receipt: CollectorReceipt) throws(Fault) -> UploadFolder.Arrival {
    try folder.confirm(receipt, from: destination, nil, now: day("2026-12-07").start)
  }

  @Test("what is exported is what an upload sends, again and again, and is marked as nothing")
  func exported() throws {
    let document = try export()
    #expect(folder.waiting(week).content == document && !folder.sent(week).exists && !folder.lock(week).exists)
    #expect(try export() == document)
    #expect(try stage.run().sent.texts == ["2026-11-27", "2026-12-04"])
    #expect(stage.collector.bodies[0].1 == document && folder.sent(week).content == document)
  }

  @Test("what may not leave is not exported, nor what has left")
  func notExported() throws {
    #expect(try Outbox.export(day("2026-11-20"), folder, gate()) == nil)
    let old = try #require(try Outbox.export(week, folder, Gate(gate().config, asOf: nil, now: day("2027-01-01").start)))
    #expect(old.document.isEmpty && old.outcome.refusal != nil && !folder.waiting(week).exists)
    _ = try stage.run()
    #expect(throws: Fault.self) { try export() }
  }

  @Test("nobody exports what somebody sends just now")
  func busy() throws {
    try Folder.make(folder.folder.upload, mode: 0o777)
    let lock = try #require(try SendLock.take(folder.lock(week), now: Clock.seconds))
    #expect(throws: Fault.self) { try export() }
    lock.release()
    _ = try export()
  }

  @Test("what waits and may go no more is exported without it")
  func lessThanWaits() throws {
    let all = try export()
    let config = Stage.config.replacing(#""Name":"a""#, with: #""Name":"other""#)
    let less = try #require(try Outbox.export(week, folder, gate(config))).document
    #expect(less != all && !less.string.contains(#""a""#) && folder.waiting(week).content == less)
  }

  @Test("a receipt of what was exported marks the week as sent, and it is never sent again")
  func marked() throws {
    let document = try export()
    #expect(try confirm(receipt(document)) == .marked)
    #expect(folder.sent(week).content == document && !folder.waiting(week).exists && !folder.lock(week).exists)
    let kept = try #require(try Receipt.read(week, in: folder))
    #expect(kept.proof(of: document) == .same && kept.code == "hand".bytes && kept.config == "v1.2.3".bytes && kept.received?.day == "2026-12-06".bytes)
    #expect(try stage.run().sent.texts == ["2026-12-04"])
  }

  @Test("a receipt of other bytes marks nothing", arguments: [true, false])
  func otherBytes(isWaiting: Bool) throws {
    if isWaiting { _ = try export() }
    let before = stage.names
    #expect(throws: Fault.self) { try confirm(receipt("other".bytes)) }
    #expect(stage.names.filter { !$0.hasPrefix("upload/") } == before && !folder.sent(week).exists && !folder.receipt(week).exists)
  }

  @Test("a receipt that comes after the upload is its proof; one of other bytes is refused")
  func known() throws {
    stage.collector.answers = { request, _ in request.document == nil ? nil : Answer(code: 201) }
    _ = try stage.run()
    let document = try #require(folder.sent(week).content)
    #expect(try Receipt.read(week, in: folder)?.proof(of: document) == Receipt.Proof.none)
    #expect(throws: Fault.self) { try confirm(receipt("other".bytes)) }
    #expect(try confirm(receipt(document)) == .known)
    let kept = try #require(try Receipt.read(week, in: folder))
    #expect(kept.proof(of: document) == .same && kept.code == "201".bytes && kept.configHash == SHA256.text(of: Stage.config.bytes))
  }

  @Test("a config is taken by its content, with the version that it or its name says")
  func config() throws {
    for (text, name) in [(Stage.config, "v1.4.0.json"), (#"{"Version":"v1.4.0","#.bytes.string + Stage.config.dropFirst(), "c.txt")] {
      guard case .config(let config, let kept) = try Parcel(text.bytes, origin: Path("/x/\(name)".bytes)) else { throw Fault(.invalid, "no config") }
      #expect(config.version == "v1.4.0".bytes && kept == text.bytes)
    }
    #expect(throws: Fault.self) { try Parcel(Stage.config.bytes, origin: Path("latest.json".bytes)) }
  }

  @Test("a config that was carried here serves a folder that has none")
  func folderWithoutConfig() throws {
    let folder = try Destination("file:///media/stick".bytes, from: .recorded)
    let store = ConfigStore(self.folder)
    stage.collector.answers = { _, _ in Answer(code: 404) }
    #expect(throws: Fault.self) { try store.fetch(folder, by: stage.collector, timeout: 1000, now: 0) }
    try store.keep(Stage.config.bytes, gate().config, tag: [], from: folder.text, now: 0)
    #expect(try store.fetch(folder, by: stage.collector, timeout: 1000, now: 0).version == "v1.2.3".bytes)
    #expect(throws: Fault.self, "a server that has none approves nothing") { try store.fetch(destination, by: stage.collector, timeout: 1000, now: 0) }
  }

  @Test(
    "anything else is refused, and named",
    arguments: [
      (#"{"Week":"2026-11-27","LastWeek":"","X":0.5,"Programs":[],"Config":"v1.2.3"}"#, "for the collector"),
      (#"{"Week":"2026-11-27","Programs":[]}"#, "stays in local/"), ("week 2026-11-27\nsha256 x\n", "stays in upload/"),
      ("# telemetry/counter file v1\n", "counter file"), ("{}", "neither"), ("[]", "neither"), ("", "neither"), ("\u{0}", "neither"),
      (#"{"week":"2026-11-27","sha256":"abc"}"#, "64 hexadecimal"), (#"{"week":"tomorrow","sha256":"\#(String(repeating: "a", count: 64))"}"#, "a day"),
      (#"{"week":"2026-11-27","sha256":"\#(String(repeating: "a", count: 64))","x":"\#(String(repeating: "x", count: 5000))"}"#, "too large"),
      (#"{"GoVersion":["go1"],"Programs":7}"#, "Programs"),
    ])
  func refused(text: String, word: String) {
    do throws(Fault) {
      _ = try Parcel(text.bytes, origin: Path("x/v1.0.0.json".bytes))
      Issue.record("taken: \(text)")
    } catch { #expect(error.message.string.contains(word), "\(error.message.string)") }
  }
}
