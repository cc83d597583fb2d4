import Consent
import Dates
import Files
import Foundation
import TestSupport
import Testing

@Suite("Consent")
struct ConsentTests {
  let home = TemporaryFolder()

  /// Reads the consent with this environment; the vendor's own mode file says `own`, if anything.
  /// `inTest`: as the test that it is; else as a program that somebody uses.
  private func read(_ variables: [String: String] = [:], own: String? = nil, place: Consent.Place = .standard, inTest: Bool = false) throws -> Consent {
    if let own { home.appending(".config/tel/telemetry/mode").write(own.bytes) }
    return try Environment.with(variables.merging(["HOME": home.path.bytes.string]) { given, _ in given }) { try Consent.read(place, vendor: "tel".bytes, .now(isAutomationUse: !inTest)) }
  }

  private func fault(_ body: () throws -> Void) -> Fault? {
    do { try body() } catch { return error as? Fault }
    return nil
  }

  @Test("without any word the mode is local, and nothing is made")
  func standard() throws {
    let consent = try read()
    #expect(consent.mode == .local && consent.asOf == nil)
    #expect(consent.folder.path == home.appending(".config/tel/telemetry"))
    #expect(home.path.names == [])
  }

  @Test("the mode file decides, with its day")
  func modeFile() throws {
    #expect(try read(own: "on 2026-11-01").mode == .on)
    #expect(try read().asOf?.text.string == "2026-11-01")
    #expect(try read(own: "off").mode == .off)
  }

  @Test("variables lower the mode and never raise it", arguments: [
    (["DO_NOT_TRACK": "1"], "on", .local), (["DO_NOT_TRACK": "yes"], "on", .local), (["DO_NOT_TRACK": "1"], "off", .off), (["DO_NOT_TRACK": ""], "on", .on), (["DO_NOT_TRACK": "0"], "on", .on),
    (["DO_NOT_TRACK": "false"], "on", .on), (["TEL_MODE": "off"], "on", .off), (["TEL_MODE": "local"], "on", .local), (["TEL_MODE": "on"], "off", .off), (["TEL_MODE": "on"], "local", .local),
    (["TEL_MODE": "nonsense"], "on", .on), (["TEL_MODE": "off", "DO_NOT_TRACK": "1"], "on", .off),
  ] as [([String: String], String, Mode)])
  func variables(_ variables: [String: String], _ file: String, _ mode: Mode) throws {
    #expect(try read(variables, own: file).mode == mode)
  }

  @Test("a test is off, unless it has a directory or says that it is use")
  func thisTest() throws {
    let consent = try read(own: "on", inTest: true)
    #expect(consent.mode == .off && consent.reason.string == "the test runner swift test (*.xctest), as no directory was given, says off")
    #expect(try read(place: .given(home.path), inTest: true).mode == .local)
    #expect(try read(["TEL_DIR": home.path.bytes.string], inTest: true).mode == .local)
  }

  @Test("the decisive layer is the first that allows least, and it is named")
  func decisive() throws {
    let consent = try read(["TEL_MODE": "off", "DO_NOT_TRACK": "1"], own: "off")
    #expect(consent.decisive?.source.string == "TEL_MODE")
    #expect(consent.reason.string == "TEL_MODE says off")
    #expect(try read(own: "off").reason.string == "the mode file \(home.path.bytes.string)/.config/tel/telemetry/mode says off")
  }

  @Test("another folder does not override what the user said of the vendor", arguments: [("off", "on", .off), ("local", "on", .local), ("on", "local", .local), ("on", "on", .on)] as [(String, String, Mode)])
  func otherFolder(_ own: String, _ other: String, _ mode: Mode) throws {
    let path = home.appending("elsewhere")
    path.appending("mode").write(other.bytes)
    #expect(try read(own: own, place: .given(path)).mode == mode)
    #expect(try read(["TEL_DIR": path.bytes.string], own: own).mode == mode)
  }

  @Test("another folder is used when the vendor's own says nothing")
  func otherFolderAlone() throws {
    let path = home.appending("elsewhere")
    path.appending("mode").write("on 2026-11-01".bytes)
    let consent = try read(["TEL_DIR": path.bytes.string])
    #expect(consent.mode == .on && consent.folder.path == path)
    #expect(try read(["TEL_DIR": ""]).folder.path == home.appending(".config/tel/telemetry"))
  }

  @Test("the folder is found by the reference's rules")
  func places() throws {
    #expect(try read(["XDG_CONFIG_HOME": home.appending("xdg").bytes.string]).folder.path == home.appending("xdg/tel/telemetry"))
    #expect(try read(["XDG_CONFIG_HOME": ""]).folder.path == home.appending(".config/tel/telemetry"))
    #expect(fault { _ = try read(["XDG_CONFIG_HOME": "relative"]) }?.status == .off)
    #expect(fault { _ = try read(["HOME": ""]) }?.status == .off)
    let relative = try Environment.with(["HOME": "relative"]) { try TelemetryFolder.standard(vendor: "go".bytes) }
    #expect(relative.path.isAbsolute && relative.path.bytes.string.hasSuffix("/relative/.config/go/telemetry"), "of the directory at this time")
  }

  @Test("a folder of another user switches off", .enabled(if: geteuid() == 0, "only root can give files away"))
  func foreignOwner() throws {
    let path = home.appending("theirs")
    path.makeFolder()
    path.appending("mode").write("on".bytes)
    #expect(path.withCString { chown($0, 12345, 12345) } == 0)
    #expect(fault { _ = try read(place: .given(path)) }?.status == .off)
    #expect(fault { _ = try read(place: .given(path.appending("below"))) }?.status == .off)
  }

  @Test("a vendor names one folder", arguments: ["tel", "go", "example.com", "a-b_c", String(repeating: "v", count: 100), "é"])
  func vendors(_ vendor: String) { #expect(throws: Never.self) { try Consent.check(vendor: vendor.bytes) } }

  @Test("what cannot name a folder is no vendor", arguments: ["", ".", "..", ".hidden", "a/b", "/", "a b", "a\n", "a\t", "a\u{7f}", "a\0b", String(repeating: "v", count: 101)])
  func badVendors(_ vendor: String) {
    #expect(fault { try Consent.check(vendor: vendor.bytes) }?.status == .invalid)
  }

  @Test("names below the folder are the reference's")
  func layout() {
    let folder = TelemetryFolder(Path("/t".bytes))
    #expect([folder.modeFile, folder.local, folder.upload, folder.quarantine].map { $0.bytes.string } == ["/t/mode", "/t/local", "/t/upload", "/t/quarantine"])
  }
}
