import Files
import Foundation
import Gate
import TestSupport
import Testing

@testable import ChartConfig

@Suite("The folder of built configs")
struct ConfigFolderTests {
  private let temporary = TemporaryFolder()

  private func built(_ rate: String, _ version: String) -> [UInt8] {
    Written.built(Written.whole + Written.program + Written.chart("c", "rate: \(rate)")).draft.text(version: version.bytes)
  }

  private func message(_ body: () throws -> Void) -> String {
    do { try body() } catch let fault as Fault { return fault.message.string } catch { return "\(error)" }
    return ""
  }

  /// A folder with v1.0.0 and v1.1.0 in it.
  private func folder() throws -> Path {
    let path = temporary.appending("config")
    var folder = try ConfigFolder(path)
    #expect(folder.number == nil)
    try folder.add(built("0.1", "v1.0.0"), as: Number("v1.0.0".bytes)!)
    try folder.add(built("0.2", "v1.1.0"), as: Number("v1.1.0".bytes)!)
    return path
  }

  @Test("each has its number and its hash, and the newest is the latest")
  func adding() throws {
    let path = try folder()
    let names = try Folder.names(in: path) { _ in true }
    #expect(names?.map(\.string) == ["SHA256SUMS", "latest.json", "v1.0.0.json", "v1.1.0.json"])
    let again = try ConfigFolder(path)
    #expect(again.built.map(\.number.text.string) == ["v1.0.0", "v1.1.0"] && !again.latestIsBehind)
    #expect(again.newest?.version.string == "v1.1.0" && again.newest?.hash == again.built.last?.hash)
    #expect(try File.content(of: path.appending("latest.json"), limit: 9999) == built("0.2", "v1.1.0"))
  }

  @Test("a number that is taken is not overwritten, and none comes before it")
  func immutable() throws {
    let path = try folder()
    var folder = try ConfigFolder(path)
    for number in ["v1.1.0", "v1.0.9", "v1.0.0"] {
      #expect(message { try folder.add(built("0.3", number), as: Number(number.bytes)!) }.contains("is not above v1.1.0"))
    }
    // One that a build left which was broken off, or which somebody put there.
    path.appending("v2.0.0.json").write("{}".bytes)
    folder = try ConfigFolder(path)
    #expect(message { try folder.add(built("0.3", "v2.0.0"), as: Number("v2.0.0".bytes)!) }.contains("is there, with other content"))
    #expect(message { try folder.add(built("0.3", "v1.2.0"), as: Number("v1.2.0".bytes)!) }.contains("is not in SHA256SUMS"))
    #expect(try ConfigFolder(path).number?.text.string == "v1.1.0")
  }

  @Test("a build that was broken off is finished by the next")
  func brokenOff() throws {
    let path = try folder()
    let sums = try #require(try File.content(of: path.appending("SHA256SUMS"), limit: 9999))
    path.appending("latest.json").write(built("0.1", "v1.0.0"))
    #expect(try ConfigFolder(path).latestIsBehind)
    var folder = try ConfigFolder(path)
    try folder.repair()
    #expect(try !ConfigFolder(path).latestIsBehind)
    // Before its hash was written.
    path.appending("SHA256SUMS").write(Array(sums.prefix(78)))
    path.appending("latest.json").write(built("0.1", "v1.0.0"))
    folder = try ConfigFolder(path)
    #expect(folder.number?.text.string == "v1.0.0")
    try folder.add(built("0.2", "v1.1.0"), as: Number("v1.1.0".bytes)!)
    #expect(try File.content(of: path.appending("SHA256SUMS"), limit: 9999) == sums)
  }

  @Test("of two builds that read the same folder one adds to it, whichever numbers they have")
  func together() throws {
    let path = try folder()
    var (one, other) = (try ConfigFolder(path), try ConfigFolder(path))
    try one.add(built("0.3", "v1.2.0"), as: Number("v1.2.0".bytes)!)
    #expect(message { try other.add(built("0.05", "v2.0.0"), as: Number("v2.0.0".bytes)!) }.hasPrefix("another build is at work"))
    #expect(path.names == ["SHA256SUMS", "latest.json", "v1.0.0.json", "v1.1.0.json", "v1.2.0.json"])
    // While one is at it.
    let held = Kernel.open(path, .directory)
    #expect(Kernel.lock(held, .exclusive) == 0)
    var third = try ConfigFolder(path)
    #expect(message { try third.add(built("0.4", "v1.3.0"), as: Number("v1.3.0".bytes)!) }.hasPrefix("another build is at work"))
    Kernel.close(held)
    try third.add(built("0.4", "v1.3.0"), as: Number("v1.3.0".bytes)!)
  }

  /// Killed before any of its system calls, or with any one of them refused.
  @Test("wherever a build stops, nothing half is there, and the next one finishes it", arguments: [true, false])
  func everyCall(isKilled: Bool) throws {
    let text = built("0.3", "v1.2.0")
    let number = Number("v1.2.0".bytes)!
    let old = try folder()
    let before = ["v1.0.0.json", "v1.1.0.json"].map { old.appending($0.bytes).content }
    var tried = 0
    while tried < 200 {
      let path = temporary.appending("try\(isKilled)\(tried)")
      old.copy(to: path)
      var calls = 0
      let add = {
        var folder = try ConfigFolder(path)
        try folder.add(text, as: number)
      }
      do { calls = try isKilled ? Faults.dying(at: tried, add).count : Faults.failing(tried, with: ENOSPC, add).count } catch {}
      #expect(["v1.0.0.json", "v1.1.0.json"].map { path.appending($0.bytes).content } == before)
      let latest = path.appending("latest.json").content
      #expect(latest == before[1] || latest == text)
      #expect(path.appending("v1.2.0.json").content.map { $0 == text } ?? true)
      var next = try ConfigFolder(path)
      if next.number == number { try next.repair() } else { try next.add(text, as: number) }
      let whole = try ConfigFolder(path)
      #expect(whole.number == number && !whole.latestIsBehind && path.appending("latest.json").content == text)
      if calls > 0, calls <= tried { break }
      tried += 1
    }
    #expect(tried > 15 && tried < 200)
  }

  @Test("what was changed after it was built, or is gone, is noticed")
  func changed() throws {
    let path = try folder()
    let good = built("0.1", "v1.0.0")
    path.appending("v1.0.0.json").write(good + [0x0a])
    #expect(message { _ = try ConfigFolder(path) }.contains("v1.0.0.json is not what was built"))
    Kernel.unlink(path.appending("v1.0.0.json"))
    #expect(message { _ = try ConfigFolder(path) }.contains("v1.0.0.json is gone"))
    path.appending("v1.0.0.json").write(good)
    path.appending("SHA256SUMS").write("no sums\n".bytes)
    #expect(message { _ = try ConfigFolder(path) }.contains("has a line that is none: no sums"))
  }

  @Test("numbers are three, without leading zeros and without more", arguments: [("v1.2.3", true), ("v0.0.0", true), ("v01.0.0", false), ("v1.2", false), ("1.2.3", false), ("v1.2.3-pre", false), ("v1.2.3.4", false), ("v-1.0.0", false), ("", false)])
  func numbers(text: String, isOne: Bool) {
    #expect((Number(text.bytes) != nil) == isOne)
    #expect(Number(text.bytes).map { $0.text == text.bytes } ?? true)
  }

  @Test("the next number")
  func next() {
    let number = Number("v1.2.3".bytes)!
    #expect([.major, .minor, .patch, .none].map { number.next($0).text.string } == ["v2.0.0", "v1.3.0", "v1.2.4", "v1.2.3"])
  }
}
