import CTel
import Delivery
import Files
import Foundation
import TestSupport
import Testing

@testable import PluginHost

/// Compiles Tests/Plugins/c/odd.c with definitions.
private func compile(_ definitions: [String], to path: Path) throws {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  path.parent.makeFolder()
  chmod(path.parent.bytes.string, 0o755)
  let cc = Foundation.Process()
  cc.executableURL = URL(filePath: "/usr/bin/cc")
  cc.arguments =
    ["-std=gnu11", "-shared", "-fPIC", "-fvisibility=hidden", "-w", "-I\(root.path)/include"] + definitions.map { "-D\($0)" } + [
      "-o", path.bytes.string, "\(root.path)/Tests/Plugins/c/odd.c",
    ]
  try cc.run()
  cc.waitUntilExit()
  #expect(cc.terminationStatus == 0)
}

private let request = Request(url: "odd:x".bytes, timeout: 1000, most: 10)

@Suite("The folder of plugins")
struct PluginFolderTests {
  @Test("is where one is found by what it offers, and nothing else of it is loaded")
  func found() throws {
    let folder = TemporaryFolder()
    try compile([], to: folder.appending("b.so"))
    try compile([#"NAME="other""#, #"MANIFEST="name other\ntransport another\n""#], to: folder.appending("a.so"))
    folder.appending("c.so").write("no plugin".bytes)
    folder.appending(".d.so").write("hidden".bytes)
    folder.appending("README").write("text".bytes)
    let host = PluginHost(folder: folder.path)
    #expect(host.inventory().map { "\($0.state) \($0.name.string)" } == ["waiting other", "waiting odd", "refused "])
    #expect(try host.transport(for: "odd".bytes).exchange(request).code == 200)
    #expect(host.inventory().map { "\($0.state) \($0.name.string)" } == ["loaded odd", "waiting other", "refused "])
    #expect(host.inventory()[0].path == folder.appending("b.so"))
    #expect(try host.transport(for: "odd".bytes) === host.transport(for: "odd".bytes))
    try host.load(folder.appending("b.so"))
    #expect(host.inventory().count == 3)
  }

  @Test("may be missing")
  func missing() throws {
    let host = PluginHost(folder: Path("/nowhere/plugins".bytes))
    #expect(host.inventory().isEmpty)
    #expect(throws: Fault.self) { try host.transport(for: "odd".bytes) }
  }

  @Test("says why the one that would do is refused")
  func refused() throws {
    let folder = TemporaryFolder()
    try compile([], to: folder.appending("odd.so"))
    chmod(folder.appending("odd.so").bytes.string, 0o777)
    let host = PluginHost(folder: folder.path)
    do {
      _ = try host.transport(for: "odd".bytes)
      Issue.record("it is taken")
    } catch {
      #expect(error.status == .plugin && error.message.string.contains("others may write it"))
    }
  }

  @Test("one that was refused once it had run stays refused")
  func forGood() throws {
    let folder = TemporaryFolder()
    try compile(["WRONG_NO_QUERY"], to: folder.appending("odd.so"))
    let host = PluginHost(folder: folder.path)
    for _ in 0..<2 {
      do {
        try host.load(folder.appending("odd.so"))
        Issue.record("it is taken")
      } catch {
        #expect(error.message.string.contains("no function query"))
      }
    }
    #expect(host.inventory().map { "\($0.state) \($0.name.string)" } == ["refused odd"])
  }

  @Test("is beside the library, in the folders that Debian and others use")
  func places() {
    let root = TemporaryFolder()
    let program = root.appending("bin/tel")
    #expect(PluginFolder.ofProgram(at: program) == nil)
    root.appending("lib64/tel/plugins").makeFolder()
    #expect(PluginFolder.ofProgram(at: program) == root.appending("lib64/tel/plugins"))
    root.appending("lib/tel/plugins").makeFolder()
    #expect(PluginFolder.ofProgram(at: program) == root.appending("lib/tel/plugins"))
  }
}
