import Files
import Foundation
import TestSupport
import Testing

@Suite("File")
struct FileTests {
  let folder = TemporaryFolder()

  @Test("a file's content is read, and no file is nil")
  func reading() throws {
    let path = folder.appending("f")
    #expect(try File.content(of: path, limit: 10) == nil)
    path.write("0123456789".bytes)
    #expect(try File.content(of: path, limit: 10) == "0123456789".bytes)
  }

  @Test("a file that others extend while it is read is read to its end, and not beyond the limit")
  func readingWhatGrows() throws {
    let path = folder.appending("f")
    for (limit, wanted) in [(100, "01234567abcd"), (10, "01234567ab")] {
      path.write("01234567".bytes)
      var content: [UInt8]?
      try Faults.during({ call, _ in
        if call == .read, path.content?.count == 8 { path.write("01234567abcd".bytes) }
        return 0
      }) { content = try File.content(of: path, limit: limit) }
      #expect(content == wanted.bytes)
    }
  }

  @Test("a file larger than expected, a folder, a pipe and a link are refused with a sentence")
  func refusals() throws {
    let path = folder.appending("f")
    path.write("0123456789".bytes)
    #expect(throws: Fault.self) { try File.content(of: path, limit: 9) }
    #expect(throws: Fault.self) { try File.content(of: folder.path, limit: 9) }
    let pipe = folder.appending("pipe")
    #expect(pipe.withCString { mkfifo($0, 0o600) } == 0)
    #expect(throws: Fault.self, "and nobody waits for a writer") { try File.content(of: pipe, limit: 9) }
    let link = folder.appending("link")
    try FileManager.default.createSymbolicLink(atPath: link.bytes.string, withDestinationPath: path.bytes.string)
    #expect(throws: Fault.self) { try File.content(of: link, limit: 100) }
    do throws(Fault) {
      _ = try File.content(of: path, limit: 9)
    } catch {
      #expect(error.status == .corrupt)
      #expect(error.message.string.hasSuffix("/f is too large: 10 bytes, at most 9 are read"))
    }
  }

  @Test("a file is replaced whole")
  func replacing() throws {
    let path = folder.appending("mode")
    try File.replace(path, with: "on".bytes, durable: true)
    try File.replace(path, with: "off 2026-11-23".bytes, durable: false)
    #expect(path.content == "off 2026-11-23".bytes)
    #expect(folder.path.names == ["mode"])
  }

  @Test("whichever call fails while a file is replaced, the old or the new content is there, and nothing else")
  func replacingWithFaults() throws {
    let path = folder.appending("mode")
    let calls = try Faults.calls { try File.replace(path, with: "old".bytes, durable: true) }
    #expect(calls.contains(.sync) && calls.contains(.rename))
    for number in calls.indices {
      try File.replace(path, with: "old".bytes, durable: true)
      var refused = false
      Faults.failing(number, with: ENOSPC) {
        do { try File.replace(path, with: "new".bytes, durable: true) } catch { refused = true }
      }
      let content = path.content?.string
      #expect(content == (refused ? "old" : "new"), "call \(number), \(calls[number])")
      #expect(folder.path.names == ["mode"], "call \(number), \(calls[number])")
    }
  }

  @Test("whenever a process dies while it replaces a file, the old or the new content is there")
  func dyingWhileReplacing() throws {
    let path = folder.appending("mode")
    let calls = try Faults.calls { try File.replace(path, with: "old".bytes, durable: true) }
    for number in calls.indices {
      try File.replace(path, with: "old".bytes, durable: true)
      Faults.dying(at: number) { try? File.replace(path, with: "new".bytes, durable: true) }
      #expect(["old", "new"].contains(path.content?.string))
      let others = folder.path.names.filter { $0 != "mode" }
      #expect(others.allSatisfy { $0.hasPrefix(".tmp-") }, "what is left has a name that clean-up knows")
      for name in others { folder.appending(name).remove() }
    }
  }

  @Test("a file that is there is not made anew")
  func creating() throws {
    let path = folder.appending("weekends")
    #expect(try File.create(path, with: "1\n".bytes, durable: false))
    #expect(try !File.create(path, with: "2\n".bytes, durable: false))
    #expect(path.content == "1\n".bytes)
    #expect(folder.path.names == ["weekends"])
  }

  @Test("of many threads that make one file, one does, and all see it whole")
  func creatingTogether() throws {
    for round in 0..<20 {
      let path = folder.appending("weekends\(round)")
      let made = Locked(0)
      Threads.run(8) { index in
        if (try? File.create(path, with: "\(index)\n".bytes, durable: false)) == true { made.change { $0 += 1 } }
        if path.content?.count != 2 { made.change { $0 += 100 } }
      }
      #expect(made.value == 1)
    }
  }

  @Test("a write that is refused is reported, and nothing is left")
  func full() {
    let path = folder.appending("f")
    Faults.during({ call, _ in call == .write ? ENOSPC : 0 }) {
      #expect(throws: Fault.self) { try File.replace(path, with: "x".bytes, durable: false) }
      #expect(throws: Fault.self) { try File.create(path, with: "x".bytes, durable: false) }
    }
    #expect(folder.path.names == [])
  }

  @Test("new files have mode 0666 before umask, as the reference's have")
  func permissions() throws {
    let path = folder.appending("f")
    let mask = umask(0o022)
    defer { umask(mask) }
    try File.replace(path, with: [], durable: false)
    #expect(path.permissions == 0o644)
  }
}
