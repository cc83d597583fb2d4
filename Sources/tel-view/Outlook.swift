import Consent
import CounterFile
import Dates
import Delivery
import Files
import Gate
import JSON
import Survey

/// What would leave the machine, by what is known here: nobody is asked.
struct Outlook {
  let mode: Mode
  let reason: [UInt8]
  private(set) var destination: [UInt8]?
  private(set) var config: UploadConfig?
  private(set) var before: UploadConfig?
  private(set) var pin: ConfigStore.Pin?
  private(set) var state: UploadState?
  /// Why nothing will leave, whatever is counted; nil if something may.
  private(set) var never: [UInt8]?
  /// Why it cannot be told what would.
  private(set) var unknown: [UInt8]?
  /// By the pinned config; in mode local as it would be in mode on.
  private(set) var outbox = Outbox()
  private(set) var asOf: Day?

  init(_ source: Source) {
    let now = source.now
    do throws(Fault) {
      let consent = try Consent.read(source.vendor.place, vendor: source.vendor.name)
      (mode, reason, asOf) = (consent.mode, consent.reason, consent.mode == .on ? consent.asOf : nil)
    } catch { (mode, reason) = (.off, error.message) }
    if source.vendor.name == "tel" {
      never = [UInt8]("the vendor tel is nobody's, and nothing of it is ever sent")
      return
    }
    state = try? UploadState(of: source.folder, vendor: source.vendor.name, at: now)
    destination = state?.destination
    switch mode {
    case .off: never = sentence(["telemetry is off: ", .bytes(reason)])
    case .local: never = sentence(["the mode is local: ", .bytes(reason)])
    case .on:
      if destination == nil { never = [UInt8]("no destination is recorded") }
      if destination != nil, state?.isAgreed != true { never = [UInt8]("you have not agreed to the destination that is recorded") }
    }
    let store = ConfigStore(source.uploads)
    guard let (pin, config, before) = try? store.pinned(), destination == nil || pin.destination == destination else {
      unknown = destination.map { sentence(["what ", .bytes($0), " approves was not asked yet"]) } ?? [UInt8]("no destination is recorded")
      return
    }
    (self.pin, self.config, self.before) = (pin, config, before)
    let gate = Gate(config, asOf: asOf, now: now)
    if let outbox = try? Outbox(source.uploads, gate) { self.outbox = outbox }
  }

  /// What goes next, in order.
  var going: [Outbox.Item] { outbox.items.filter { $0.outcome.refusal == nil } }

  enum Mark {
    case goes
    /// In the words of `tel preview --explain`.
    case stays([UInt8])
  }

  /// Of each name of a program, of the builds that counted it last: as if a week
  /// ended today that is in every sample.
  func marks(_ program: [UInt8], _ names: Set<[UInt8]>, _ builds: [Identity], at now: Int64) -> [[UInt8]: Mark]? {
    guard let config, mode != .off, let any = builds.last else { return nil }
    let gate = Gate(config, asOf: nil, now: now)
    var json = JSONWriter(indent: [])
    func member(_ key: StaticString, _ value: [UInt8]) {
      json.key(key)
      json.string(value)
    }
    json.beginObject()
    member("Week", Day(unixSeconds: now).text)
    json.key("X")
    json.raw([UInt8]("1e-12"))
    json.key("Programs")
    json.beginArray()
    for build in builds {
      json.beginObject()
      member("Program", program)
      member("Version", build.version)
      member("GoVersion", build.toolchain)
      member("GOOS", build.os)
      member("GOARCH", build.arch)
      for (key, areStacks) in [("Counters", false), ("Stacks", true)] as [(StaticString, Bool)] {
        json.key(key)
        json.beginObject()
        for name in names where name.contains(0x0a) == areStacks {
          json.key(name)
          json.integer(1)
        }
        json.endObject()
      }
      json.endObject()
    }
    json.endArray()
    json.endObject()
    guard let report = try? Report(json.bytes, origin: Path([UInt8]("a week"))) else { return nil }
    var marks: [[UInt8]: Mark] = [:]
    var refused: [UInt8]?
    for verdict in gate.pass(report, from: .foreign).verdicts {
      guard let name = verdict.name else {
        if let refusal = verdict.refusal { refused = refusal.reason(verdict.identity, x: [UInt8]("0")) }
        continue
      }
      if let refusal = verdict.refusal {
        if marks[name] == nil { marks[name] = .stays(refusal.reason(verdict.identity, x: [UInt8]("0"))) }
      } else {
        marks[name] = .goes
      }
    }
    _ = any
    for name in names where marks[name] == nil { marks[name] = .stays(refused ?? []) }
    return marks
  }
}
