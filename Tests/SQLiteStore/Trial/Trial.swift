import Dates
import Files
import Foundation
import SQLiteStore
import Store

/// What the tests of the store run in a process of its own: it is killed, its disk
/// fills up, its memory is measured.
@main struct Trial {
  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      switch arguments.first {
      case "add": try await add(Path(arguments[1]), count: Int(arguments[2])!, tasks: Int(arguments[3])!, from: UInt64(arguments.count > 4 ? arguments[4] : "1")!)
      case "sums": try await sums(Path(arguments[1]))
      case "equal": try await Comparison(Path(arguments[1]), seed: UInt64(arguments[2])!, count: Int(arguments[3])!).run()
      case "keep": try await keep(Path(arguments[1]), tasks: Int(arguments[2])!, seed: UInt64(arguments[3])!)
      case "list": try await list(Path(arguments[1]))
      case "verify": print(try SQLiteStore.verify(Path(arguments[1])))
      case "forget": print(try await SQLiteStore(Path(arguments[1])).forget(before: Crowd.day.advanced(by: Int(arguments[2])!)))
      case "backup": try await SQLiteStore(Path(arguments[1])).backUp(to: Path(arguments[2]))
      default: fail("see Tests/SQLiteStore/Trial/Trial.swift")
      }
    } catch let fault as Fault {
      fail(String(decoding: fault.message, as: UTF8.self))
    } catch { fail("\(error)") }
  }

  static func fail(_ sentence: String) -> Never {
    FileHandle.standardError.write(Data((sentence + "\n").utf8))
    exit(1)
  }

  static func time(_ body: () async throws -> Void) async rethrows -> Double {
    let clock = ContinuousClock()
    let (seconds, atto) = try await clock.measure(body).components
    return Double(seconds) + Double(atto) * 1e-18
  }

  /// The most memory that the process has had, in KB.
  static var peak: Int {
    let lines = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8))?.split(separator: "\n") ?? []
    return lines.first { $0.hasPrefix("VmHWM:") }.flatMap { Int($0.dropFirst(6).dropLast(3).trimmingCharacters(in: .whitespaces)) } ?? 0
  }

  /// So many at once, each waiting for its answer.
  static func add(_ path: Path, count: Int, tasks: Int, from seed: UInt64) async throws {
    let store = try SQLiteStore(path)
    var spent = 0.0
    // Made before the clock runs, some at a time.
    for part in stride(from: 0, to: count, by: 50_000) {
      var crowd = Crowd(seed: seed &* 1_000_003 &+ UInt64(part))
      let reports = (0..<min(50_000, count - part)).map { _ in crowd.report() }
      spent += try await time {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for task in 0..<tasks {
            group.addTask {
              for index in stride(from: task, to: reports.count, by: tasks) {
                let placement = try await store.add(reports[index])
                if placement != .kept { throw Fault(.corrupt, "a new report is not kept") }
              }
            }
          }
          try await group.waitForAll()
        }
      }
    }
    try await store.close()
    print(#"{"reports": \#(count), "seconds": \#(spent), "per_second": \#(Double(count) / spent), "peak_kb": \#(peak)}"#)
  }

  static func sums(_ path: Path) async throws {
    let store = try SQLiteStore(path)
    var tallies = Tallies()
    let spent = try await time { tallies = try await store.tallies(of: Crowd.day.advanced(by: -6)...Crowd.day) { Crowd.configs[$0] } }
    print(#"{"reports": \#(tallies.reports), "asked": \#(tallies.asked.count), "seen": \#(tallies.seen.count), "seconds": \#(spent), "processor": \#(processor), "peak_kb": \#(peak)}"#)
  }

  /// Seconds of processors that the process has taken.
  static var processor: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Adds reports for ever, and prints the X of each when it is kept; a report
  /// whose answer is a fault is printed as `refused`.
  static func keep(_ path: Path, tasks: Int, seed: UInt64) async throws {
    let store = try SQLiteStore(path)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<tasks {
        group.addTask {
          var crowd = Crowd(seed: seed &* 1_000_003 &+ UInt64(task))
          crowd.odd = 0.1
          while true {
            let report = crowd.report()
            do {
              let placement = try await store.add(report)
              say("\(placement) \(report.x)")
            } catch {
              say("refused \(report.x) \(String(decoding: (error as! Fault).message, as: UTF8.self))")
              try? await Task.sleep(for: .milliseconds(20))
            }
          }
        }
      }
    }
  }

  /// In one piece, so that a line is whole or not there.
  private static func say(_ line: String) {
    let bytes = [UInt8]((line + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
  }

  static func list(_ path: Path) async throws {
    let store = try SQLiteStore(path)
    for (day, reports, pending) in try await store.days() {
      print("day \(String(decoding: day.text, as: UTF8.self)) \(reports) \(pending)")
      try await store.forEachReport(of: day) { report in
        print("report \(report.x)")
        return true
      }
    }
    for report in try await store.pending(naming: ["v1.0.0", "v1.1.0", "v1.2.0", "v9.9.9"].map { [UInt8]($0.utf8) }, limit: 1 << 30) { print("pending \(report.x)") }
    try await store.close()
  }
}

extension Path {
  init(_ text: String) { self.init([UInt8](text.utf8)) }
}
