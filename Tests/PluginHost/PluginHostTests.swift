import CTel
import Delivery
import Files
import Foundation
import TestSupport
import Testing

@testable import PluginHost

/// What the plugin in this program does next, and what it was asked. Tests run
/// side by side: each has its thread.
private final class Script {
  var status: Int32 = 0
  var code: Int32 = 200
  var retryAfter: UInt32 = 0
  var body: [[UInt8]] = []
  var told: [(String, String)] = []
  var url = ""
  var tag: String?
  var document: [UInt8]?
  var mediaType = ""
  var timeout: UInt32 = 0
  var settings: String?
  var counted: [String] = []
  var logged: [String] = []

  static var current: Script {
    if let script = Thread.current.threadDictionary["Script"] as? Script { return script }
    let script = Script()
    Thread.current.threadDictionary["Script"] = script
    return script
  }

  static func fresh() -> Script {
    Thread.current.threadDictionary.removeObject(forKey: "Script")
    return current
  }

  func take(_ document: UnsafePointer<tel_document>?) {
    self.document = document.map { [UInt8](UnsafeRawBufferPointer(start: $0.pointee.bytes, count: $0.pointee.count)) }
    mediaType = document.map { String(cString: $0.pointee.media_type) } ?? ""
  }
}

/// A plugin in this program; what it is made of is never freed, as libtel asks.
private func plugin(
  _ name: String = "inside", abi: Int32 = TEL_PLUGIN_ABI, schemes: [String] = ["inside"], exchanges: Bool = true, sends: Bool = false
) -> UnsafeMutablePointer<tel_plugin> {
  let made = UnsafeMutablePointer<tel_plugin>.allocate(capacity: 1)
  let transport = UnsafeMutablePointer<tel_transport>.allocate(capacity: 1)
  let list = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: schemes.count + 1)
  for (index, scheme) in schemes.enumerated() { list[index] = UnsafePointer(strdup(scheme)) }
  list[schemes.count] = nil
  transport.initialize(to: tel_transport())
  transport.pointee.size = UInt32(MemoryLayout<tel_transport>.size)
  transport.pointee.schemes = UnsafePointer(list)
  if sends {
    transport.pointee.send = { _, url, document, timeout in
      Script.current.url = String(cString: url!)
      Script.current.take(document)
      Script.current.timeout = timeout
      return Script.current.status
    }
  }
  if exchanges {
    transport.pointee.exchange = { _, request, answer in
      let script = Script.current
      script.url = String(cString: request!.pointee.url)
      script.tag = request!.pointee.tag.map { String(cString: $0) }
      script.take(request!.pointee.document)
      script.timeout = request!.pointee.timeout_ms
      for piece in script.body {
        let taken = piece.withUnsafeBytes { answer!.pointee.write(answer!.pointee.context, $0.baseAddress, $0.count) }
        if taken != 0 { return -3 }
      }
      for (key, text) in script.told { answer!.pointee.tell(answer!.pointee.context, key, text) }
      answer!.pointee.code = script.code
      answer!.pointee.retry_after = script.retryAfter
      return script.status
    }
  }
  Thread.current.threadDictionary["Offered"] = NSNumber(value: UInt(bitPattern: transport))
  made.initialize(to: tel_plugin())
  made.pointee.size = UInt32(MemoryLayout<tel_plugin>.size)
  made.pointee.abi = UInt32(abi)
  made.pointee.name = UnsafePointer(strdup(name))
  made.pointee.version = UnsafePointer(strdup("1"))
  made.pointee.summary = UnsafePointer(strdup("is inside"))
  made.pointee.start = { host, settings, _ in
    Script.current.settings = settings.map { String(cString: $0) }
    host!.pointee.log(host!.pointee.`self`, tel_level(TEL_INFO), "hello")
    host!.pointee.count(host!.pointee.`self`, "inside/started", 2)
    return String(cString: host!.pointee.version) == "1.0.0" ? Script.current.status : -1
  }
  made.pointee.query = { id in
    guard String(cString: id!) == "tel.transport/1" else { return nil }
    return UnsafeRawPointer(bitPattern: (Thread.current.threadDictionary["Offered"] as! NSNumber).uintValue)
  }
  return made
}

private func host() -> PluginHost {
  PluginHost(
    folder: nil,
    log: { level, bytes, count in Script.current.logged.append("\(level) " + String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)) },
    count: { name, n in Script.current.counted.append("\(String(cString: name!)) \(n)") })
}

private func fault(_ body: () throws -> Void) -> Fault? {
  do { try body() } catch { return error as? Fault }
  return nil
}

private let get = Request(url: "inside://x/config/latest.json".bytes, timeout: 1000, most: 10)
private let post = Request(
  url: "inside://x/upload/2026-11-27".bytes, document: Document(name: "2026-11-27.json".bytes, bytes: "{}".bytes), tag: "\"a\"".bytes, timeout: 1000, most: 10)

@Suite("The plugin host")
struct PluginHostTests {
  @Test("says that nobody carries documents to an unknown scheme")
  func unknownScheme() {
    let problem = fault { _ = try PluginHost(folder: nil).transport(for: "gopher".bytes) }
    #expect(problem?.status == .unsupported && problem?.message.string.contains("gopher:") == true)
  }

  @Test("carries by what the program registered: request there, answer back")
  func exchange() throws {
    let script = Script.fresh()
    let host = host()
    try host.enlist(plugin(), settings: "some=thing".bytes)
    #expect(script.settings == "some=thing" && script.logged == ["1 plugin inside: hello"] && script.counted == ["inside/started 2"])
    (script.code, script.retryAfter, script.body, script.told) = (201, 7, ["ab".bytes, [], "cd".bytes], [("tag", "\"t\""), ("location", "inside://y"), ("other", "?")])
    let answer = try host.transport(for: "inside".bytes).exchange(post)
    #expect(answer.code == 201 && answer.retryAfter == 7 && answer.body == "abcd".bytes && answer.tag == "\"t\"".bytes && answer.location == "inside://y".bytes)
    #expect(script.url == "inside://x/upload/2026-11-27" && script.document == "{}".bytes && script.mediaType == "application/json" && script.tag == "\"a\"" && script.timeout == 1000)
    _ = try host.transport(for: "inside".bytes).exchange(get)
    #expect(script.document == nil && script.tag == nil)
    #expect(script.counted.count == 1, "no failure")
  }

  @Test("gives a failure its status and its sentence, and counts it", arguments: [(Int32(-8), Status.timeout), (-3, .io), (-1, .invalid), (-9, .unsupported), (-10, .plugin), (-11, .plugin), (5, .plugin), (Int32.min, .plugin)])
  func failure(status: Int32, wanted: Status) throws {
    let script = Script.fresh()
    let host = host()
    try host.enlist(plugin())
    (script.status, script.told) = (status, [("problem", "the cable\nis out")])
    let problem = fault { _ = try host.transport(for: "inside".bytes).exchange(get) }
    #expect(problem?.status == wanted)
    #expect(problem?.message.string.contains((-10..<0).contains(status) ? "the cable?is out" : "\(status), which is none") == true)
    #expect(script.counted.last == "tel/plugin:inside-failed 1")
  }

  @Test("takes no more of an answer than was asked for")
  func bounded() throws {
    let script = Script.fresh()
    let host = host()
    try host.enlist(plugin())
    script.body = ["0123456789".bytes]
    #expect(try host.transport(for: "inside".bytes).exchange(get).body.count == 10)
    script.body.append("x".bytes)
    let problem = fault { _ = try host.transport(for: "inside".bytes).exchange(get) }
    #expect(problem?.status == .io && problem?.message.string.contains("more than 10 bytes") == true)
  }

  @Test("refuses codes that are none", arguments: [0, 99, 600, -200, Int32.max])
  func codes(code: Int32) throws {
    let script = Script.fresh()
    let host = host()
    try host.enlist(plugin())
    script.code = code
    #expect(fault { _ = try host.transport(for: "inside".bytes).exchange(get) }?.status == .plugin)
  }

  @Test("drops what is told at too great length")
  func longTexts() throws {
    let script = Script.fresh()
    let host = host()
    try host.enlist(plugin())
    script.told = [("tag", String(repeating: "x", count: 5000)), (String(repeating: "k", count: 100), "x")]
    #expect(try host.transport(for: "inside".bytes).exchange(get).tag == [])
  }

  @Test("delivers by a one-way transport, which cannot fetch")
  func oneWay() throws {
    let script = Script.fresh()
    let host = host()
    try host.enlist(plugin(exchanges: false, sends: true))
    let transport = try host.transport(for: "inside".bytes)
    let answer = try transport.exchange(post)
    #expect(answer.code == 200 && script.document == "{}".bytes)
    #expect(fault { _ = try transport.exchange(get) }?.status == .unsupported)
    script.status = -8
    #expect(fault { _ = try transport.exchange(post) }?.status == .timeout)
  }

  @Test("prefers exchange to send")
  func preference() throws {
    let script = Script.fresh()
    let host = host()
    try host.enlist(plugin(exchanges: true, sends: true))
    script.code = 304
    #expect(try host.transport(for: "inside".bytes).exchange(post).code == 304)
  }

  @Test("refuses a second plugin of a name, and lets others in")
  func names() throws {
    _ = Script.fresh()
    let host = host()
    try host.enlist(plugin())
    #expect(fault { try host.enlist(plugin()) }?.message.string.contains("already, the program's own") == true)
    try host.enlist(plugin("another"))
    #expect(host.inventory().map { $0.name.string } == ["inside", "another"])
    #expect(host.inventory().allSatisfy { $0.state == .registered && $0.path == nil })
  }

  @Test("refuses what is wrong with a registered one, too")
  func wrong() {
    let script = Script.fresh()
    #expect(fault { try host().enlist(nil) }?.status == .invalid)
    #expect(fault { try host().enlist(plugin(abi: 2)) }?.message.string.contains("speaks ABI 2") == true)
    #expect(fault { try host().enlist(plugin("In Side")) }?.message.string.contains("\"In Side\"") == true)
    #expect(fault { try host().enlist(plugin(schemes: [])) }?.message.string.contains("no schemes") == true)
    script.status = -5
    #expect(fault { try host().enlist(plugin()) }?.message.string.contains("TEL_E_FULL") == true)
    #expect(fault { try host().enlist(plugin()) }?.status == .plugin)
  }

  @Test("lets many threads register and carry at once")
  func threads() throws {
    let host = host()
    Threads.run(8) { thread in
      _ = Script.fresh()
      for number in 0..<20 {
        let name = "p\(thread)-\(number)"
        try! host.enlist(plugin(name, schemes: [name]))
        _ = try! host.transport(for: name.bytes).exchange(get)
      }
    }
    #expect(Set(host.inventory().map { $0.name.string }).count == 160)
  }

  @Test("remembers how the latest exchange of each went")
  func results() throws {
    let script = Script.fresh()
    let folder = TemporaryFolder()
    folder.appending("local").makeFolder()
    func fresh() -> PluginHost { PluginHost(folder: nil, directory: folder.path) }
    let first = fresh()
    try first.enlist(plugin())
    #expect(first.inventory()[0].last.isEmpty)
    _ = try first.transport(for: "inside".bytes).exchange(get)
    #expect(first.inventory()[0].last.string == "code 200" && abs(first.inventory()[0].lastTime - Clock.seconds) < 10)
    (script.status, script.told) = (-3, [("problem", "the cable is out")])
    _ = fault { _ = try first.transport(for: "inside".bytes).exchange(get) }
    script.status = 0
    let second = fresh()
    try second.enlist(plugin())
    #expect(second.inventory()[0].last.string == "the plugin inside failed: the cable is out")
    let other = fresh()
    try other.enlist(plugin("other"))
    _ = try other.transport(for: "inside".bytes).exchange(get)
    #expect(second.inventory()[0].last.string.contains("cable"), "another's result does not push it out")
    folder.appending("local/upload.plugins").write("inside 12 fine\ngarbage\n\ninside x y\nInside 12 z\n".bytes)
    #expect(second.inventory()[0].last.string == "fine" && second.inventory()[0].lastTime == 12)
  }
}
