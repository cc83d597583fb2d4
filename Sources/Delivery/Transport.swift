import Files

/// Carries documents to a collector, and fetches from it: one exchange at a time.
public protocol Transport: AnyObject {
  /// Whatever the answer's code, there is one. `.io` and `.timeout`: there is
  /// none, and it may be tried again; any other fault: that makes no sense.
  func exchange(_ request: Request) throws(Fault) -> Answer
}

/// Who can carry something where.
public protocol Transports: AnyObject {
  /// For the scheme of a URL, in small letters.
  func transport(for scheme: [UInt8]) throws(Fault) -> any Transport
}

public struct Request: Sendable {
  /// Complete.
  public var url: [UInt8]
  /// To deliver there; nil: fetch what is there.
  public var document: Document?
  /// Of what is here from there already: an ETag.
  public var tag: [UInt8]?
  /// Milliseconds for the whole exchange.
  public var timeout: Int
  /// More bytes of an answer than these are an error.
  public var most: Int

  public init(url: [UInt8], document: Document? = nil, tag: [UInt8]? = nil, timeout: Int, most: Int) {
    self.url = url
    self.document = document
    self.tag = tag
    self.timeout = timeout
    self.most = most
  }
}

public struct Document: Sendable {
  public var name: [UInt8]
  public var bytes: [UInt8]
  /// Documents are JSON.
  public static let mediaType: StaticString = "application/json"

  public init(name: [UInt8], bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}

public struct Answer: Sendable {
  /// As in HTTP.
  public var code: Int
  /// Seconds in which not to ask again; 0: not said.
  public var retryAfter: Int
  /// An ETag.
  public var tag: [UInt8]
  /// Where a redirect leads, complete.
  public var location: [UInt8]
  public var body: [UInt8]

  public init(code: Int, retryAfter: Int = 0, tag: [UInt8] = [], location: [UInt8] = [], body: [UInt8] = []) {
    self.code = code
    self.retryAfter = retryAfter
    self.tag = tag
    self.location = location
    self.body = body
  }
}
