import CounterFile
import Files
import Foundation
import TestSupport
import Testing

@testable import Counting

@Suite("Recorder")
struct RecorderTests {
  let folder = TemporaryFolder()
  let recorder = newRecorder()

  @Test("what was counted before there is a file is in the file afterwards")
  func beforeAndAfter() throws {
    #expect(recorder.add(2, "early") == nil)
    #expect(recorder.read("early") == 2)
    let handle = recorder.handle("handle")
    Counter.add(3, to: handle.cell)
    recorder.count(into: try openFile(in: folder))
    #expect(counts(in: folder.path) == ["early": 2, "handle": 3])
    #expect(recorder.add(1, "early") == nil && recorder.add(1, to: handle) == nil && recorder.add(5, "late") == nil)
    Counter.add(1, to: handle.cell)
    #expect(counts(in: folder.path) == ["early": 3, "handle": 5, "late": 5])
    #expect(recorder.read("early") == 3 && recorder.read("handle") == 5 && recorder.read("late") == 5 && recorder.read("never") == nil)
  }

  @Test("counts are in memory again when there is no file any more")
  func afterwards() throws {
    recorder.count(into: try openFile(in: folder))
    _ = recorder.add(1, "a")
    recorder.count(into: nil)
    #expect(recorder.add(10, "a") == nil)
    #expect(counts(in: folder.path) == ["a": 1])
    #expect(recorder.read("a") == 10)
    recorder.count(into: try openFile(in: folder))
    #expect(counts(in: folder.path) == ["a": 11])
  }

  @Test("zero is no count and makes no record")
  func zero() throws {
    recorder.count(into: try openFile(in: folder))
    #expect(recorder.add(0, "a") == nil)
    #expect(counts(in: folder.path) == [:])
  }

  @Test("sums stay at 2^64 - 1, in memory and in the file")
  func saturation() throws {
    _ = recorder.add(.max, "a")
    _ = recorder.add(5, "a")
    #expect(recorder.read("a") == .max)
    recorder.count(into: try openFile(in: folder))
    #expect(recorder.read("a") == .max)
    _ = recorder.add(1, "a")
    _ = recorder.add(.max, "a")
    _ = recorder.add(.max - 1, "b")
    _ = recorder.add(1, "b")
    #expect(counts(in: folder.path) == ["a": .max, "b": .max])
  }

  @Test("bad names are dropped and counted", arguments: ["", "a b", "a:b:c", "a\n", "a\u{a0}", String(repeating: "x", count: 4097)])
  func badNames(_ name: String) throws {
    #expect(recorder.add(7, name) == .name)
    recorder.count(into: try openFile(in: folder))
    #expect(recorder.add(2, name) == .name)
    #expect(counts(in: folder.path) == ["tel/dropped:name": 9])
  }

  @Test("the handle of a bad name counts as dropped")
  func badHandle() throws {
    let bad = "a b".bytes.withUnsafeBufferPointer { recorder.counter(named: $0) }
    #expect(bad.dropped == .name)
    recorder.count(into: try openFile(in: folder))
    _ = recorder.add(4, to: bad.counter)
    #expect(counts(in: folder.path) == ["tel/dropped:name": 4])
  }

  @Test("a file takes 1,000 names by default, then counts what it dropped")
  func full() throws {
    recorder.count(into: try openFile(in: folder))
    for index in 0..<1000 { #expect(recorder.add(1, "n\(index)") == nil) }
    for index in 1000..<1500 { #expect(recorder.add(2, "n\(index)") == .full) }
    #expect(recorder.add(1, "n5") == nil, "those there go on")
    let counts = counts(in: folder.path)
    #expect(counts.count == 1001 && counts["tel/dropped:full"] == 1000 && counts["n5"] == 2)
  }

  @Test("the number of names can be chosen")
  func maximum() throws {
    recorder.maximumNames = 3
    for index in 0..<6 { _ = recorder.add(1, "n\(index)") }
    recorder.count(into: try openFile(in: folder))
    let counts = counts(in: folder.path)
    #expect(counts.values.reduce(0, +) == 6 && counts["tel/dropped:full"] == 3)
  }

  @Test("a handle without room leads to the dropped ones, and back when there is room")
  func refusedHandle() throws {
    recorder.maximumNames = 1
    recorder.count(into: try openFile(in: folder))
    _ = recorder.add(1, "a")
    let handle = recorder.handle("b")
    Counter.add(5, to: handle.cell)
    _ = recorder.add(2, to: handle)
    #expect(counts(in: folder.path) == ["a": 1, "tel/dropped:full": 7])
    recorder.maximumNames = 10
    recorder.settleAll()
    Counter.add(3, to: handle.cell)
    #expect(counts(in: folder.path) == ["a": 1, "tel/dropped:full": 7, "b": 3])
  }

  @Test("a full disk drops, says so, and the counter of what was dropped has its room")
  func fullDisk() throws {
    recorder.maximumNames = 100_000
    recorder.count(into: try openFile(in: folder))
    var added: UInt64 = 0
    var dropped: UInt64 = 0
    Faults.during({ call, _ in call == .allocate ? ENOSPC : 0 }) {
      for index in 0..<1000 {
        switch recorder.add(1, "n\(index)") {
        case nil: added += 1
        case .space?: dropped += 1
        default: Issue.record("another reason")
        }
      }
    }
    #expect(added > 100 && dropped > 100)
    var counts = counts(in: folder.path)
    #expect(counts.removeValue(forKey: "tel/dropped:space") == dropped)
    #expect(counts.values.reduce(0, +) == added)
  }

  @Test("when there are no more handles, counts are dropped and nothing breaks")
  func tooManyNames() throws {
    for index in 0..<100_000 { if recorder.add(1, "n\(index)") != nil { Issue.record("number \(index)") } }
    for index in 0..<10 { #expect(recorder.add(1, "more\(index)") == .full) }
    #expect(recorder.add(1, "bad name") == .name)
    #expect(recorder.read("n5") == 1)
    let handle = recorder.handle("one more")
    Counter.add(1, to: handle.cell)
  }

  @Test("stacks have line feeds")
  func stacks() throws {
    recorder.count(into: try openFile(in: folder))
    let name = "s\nmain.f:+1,+0x1".bytes
    #expect(name.withUnsafeBufferPointer { recorder.add(2, toStack: $0).dropped } == nil)
    #expect([UInt8](repeating: 0x61, count: 4097).withUnsafeBufferPointer { recorder.add(1, toStack: $0).dropped } == .name)
    #expect(counts(in: folder.path) == [name.string: 2, "tel/dropped:name": 1])
  }

  @Test("what was counted in mode off is forgotten, and only that")
  func discard() throws {
    _ = recorder.add(5, "a")
    recorder.discard()
    _ = recorder.add(1, "a")
    recorder.count(into: try openFile(in: folder))
    #expect(counts(in: folder.path) == ["a": 1])
  }

  @Test("errno stays as it was")
  func errnoStays() throws {
    recorder.count(into: try openFile(in: folder))
    Faults.during({ call, _ in call == .allocate ? ENOSPC : 0 }) {
      for index in 0..<1000 {
        errno = 4242
        _ = recorder.add(1, "n\(index)")
        #expect(errno == 4242)
      }
    }
  }

  @Test("a damaged file keeps counts in memory until there is a good one")
  func damaged() throws {
    let file = try openFile(in: folder)
    recorder.count(into: file)
    let path = Path(cString: file.path)
    var image = CounterFileImage(path.content!)
    image.set(0xffff_fff8, at: image.headOffset(CounterFileImage.bucket("a".bytes)))
    image.limit = 0xffff_fff0
    let descriptor = path.withCString { Kernel.open($0, .readWrite) }
    image.bytes.withUnsafeBytes { _ = Kernel.write(descriptor, $0.baseAddress!, $0.count, at: 0) }
    Kernel.close(descriptor)
    for _ in 0..<10 { _ = recorder.add(1, "a") }
    #expect(file.isTroubled || recorder.read("tel/dropped:space") == 10)
    path.remove()
    recorder.count(into: try openFile(in: folder))
    let counts = counts(in: folder.path)
    #expect(counts.values.reduce(0, +) == 10)
  }

  // MARK: Rotation

  @Test("a counter that gets its slot while the file is rotated counts into the new file")
  func rotationDuringSettling() throws {
    recorder.maximumNames = 10_000
    let files = try ["2026-11-16", "2026-11-23", "2026-11-30"].map { try openFile(in: folder, begin: day($0)) }
    recorder.count(into: files[0])
    for index in 0..<700 { _ = recorder.add(1, "n\(index)") }
    recorder.count(into: files[1])
    var hasRotated = false
    var index = 0
    // The second file has to grow for a name: somebody rotates just then.
    while !hasRotated {
      Faults.during({ call, _ in
        if call == .open, !hasRotated {
          hasRotated = true
          recorder.count(into: files[2])
        }
        return 0
      }) {
        #expect(recorder.add(1, "n\(index)") == nil)
      }
      index += 1
    }
    let last = "n\(index - 1)"
    _ = recorder.add(1, last)
    let inNew = CounterFileImage(try #require(Path(cString: files[2].path).content)).counts
    #expect(inNew == [last: 2])
    #expect(counts(in: folder.path).values.reduce(0, +) == UInt64(700 + index + 1))
  }

  @Test("under rotation no add is lost and none counts twice", arguments: 0..<3)
  func rotation(_ round: Int) throws {
    nonisolated(unsafe) let recorder = recorder
    nonisolated(unsafe) let files = try (0..<12).map { try openFile(in: folder, begin: day("2026-01-05").advanced(by: 7 * $0)) }
    let isOver = Locked(false)
    let done = Locked(0)
    let adds = 20_000
    Threads.run(4) { thread in
      switch thread {
      case 0:  // rotates, and now and then has no file
        var turn = 0
        while !isOver.value {
          recorder.count(into: turn % 5 == 4 ? nil : files[turn % files.count])
          turn += 1
          if turn % 3 == 0 { recorder.settleAll() }
          usleep(200)
        }
      case 1:  // by name
        for index in 0..<adds { _ = recorder.add(1, "name\(index % 50)") }
      case 2:  // by handle
        let handles = (0..<20).map { recorder.handle("handle\($0)") }
        for index in 0..<adds { _ = recorder.add(1, to: handles[index % 20]) }
      default:  // as inline C does
        let handles = (0..<20).map { recorder.handle("handle\($0)") }
        for index in 0..<adds { Counter.add(1, to: handles[index % 20].cell) }
      }
      if thread > 0 { done.change { $0 += 1 } }
      if done.value == 3 { isOver.change { $0 = true } }
    }
    // What is still in memory goes to the last file.
    recorder.count(into: files[0])
    recorder.settleAll()
    let sums = counts(in: folder.path)
    #expect(sums.values.reduce(0, +) == UInt64(3 * adds))
    for index in 0..<50 { #expect(sums["name\(index)"] == UInt64(adds / 50)) }
    for index in 0..<20 { #expect(sums["handle\(index)"] == UInt64(2 * adds / 20)) }
  }
}
