import CPlugin
import CTel
import Delivery
import Files

/// A plugin's transport as Delivery sees it: one exchange at a time. One that
/// hangs is left alone when its time is up; what the program registered is the
/// program's own, and runs on its thread without such an end.
final class PluginTransport: Transport {
  private let functions: UnsafePointer<tel_transport>
  private let line: OpaquePointer?
  private let plugin: [UInt8]
  private let services: cplugin_services
  private let lock = cplugin_lock_new()
  private let results: PluginResults
  /// Of the latest exchange; nil before the first.
  private var last: PluginResults.Result?
  /// An exchange has not returned, and perhaps never will.
  private var isLost = false

  /// Milliseconds that an exchange may take beyond its timeout.
  private static let grace: UInt32 = 2000

  init(
    _ functions: UnsafePointer<tel_transport>, state: UnsafeMutableRawPointer?, of plugin: [UInt8], isWatched: Bool, _ services: cplugin_services,
    results: PluginResults
  ) {
    self.functions = functions
    line = cplugin_line_new(functions, state, isWatched)
    self.plugin = plugin
    self.services = services
    self.results = results
  }

  func exchange(_ request: Request) throws(Fault) -> Answer {
    cplugin_lock_take(lock)
    defer { cplugin_lock_leave(lock) }
    do throws(Fault) {
      let answer = try carry(request)
      keep(sentence(["code ", .number(answer.code)]))
      return answer
    } catch {
      keep(error.message)
      Path([UInt8]("tel/plugin:") + plugin + [UInt8]("-failed")).withCString { cplugin_count(services, $0) }
      throw error
    }
  }

  private func keep(_ text: [UInt8]) {
    last = results.keep(PluginResults.Result(name: plugin, time: Clock.seconds, text: text), before: last)
  }

  private func carry(_ request: Request) throws(Fault) -> Answer {
    if functions.pointee.exchange == nil, request.document == nil {
      throw Fault(.unsupported, "the plugin ", .bytes(plugin), " delivers, and cannot fetch")
    }
    if isLost { throw Fault(.timeout, "the plugin ", .bytes(plugin), " did not return in time, and is not asked again in this process") }
    return try carry(request, UInt32(clamping: max(1, request.timeout)))
  }

  private func carry(_ request: Request, _ timeout: UInt32) throws(Fault) -> Answer {
    let collected = Collected(most: max(0, request.most))
    var answer = tel_answer()
    answer.size = UInt32(MemoryLayout<tel_answer>.size)
    answer.context = Unmanaged.passUnretained(collected).toOpaque()
    answer.write = { context, bytes, count in Collected.of(context).take(bytes, count) }
    answer.tell = { context, key, text in Collected.of(context).hear(key, text) }
    let status = Path(request.url).withCString { url in
      withOptionalC(request.tag) { tag in
        withOptionalC(request.document) { document in
          var asked = tel_request()
          asked.size = UInt32(MemoryLayout<tel_request>.size)
          asked.url = url
          asked.document = document
          asked.tag = tag
          asked.timeout_ms = timeout
          asked.most = UInt32(clamping: max(0, request.most))
          return withExtendedLifetime(collected) { cplugin_exchange(line, &asked, &answer, PluginTransport.grace, &isLost) }
        }
      }
    }
    if isLost { throw Fault(.timeout, "the plugin ", .bytes(plugin), " has not returned within ", .number(Int(timeout)), " ms, and is left alone") }
    // It may be the network's fault, a page of a hotel's for one.
    if collected.isTooMuch { throw Fault(.io, "the plugin ", .bytes(plugin), " brought an answer of more than ", .number(request.most), " bytes") }
    guard status == Status.ok.rawValue else { throw fault(status, collected.problem) }
    guard answer.code >= 100, answer.code <= 599 else {
      throw Fault(.plugin, "the plugin ", .bytes(plugin), " answers with code ", .number(Int(answer.code)), ", and must with 100 to 599")
    }
    return Answer(code: Int(answer.code), retryAfter: Int(answer.retry_after), tag: collected.tag, location: collected.location, body: collected.body)
  }

  private func fault(_ status: Int32, _ problem: [UInt8]) -> Fault {
    guard let known = Status(rawValue: status) else {
      return Fault(.plugin, "the plugin ", .bytes(plugin), " answers with status ", .number(Int(status)), ", which is none")
    }
    return Fault(known, "the plugin ", .bytes(plugin), " failed: ", .bytes(problem.isEmpty ? PluginTransport.name(of: status) : problem))
  }

  static func name(of status: Int32) -> [UInt8] {
    switch Status(rawValue: status) {
    case .ok: [UInt8]("TEL_OK")
    case .invalid: [UInt8]("an argument is wrong (TEL_E_INVALID)")
    case .off: [UInt8]("it is off (TEL_E_OFF)")
    case .io: [UInt8]("the operating system or the network refused (TEL_E_IO)")
    case .corrupt: [UInt8]("something is not what it says it is (TEL_E_CORRUPT)")
    case .full: [UInt8]("there is no room (TEL_E_FULL)")
    case .notFound: [UInt8]("something is not there (TEL_E_NOT_FOUND)")
    case .busy: [UInt8]("something is busy (TEL_E_BUSY)")
    case .timeout: [UInt8]("the time was up (TEL_E_TIMEOUT)")
    case .unsupported: [UInt8]("it is not possible here (TEL_E_UNSUPPORTED)")
    case .plugin: [UInt8]("it failed (TEL_E_PLUGIN)")
    case nil: sentence(["it answers ", .number(Int(status)), ", which is no status"])
    }
  }
}

/// What a transport brings, as long as its exchange lasts.
private final class Collected {
  private let most: Int
  private(set) var body: [UInt8] = []
  private(set) var isTooMuch = false
  private(set) var tag: [UInt8] = []
  private(set) var location: [UInt8] = []
  private(set) var problem: [UInt8] = []

  /// Bytes of a text that is told.
  private static let longest = 4096

  init(most: Int) { self.most = most }

  static func of(_ context: UnsafeMutableRawPointer?) -> Collected {
    Unmanaged<Collected>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue()
  }

  func take(_ bytes: UnsafeRawPointer?, _ count: Int) -> Int32 {
    // A size that is no Int comes as a negative one.
    guard count >= 0, count <= most - body.count else {
      isTooMuch = true
      return Status.full.rawValue
    }
    if let bytes, count > 0 { body.append(copying: UnsafeRawBufferPointer(start: bytes, count: count)) }
    return Status.ok.rawValue
  }

  func hear(_ key: UnsafePointer<CChar>?, _ text: UnsafePointer<CChar>?) {
    guard let key, let text else { return }
    let length = cplugin_length(text, Collected.longest)
    guard cplugin_length(key, 32) >= 0, length >= 0 else { return }
    let heard = [UInt8](copying: UnsafeRawBufferPointer(start: text, count: length))
    let what = [UInt8](cString: key)
    if what == "tag" { tag = heard }
    if what == "location" { location = heard }
    if what == "problem" { problem = heard }
  }
}

// MARK: As C has it

private func withC<Result>(_ document: Document, _ body: (UnsafePointer<tel_document>) -> Result) -> Result {
  Path(document.name).withCString { name in
    document.bytes.withUnsafeBytes { bytes in
      var made = tel_document()
      made.size = UInt32(MemoryLayout<tel_document>.size)
      made.name = name
      made.media_type = UnsafeRawPointer(Document.mediaType.utf8Start).assumingMemoryBound(to: CChar.self)
      made.bytes = bytes.baseAddress
      made.count = bytes.count
      return body(&made)
    }
  }
}

private func withOptionalC<Result>(_ document: Document?, _ body: (UnsafePointer<tel_document>?) -> Result) -> Result {
  if let document { return withC(document) { body($0) } }
  return body(nil)
}

private func withOptionalC<Result>(_ text: [UInt8]?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
  if let text { return Path(text).withCString { body($0) } }
  return body(nil)
}
