import Files

/// What the environment says about telemetry, read once when a program opens: a
/// host may change its variables at any time, and reading them then is a race;
/// and it may change its directory, which relative paths begin at.
public final class Variables: Sendable {
  /// TEL_DIR.
  public let directory: Path?
  /// DO_NOT_TRACK is set, and neither empty nor 0 nor false.
  public let doNotTrack: Bool
  /// TEL_MODE, if it is one of the three words.
  public let mode: Mode?
  public let automation: Automation
  /// What runs there is use of the program, which says so: it is a CI action, or
  /// the tool of those who write tests.
  public let isAutomationUse: Bool
  /// XDG_CONFIG_HOME, else HOME/.config; what is wrong if there is neither.
  public let configuration: Path?
  public let problem: [UInt8]

  /// Of an environment that says nothing.
  public convenience init() { self.init(false, isRead: false) }

  /// Of this process, now. In a privileged program nothing is read: the
  /// environment may belong to somebody else.
  public static func now(isAutomationUse: Bool = false) -> Variables { Variables(isAutomationUse, isRead: !Process.isPrivileged) }

  private init(_ isAutomationUse: Bool, isRead: Bool) {
    self.isAutomationUse = isAutomationUse
    func variable(_ name: StaticString) -> [UInt8]? { isRead ? Process.variable(name) : nil }
    directory = variable("TEL_DIR").flatMap { $0.isEmpty ? nil : Path($0).absolute }
    doNotTrack = Variables.isSet(variable("DO_NOT_TRACK"))
    mode = variable("TEL_MODE").flatMap { Mode(word: $0.lowered) }
    automation = isRead ? .now() : Automation()
    // By the reference's rules.
    var problem: [UInt8] = []
    if let folder = variable("XDG_CONFIG_HOME"), !folder.isEmpty {
      let path = Path(folder)
      configuration = path.isAbsolute ? path : nil
      if !path.isAbsolute { problem = sentence(["telemetry is off: XDG_CONFIG_HOME is \"", .path(path), "\", which is not an absolute path"]) }
    } else if let home = variable("HOME"), !home.isEmpty {
      configuration = Path(home).absolute.appending(".config")
    } else {
      configuration = nil
      problem = [UInt8]("telemetry is off: neither HOME nor XDG_CONFIG_HOME is set; set one, or TEL_DIR")
    }
    self.problem = problem
  }

  /// Neither empty nor 0 nor false.
  static func isSet(_ value: [UInt8]?) -> Bool {
    guard let value else { return false }
    return !value.isEmpty && value != "0" && value != "false"
  }
}
