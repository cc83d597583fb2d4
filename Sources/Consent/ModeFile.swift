import Dates
import Files

/// The file `mode`: a word, a space and the day of consent, `on 2026-11-23`,
/// without a line feed. Facts: the reference's own reader and writer, which
/// share the file when the vendor is `go`.
public struct ModeFile: Sendable {
  public var mode: Mode
  /// The word as it stands there. Any but `off` and `on` works like `local`.
  public var word: [UInt8]
  /// Nothing that began on or before this day may be sent.
  public var asOf: Day?

  /// A file larger than this was not written by anybody who sets a mode.
  static let limit = 4096

  /// It is a symbolic link.
  public private(set) var isLink = false

  /// What the content says.
  public init(content: [UInt8]) {
    let text = content.trimmed
    if let space = text.firstIndex(of: 0x20) {
      word = Array(text[..<space])
      asOf = Day(text: text[(space + 1)...])
    } else {
      word = text
      asOf = nil
    }
    mode = word == "off" ? .off : word == "on" ? .on : .local
  }

  /// A file that is not there, or cannot be read, says local: nothing leaves.
  /// A symbolic link is not followed; it may lead to the word off, so it says off.
  public static func read(_ path: Path) -> ModeFile {
    var attributes = Kernel.Attributes()
    if Kernel.attributes(ofLinkAt: path, &attributes) == 0, Kernel.isLink(attributes) {
      var file = ModeFile(content: [UInt8]("off"))
      file.isLink = true
      return file
    }
    let content = try? File.content(of: path, limit: limit)
    guard let content else { return ModeFile(content: [UInt8]("local")) }
    return ModeFile(content: content)
  }

  public static func exists(_ path: Path) -> Bool {
    var attributes = Kernel.Attributes()
    return Kernel.attributes(ofLinkAt: path, &attributes) == 0
  }

  /// Writes the file, and the folders above it if need be, so that a reader
  /// sees the old content or the new.
  public static func write(_ mode: Mode, on day: Day, in folder: TelemetryFolder) throws(Fault) {
    try Folder.make(folder.path, mode: 0o755)
    var attributes = Kernel.Attributes()
    if Kernel.attributes(ofLinkAt: folder.modeFile, &attributes) == 0, !Kernel.isRegular(attributes) {
      throw Fault(.io, "cannot write the mode to ", .path(folder.modeFile), ": it is not a regular file; remove it")
    }
    var content = [UInt8](mode.word)
    content.append(0x20)
    content += day.text
    try File.replace(folder.modeFile, with: content, mode: File.sharedMode, durable: true)
  }
}
