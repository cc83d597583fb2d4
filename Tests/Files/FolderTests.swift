import Files
import Foundation
import TestSupport
import Testing

@Suite("Folder")
struct FolderTests {
  let folder = TemporaryFolder()

  @Test("names come in byte order, whatever their bytes")
  func names() throws {
    let raw: [[UInt8]] = ["b".bytes, "a".bytes, "é".bytes, "Z".bytes, "a.json".bytes, [0xff, 0x01], ".hidden".bytes]
    for name in raw {
      let descriptor = folder.path.appending(name).withCString { Kernel.open($0, .createNew(0o666)) }
      #expect(descriptor >= 0)
      Kernel.close(descriptor)
    }
    #expect(try Folder.names(in: folder.path, where: { _ in true }) == [".hidden".bytes, "Z".bytes, "a".bytes, "a.json".bytes, "b".bytes, "é".bytes, [0xff, 0x01]])
    #expect(try Folder.names(in: folder.path, where: { $0.ends(with: ".json") }) == ["a.json".bytes])
  }

  @Test("no folder is nil, and something else is an error")
  func missing() throws {
    #expect(try Folder.names(in: folder.appending("none"), where: { _ in true }) == nil)
    folder.appending("file").write([])
    #expect(throws: Fault.self) { try Folder.names(in: folder.appending("file"), where: { _ in true }) }
    Faults.during({ call, _ in call == .list ? EACCES : 0 }) {
      #expect(throws: Fault.self) { try Folder.names(in: folder.path, where: { _ in true }) }
    }
  }

  @Test("a folder is made with its parents, and once more does no harm")
  func making() throws {
    let path = folder.appending("a/b/c")
    try Folder.make(path, mode: 0o755)
    try Folder.make(path, mode: 0o755)
    #expect(folder.appending("a/b").names == ["c"])
  }

  @Test("a file where a folder should be is named in a sentence")
  func inTheWay() throws {
    folder.appending("a").write([])
    do throws(Fault) {
      try Folder.make(folder.appending("a"), mode: 0o755)
      Issue.record("a file was taken for a folder")
    } catch { #expect(error.message.string.hasSuffix("/a: something else has that name")) }
    #expect(throws: Fault.self) { try Folder.make(folder.appending("a/b"), mode: 0o755) }
  }

  @Test("many threads may make the same folders")
  func makingTogether() {
    for round in 0..<20 {
      let failures = Locked(0)
      let path = folder.appending("\(round)/b/c/d")
      Threads.run(8) { _ in
        do { try Folder.make(path, mode: 0o755) } catch { failures.change { $0 += 1 } }
      }
      #expect(failures.value == 0)
      #expect(path.exists)
    }
  }

  @Test("a folder that is not there belongs to the owner of its nearest parent")
  func owner() throws {
    #expect(try Folder.owner(of: folder.path) == geteuid())
    #expect(try Folder.owner(of: folder.appending("not/yet/there")) == geteuid())
    #expect(try Folder.owner(of: Path("/no-such-folder-of-anybody".bytes)) == 0)
    folder.appending("file").write([])
    #expect(throws: Fault.self) { try Folder.owner(of: folder.appending("file/below")) }
  }

  /// A folder whose name is "on-" and a number is on the file system of that magic number.
  private static let fakes: Void = {
    Kernel.fileSystem = { path in path.name.begins(with: "on-") ? UInt32(path.name.dropFirst(3).string, radix: 16) : nil }
  }()

  @Test("a network file system is told by its number, on the nearest folder that is there", arguments: [
    ("6969", "NFS"), ("517b", "SMB"), ("ff534d42", "SMB"), ("fe534d42", "SMB"), ("5346414f", "AFS"), ("6b414653", "AFS"), ("1021997", "9p"), ("c36400", "Ceph"),
    ("bd00bd0", "Lustre"), ("47504653", "GPFS"), ("73757245", "Coda"), ("ef53", nil), ("1021994", nil), ("65735546", nil),
  ] as [(String, String?)])
  func networks(_ number: String, _ name: String?) {
    FolderTests.fakes
    let place = folder.appending("on-\(number)")
    place.makeFolder()
    #expect(Folder.network(of: place).map { "\($0)" } == name)
    #expect(Folder.network(of: place.appending("not/yet")).map { "\($0)" } == name)
    #expect(Folder.network(of: folder.path) == nil)
  }
}
