import Dates
import Files

/// Which mode is in effect, and why. Every layer can only lower it.
public struct Consent: Sendable {
  public final class Layer: Sendable {
    public let origin: Origin
    public let mode: Mode

    init(_ origin: Origin, _ mode: Mode) { (self.origin, self.mode) = (origin, mode) }

    /// Where the layer's word comes from: "TEL_MODE", "the mode file …".
    public var source: [UInt8] {
      switch origin {
      case .build: [UInt8]("this build of libtel")
      case .policy(let why): sentence(["the machine's policy ", .literal(Policy.path), .bytes(why)])
      case .variable(let name): [UInt8](name)
      case .testRunner(let who): sentence(["the test runner ", .bytes(who), ", as no directory was given,"])
      case .service(let who): sentence(["the CI service ", .bytes(who)])
      case .file(let path): sentence(["the mode file ", .path(path)])
      case .link(let path): sentence(["the mode file ", .path(path), ", a symbolic link that is not followed, and so"])
      case .noFile(let path): sentence(["the default (no mode file ", .path(path), ")"])
      }
    }

    /// It is the mode file, or its absence.
    public var isModeFile: Bool {
      switch origin {
      case .file, .link, .noFile: true
      default: false
      }
    }
  }

  public enum Origin: Sendable {
    case build
    /// What of the policy, for a sentence.
    case policy([UInt8])
    case variable(StaticString)
    case testRunner([UInt8]), service([UInt8])
    case file(Path), link(Path), noFile(Path)
  }

  /// In the order of authority; those that say nothing are left out.
  public var layers: [Layer]
  public var folder: TelemetryFolder
  /// The day of consent, from the mode file.
  public var asOf: Day?

  public var mode: Mode { decisive?.mode ?? .local }

  /// Without what the user has written into mode files.
  public var modeOfOthers: Mode { layers.filter { !$0.isModeFile }.map { $0.mode }.min() ?? .on }

  /// The first layer that allows least.
  public var decisive: Layer? {
    var lowest: Layer?
    for layer in layers where lowest.map({ layer.mode < $0.mode }) ?? true { lowest = layer }
    return lowest
  }

  /// What decided, as the end of a sentence.
  public var reason: [UInt8] {
    guard let decisive else { return [] }
    return sentence([.bytes(decisive.source), " says ", .literal(decisive.mode.word)])
  }

  /// How the folder was named.
  public enum Place: Sendable {
    /// By the program or the command line.
    case given(Path)
    /// By TEL_DIR, or the vendor's own.
    case standard
  }

  /// Refuses what cannot name a vendor's folder.
  public static func check(vendor: [UInt8]) throws(Fault) { try TelemetryFolder.check(vendor: vendor) }

  /// The folder in use. In a privileged program there is none.
  public static func folder(_ place: Place, vendor: [UInt8], _ variables: Variables = .now()) throws(Fault) -> TelemetryFolder {
    if Process.isPrivileged {
      throw Fault(.off, "telemetry is off: the program runs with more privileges than its user (set-user-ID or the like)")
    }
    switch place {
    case .given(let path): return TelemetryFolder(path)
    case .standard:
      if let directory = variables.directory { return TelemetryFolder(directory) }
      return try TelemetryFolder.standard(vendor: vendor, variables)
    }
  }

  /// What a distribution has compiled in: `make CAP=local`.
  private static var buildCap: Mode {
    #if TEL_CAP_OFF
      .off
    #elseif TEL_CAP_LOCAL
      .local
    #else
      .on
    #endif
  }

  /// Reads all layers. Throws when counting would not be safe at all. `program`
  /// is the one that counts, if it is about one; `destination` where something
  /// would be sent, if that is not the recorded one.
  public static func read(
    _ place: Place, vendor: [UInt8], program: [UInt8]? = nil, destination: [UInt8]? = nil, _ variables: Variables = .now()
  ) throws(Fault) -> Consent {
    let folder = try folder(place, vendor: vendor, variables)
    let owner = try Folder.owner(of: folder.path)
    if owner != Process.effectiveUser {
      throw Fault(
        .off, "telemetry is off: ", .path(folder.path), " or its nearest existing parent belongs to user ", .number(Int(owner)),
        ", and this process runs as user ", .number(Int(Process.effectiveUser)))
    }
    let file = ModeFile.read(folder.modeFile)
    var consent = Consent(layers: [], folder: folder, asOf: file.asOf)
    if buildCap < .on { consent.hear(.build, buildCap) }
    if let (mode, why) = Policy.verdict(program: program, destination: destination ?? folder.destination) { consent.hear(.policy(why), mode) }
    if variables.doNotTrack { consent.hear(.variable("DO_NOT_TRACK"), .local) }
    if let mode = variables.mode, mode != .on { consent.hear(.variable("TEL_MODE"), mode) }
    if !variables.isAutomationUse {
      var isGiven = variables.directory != nil
      if case .given = place { isGiven = true }
      if !isGiven, let who = variables.automation.testRunner { consent.hear(.testRunner(who), .off) }
      if let who = variables.automation.service { consent.hear(.service(who), .local) }
    }
    // An override of the folder is not an override of what the user said elsewhere.
    if let own = try? TelemetryFolder.standard(vendor: vendor, variables), own != folder, ModeFile.exists(own.modeFile) {
      consent.hear(own.modeFile, ModeFile.read(own.modeFile))
    }
    consent.hear(folder.modeFile, file)
    return consent
  }

  @inline(never)
  private mutating func hear(_ origin: Origin, _ mode: Mode) { layers.append(Layer(origin, mode)) }

  private mutating func hear(_ path: Path, _ file: ModeFile) {
    hear(file.isLink ? .link(path) : ModeFile.exists(path) ? .file(path) : .noFile(path), file.mode)
  }
}
