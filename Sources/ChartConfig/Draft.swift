import Dates
import Files
import JSON

/// An upload config that has no number yet.
public struct Draft: Sendable {
  public struct Counter: Sendable {
    public let name: [UInt8]
    public let rate: Double
    public let depth: Int
    public let owner, why: [UInt8]
    public let expires: Day?
  }

  public struct Program: Sendable {
    public let name: [UInt8]
    public var versions: [[UInt8]] = []
    public var counters: [Counter] = []
    public var stacks: [Counter] = []
  }

  /// Where the rate of a chart comes from.
  public struct Reason: Sendable {
    public let program: [UInt8]
    public let counter: [UInt8]
    public let rate: Double
    public let sentence: String
  }

  public internal(set) var systems: [[UInt8]] = []
  public internal(set) var architectures: [[UInt8]] = []
  public internal(set) var toolchains: [[UInt8]] = []
  public internal(set) var sampleRate = 1.0
  /// In the order of their names.
  public internal(set) var programs: [Program] = []
  public internal(set) var reasons: [Reason] = []

  /// The bytes of the file, the same for the same config wherever it is built.
  /// They are the reference's, and `Version`, `Owner`, `Why` and `Expires`.
  public func text(version: [UInt8]) -> [UInt8] {
    var json = JSONWriter(indent: [0x09])
    json.beginObject()
    json.member("Version", version)
    json.list("GOOS", systems)
    json.list("GOARCH", architectures)
    json.list("GoVersion", toolchains)
    json.key("SampleRate")
    json.number(sampleRate)
    json.key("Programs")
    json.beginArray()
    for program in programs {
      json.beginObject()
      json.member("Name", program.name)
      json.list("Versions", program.versions)
      for (key, counters) in [("Counters", program.counters), ("Stacks", program.stacks)] as [(StaticString, [Counter])] where !counters.isEmpty {
        json.key(key)
        json.beginArray()
        for counter in counters { counter.write(to: &json) }
        json.endArray()
      }
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return json.bytes + [0x0a]
  }
}

extension Draft.Counter {
  fileprivate func write(to json: inout JSONWriter) {
    json.beginObject()
    json.member("Name", name)
    json.key("Rate")
    json.number(rate)
    if depth > 0 {
      json.key("Depth")
      json.integer(Int64(depth))
    }
    if !owner.isEmpty { json.member("Owner", owner) }
    if !why.isEmpty { json.member("Why", why) }
    if let expires { json.member("Expires", expires.text) }
    json.endObject()
  }
}

/// A rate as people read it, with the digits that the config has.
public func rateText(_ rate: Double) -> String {
  var json = JSONWriter(indent: [])
  json.number(rate)
  return String(decoding: json.bytes, as: UTF8.self)
}
