import Consent
import Files
import TestSupport
import Testing

@testable import Crashes

/// A record byte by byte, as docs/formats.md has it.
struct Record {
  var bytes = [UInt8](repeating: 0, count: 16384)

  init(frames: [(address: UInt64, module: UInt32)] = [(0x1234, 0)], program: StaticString = "tool") {
    put(Array("telcrash".utf8), 0)
    put(UInt32(1), 8)
    put(UInt32(16384), 12)
    put(UInt32(2), 16)
    put(UInt32(77), 20)
    put(UInt64(4711), 24)
    put(Array("the-boot".utf8), 32)
    put(UInt64(1_700_000_000), 80)
    put(UInt32(11), 88)
    put(UInt32(frames.count), 96)
    put(UInt32(1), 100)
    let lines = Array("TimeBegin: 2026-11-23T00:00:00Z\nTimeEnd: 2026-11-27T00:00:00Z\nProgram: ".utf8) + [UInt8](program)
      + Array("\nVersion: v1\nGoVersion: gcc12\nGOOS: linux\nGOARCH: amd64\n\n".utf8)
    put(UInt32(lines.count), 104)
    put(lines, 112)
    for (index, frame) in frames.enumerated() {
      put(frame.address, 1024 + 16 * index)
      put(frame.module, 1032 + 16 * index)
    }
    put(UInt32(4), 1536)
    put(UInt32(12), 1540)
    put([1, 2, 3, 4], 1544)
    put(Array("/opt/libx.so".utf8), 1576)
  }

  mutating func put(_ bytes: [UInt8], _ at: Int) { self.bytes.replaceSubrange(at..<at + bytes.count, with: bytes) }
  mutating func put(_ number: UInt32, _ at: Int) { withUnsafeBytes(of: number) { put(Array($0), at) } }
  mutating func put(_ number: UInt64, _ at: Int) { withUnsafeBytes(of: number) { put(Array($0), at) } }
}

@Suite struct CrashRecordTests {
  @Test func aWholeOneSaysWhatHappened() throws {
    let record = try #require(CrashRecord(Record(frames: [(0x1234, 0), (0, 0xffff_ffff)]).bytes))
    #expect(record.state == .complete)
    #expect(record.process == 77 && record.start == 4711 && record.boot == Array("the-boot".utf8) && record.signal == 11)
    #expect(record.identity.program == Array("tool".utf8) && record.identity.toolchain == Array("gcc12".utf8))
    #expect(record.frames?.map(\.address) == [0x1234, 0] && record.frames?[1].module == nil)
    #expect(record.modules.map(\.path) == [Path(Array("/opt/libx.so".utf8))] && record.modules[0].id == [1, 2, 3, 4])
  }

  @Test func whatIsNoRecordIsNone() {
    #expect(CrashRecord([]) == nil)
    #expect(CrashRecord(Array(repeating: 0, count: 16384)) == nil)
    #expect(CrashRecord(Array(Record().bytes.dropLast())) == nil)
    for (place, value) in [(0, UInt32(1)), (8, 2), (12, 1), (16, 3), (104, 913), (104, 0), (104, 0xffff_ffff)] {
      var record = Record()
      record.put(value, place)
      #expect(CrashRecord(record.bytes) == nil, "\(value) at \(place)")
    }
    #expect(CrashRecord(Record(program: "").bytes) == nil)
    #expect(CrashRecord(Record(program: "..").bytes) == nil)
  }

  @Test func aDamagedStackIsNoStackOfAKnownProgram() throws {
    for (place, value) in [(96, UInt32(0)), (96, 33), (96, 0xffff_ffff), (100, 33), (1032, 1), (1536, 33), (1540, 408), (1540, 13)] {
      var record = Record()
      record.put(value, place)
      let read = try #require(CrashRecord(record.bytes))
      #expect(read.frames == nil, "\(value) at \(place)")
    }
  }

  @Test func aModuleThatIsGoneGivesItsNameAndTheOffset() throws {
    let record = try #require(CrashRecord(Record(frames: [(0x1234, 0), (0, 0xffff_ffff)]).bytes))
    #expect(CrashStack.name(record, isHasty: false) == Array("crash/crash\nlibx@01020304.0x1234:=0,+0x0\nunknown.0x0:=0,+0x0".utf8))
  }

  @Test func namesOfRecordsAreTwoNumbers() {
    #expect(CrashRun.process(of: Array("12-34.record".utf8)).map { $0 == (12, 34) } == true)
    for name in ["12.record", "12-34", "-34.record", "12-.record", "a-1.record", "12-34.record.record", "0-1.record", "99999999999-1.record", "1-23456789012345678901.record"] {
      #expect(CrashRun.process(of: Array(name.utf8)) == nil, "\(name)")
    }
  }

  @Test("what Go programs have printed goes when telemetry is off, and when it is old and its program is gone")
  func ofGo() throws {
    let temporary = TemporaryFolder()
    let folder = TelemetryFolder(temporary.path)
    let (kept, old, held) = (folder.crashes.appending("go-1-a.crash"), folder.crashes.appending("go-2-b.crash"), folder.crashes.appending("go-3-c.crash"))
    for path in [kept, old, held] { path.write("panic: a secret".bytes) }
    let week: Int64 = 8 * 86400
    for path in [old, held] {
      let file = Kernel.open(path, .readWrite)
      #expect(Kernel.setModified(file, Clock.seconds - week) == 0)
      Kernel.close(file)
    }
    let holder = Kernel.open(held, .read)
    #expect(Kernel.lock(holder, .exclusive) == 0)
    #expect(try CrashRun(folder, at: Clock.seconds, isOff: false).run().removed == 1)
    #expect(kept.exists && !old.exists && held.exists)
    #expect(try CrashRun(folder, at: Clock.seconds, isOff: true).run().removed == 2)
    #expect(!kept.exists && !held.exists)
    Kernel.close(holder)
  }
}
