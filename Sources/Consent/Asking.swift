import Dates
import Files

/// Asking the user, once, for a destination and a text that he can read: when
/// it would not disturb, and what becomes of the answer. That is the file
/// `consent`, of the latest question:
///
///     mode on
///     date 2026-11-23
///     destination https://telemetry.example.org/
///     text 2
public struct Asking {
  private let consent: Consent
  private let isAutomatic: Bool
  private let destination: [UInt8]
  private let text: [UInt8]

  /// Days of use before the one on which somebody is asked.
  private static let patience = 2
  /// Of a destination and of a text's version, in bytes.
  private static let longest = 1000

  /// `destination`: where reports would go; `text`: the version of what the user reads about it.
  public init(_ consent: Consent, vendor: [UInt8], _ variables: Variables, destination: [UInt8], text: [UInt8]) throws(Fault) {
    self.consent = consent
    isAutomatic = variables.automation.testRunner != nil || variables.automation.service != nil
    (self.destination, self.text) = (destination, text)
    for word in [destination, text] where word.isEmpty || word.count > Asking.longest || word.contains(0x20) || !Text.isPrintable(word) {
      throw Fault(.invalid, "\"", .bytes(word), "\" is no destination and no version of a text: one word of at most 1000 bytes")
    }
    if vendor == "tel" || vendor == "go" {
      throw Fault(.invalid, "the vendor ", .bytes(vendor), " asks nobody: name your own organisation in tel_config.vendor")
    }
  }

  /// Why nobody should be asked now; nil if somebody should. Notes that the
  /// program was used today.
  public func objection(on today: Day) throws(Fault) -> StaticString? {
    if !Process.isTerminal(0) || !Process.isTerminal(2) { return "there is no terminal" }
    if isAutomatic { return "a test runner or a CI service is at work" }
    // Also the user's own variables: who has set them has answered.
    if consent.layers.contains(where: { !$0.isModeFile && $0.mode < .on }) { return "another layer forbids to send anything" }
    if consent.mode == .off { return "telemetry is off" }
    let answer = try? File.content(of: consent.folder.consentFile, limit: 4096)
    if let answer {
      if answer.ends(with: question) { return "the user has answered" }
    } else if ModeFile.exists(consent.folder.modeFile) {
      return "the user has set a mode himself"
    }
    return try isUsual(today) ? nil : "the program was not used on enough days"
  }

  /// What an answer to it ends with.
  private var question: [UInt8] { sentence(["\ndestination ", .bytes(destination), "\ntext ", .bytes(text), "\n"]) }

  /// Whether it was used on some days before: the file `days`, a date a line,
  /// the latest last, as many as are needed at most.
  private func isUsual(_ today: Day) throws(Fault) -> Bool {
    let folder = consent.folder
    let line = today.text + [0x0a]
    var days = try File.content(of: folder.daysFile, limit: 4096) ?? []
    if days.count >= Asking.patience * line.count, !days.ends(with: line) { return true }
    if !days.ends(with: line) {
      days += line
      try Folder.make(folder.path, mode: 0o755)
      try File.replace(folder.daysFile, with: days, mode: File.sharedMode, durable: false)
    }
    return false
  }

  /// Writes what the user has said. Whatever is cut short, less is allowed than
  /// was said: a destination counts only if the answer names it, and the mode
  /// is raised last and lowered first.
  public func record(_ mode: Mode, on day: Day) throws(Fault) {
    let folder = consent.folder
    if mode < .on { try ModeFile.write(mode, on: day, in: folder) }
    try Folder.make(folder.path, mode: 0o755)
    let answer = sentence(["mode ", .literal(mode.word), "\ndate ", .bytes(day.text)]) + question
    try File.replace(folder.consentFile, with: answer, mode: File.sharedMode, durable: true)
    try File.replace(folder.destinationFile, with: destination + [0x0a], mode: File.sharedMode, durable: true)
    if mode == .on { try ModeFile.write(mode, on: day, in: folder) }
    try Folder.sync(folder.path)
  }
}
