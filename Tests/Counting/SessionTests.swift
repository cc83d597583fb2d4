import Consent
import CounterFile
import Dates
import Files
import Foundation
import TestSupport
import Testing

@testable import Counting

@Suite("Session")
struct SessionTests {
  let folder = TemporaryFolder()
  let clock = Locked<Int64>(day("2026-11-23").start + 3600)
  var local: Path { folder.appending("local") }

  private func session(_ program: String = "example.com/editor") -> Session {
    Session(Settings(place: .given(folder.path), vendor: "tel".bytes, identity: identity(program)), recorder: newRecorder())
  }

  private func refresh(_ session: Session) throws -> Bool {
    try Environment.with(["HOME": "/nonexistent-home"]) { try session.refresh(at: clock.value) }
  }

  private func status(_ body: () throws -> Void) -> Status? {
    do { try body() } catch { return (error as? Fault)?.status }
    return nil
  }

  @Test("opening makes the weekday and the file of this week, and again does nothing")
  func opening() throws {
    let session = session()
    #expect(try refresh(session))
    #expect(local.names == ["editor@v1.0.0-gcc12.2-linux-amd64-2026-11-23.v1.count".replacing("amd64", with: Identity.arch.string), "weekends"])
    let digit = try #require(local.appending("weekends").content)
    #expect(digit.count == 2 && (0x30...0x36).contains(digit[0]) && digit[1] == 0x0a)
    let week = try #require(session.week)
    #expect(week.begin == day("2026-11-23") && (1...7).contains(week.end.number - week.begin.number) && week.end.weekday == Int(digit[0] - 0x30))
    #expect(try !refresh(session))
    session.close()
  }

  @Test("in mode off nothing is made, and what was counted then is never written")
  func off() throws {
    folder.appending("mode").write("off".bytes)
    let session = session()
    _ = session.recorder.add(5, "a")
    #expect(status { _ = try refresh(session) } == .off)
    #expect(folder.path.names == ["mode"])
    folder.appending("mode").write("local".bytes)
    #expect(try refresh(session))
    _ = session.recorder.add(1, "a")
    #expect(counts(in: local) == ["a": 1])
    folder.appending("mode").write("off".bytes)
    #expect(status { _ = try refresh(session) } == .off)
    _ = session.recorder.add(100, "a")
    #expect(counts(in: local) == ["a": 1])
    folder.appending("mode").write("on".bytes)
    _ = try refresh(session)
    #expect(counts(in: local) == ["a": 1])
    session.close()
  }

  @Test("at the end of the week there is a new file, and counters begin at 0 there")
  func rotation() throws {
    local.appending("weekends").write("5\n".bytes)
    let session = session()
    _ = try refresh(session)
    _ = session.recorder.add(1, "a")
    clock.change { $0 = day("2026-11-27").start - 1 }
    #expect(try !refresh(session))
    clock.change { $0 = day("2026-11-27").start }
    #expect(try refresh(session))
    #expect(session.recorder.read("a") != 1)
    _ = session.recorder.add(2, "a")
    let files = local.names.filter { $0.hasSuffix(".count") }
    #expect(files.count == 2)
    #expect(files.map { CounterFileImage(local.appending($0.bytes).content!).counts["a"] } == [1, 2])
    session.close()
  }

  @Test("a month of sleep and a clock set back are survived, and nothing is lost", arguments: 0..<4)
  func jumps(_ seed: Int) throws {
    let session = session()
    var dice = Dice(seed: UInt64(seed))
    for _ in 0..<60 {
      _ = try refresh(session)
      _ = session.recorder.add(1, "a")
      clock.change { $0 += Int64(dice.number(-40...60)) * 86400 }
    }
    #expect(counts(in: local) == ["a": 60])
    session.close()
  }

  @Test("a straggler that holds an old cell adds to the old file")
  func straggler() throws {
    local.appending("weekends").write("5\n".bytes)
    let session = session()
    _ = try refresh(session)
    let handle = session.recorder.handle("a")
    let cell = handle.cell
    for _ in 0..<5 {
      clock.change { $0 += 7 * 86400 }
      _ = try refresh(session)
    }
    Counter.add(3, to: cell)
    Counter.add(1, to: handle.cell)
    #expect(counts(in: local) == ["a": 4])
    session.close()
  }

  @Test("a file that was removed is made anew, and its counts are gone with it")
  func removed() throws {
    let session = session()
    _ = try refresh(session)
    _ = session.recorder.add(1, "a")
    local.appending(try #require(session.counterFile).name).remove()
    #expect(try refresh(session))
    _ = session.recorder.add(2, "a")
    #expect(counts(in: local) == ["a": 2])
    session.close()
  }

  @Test("a file damaged under the process is set aside, and counting goes on")
  func damaged() throws {
    let session = session()
    _ = try refresh(session)
    let path = try #require(session.counterFile)
    var image = CounterFileImage(path.content!)
    for bucket in 0..<512 { image.set(8, at: image.headOffset(bucket)) }
    let descriptor = path.withCString { Kernel.open($0, .readWrite) }
    image.bytes.withUnsafeBytes { _ = Kernel.write(descriptor, $0.baseAddress!, $0.count, at: 0) }
    Kernel.close(descriptor)
    _ = session.recorder.add(3, "a")
    #expect(try refresh(session))
    _ = session.recorder.add(1, "a")
    #expect(counts(in: local) == ["a": 4])
    #expect(folder.appending("quarantine").names.contains { $0.hasPrefix("editor@") })
    session.close()
  }

  @Test("a damaged file that is met at opening is set aside")
  func damagedBefore() throws {
    let name = identity().fileName(begin: day("2026-11-23")).string
    for content in ["garbage".bytes, [UInt8](repeating: 0x7a, count: 20000), [UInt8](repeating: 0, count: 16384)] {
      local.appending(name.bytes).write(content)
      let session = session()
      _ = try refresh(session)
      _ = session.recorder.add(1, "a")
      #expect(counts(in: local) == ["a": 1])
      session.close()
      local.appending(name.bytes).remove()
    }
    #expect(folder.appending("quarantine").names.filter { !$0.hasPrefix(".") }.count == 3)
  }

  @Test("after close adds stay in memory, and a new opening brings them to the file")
  func close() throws {
    let session = session()
    _ = try refresh(session)
    _ = session.recorder.add(1, "a")
    let cell = session.recorder.handle("a").cell
    session.close()
    _ = session.recorder.add(10, "a")
    Counter.add(1000, to: cell)
    #expect(counts(in: local) == ["a": 1])
    _ = try refresh(session)
    #expect(counts(in: local) == ["a": 11])
    session.close()
  }

  // MARK: Which file

  @Test("programs with one base name count into files of their own, each process of one into the same")
  func twoPrograms() throws {
    let sessions = [session("a/editor"), session("b/editor"), session("a/editor"), session("b/editor"), session("c/editor")]
    for (index, session) in sessions.enumerated() {
      _ = try refresh(session)
      _ = session.recorder.add(UInt64(1 << index), "a")
    }
    let files = local.names.filter { $0.hasSuffix(".count") }
    #expect(files.count == 3)
    let byProgram = try files.map { name -> (String, UInt64) in
      let reader = try CounterFileReader(local.appending(name.bytes).content!, named: name.bytes)
      return (reader.identity.program.string, reader.counts.list[0].value)
    }
    #expect(Dictionary(uniqueKeysWithValues: byProgram) == ["a/editor": 1 + 4, "b/editor": 2 + 8, "c/editor": 16])
    for session in sessions { session.close() }
  }

  @Test("a file of this program that ends on another day of this week is joined, with its end")
  func otherEnd() throws {
    local.appending("weekends").write("5\n".bytes)
    let theirs = Metadata(begin: day("2026-11-23"), end: day("2026-11-25"), identity: identity())
    local.makeFolder()
    guard case .opened(let file) = try Opening(path: local.appending(identity().fileName(begin: theirs.begin)), header: theirs.header).run() else { return }
    let session = session()
    _ = try refresh(session)
    #expect(session.week == Week(begin: theirs.begin, end: theirs.end))
    #expect(local.names.filter { $0.hasSuffix(".count") }.count == 1)
    file.bury()
    session.close()
  }

  // MARK: weekends

  @Test("of many first starts at once all agree on the weekday")
  func weekendsRace() throws {
    for round in 0..<20 {
      let local = folder.appending("race\(round)")
      local.makeFolder()
      let days = Locked<Set<Int>>([])
      Threads.run(8) { _ in
        if let day = try? WeekendsFile.weekday(in: local) { days.change { _ = $0.insert(day) } } else { days.change { _ = $0.insert(-1) } }
      }
      #expect(days.value.count == 1)
      #expect(local.names == ["weekends"])
    }
  }

  @Test("all weekdays are drawn")
  func weekendsRandom() throws {
    var days: Set<Int> = []
    for round in 0..<200 {
      let local = folder.appending("draw\(round)")
      local.makeFolder()
      days.insert(try WeekendsFile.weekday(in: local))
    }
    #expect(days == Set(0...6))
  }

  @Test("an empty file that stays empty is replaced; one that is there is kept")
  func weekendsEmpty() throws {
    local.appending("weekends").write([])
    let weekday = try WeekendsFile.weekday(in: local)
    #expect(local.appending("weekends").content == Weekends.file(for: weekday))
    local.appending("weekends").write(" 3 ".bytes)
    #expect(try WeekendsFile.weekday(in: local) == 3)
    #expect(local.appending("weekends").content == " 3 ".bytes)
  }

  @Test("no counting without a weekday that others can see")
  func weekendsUnreadable() {
    local.appending("weekends").makeFolder()
    #expect(throws: Fault.self) { try WeekendsFile.weekday(in: local) }
  }
}
