import Files
import Gate

extension Site {
  /// What a request gets. Sending it, packed and with headers, is the server's.
  public struct Answer: Sendable {
    public var status = 200
    public var type = "text/html; charset=utf-8"
    public var body: [UInt8]
    /// What the address will have tomorrow too, for as long as there is anything.
    public var isImmutable = false
    /// Another address, relative to this one, with status 301 or 302.
    public var location: String?
    /// To be saved under this name.
    public var file: String?
    /// Quoted, as HTTP has it: of the body, so that equal pages have equal ones.
    public private(set) var etag = ""
    /// Seconds for which nobody need ask again; 0 asks each time, and gets 304.
    public var freshness = 300

    public init(_ body: [UInt8]) { self.body = body }

    init(_ body: [UInt8], type: String, isImmutable: Bool = false) {
      self.init(body)
      (self.type, self.isImmutable) = (type, isImmutable)
    }

    public var cacheControl: String {
      if status >= 400 { return "no-store" }
      if isImmutable { return "public, max-age=31536000, immutable" }
      return freshness == 0 ? "no-cache" : "public, max-age=\(freshness)"
    }

    func sealed() -> Answer {
      var answer = self
      answer.etag = "\"" + String(decoding: SHA256.text(of: body).prefix(32), as: UTF8.self) + "\""
      return answer
    }

    static func redirect(to location: String) -> Answer {
      var answer = Answer([], type: "text/plain; charset=utf-8")
      answer.status = 301
      answer.location = location
      return answer
    }
  }
}
