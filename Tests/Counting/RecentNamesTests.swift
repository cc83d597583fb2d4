import CAtomics
import CounterFile
import Files
import TestSupport
import Testing

@testable import Counting

/// A text at an address of its own, which can be written anew.
private final class Place {
  let text: UnsafeMutablePointer<CChar>
  let room: Int

  /// So many bytes before the end of a page, behind which nothing can be read.
  init(beforeEndOfPage room: Int) {
    self.room = room
    let pages = Kernel.memory(16384)!
    Kernel.unmap(pages + 8192, 8192)
    text = (pages + 8192 - room).assumingMemoryBound(to: CChar.self)
  }

  func write(_ name: String) {
    precondition(name.utf8.count < room)
    for (index, byte) in (name.bytes + [0]).enumerated() { text[index] = CChar(bitPattern: byte) }
  }

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: Kernel.length(text)) }
}

extension Recorder {
  /// As TelABI does.
  fileprivate func inc(_ place: Place) {
    if !addQuickly(1, place.text) { _ = add(1, named: place.bytes, text: place.text) }
  }
}

@Suite("Recent names")
struct RecentNamesTests {
  @Test("a text is known from its second count on, and counts to the same counter")
  func known() throws {
    let folder = TemporaryFolder()
    let recorder = newRecorder()
    recorder.count(into: try openFile(in: folder))
    let place = Place(beforeEndOfPage: 100)
    place.write("editor/open:config")
    recorder.inc(place)
    recorder.inc(place)
    #expect(recorder.addQuickly(1, place.text))
    #expect(recorder.read("editor/open:config") == 3)
  }

  @Test("another name at the same address is another counter", arguments: ["a", "editor/open:confiG", "editor/open:config2", "editor/open:", "editor/o", "x"])
  func sameAddress(_ other: String) throws {
    let folder = TemporaryFolder()
    let recorder = newRecorder()
    recorder.count(into: try openFile(in: folder))
    let place = Place(beforeEndOfPage: 100)
    for _ in 0..<3 {
      place.write("editor/open:config")
      for _ in 0..<2 { recorder.inc(place) }
      place.write(other)
      for _ in 0..<2 { recorder.inc(place) }
    }
    #expect(counts(in: folder.path) == ["editor/open:config": 6, other: 6])
  }

  @Test("texts that end with their page are compared without a look at the next one", arguments: 1...40)
  func endOfPage(_ length: Int) throws {
    let folder = TemporaryFolder()
    let recorder = newRecorder()
    recorder.count(into: try openFile(in: folder))
    for room in length + 1...length + 9 {
      let place = Place(beforeEndOfPage: room)
      place.write(String(repeating: "n", count: length))
      for _ in 0..<3 { recorder.inc(place) }
      // A shorter one where the longer is known: what is behind it is not read.
      place.write(String(repeating: "n", count: length / 2 + 1))
      for _ in 0..<3 { recorder.inc(place) }
    }
    #expect(counts(in: folder.path).values.reduce(0, +) == 54)
  }

  @Test("after a rotation a known text counts into the new file")
  func rotation() throws {
    let folder = TemporaryFolder()
    let recorder = newRecorder()
    let place = Place(beforeEndOfPage: 100)
    place.write("editor/open")
    for week in 0..<3 {
      recorder.count(into: try openFile(in: folder, begin: day("2026-11-23").advanced(by: 7 * week)))
      for _ in 0...week { recorder.inc(place) }
      #expect(recorder.read("editor/open") == UInt64(week + 1))
    }
    #expect(counts(in: folder.path) == ["editor/open": 6])
    recorder.count(into: nil)
    #expect(!recorder.addQuickly(1, place.text))
  }

  @Test("a name that is dropped is never known")
  func dropped() throws {
    let folder = TemporaryFolder()
    let recorder = newRecorder()
    recorder.maximumNames = 1
    recorder.count(into: try openFile(in: folder))
    let (first, second) = (Place(beforeEndOfPage: 50), Place(beforeEndOfPage: 50))
    first.write("first")
    second.write("second")
    _ = recorder.handle("second/exposed")
    for _ in 0..<3 {
      recorder.inc(first)
      recorder.inc(second)
      #expect(!recorder.addQuickly(1, second.text))
    }
    #expect(counts(in: folder.path)["second"] == nil)
  }

  @Test("what a slow thread remembers of the file before is forgotten again")
  func lateComer() throws {
    let folder = TemporaryFolder()
    let recorder = newRecorder()
    let (old, new) = (try openFile(in: folder), try openFile(in: folder, begin: day("2026-11-30")))
    recorder.count(into: old)
    let place = Place(beforeEndOfPage: 100)
    place.write("editor/open")
    recorder.inc(place)
    var looks = 0
    recorder.recent.remember(place.text, 11, recorder.handle("editor/open").cell) {
      looks += 1
      // Between the two looks the week ends.
      if looks == 2 { recorder.count(into: new) }
      return recorder.file
    }
    #expect(looks == 2)
    #expect(recorder.recent.cell(of: place.text) == nil)
  }

  @Test("a record that ends where a strange file ends is not remembered: the word behind its name is not there")
  func endOfFile() throws {
    let folder = TemporaryFolder()
    let recorder = newRecorder()
    let file = try openFile(in: folder)
    recorder.count(into: file)
    let place = Place(beforeEndOfPage: 100)
    place.write("sixteen/bytes:ok")
    let cell = file.storage.pointee.base + file.size - 32
    Kernel.copy(cell + Layout.recordHead, place.text, 16)
    recorder.recent.remember(place.text, 16, cell) { recorder.file }
    #expect(recorder.recent.cell(of: place.text) == nil)
  }

  @Test("more texts than there are places are all counted right")
  func many() throws {
    let folder = TemporaryFolder()
    let recorder = newRecorder()
    recorder.maximumNames = 30000
    recorder.count(into: try openFile(in: folder))
    let (texts, stride) = (UnsafeMutablePointer<CChar>.allocate(capacity: 25000 * 16), 16)
    defer { texts.deallocate() }
    for index in 0..<25000 {
      for (offset, byte) in ("n/\(index)".bytes + [0]).enumerated() { texts[index * stride + offset] = CChar(bitPattern: byte) }
    }
    for _ in 0..<3 {
      for index in 0..<25000 {
        let text = texts + index * stride
        if recorder.addQuickly(1, text) { continue }
        let bytes = UnsafeBufferPointer(start: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: Kernel.length(text))
        _ = recorder.add(1, named: bytes, text: text)
      }
    }
    let sums = counts(in: folder.path)
    #expect(sums.count == 25000 && sums.values.allSatisfy { $0 == 3 })
  }
}
