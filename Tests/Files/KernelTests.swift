import Files
import Foundation
import TestSupport
import Testing

@Suite("Kernel")
struct KernelTests {
  let folder = TemporaryFolder()

  @Test("a test sees every call before it happens, in the order of the calls, and can refuse it")
  func interception() throws {
    let path = folder.appending("f")
    let calls = try Faults.calls { try File.replace(path, with: "x".bytes, durable: true) }
    #expect(calls == [.random, .open, .write, .sync, .close, .rename])
    Faults.failing(1, with: EMFILE) {
      do throws(Fault) {
        try File.replace(path, with: "y".bytes, durable: true)
        Issue.record("the open was not refused")
      } catch { #expect(error.message.string.hasSuffix("Too many open files")) }
    }
    #expect(path.content == "x".bytes)
  }

  @Test("faults of one thread are not those of another")
  func perThread() {
    let path = folder.appending("f")
    let failures = Locked(0)
    Faults.during({ _, _ in EIO }) {
      #expect(throws: Fault.self) { try File.replace(path, with: [], durable: false) }
      Threads.run(2) { _ in
        do { try File.replace(path, with: [], durable: false) } catch { failures.change { $0 += 1 } }
      }
    }
    #expect(failures.value == 0)
  }

  @Test("a shared lock keeps an exclusive one out, and lasts as long as the mapping")
  func locks() throws {
    let path = folder.appending("f")
    path.write([UInt8](repeating: 0, count: 4096))
    let first = path.withCString { Kernel.open($0, .readWrite) }
    let second = path.withCString { Kernel.open($0, .readWrite) }
    defer { Kernel.close(second) }
    #expect(Kernel.lock(first, .shared) == 0)
    #expect(Kernel.lock(second, .shared) == 0)
    #expect(Kernel.lock(second, .exclusive) == -Kernel.wouldBlock)
    let mapping = try #require(Kernel.map(first, length: 4096))
    Kernel.close(first)
    #expect(Kernel.lock(second, .exclusive) == -Kernel.wouldBlock, "the mapping holds it")
    Kernel.unmap(mapping, 4096)
    #expect(Kernel.lock(second, .exclusive) == 0)
  }

  @Test("a rename to a new name replaces nothing")
  func renameToNew() {
    folder.appending("a").write("a".bytes)
    folder.appending("b").write("b".bytes)
    func rename(_ from: String, _ to: String) -> Int32 {
      folder.appending(to).withCString { to in folder.appending(from).withCString { Kernel.renameToNew($0, to: to) } }
    }
    #expect(rename("a", "b") == -Kernel.exists)
    #expect(folder.appending("b").content == "b".bytes)
    #expect(rename("a", "c") == 0)
    #expect(folder.path.names == ["b", "c"])
    #expect(rename("a", "d") == -Kernel.notFound)
  }

  @Test("reserving space changes no byte that is there")
  func allocate() {
    let path = folder.appending("f")
    path.write("0123456789".bytes)
    let descriptor = path.withCString { Kernel.open($0, .readWrite) }
    defer { Kernel.close(descriptor) }
    #expect(Kernel.allocate(descriptor, from: 0, count: 16384) == 0)
    #expect(path.content == "0123456789".bytes + [UInt8](repeating: 0, count: 16374))
  }

  @Test("links are not followed")
  func links() throws {
    let link = folder.appending("link")
    folder.appending("f").write([])
    try FileManager.default.createSymbolicLink(atPath: link.bytes.string, withDestinationPath: "f")
    #expect(link.withCString { Kernel.open($0, .readWrite) } == -ELOOP)
    #expect(link.withCString { Kernel.openLock($0) } == -ELOOP)
  }

  @Test("descriptors are closed on exec")
  func closeOnExec() {
    folder.appending("f").write([])
    for access in [Kernel.Access.read, .readWrite, .appending] {
      let descriptor = folder.appending("f").withCString { Kernel.open($0, access) }
      #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
      Kernel.close(descriptor)
    }
  }
}
