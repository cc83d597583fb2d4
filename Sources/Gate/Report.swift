import CounterFile
import Dates
import Files
import JSON

/// A report as the gate reads it: all of it, and nothing but what a report has.
public struct Report: Sendable {
  public struct Count: Sendable {
    public let name: [UInt8]
    public let value: Int64
  }

  public struct Program: Sendable {
    public let identity: Identity
    public var counters: [Count]
    public var stacks: [Count]
  }

  public let week: Day
  public let lastWeek: [UInt8]
  /// As it is written, and its value.
  public let x: [UInt8]
  public let xValue: Double
  public var programs: [Program]
  /// The version of the upload config that it names.
  public var config: [UInt8]

  /// Larger ones are refused, in bytes.
  public static let limit = 64 << 20

  /// `origin` is named in sentences.
  public init(_ text: [UInt8], origin: Path) throws(Fault) {
    let value: JSONValue
    do throws(JSONFault) { value = try JSONReader.value(of: text) } catch {
      throw Fault(.corrupt, .path(origin), ":", .number(error.line), ":", .number(error.column), ": ", .bytes(error.message))
    }
    func fault(_ what: StaticString) -> Fault { Fault(.corrupt, .path(origin), " is no report that can be sent: ", .literal(what)) }
    func string(_ value: JSONValue?) throws(Fault) -> [UInt8] {
      switch value {
      case .string(let text)?: return text
      case nil, .null?: return []
      default: throw fault("something is no string that should be one")
      }
    }
    guard let week = Day(text: try string(value["Week"])) else { throw fault("its Week is no day") }
    guard case .number(let x)? = value["X"] else { throw fault("its X is no number") }
    self.week = week
    lastWeek = try string(value["LastWeek"])
    self.x = x
    xValue = Text.number(x)
    config = try string(value["Config"])
    programs = []
    switch value["Programs"] {
    case nil, .null?: break
    case .array(let items)?:
      for item in items {
        func counts(_ value: JSONValue?) throws(Fault) -> [Count] {
          switch value {
          case nil, .null?: return []
          case .object(let members)?:
            var counts: [Count] = []
            for (name, value) in members {
              guard let number = value.int64 else { throw fault("a count is no whole number of 64 bits") }
              counts.append(Count(name: name, value: number))
            }
            return counts
          default: throw fault("Counters and Stacks should be objects")
          }
        }
        guard case .object = item else { throw fault("a program is no object") }
        let identity = Identity(
          program: try string(item["Program"]), version: try string(item["Version"]), toolchain: try string(item["GoVersion"]),
          os: try string(item["GOOS"]), arch: try string(item["GOARCH"]))
        programs.append(Program(identity: identity, counters: try counts(item["Counters"]), stacks: try counts(item["Stacks"])))
      }
    default: throw fault("Programs should be an array")
    }
  }

  /// The bytes that the reference would write.
  public var text: [UInt8] {
    var json = JSONWriter(indent: [0x20])
    json.beginObject()
    json.key("Week")
    json.string(week.text)
    json.key("LastWeek")
    json.string(lastWeek)
    json.key("X")
    json.raw(x)
    json.key("Programs")
    // The reference's word for none.
    if programs.isEmpty { json.raw([UInt8]("null")) } else { write(programs, to: &json) }
    json.key("Config")
    json.string(config)
    json.endObject()
    return json.bytes
  }

  private func write(_ programs: [Program], to json: inout JSONWriter) {
    json.beginArray()
    for program in programs {
      let who = program.identity
      json.beginObject()
      for (key, text) in [
        ("Program", who.program), ("Version", who.version), ("GoVersion", who.toolchain), ("GOOS", who.os), ("GOARCH", who.arch),
      ] as [(StaticString, [UInt8])] {
        json.key(key)
        json.string(text)
      }
      for (key, counts) in [("Counters", program.counters), ("Stacks", program.stacks)] as [(StaticString, [Count])] {
        json.key(key)
        json.beginObject()
        for count in counts {
          json.key(count.name)
          json.integer(count.value)
        }
        json.endObject()
      }
      json.endObject()
    }
    json.endArray()
  }
}

/// Since when each program of a report had counted: `<date>.begin`.
public struct Begins: Sendable {
  private var rows: [(identity: Identity, begin: Day)] = []

  public init(_ text: [UInt8], origin: Path) throws(Fault) {
    let value: JSONValue
    do throws(JSONFault) { value = try JSONReader.value(of: text) } catch {
      throw Fault(.corrupt, .path(origin), ":", .number(error.line), ":", .number(error.column), ": ", .bytes(error.message))
    }
    guard case .array(let items)? = value["Programs"] else { throw Fault(.corrupt, .path(origin), " has no Programs") }
    for item in items {
      func string(_ key: StaticString) -> [UInt8] {
        if case .string(let text)? = item[key] { return text }
        return []
      }
      guard let begin = Instant(rfc3339: string("TimeBegin")) else { throw Fault(.corrupt, .path(origin), " has a TimeBegin that is no time") }
      let identity = Identity(
        program: string("Program"), version: string("Version"), toolchain: string("GoVersion"), os: string("GOOS"), arch: string("GOARCH"))
      rows.append((identity, begin.day))
    }
  }

  public func begin(_ identity: Identity) -> Day? { rows.first { $0.identity == identity }?.begin }
}
