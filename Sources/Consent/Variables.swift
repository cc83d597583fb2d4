import Files

/// What the environment says about telemetry, read once when a program opens: a
/// host may change its variables at any time, and reading them then is a race;
/// and it may change its directory, which relative paths begin at.
public struct Variables: Sendable {
  /// TEL_DIR.
  public var directory: Path?
  /// DO_NOT_TRACK is set, and neither empty nor 0 nor false.
  public var doNotTrack = false
  /// TEL_MODE, if it is one of the three words.
  public var mode: Mode?
  public var automation = Automation()
  /// What runs there is use of the program, which says so: it is a CI action, or
  /// the tool of those who write tests.
  public var isAutomationUse = false
  /// XDG_CONFIG_HOME, else HOME/.config; what is wrong if there is neither.
  public var configuration: Path?
  public var problem: [UInt8] = []

  /// Of an environment that says nothing.
  public init() {}

  /// Of this process, now. In a privileged program nothing is read: the
  /// environment may belong to somebody else.
  public static func now(isAutomationUse: Bool = false) -> Variables {
    var variables = Variables()
    variables.isAutomationUse = isAutomationUse
    if Process.isPrivileged { return variables }
    if let path = Process.variable("TEL_DIR"), !path.isEmpty { variables.directory = Path(path).absolute }
    variables.doNotTrack = isSet(Process.variable("DO_NOT_TRACK"))
    variables.mode = Process.variable("TEL_MODE").flatMap { Mode(word: $0.lowered) }
    variables.automation = .now()
    variables.readConfiguration()
    return variables
  }

  /// Neither empty nor 0 nor false.
  static func isSet(_ value: [UInt8]?) -> Bool {
    guard let value else { return false }
    return !value.isEmpty && value != "0" && value != "false"
  }

  /// By the reference's rules.
  private mutating func readConfiguration() {
    if let folder = Process.variable("XDG_CONFIG_HOME"), !folder.isEmpty {
      let path = Path(folder)
      if path.isAbsolute {
        configuration = path
      } else {
        problem = sentence(["telemetry is off: XDG_CONFIG_HOME is \"", .path(path), "\", which is not an absolute path"])
      }
    } else if let home = Process.variable("HOME"), !home.isEmpty {
      configuration = Path(home).absolute.appending(".config")
    } else {
      problem = [UInt8]("telemetry is off: neither HOME nor XDG_CONFIG_HOME is set; set one, or TEL_DIR")
    }
  }
}
