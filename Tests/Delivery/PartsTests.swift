import Dates
import Files
import Foundation
import TestSupport
import Testing

@testable import Delivery
@testable import Gate

@Suite("Destinations")
struct DestinationTests {
  @Test(
    "who may name what",
    arguments: [
      ("https://t.example", true, true), ("https://t.example:8443/a/b/", true, true), ("HTTPS://T.example", true, true), ("http://127.0.0.1:80", true, true),
      ("http://localhost:1/x", true, true), ("http://[::1]:80/", true, true), ("http://127.9.8.7", true, true), ("file:///media/stick", true, true),
      ("exec:/usr/bin/send a b", false, true), ("mailto:a@b", false, true), ("http://t.example", false, false), ("http://127.0.0.1.evil.example", false, false),
      ("http://127.evil", false, false), ("http://localhost.evil", false, false), ("http://localhost@evil", false, false), ("https://u:p@t.example", false, false),
      ("https://", false, false), ("https:///x", false, false), ("https://t.example/?a", false, false), ("https://t.example/#a", false, false), ("file:relative", false, false),
      ("file://host/x", false, false), ("t.example", false, false), ("", false, false), ("https://t.example/a b", false, false), ("https://t.ex\u{1b}ample", false, false),
      ("http://[::1].evil", false, false), ("https://evil\\@t.example", false, false),
    ])
  func named(text: String, recorded: Bool, given: Bool) {
    #expect(((try? Destination(text.bytes, from: .recorded)) != nil) == recorded)
    #expect(((try? Destination(text.bytes, from: .given)) != nil) == given)
  }

  @Test("paths follow it", arguments: [("https://t.example", "https://t.example/upload/x"), ("https://t.example/a//", "https://t.example/a/upload/x"), ("file:///", "file:///upload/x"), ("exec:/bin/s a", "exec:/bin/s a#/upload/x")])
  func paths(text: String, url: String) throws {
    #expect(try Destination(text.bytes, from: .given).url("upload/x".bytes).string == url)
  }

  @Test(
    "an origin is scheme, host and port",
    arguments: [
      ("https://t.example/b", true), ("https://T.EXAMPLE:443/b", true), ("https://t.example:444/b", false), ("http://t.example/b", false), ("https://t.example.evil/b", false),
      ("https://t.example@evil/b", false), ("//t.example/b", false), ("/b", false), ("", false),
    ])
  func origins(url: String, isSame: Bool) throws {
    #expect(try Destination("https://t.example/a".bytes, from: .given).isOrigin(of: url.bytes) == isSame)
  }
}

@Suite("Send locks")
struct SendLockTests {
  let folder = TemporaryFolder()
  private var path: Path { folder.appending("2026-11-27.json.lock") }
  private let now = Clock.seconds

  @Test("one holder at a time, and nothing is left")
  func one() throws {
    let lock = try #require(try SendLock.take(path, now: now))
    #expect(try SendLock.take(path, now: now) == nil)
    lock.release()
    #expect(folder.path.names.isEmpty)
    try #require(try SendLock.take(path, now: now)).release()
  }

  @Test("one of ours whose process is gone is left over at once")
  func ours() throws {
    path.write("libtel\n".bytes)
    #expect(try SendLock.take(path, now: now) != nil)
  }

  @Test("a foreign one is left over after an hour, not before, and never while somebody holds it")
  func foreign() throws {
    path.write([])
    #expect(try SendLock.take(path, now: now) == nil)
    #expect(try SendLock.take(path, now: now + 3590) == nil)
    let holder = Kernel.open(path, .read)
    #expect(Kernel.lock(holder, .exclusive) == 0)
    #expect(try SendLock.take(path, now: now + 7200) == nil)
    Kernel.close(holder)
    #expect(try SendLock.take(path, now: now + 3700) != nil)
  }
}

@Suite("Schedules, pins and receipts")
struct RecordTests {
  @Test("a schedule reads what it writes; what is none holds nobody")
  func schedule() {
    var schedule = Schedule()
    (schedule.next, schedule.failures, schedule.isAsked) = (1_800_000_000, 3, true)
    #expect(Schedule(schedule.text) == schedule)
    for text in ["", "x", "1 2", "1 2 3 4", "-1 2 failure", "99999999999999999999 1 failure"] { #expect(Schedule(text.bytes) == Schedule()) }
    #expect(!schedule.holds(at: 1_800_000_000) && schedule.holds(at: 1_799_999_999) && !schedule.holds(at: 1_799_000_000), "left by a clock that was wrong")
  }

  @Test("patience doubles to a day and never less than half of it")
  func patience() {
    var schedule = Schedule()
    var patience: Int64 = 600
    for _ in 0..<20 {
      let low = schedule.afterFailure(at: 1000, retryAfter: 0, chance: 0).next - 1000
      let high = schedule.afterFailure(at: 1000, retryAfter: 0, chance: 0.999_999).next - 1000
      #expect(low == patience / 2 && high <= patience && high > patience - 2)
      schedule = schedule.afterFailure(at: 1000, retryAfter: 0, chance: 0.5)
      patience = min(patience * 2, 86400)
    }
  }

  @Test("a receipt reads what it writes, whatever the answer")
  func receipt() {
    var receipt = Receipt()
    (receipt.week, receipt.date, receipt.destination, receipt.hash) = ("2026-11-27".bytes, "2026-12-05T00:00:01Z".bytes, "https://t.example".bytes, SHA256.text(of: "doc".bytes))
    (receipt.config, receipt.configHash, receipt.code) = ("v1.2.3".bytes, SHA256.text(of: "config".bytes), "200".bytes)
    for answer in ["", "OK", "answer\nweek x\n", #"{"sha256":"\#(SHA256.text(of: "doc".bytes).string)","received":"2026-12-05"}"#] {
      receipt.answer = answer.bytes
      let read = Receipt(receipt.text)
      #expect(read?.answer == answer.bytes && read?.destination == receipt.destination && read?.configHash == receipt.configHash && read?.code == "200".bytes)
    }
    #expect(receipt.proof(of: "doc".bytes) == .same && receipt.proof(of: "other".bytes) == .different && receipt.received?.day == "2026-12-05".bytes)
    receipt.answer = "OK".bytes
    #expect(receipt.proof(of: "doc".bytes) == .none)
    receipt.answer = #"{"sha256":"\#(SHA256.text(of: "other".bytes).string)"}"#.bytes
    #expect(receipt.proof(of: "doc".bytes) == .different)
    #expect(Receipt("week x\n".bytes) == nil && Receipt([]) == nil && Receipt("sha256 \(String(repeating: "x", count: 64))\n".bytes) == nil)
  }

  @Test("any bytes are a receipt, a pin, a schedule, or none, and never a trap")
  func damage() {
    var dice = Dice(seed: 3)
    for _ in 0..<3000 {
      let bytes = dice.chance(2) ? dice.bytes(dice.number(0...200)) : Array("version v1.2.3\nsha256 \(String(repeating: "a", count: 64))\ntag x\nbefore y\nanswer\n".utf8).map { dice.chance(30) ? UInt8(dice.number(0...255)) : $0 }
      _ = Receipt(bytes)?.received
      _ = ConfigStore.Pin(bytes)
      _ = Schedule(bytes)
      _ = try? Destination(bytes, from: .given).isOrigin(of: bytes)
    }
  }
}

@Suite("The kept config")
struct ConfigStoreTests {
  let stage = Stage()
  private var store: ConfigStore { ConfigStore(stage.folder) }

  private func fetch(_ destination: String = "https://c.example") throws(Fault) -> UploadConfig {
    try store.fetch(try Destination(destination.bytes, from: .given), by: stage.collector, timeout: 1000, now: 1_800_000_000)
  }

  @Test("it is pinned by its content, asked for by its tag, and the one before is kept")
  func pinned() throws {
    #expect(try store.pinned() == nil)
    #expect(try fetch().version == "v1.2.3".bytes)
    let (pin, config, before) = try #require(try store.pinned())
    #expect(pin.hash == SHA256.text(of: Stage.config.bytes) && config.hash == pin.hash && before == nil && pin.tag == "\"1\"".bytes)
    #expect(try fetch().hash == pin.hash, "not modified")
    #expect(stage.collector.requests.last?.tag == "\"1\"".bytes)
    for version in ["v1.3.0", "v1.4.0"] {
      stage.collector.answers = { request, _ in Answer(code: 200, body: Stage.config.replacing("{\"GOOS\"", with: "{\"Version\":\"\(version)\",\"GOOS\"").bytes) }
      #expect(try fetch().version == version.bytes)
    }
    let now = try #require(try store.pinned())
    #expect(now.config.version == "v1.4.0".bytes && now.before?.version == "v1.3.0".bytes)
    #expect(stage.folder.folder.configs.names.count == 2)
  }

  @Test("a text that is not what the pin says is not used, and the collector gets no tag of it")
  func changed() throws {
    _ = try fetch()
    stage.folder.config(SHA256.text(of: Stage.config.bytes)).write("{}".bytes)
    #expect(try store.pinned() == nil)
    _ = try fetch()
    #expect(stage.collector.requests.last?.tag == nil)
    #expect(try store.pinned() != nil)
  }

  @Test("another destination's config is asked for anew")
  func otherDestination() throws {
    _ = try fetch()
    stage.collector.answers = { _, _ in Answer(code: 200, body: Stage.config.replacing("{\"GOOS\"", with: "{\"Version\":\"v9.0.0\",\"GOOS\"").bytes) }
    _ = try fetch("https://d.example")
    #expect(stage.collector.requests.last?.tag == nil && store.pin()?.destination == "https://d.example".bytes)
  }
}
