import Consent
import Dates
import Files
import Foundation
import TestSupport
import Testing

@Suite("Mode file")
struct ModeFileTests {
  let folder = TemporaryFolder()

  @Test("a mode file is read as the reference reads it", arguments: [
    ("", "", nil, .local), (" \n\t", "", nil, .local), ("on", "on", nil, .on), ("  on  \n", "on", nil, .on), ("on 2023-09-26", "on", "2023-09-26", .on), ("on 2023-09-26\n", "on", "2023-09-26", .on),
    ("off 2023-09-26\r\n", "off", "2023-09-26", .off), ("off", "off", nil, .off), ("local 2023-09-26", "local", "2023-09-26", .local), ("on  2023-09-26", "on", nil, .on), ("on 2023-9-26", "on", nil, .on),
    ("on 2023-09-26 extra", "on", nil, .on), ("on 2023-02-29", "on", nil, .on), ("on 2024-02-29", "on", "2024-02-29", .on), ("on 2023-09-26T00:00:00Z", "on", nil, .on),
    ("on\t2023-09-26", "on\t2023-09-26", nil, .local), ("on\n2023-09-26", "on\n2023-09-26", nil, .local), ("ON 2023-09-26", "ON", "2023-09-26", .local), ("OFF", "OFF", nil, .local),
    ("bogus 2023-09-26", "bogus", "2023-09-26", .local), ("\u{a0}off\u{a0}", "off", nil, .off), ("\u{feff}on", "\u{feff}on", nil, .local), ("on\0", "on\0", nil, .local),
  ] as [(String, String, String?, Mode)])
  func table(_ content: String, _ word: String, _ asOf: String?, _ mode: Mode) {
    let file = ModeFile(content: content.bytes)
    #expect(file.word.string == word)
    #expect(file.asOf?.text.string == asOf)
    #expect(file.mode == mode)
  }

  @Test("no file, a folder and an unreadable file say local")
  func unreadable() {
    let path = folder.appending("mode")
    #expect(ModeFile.read(path).mode == .local && !ModeFile.exists(path))
    path.makeFolder()
    #expect(ModeFile.read(path).mode == .local)
    path.remove()
    path.write([UInt8](repeating: 0x20, count: 5000) + "off".bytes)
    #expect(ModeFile.read(path).mode == .local)
    path.write("off".bytes)
    Faults.during({ call, _ in call == .open ? EACCES : 0 }) { #expect(ModeFile.read(path).mode == .local) }
    #expect(ModeFile.read(path).mode == .off)
  }

  @Test("a symbolic link is not followed, and nothing is allowed by it")
  func link() throws {
    folder.appending("real").write("on".bytes)
    try FileManager.default.createSymbolicLink(atPath: folder.appending("mode").bytes.string, withDestinationPath: "real")
    #expect(ModeFile.read(folder.appending("mode")).mode == .off)
  }

  @Test("a mode is written with the day, without a line feed, below folders that are made", arguments: [Mode.off, .local, .on])
  func writing(_ mode: Mode) throws {
    let telemetry = TelemetryFolder(folder.appending("a/b"))
    try ModeFile.write(mode, on: Day(text: "2026-11-23".bytes)!, in: telemetry)
    let word = ["off", "local", "on"][Int(mode.rawValue)]
    #expect(folder.appending("a/b/mode").content == "\(word) 2026-11-23".bytes)
    #expect(folder.appending("a/b").names == ["mode"])
    let read = ModeFile.read(telemetry.modeFile)
    #expect(read.mode == mode && read.asOf?.text.string == "2026-11-23")
  }

  @Test("a reader sees the old mode or the new, whatever fails while it is written")
  func atomic() throws {
    let telemetry = TelemetryFolder(folder.path)
    let day = Day(text: "2026-11-23".bytes)!
    try ModeFile.write(.off, on: day, in: telemetry)
    let calls = try Faults.calls { try ModeFile.write(.off, on: day, in: telemetry) }
    for number in calls.indices {
      try ModeFile.write(.off, on: day, in: telemetry)
      Faults.dying(at: number) { try? ModeFile.write(.on, on: day, in: telemetry) }
      #expect(["off 2026-11-23", "on 2026-11-23"].contains(telemetry.modeFile.content?.string))
    }
  }

  @Test("what is no file is not replaced")
  func inTheWay() {
    folder.appending("mode").makeFolder()
    #expect(throws: Fault.self) { try ModeFile.write(.on, on: Day(0), in: TelemetryFolder(folder.path)) }
    #expect(folder.path.names == ["mode"])
  }

  @Test("exactly three words are modes")
  func words() {
    for (word, mode) in [("off", Mode.off), ("local", .local), ("on", .on)] {
      #expect(Mode(word: word.bytes) == mode)
      #expect(mode.word.utf8CodeUnitCount == word.utf8.count)
    }
    for word in ["", "ON", "on ", "yes", "1", "Off"] { #expect(Mode(word: word.bytes) == nil) }
    #expect(Mode.off < .local && .local < .on)
  }
}
