import Consent
import CounterFile
import Dates
import Delivery
import Files
import Gate
import JSON
import Survey

/// What would leave the machine, by what is known here: nobody is asked.
final class Outlook {
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
  private(set) lazy var outbox = config.flatMap { try? Outbox(uploads, Gate($0, asOf: asOf, now: now)) } ?? Outbox()
  private let uploads: UploadFolder
  private let asOf: Day?
  private let now: Int64

  init(_ source: Source) {
    now = source.now
    uploads = source.uploads
    do throws(Fault) {
      let consent = try Consent.read(source.vendor.place, vendor: source.vendor.name)
      (mode, reason, asOf) = (consent.mode, consent.reason, consent.mode == .on ? consent.asOf : nil)
    } catch { (mode, reason, asOf) = (.off, error.message, nil) }
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
    guard let (pin, config, before) = source.pinned, destination == nil || pin.destination == destination else {
      unknown = destination.map { sentence(["what ", .bytes($0), " approves was not asked yet"]) } ?? [UInt8]("no destination is recorded")
      return
    }
    (self.pin, self.config, self.before) = (pin, config, before)
  }

  /// What goes next, in order.
  var going: [Outbox.Item] { outbox.items.filter { $0.outcome.refusal == nil } }

  enum Mark: Equatable {
    /// In reports whose random number is not above this rate; nil: in all.
    case goes(rate: [UInt8]?)
    /// In the words of `tel preview --explain`.
    case stays([UInt8])
  }

  /// Of each name of a program, of the builds that counted it last: as if a week
  /// ended today. Nil where nobody can tell.
  func marks(_ program: [UInt8], _ names: Set<[UInt8]>, _ builds: [Identity]) -> [[UInt8]: Mark]? {
    guard let config, mode != .off, !builds.isEmpty else { return nil }
    // X of 1 is above every rate that leaves any report out: what is refused for
    // its rate alone goes in the others.
    guard let report = report(program, names, builds, x: "1") else { return nil }
    let outcome = Gate(config, asOf: nil, now: now).pass(report, from: .foreign)
    var whole: [UInt8]?
    if case .sampled(let rate)? = outcome.refusal { whole = rate }
    var marks: [[UInt8]: Mark] = [:]
    var refused: [UInt8]?
    for verdict in outcome.verdicts {
      guard let name = verdict.name else {
        if let refusal = verdict.refusal { refused = refusal.reason(verdict.identity, x: [UInt8]("0")) }
        continue
      }
      switch verdict.refusal {
      case nil: marks[name] = .goes(rate: whole)
      case .rate(let rate)? where Text.number(rate) > 0:
        marks[name] = .goes(rate: whole.map { Text.number($0) < Text.number(rate) ? $0 : rate } ?? rate)
      case let refusal?:
        if marks[name] == nil { marks[name] = .stays(refusal.reason(verdict.identity, x: [UInt8]("above 0"))) }
      }
    }
    for name in names where marks[name] == nil { marks[name] = .stays(refused ?? []) }
    return marks
  }

  /// What these builds would have in a week that ended today.
  private func report(_ program: [UInt8], _ names: Set<[UInt8]>, _ builds: [Identity], x: StaticString) -> Report? {
    var json = JSONWriter(indent: [])
    func member(_ key: StaticString, _ value: [UInt8]) {
      json.key(key)
      json.string(value)
    }
    json.beginObject()
    member("Week", Day(unixSeconds: now).text)
    json.key("X")
    json.raw([UInt8](x))
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
    return try? Report(json.bytes, origin: Path([UInt8]("a week")))
  }
}
