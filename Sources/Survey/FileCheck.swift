import Consent
import CounterFile
import Crashes
import Dates
import Files
import JSON
import Reports

/// Knows by its name what a file should be, and checks that it is.
package enum Checker {
  /// What is in a telemetry folder, damaged or not.
  package static func files(of folder: TelemetryFolder) throws(Fault) -> [Path] {
    var paths: [Path] = []
    if ModeFile.exists(folder.modeFile) { paths.append(folder.modeFile) }
    let names = try Folder.names(in: folder.local, where: { kind(of: $0) != nil }) ?? []
    paths += names.map { folder.local.appending($0) }
    for (place, isKnown) in [
      (folder.crashes, CrashFile.isNamed), (folder.upload, { FileKind(upload: $0) != nil }), (folder.rejected, { FileKind(rejected: $0) != nil }), (folder.configs, { FileKind(config: $0) != nil }),
    ] as [(Path, ([UInt8]) -> Bool)] {
      paths += (try Folder.names(in: place, where: { isKnown($0) && kind(of: $0) != nil }) ?? []).map { place.appending($0) }
    }
    return paths
  }

  private enum Kind { case mode, weekends, state, counterFile, report, begin, receipt, answer, config, pin, schedule, crash }

  private static func kind(of name: [UInt8]) -> Kind? {
    // Set aside: with a time behind its name.
    var name = name
    if FileKind(quarantine: name) != nil, let dot = name.lastIndex(of: UInt8(ascii: ".")) { name = Array(name[..<dot]) }
    if name == "mode" { return .mode }
    if name == "weekends" { return .weekends }
    if name == "tel.state" { return .state }
    if name == "upload.config" { return .pin }
    if name == "upload.next" { return .schedule }
    if CrashFile.isNamed(name) { return .crash }
    if name.ends(with: ".count") { return .counterFile }
    if name.ends(with: ".receipt") { return .receipt }
    if name.ends(with: ".answer") { return .answer }
    if FileKind(config: name) == .config { return .config }
    if name.ends(with: ".json") || name.ends(with: ".report") { return .report }
    return name.ends(with: ".begin") ? .begin : nil
  }

  package static func check(_ path: Path) throws(Fault) -> FileCheck {
    guard let kind = kind(of: path.name) else {
      throw Fault(.invalid, .path(path), " has no name that a file of a telemetry directory has")
    }
    if kind == .crash { return try crash(path) }
    guard let bytes = try File.content(of: path, limit: kind == .state ? 1 << 30 : Layout.maximumSize) else {
      throw Fault(.notFound, "there is no file ", .path(path))
    }
    var check = FileCheck()
    switch kind {
    case .counterFile: return CounterFileCheck.run(bytes, path)
    case .mode: self.mode(bytes, &check)
    case .weekends: weekends(bytes, &check)
    case .state:
      if case .damaged(let offset) = StateCheck.verdict(on: bytes) { check.damage(at: offset, "from here on it is not what a report run writes") }
    case .report: report(bytes, path, &check)
    case .begin: begin(bytes, path, &check)
    case .receipt: receipt(bytes, path, &check)
    case .answer: answer(bytes, &check)
    case .config: config(bytes, path, &check)
    case .pin: pin(bytes, path, &check)
    case .schedule: schedule(bytes, &check)
    case .crash: break
    }
    return check
  }

  private static func mode(_ bytes: [UInt8], _ check: inout FileCheck) {
    let file = ModeFile(content: bytes)
    if Mode(word: file.word) == nil { check.note(at: 0, "\"", .bytes(file.word), "\" is no mode; it works like local") }
    if file.asOf == nil { check.note(at: min(bytes.count, file.word.count), "there is no day of consent behind the mode") }
  }

  private static func weekends(_ bytes: [UInt8], _ check: inout FileCheck) {
    guard let first = bytes.trimmed.first else { return check.damage(at: 0, "it is empty; the next program that counts chooses a weekday") }
    if !(UInt8(ascii: "0")...UInt8(ascii: "6")).contains(first) { check.note(at: 0, "\"", .bytes([first]), "\" is no weekday, 0 to 6; it is taken modulo 7") }
  }

  private static func crash(_ path: Path) throws(Fault) -> FileCheck {
    var check = FileCheck()
    guard let file = try CrashFile(path) else { throw Fault(.notFound, "there is no file ", .path(path)) }
    switch file.kind {
    case .live, .ofGo(isOpen: true): break
    case .crash(let signal): check.note("a program has died of signal ", .number(Int(signal)), "; the next report run counts it")
    case .withoutStack: check.damage(at: 96, "where its program has died cannot be read; the next report run counts it as crash/unsymbolized")
    case .begun: check.note("its process has died as it wrote this; the next report run removes it")
    case .left: check.note("its process has ended, and without a crash; the next report run removes it")
    case .damaged(let offset, let text): check.damage(at: offset, .bytes(text), "; the next report run removes it")
    case .ofGo: check.note("a program of Go's has crashed, or was killed; its next start looks at it")
    }
    return check
  }

  // MARK: JSON

  private static func value(_ bytes: [UInt8], _ check: inout FileCheck) -> JSONValue? {
    do throws(JSONFault) { return try JSONReader.value(of: bytes) } catch {
      check.damage(at: error.offset, "line ", .number(error.line), ", column ", .number(error.column), ": ", .bytes(error.message))
      return nil
    }
  }

  private static func text(_ value: JSONValue?) -> [UInt8]? {
    if case .string(let text)? = value { return text }
    return nil
  }

  private static func programs(_ value: JSONValue, _ check: inout FileCheck) -> [JSONValue] {
    switch value["Programs"] {
    case .array(let list)?: return list
    case .null?, nil: return []
    default:
      check.damage("Programs is no array")
      return []
    }
  }

  /// The week must be the one in the file's name.
  private static func week(_ value: JSONValue, _ path: Path, _ check: inout FileCheck) {
    guard let week = text(value["Week"]), Day(text: week) != nil else { return check.damage("it has no Week, or that is no date") }
    if !isNamed(path, week) { check.note("its Week is ", .bytes(week), ", but not its name") }
  }

  private static func isNamed(_ path: Path, _ week: [UInt8]) -> Bool { path.name.split(separator: UInt8(ascii: ".")).contains { $0.elementsEqual(week) } }

  private static func report(_ bytes: [UInt8], _ path: Path, _ check: inout FileCheck) {
    // Most are as they should be, and there may be hundreds.
    if let week = ReportDocument.week(ofPlain: bytes), Day(text: week) != nil, isNamed(path, week) { return }
    guard let value = value(bytes, &check) else { return }
    week(value, path, &check)
    for program in programs(value, &check) {
      let name = text(program["Program"])
      if name == nil { check.damage("a program has no name") }
      for key in ["Counters", "Stacks"] as [StaticString] {
        guard case .object(let members)? = program[key] else { continue }
        for (counter, number) in members {
          guard let count = number.int64 else {
            check.damage("the count of \"", .bytes(counter), "\" of ", .bytes(name ?? []), " is no whole number of 64 bits")
            continue
          }
          if count < 0 { check.note("the count of \"", .bytes(counter), "\" of ", .bytes(name ?? []), " is negative: it was beyond 2^63 - 1") }
        }
      }
    }
  }

  private static func begin(_ bytes: [UInt8], _ path: Path, _ check: inout FileCheck) {
    guard let value = value(bytes, &check) else { return }
    week(value, path, &check)
    for program in programs(value, &check) where text(program["TimeBegin"]).flatMap({ Instant(rfc3339: $0) }) == nil {
      check.damage("a program has no TimeBegin, or that is no time: ", .bytes(text(program["Program"]) ?? []))
    }
  }

  // MARK: The ledger

  /// Whether any counter has less than was reported of it.
  package static func ledger(of folder: TelemetryFolder) throws(Fault) -> [(path: Path, check: FileCheck)] {
    let path = folder.local.appending("tel.state")
    let content = try? File.content(of: path, limit: 1 << 30)
    guard let content, case .good(let state) = StateCheck.verdict(on: content) else { return [] }
    var check = FileCheck()
    for shortfall in try state.shortfalls(in: folder) {
      check.damage(
        .bytes(shortfall.file.name), ": of \"", .bytes(shortfall.name), "\" ", .number(Int(clamping: shortfall.reported)), " were reported, and only ",
        .number(Int(clamping: shortfall.value)), " are there: what is counted next is missing in reports. \"tel clean\" starts anew")
    }
    return check.damage.isEmpty ? [] : [(path, check)]
  }
}
