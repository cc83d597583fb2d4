import CounterFile
import Dates
import Files
import Foundation
import TestSupport
import Testing

@Suite("Opening")
struct OpeningTests {
  let folder = TemporaryFolder()
  var path: Path { folder.appending("editor.v1.count") }
  private let header = sampleMetadata().header

  private func run() throws(Fault) -> Opening.Result { try Opening(path: path, header: header).run() }

  @Test("a new file is a header, an id and zeros, of one page, all of it reserved")
  func create() throws {
    #expect(try run().word == "opened")
    let image = CounterFileImage(try #require(path.content))
    #expect(image.bytes.count == 16384)
    #expect(Array(image.bytes.prefix(header.count)) == header)
    let id = image.bytes[header.count + 2052..<header.count + 2068]
    #expect(id.contains { $0 != 0 })
    #expect(!image.bytes[header.count..<header.count + 2052].contains { $0 != 0 })
    #expect(!image.bytes[(header.count + 2068)...].contains { $0 != 0 })
    #expect(folder.path.names == ["editor.v1.count"], "no temporary file is left")
    var status = stat()
    _ = path.withCString { stat($0, &status) }
    #expect(status.st_blocks * 512 >= 16384)
  }

  @Test("a file that is there is joined and not changed")
  func join() throws {
    do {
      let open = try #require(try run().opened)
      open.add(3, "a")
    }
    let before = path.content
    let again = try #require(try run().opened)
    #expect(again.value("a") == 3)
    #expect(path.content == before)
  }

  @Test("two files have two ids")
  func ids() throws {
    _ = try run().word
    let first = path.content
    path.remove()
    _ = try run().word
    #expect(path.content != first)
  }

  @Test("of many openers at once one makes the file and all count into it")
  func race() throws {
    for round in 0..<30 {
      let path = folder.appending("race\(round).v1.count")
      let header = header
      Threads.run(8) { thread in
        guard let open = try? Opening(path: path, header: header).run().opened, case .cell(let cell) = open.slot("n\(thread % 3)") else {
          Issue.record("thread \(thread) cannot count")
          return
        }
        for _ in 0..<100 { _ = addAtomically(cell) }
      }
      let image = CounterFileImage(try #require(path.content))
      #expect(image.counts.values.reduce(0, +) == 800)
      #expect(image.records.count == 3)
    }
    #expect(folder.path.names.allSatisfy { $0.hasPrefix("race") })
  }

  @Test("another header is answered with the header, and nothing is changed")
  func otherHeader() throws {
    var metadata = sampleMetadata()
    metadata.end = metadata.end.advanced(by: 1)
    #expect(try Opening(path: path, header: metadata.header).run().word == "opened")
    let before = path.content
    guard case .otherHeader(let found) = try run() else {
      Issue.record("no other header")
      return
    }
    #expect(Array(found.prefix(metadata.header.count)) == metadata.header)
    #expect(path.content == before)
  }

  @Test("files of the reference are joined with their own headers", arguments: Verdict.written)
  func reference(_ verdict: Verdict) throws {
    let bytes = Samples.bytes(verdict.file)
    path.write(bytes)
    let image = CounterFileImage(bytes)
    let open = try #require(try Opening(path: path, header: Array(bytes.prefix(image.headerLength))).run().opened)
    for record in image.records {
      #expect(record.name.withUnsafeBufferPointer { open.file.cell(of: $0)?.pointee } == record.value)
    }
    open.add(1, "tel/test")
    #expect(CounterFileImage(path.content!).records.count == image.records.count + 1)
  }

  @Test("a file that the reference has only begun is finished", arguments: [0, 28, 100, 1000, 16383])
  func halfMade(_ size: Int) throws {
    path.write(Array((header + [UInt8](repeating: 0, count: 16384)).prefix(size)))
    let open = try #require(try run().opened)
    open.add(1, "a")
    let image = CounterFileImage(try #require(path.content))
    #expect(image.bytes.count == 16384 && Array(image.bytes.prefix(header.count)) == header)
  }

  @Test("anything else that is short is corrupt and is not written to", arguments: ["hello", "# telemetry/counter file v2\n", "\u{1}"])
  func short(_ text: String) throws {
    path.write(text.bytes)
    #expect(try run().word == "corrupt")
    #expect(path.content == text.bytes)
  }

  @Test("a short file with zeros where the header should be is finished, one with records is not")
  func shortWithRecords() throws {
    var image = CounterFileImage(header + [UInt8](repeating: 0, count: 16384 - header.count))
    image.add("a".bytes, value: 1, at: 4096)
    image.bytes.removeLast()
    path.write(image.bytes)
    #expect(try run().word == "corrupt")
    #expect(path.content == image.bytes)
  }

  @Test("damaged files are corrupt, with the inode to set aside", arguments: ["cycle", "head", "limit zero", "limit far", "limit in the middle", "length"])
  func damaged(_ kind: String) throws {
    var image = CounterFileImage(header + [UInt8](repeating: 0, count: 16384 - header.count))
    image.add("a".bytes, value: 1, at: 4096)
    switch kind {
    case "cycle": image.set(4096, at: 4096 + 12)
    case "head": image.set(20000, at: image.headOffset(5))
    case "limit zero": image.limit = 0
    case "limit far": image.limit = 0xffff_ffe0
    case "limit in the middle": image.limit = 4100
    default: image.set(0xffff_ffff, at: 4096 + 8)
    }
    path.write(image.bytes)
    guard case .corrupt(_, let inode) = try run() else {
      Issue.record("not corrupt")
      return
    }
    var status = stat()
    _ = path.withCString { stat($0, &status) }
    #expect(inode == status.st_ino)
    #expect(path.content == image.bytes)
  }

  @Test("zeros of a page are another header")
  func zeros() throws {
    path.write([UInt8](repeating: 0, count: 16384))
    #expect(try run().word == "otherHeader")
  }

  @Test("links, folders and pipes are not counted into")
  func notFiles() throws {
    try FileManager.default.createSymbolicLink(atPath: path.bytes.string, withDestinationPath: "elsewhere")
    #expect(throws: Fault.self) { try run() }
    #expect(folder.path.names == ["editor.v1.count"])
    path.remove()
    path.makeFolder()
    #expect(throws: Fault.self) { try run() }
    path.remove()
    _ = path.withCString { mkfifo($0, 0o600) }
    #expect(throws: Fault.self) { try run() }
  }

  @Test("a file larger than can be counted into is left alone, with a sentence")
  func large() throws {
    let bytes = header + [UInt8](repeating: 0, count: 16384 - header.count)
    path.write(bytes)
    #expect(path.withCString { truncate($0, (64 << 20) + 16384) } == 0)
    do throws(Fault) {
      _ = try run()
      Issue.record("opened")
    } catch { #expect(error.status == .full) }
  }

  @Test("while a reporter holds the file exclusively nobody joins; afterwards all is well")
  func exclusive() throws {
    _ = try run().word
    let descriptor = path.withCString { Kernel.open($0, .read) }
    #expect(Kernel.lock(descriptor, .exclusive) == 0)
    do throws(Fault) {
      _ = try run()
      Issue.record("joined")
    } catch { #expect(error.status == .busy) }
    Kernel.close(descriptor)
    #expect(try run().word == "opened")
  }

  @Test("an opener that waits for a reporter makes a new file when the old one is gone")
  func exclusiveThenUnlinked() throws {
    _ = try run().word
    let old = path.content
    let descriptor = path.withCString { Kernel.open($0, .read) }
    #expect(Kernel.lock(descriptor, .exclusive) == 0)
    let (path, header) = (path, header)
    Threads.run(2) { thread in
      if thread == 0 {
        usleep(2000)
        path.remove()
        Kernel.close(descriptor)
      } else {
        guard let open = try? Opening(path: path, header: header).run().opened else {
          Issue.record("not opened")
          return
        }
        open.add(1, "a")
      }
    }
    #expect(path.content != old)
    #expect(CounterFileImage(path.content!).counts == ["a": 1])
  }

  @Test("a file that loses its name between being opened and locked is not counted into", arguments: [false, true])
  func unlinkedBeforeLock(_ isReplaced: Bool) throws {
    _ = try run().word
    let old = path.content
    var opened: Open?
    var hasHappened = false
    Faults.during({ call, _ in
      if call == .lock, !hasHappened {
        hasHappened = true
        self.path.remove()
        if isReplaced { Threads.run(1) { _ in _ = try? self.run().word } }
      }
      return 0
    }) {
      opened = try? run().opened
    }
    let open = try #require(opened)
    open.add(1, "a")
    #expect(CounterFileImage(try #require(path.content)).counts == ["a": 1])
    #expect(path.content != old)
  }

  @Test("a full disk is said, and nothing is left on it")
  func fullDisk() {
    Faults.during({ call, _ in call == .allocate ? ENOSPC : 0 }) {
      do throws(Fault) {
        _ = try run()
        Issue.record("opened")
      } catch { #expect(error.status == .full) }
    }
    #expect(folder.path.names == [])
  }

  @Test("a file system without locks is said to be unsuitable")
  func noLocks() {
    Faults.during({ call, _ in call == .lock ? ENOTSUP : 0 }) {
      do throws(Fault) {
        _ = try run()
        Issue.record("opened")
      } catch { #expect(error.status == .unsupported) }
    }
    #expect(folder.path.names == [])
  }

  @Test("whichever call fails, or wherever the process dies, a file that has the name is whole, and the next opener counts", arguments: [false, true])
  func everyFault(_ dies: Bool) throws {
    for exists in [false, true] {
      if exists { _ = try run().word }
      let calls = try Faults.calls {
        if !exists { path.remove() }
        _ = try run().word
      }
      for number in calls.indices {
        if !exists { path.remove() }
        let attempt: () throws -> Void = { try? { _ = try run().word }() }
        if dies { try Faults.dying(at: number, attempt) } else { try Faults.failing(number, with: EIO, attempt) }
        if let content = path.content {
          #expect(content.count == 16384 && Array(content.prefix(header.count)) == header, "call \(number), \(calls[number])")
        }
        let open = try #require(try run().opened, "call \(number), \(calls[number])")
        open.add(1, "a")
        let others = folder.path.names.filter { $0 != "editor.v1.count" }
        #expect(dies || calls[number] == .unlink ? others.allSatisfy { $0.hasPrefix(".tmp-") } : others.isEmpty, "call \(number), \(calls[number]): \(others)")
        for name in others { folder.appending(name).remove() }
      }
    }
  }
}

@Suite("Quarantine")
struct QuarantineTests {
  let folder = TemporaryFolder()

  private func inode(_ path: Path) -> (UInt64, UInt64) {
    var attributes = Kernel.Attributes()
    _ = path.withCString { Kernel.attributes(ofLinkAt: $0, &attributes) }
    return (attributes.device, attributes.inode)
  }

  @Test("a damaged file is moved there under its name and the time")
  func moving() throws {
    let path = folder.appending("a.v1.count")
    path.write("x".bytes)
    let (device, inode) = inode(path)
    #expect(try Quarantine.setAside(path, device: device, inode: inode, into: folder.appending("quarantine"), at: 1234))
    #expect(!path.exists)
    #expect(folder.appending("quarantine").names.filter { !$0.hasPrefix(".") } == ["a.v1.count.1234"])
  }

  @Test("a file that has taken the name in the meantime stays")
  func another() throws {
    let path = folder.appending("a.v1.count")
    path.write("good".bytes)
    let (device, inode) = inode(path)
    #expect(try Quarantine.setAside(path, device: device, inode: inode + 1, into: folder.appending("quarantine"), at: 1234))
    #expect(path.content == "good".bytes)
    path.remove()
    #expect(try Quarantine.setAside(path, device: device, inode: inode, into: folder.appending("quarantine"), at: 1234), "gone is as good")
  }

  @Test("the three youngest are kept, two of one second too")
  func three() throws {
    let quarantine = folder.appending("quarantine")
    for index in 0..<8 {
      let path = folder.appending("f.v1.count")
      path.write("\(index)".bytes)
      let (device, inode) = inode(path)
      _ = try Quarantine.setAside(path, device: device, inode: inode, into: quarantine, at: Int64(1000 + index / 2))
      let kept = quarantine.names.filter { !$0.hasPrefix(".") }
      #expect(kept.count == min(index + 1, 3))
      #expect(kept.contains { quarantine.appending($0.bytes).content == "\(index)".bytes }, "the newest is there")
    }
  }
}
