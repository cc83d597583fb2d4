import CounterFile
import Dates
import Files
import TestSupport
import Testing

@testable import Counting

/// Memory for one recorder, zeroed; it lives as long as the process.
func newRecorder() -> Recorder { Recorder(at: Kernel.memory(Recorder.memoryLength)!) }

extension Recorder {
  func add(_ n: UInt64, _ name: String) -> Drop? { name.bytes.withUnsafeBufferPointer { add(n, named: $0) } }
  func handle(_ name: String) -> Counter { name.bytes.withUnsafeBufferPointer { counter(named: $0).counter } }
  func read(_ name: String) -> UInt64? { name.bytes.withUnsafeBufferPointer { value(of: $0) } }
}

func identity(_ program: String = "example.com/editor") -> Identity {
  Identity(program: program.bytes, version: "v1.0.0".bytes, toolchain: "gcc12.2".bytes)
}

func day(_ text: String) -> Day { Day(text: text.bytes)! }

/// A counter file of a week that begins on this day.
func openFile(in folder: TemporaryFolder, begin: Day = day("2026-11-23")) throws -> MappedFile {
  let metadata = Metadata(begin: begin, end: begin.advanced(by: 7), identity: identity())
  guard case .opened(let file) = try Opening(path: folder.path.appending(identity().fileName(begin: begin)), header: metadata.header).run() else {
    throw Fault(.corrupt, "not opened")
  }
  return file
}

/// What all counter files of the folder hold.
func counts(in folder: Path) -> [String: UInt64] {
  var sums: [String: UInt64] = [:]
  for name in folder.names where name.hasSuffix(".v1.count") {
    for (counter, value) in CounterFileImage(folder.appending(name.bytes).content!).counts { sums[counter, default: 0] += value }
  }
  return sums
}
