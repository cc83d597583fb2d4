import Dates
import Files
import JSON
import Logging

/// What is worth telling the operator, a line each, on standard error. No line has
/// an address, a query, a body or a name that a sender chose.
public final class Journal: Sendable {
  public enum Level: String, Sendable { case info, warning, error }

  public enum Value: Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    case number(Int)
    /// Milliseconds from nanoseconds.
    case took(Int64)
    case text([UInt8])

    public init(integerLiteral value: Int) { self = .number(value) }
    public init(stringLiteral value: StaticString) { self = .text([UInt8](value)) }
  }

  private let format: Settings.LogFormat
  /// Nil: nothing is told.
  private let descriptor: Int32?

  public init(_ format: Settings.LogFormat, to descriptor: Int32? = 2) { (self.format, self.descriptor) = (format, descriptor) }

  /// For the server library.
  public var logger: Logger {
    var logger = Logger(label: "tel-collector") { [self] _ in QuietLog(journal: self) }
    logger.logLevel = .error
    return logger
  }

  public func info(_ event: StaticString, _ fields: (StaticString, Value)...) { write(.info, event, fields) }
  public func warning(_ event: StaticString, _ fields: (StaticString, Value)...) { write(.warning, event, fields) }
  public func error(_ event: StaticString, _ fields: (StaticString, Value)...) { write(.error, event, fields) }

  /// A failure: the sentence of a fault, or what kind of error it is.
  public func failure(_ event: StaticString, _ error: any Error) {
    self.error(event, ("error", .text((error as? Fault)?.message ?? Array("\(error)".utf8.prefix(500)))))
  }

  /// A request was answered. What was asked for is told by its kind alone.
  func request(_ route: Metrics.Route, _ status: Int, _ took: Int64) {
    info("request", ("route", .text(Array(route.rawValue.utf8))), ("status", .number(status)), ("ms", .took(took)))
  }

  private func write(_ level: Level, _ event: StaticString, _ fields: [(StaticString, Value)]) {
    guard let descriptor else { return }
    var line: [UInt8]
    let time = Instant.text(Clock.seconds)
    switch format {
    case .json:
      var json = JSONWriter(indent: [])
      json.beginObject()
      json.key("time")
      json.string(time)
      json.key("level")
      json.string(Array(level.rawValue.utf8))
      json.key("event")
      json.string([UInt8](event))
      for (key, value) in fields {
        json.key(key)
        switch value {
        case .number(let number): json.integer(Int64(number))
        case .took(let nanoseconds): json.number(Double(nanoseconds / 10_000) / 100)
        case .text(let text): json.string(text)
        }
      }
      json.endObject()
      // In strings a line feed is written out: these are between members.
      line = json.bytes.filter { $0 != 0x0a }
    case .text:
      line = time + [0x20] + Array(level.rawValue.utf8) + [0x20] + [UInt8](event)
      for (key, value) in fields {
        line += [0x20] + [UInt8](key) + [UInt8(ascii: "=")]
        switch value {
        case .number(let number): line += Array(String(number).utf8)
        case .took(let nanoseconds): line += Array(String(Double(nanoseconds / 10_000) / 100).utf8)
        case .text(let text): line += Journal.quoted(text)
        }
      }
    }
    line.append(0x0a)
    // One call, so that lines of several threads do not mix.
    line.withUnsafeBytes { _ = Kernel.write(descriptor, $0.baseAddress!, $0.count) }
  }

  private static func quoted(_ text: [UInt8]) -> [UInt8] {
    let shown = sentence([.bytes(text)])
    let isWord = !shown.isEmpty && shown.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
    return isWord ? shown : [UInt8(ascii: "\"")] + shown.flatMap { $0 == UInt8(ascii: "\"") ? [UInt8(ascii: "\\"), $0] : [$0] } + [UInt8(ascii: "\"")]
  }
}

/// What the server library has to say: that something is wrong, and what kind of
/// thing, but none of its metadata, in which addresses are.
struct QuietLog: LogHandler {
  let journal: Journal
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .error

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) {
    journal.warning("server", ("says", .text(Array("\(event.message)".utf8.prefix(200)))))
  }
}
