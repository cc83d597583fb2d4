import Consent
import Dates
import Files
import Foundation
import TestSupport
import Testing

@testable import CounterFile
@testable import Reports

extension Counts {
  /// Of names in byte order.
  convenience init(_ list: [(name: [UInt8], value: UInt64)]) {
    var maker = CountsMaker()
    for (name, value) in list { name.withUnsafeBufferPointer { maker.append($0, value) } }
    let made = maker.counts
    self.init(made.storage, at: made.range, count: made.count)
  }
}

extension State {
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    try? forEachPiece { piece throws(Fault) in bytes += Array(piece) }
    return bytes
  }
}

func day(_ text: String) -> Day { Day(text: text.bytes)! }

/// A telemetry folder in which tests count, and know what was counted.
///
/// The guarantee of the protocol, in every state between two system calls:
/// adds that returned = counts in published reports + counts in committed
/// staged reports + (value − ledger) of every counter file that has a name.
final class Books {
  let home = TemporaryFolder()
  let telemetry: TelemetryFolder
  var local: Path { telemetry.local }

  /// What was added, by program and counter.
  private(set) var truth: [String: UInt64] = [:]

  /// A writer: one process that has one file open.
  final class Writer {
    let program: String
    let file: MappedFile
    let week: Day
    init(_ program: String, _ file: MappedFile, _ week: Day) {
      self.program = program
      self.file = file
      self.week = week
    }
    deinit {
      file.bury()
      file.release()
    }
  }

  init(weekday: Int = 5) {
    telemetry = TelemetryFolder(home.appending("telemetry"))
    local.appending("weekends").write("\(weekday)\n".bytes)
  }

  func open(_ program: String, begin: Day, end: Day) throws -> Writer {
    let metadata = Metadata(begin: begin, end: end, identity: Identity(program: program.bytes, version: "v1.0.0".bytes, toolchain: "gcc12.2".bytes))
    guard case .opened(let file) = try Opening(path: local.appending(metadata.identity.fileName(begin: begin)), header: metadata.header).run() else {
      throw Fault(.corrupt, "not opened")
    }
    return Writer(program, file, end)
  }

  func add(_ n: UInt64, _ name: String, _ writer: Writer) {
    name.bytes.withUnsafeBufferPointer {
      guard case .cell(let cell) = writer.file.slot(of: $0, maximum: 1000, spare: 0) else {
        Issue.record("no slot")
        return
      }
      cell.pointee += n
    }
    truth[writer.program + " " + name, default: 0] += n
  }

  /// A run at this time; its problems, if it ended.
  @discardableResult
  func run(_ date: Day, isDurable: Bool = true, deadline: Int64? = nil) throws -> ReportRun.Summary {
    try ReportRun(telemetry, at: date.start + 3600, isDurable: isDurable, deadline: deadline).run()
  }

  // MARK: Reading the directory

  /// Sums of one report's bytes.
  static func sums(_ report: [UInt8]) throws -> [String: UInt64] {
    let json = try #require(try JSONSerialization.jsonObject(with: Data(report)) as? [String: Any])
    var sums: [String: UInt64] = [:]
    for program in try #require(json["Programs"] as? [[String: Any]]) {
      for kind in ["Counters", "Stacks"] {
        for (name, value) in try #require(program[kind] as? [String: NSNumber]) { sums["\(program["Program"]!) \(name)", default: 0] += value.uint64Value }
      }
    }
    return sums
  }

  var published: [String: UInt64] {
    get throws {
      var sums: [String: UInt64] = [:]
      for name in local.names where name.hasPrefix("local.") && name.hasSuffix(".json") {
        sums.merge(try Books.sums(local.appending(name.bytes).content!)) { $0 + $1 }
      }
      return sums
    }
  }

  /// Everything that is accounted for.
  var accounted: [String: UInt64] {
    get throws {
      var sums = try published
      let state = try local.appending("tel.state").content.map { try #require(State($0)) } ?? State()
      for name in local.names {
        let path = local.appending(name.bytes)
        let parts = name.split(separator: ".")
        if name.hasPrefix("tel."), name.hasSuffix(".report"), UInt64(parts[1])! <= state.generation {
          sums.merge(try Books.sums(path.content!)) { $0 + $1 }
        }
        guard name.hasSuffix(".v1.count") else { continue }
        let image = CounterFileImage(path.content!)
        let program = try #require(String(decoding: image.bytes[32..<image.headerLength], as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("Program: ") }).dropFirst(9)
        let id = Array(image.bytes[image.headerLength + 2052..<image.headerLength + 2068])
        let ledger = state.ledgers.first { $0.key == "i".bytes + id }
        for record in image.records {
          let harvested = ledger?.harvested.list.first { $0.name == record.name }?.value ?? 0
          try #require(record.value >= harvested, "the ledger never has more than the file")
          sums["\(program) \(record.name.string)", default: 0] += record.value - harvested
        }
      }
      return sums.filter { $0.value > 0 }
    }
  }

  /// Checks the guarantee.
  func audit(_ comment: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation) throws {
    let accounted = try accounted
    if accounted != truth {
      let differences = Set(accounted.keys).union(truth.keys).filter { accounted[$0] != truth[$0] }.map { "\($0): counted \(truth[$0] ?? 0), accounted \(accounted[$0] ?? 0)" }
      Issue.record("\(comment()): \(differences.sorted().joined(separator: "; ")); \(local.names)", sourceLocation: sourceLocation)
    }
  }
}
