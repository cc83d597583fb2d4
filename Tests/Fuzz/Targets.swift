import Consent
import CounterFile
import Dates
import Files
import Frames
import JSON
import Probes
import Lint
import Stacks

@testable import Crashes
@testable import PluginHost
@testable import Reports

struct Target: Sendable {
  let name: String
  let run: @Sendable ([UInt8]) -> Void
}

/// Every parser of bytes that come from outside.
let targets = [
  Target(name: "counter-file", run: counterFile),
  Target(name: "header", run: header),
  Target(name: "mapped-file", run: mappedFile),
  Target(name: "mode-file", run: modeFile),
  Target(name: "weekends", run: weekends),
  Target(name: "time", run: time),
  Target(name: "stack-name", run: stackName),
  Target(name: "json", run: json),
  Target(name: "report", run: report),
  Target(name: "state", run: state),
  Target(name: "staged-name", run: stagedName),
  Target(name: "counter-name", run: counterName),
  Target(name: "plugin", run: plugin),
  Target(name: "symbols", run: symbols),
  Target(name: "function-name", run: functionName),
  Target(name: "crash", run: crash),
  Target(name: "upload-config", run: uploadConfig),
  Target(name: "signature", run: signature),
  Target(name: "report-document", run: reportDocument),
  Target(name: "export", run: export),
  Target(name: "begins", run: begins),
  Target(name: "receipt", run: receipt),
  Target(name: "pin", run: pin),
  Target(name: "schedule", run: schedule),
  Target(name: "destination", run: destination),
  Target(name: "parcel", run: parcel),
  Target(name: "source", run: source),
  Target(name: "chart-config", run: chartConfig),
  Target(name: "config-changes", run: configChanges),
  Target(name: "publication", run: publication),
  Target(name: "intake", run: intake),
  Target(name: "predicate", run: predicate),
  Target(name: "issue-file", run: issueFile),
  Target(name: "triage-rules", run: triageRules),
  // Not a parser: shows that a crash is noticed.
  Target(name: "canary", run: canary),
  // Shows that a counter file with records is made from nothing.
  Target(name: "canary-file", run: canaryFile),
]

@Sendable private func signature(_ bytes: [UInt8]) {
  guard let read = try? Signature(bytes) else { return }
  check(read.values != nil || read.text == bytes, "the text is another one")
  // What is handed on is a signature without a list, and the same.
  guard let again = try? Signature(read.text) else { return check(false, "what is handed on is no signature") }
  check(again.text == read.text && again.result == read.result && again.isVariadic == read.isVariadic && again.values == nil, "it is read otherwise")
}

@Sendable private func counterFile(_ bytes: [UInt8]) {
  // Files are mostly zeros; short inputs stand for files of a page.
  for file in [bytes, bytes + [UInt8](repeating: 0, count: max(0, Layout.minimumSize - bytes.count))] {
    guard let reader = try? CounterFileReader(file, named: Array("fuzz".utf8)) else { continue }
    check(file.count >= Layout.minimumSize, "a short file was read")
    let entries = reader.counts.list
    for (a, b) in zip(entries, entries.dropFirst()) { check(a.name.precedes(b.name), "entries are not in order") }
    check(entries.allSatisfy { !$0.name.isEmpty }, "a name is empty")
    _ = (reader.identity, reader.begin, reader.end)
  }
}

@Sendable private func header(_ bytes: [UInt8]) {
  guard let header = CounterFileHeader(bytes) else { return }
  check(bytes.count >= Layout.metadataOffset, "a header from nothing")
  check(header.id.map { $0.count == Layout.idLength } ?? true, "an id of another length")
  _ = header.value(of: "TimeEnd")
}

@Sendable private func modeFile(_ bytes: [UInt8]) {
  let file = ModeFile(content: bytes)
  check(file.mode != .on || bytes.trimmed.begins(with: "on"), "on without the word")
  check(file.asOf.map { bytes.trimmed.suffix(10) == $0.text[...] } ?? true, "another day than is written")
}

@Sendable private func weekends(_ bytes: [UInt8]) {
  let trimmed = bytes.trimmed
  check(trimmed.trimmed == trimmed, "trimming is not done after once")
  let weekday = Weekends.weekday(inFile: trimmed)
  check(weekday.map { (0...6).contains($0) } ?? trimmed.isEmpty, "no weekday")
}

@Sendable private func time(_ bytes: [UInt8]) {
  if let day = Day(text: bytes) { check(day.text == bytes, "a day is written in another way") }
  if let instant = Instant(rfc3339: bytes) {
    check(instant.day.text == Array(bytes.prefix(10)), "another day than is written")
    check(abs(instant.seconds - instant.day.start) <= 2 * 86400 + 3600, "an instant far from its day")
  }
}

@Sendable private func stackName(_ bytes: [UInt8]) {
  let decoded = StackName.decode(bytes)
  check(decoded.filter { $0 == 0x0a }.count == bytes.filter { $0 == 0x0a }.count, "another number of lines")
  check(bytes.contains(0x0a) || decoded == bytes, "a plain name was changed")
  // The bytes as frames.
  let frames = bytes.split(separator: 0x0a, omittingEmptySubsequences: false).map { line in
    let half = line.startIndex + line.count / 2
    return Frame(
      scope: Array(line[..<half]), function: Array(line[half...]), line: Int64(line.first ?? 0) - 100, inlined: line.last ?? 0 > 0x7f,
      offset: line.reduce(0) { $0 &* 31 &+ UInt64($1) })
  }
  check(StackName.encode(name: [0x73], frames: frames).count <= StackName.maximum, "a stack is too long")
}

@Sendable private func json(_ bytes: [UInt8]) {
  guard let value = try? JSONReader.value(of: bytes) else { return }
  var once = JSONWriter(indent: [0x20])
  let isExact = write(value, &once)
  guard let again = try? JSONReader.value(of: once.bytes) else { fatalError("what was written cannot be read") }
  var twice = JSONWriter(indent: [0x20])
  _ = write(again, &twice)
  check(!isExact || once.bytes == twice.bytes, "what was written reads as something else")
}

/// Answers whether all of it could be written: numbers only if they are integers, and no null.
private func write(_ value: JSONValue, _ json: inout JSONWriter) -> Bool {
  switch value {
  case .null:
    json.bool(false)
    return false
  case .bool(let bool): json.bool(bool)
  case .number:
    json.integer(value.int64 ?? 0)
    return value.int64 != nil
  case .string(let text): json.string(text)
  case .array(let elements):
    json.beginArray()
    defer { json.endArray() }
    return elements.reduce(true) { write($1, &json) && $0 }
  case .object(let members):
    json.beginObject()
    defer { json.endObject() }
    var isExact = true
    for member in members {
      json.key(member.name)
      isExact = write(member.value, &json) && isExact
    }
    return isExact
  }
  return true
}

@Sendable private func report(_ bytes: [UInt8]) {
  let path = scratch("report.json")
  do throws(Fault) { try File.replace(path, with: bytes, durable: false) } catch { return }
  let document = try? ReportDocument.read(path)
  let plain = ReportDocument(plain: bytes)
  check(ReportDocument.week(ofPlain: bytes) == plain?.end, "with and without counts it is not the same week")
  check(plain == nil || document != nil, "what is damaged is read without a tree")
  for (index, program) in (document?.programs ?? []).enumerated() {
    for (a, b) in zip(program.counts, program.counts.dropFirst()) { check(!b.name.precedes(a.name), "counts are not in order") }
    guard let other = plain?.programs[index] else { continue }
    check(other.identity == program.identity && other.counts.elementsEqual(program.counts, by: ==), "without a tree it is another report")
  }
}

private func written(_ state: State) -> [UInt8] {
  var bytes: [UInt8] = []
  try? state.forEachPiece { piece throws(Fault) in bytes += Array(piece) }
  return bytes
}

@Sendable private func state(_ bytes: [UInt8]) {
  check(State(bytes).map { written($0) == bytes } ?? true, "a state is written in another way")
  // Nobody guesses a checksum: with the right one the parser sees the rest.
  var sealed = Array("# libtel state v1\ngeneration ".utf8) + bytes
  if sealed.last != 0x0a { sealed.append(0x0a) }
  let hash = sealed.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
  sealed += Array("end ".utf8)
  sealed.append(hex: (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64(56 - 8 * $0)) })
  sealed.append(0x0a)
  check(State(sealed).map { written($0) == sealed } ?? true, "a sealed state is written in another way")
}

@Sendable private func stagedName(_ bytes: [UInt8]) {
  if let staged = ReportFolder.Staged(name: bytes) { check(staged.name == bytes, "a staged name is written in another way") }
  let prefixed = Array("tel.".utf8) + bytes
  if let staged = ReportFolder.Staged(name: prefixed) { check(staged.name == prefixed, "a staged name is written in another way") }
}

@Sendable private func counterName(_ bytes: [UInt8]) {
  bytes.withUnsafeBufferPointer { name in
    guard Name.problem(name) == nil else { return }
    check(Name.problemAsBytes(name) == nil, "good for one, bad for the other")
    guard let text = String(validating: bytes, as: UTF8.self) else { fatalError("a good name is no UTF-8") }
    check(!text.unicodeScalars.contains { $0.properties.isWhitespace || $0.properties.isNoncharacterCodePoint || $0.properties.generalCategory == .control }, "a good name is not printable")
    check(bytes.filter { $0 == UInt8(ascii: ":") }.count <= 1, "a good name has two colons")
  }
}

@Sendable private func plugin(_ bytes: [UInt8]) {
  let section = try? ELFFile.section(Manifest.section, limit: Manifest.limit, fileSize: bytes.count) { offset, count throws(Fault) in
    check(offset >= 0 && count >= 0 && count <= bytes.count - offset, "it reads beyond the end")
    return Array(bytes[offset..<offset + count])
  }
  // Few inputs come so far: the bytes are tried as a manifest, too.
  for text in [section ?? [], bytes] {
    guard let manifest = try? Manifest(text) else { continue }
    check(Manifest.isName(manifest.name) && manifest.schemes.count <= Manifest.mostSchemes, "a name or schemes that are none")
    check(manifest.schemes.allSatisfy { Manifest.isScheme($0) } && Text.isPrintable(manifest.summary), "text that is none")
  }
}

@Sendable private func symbols(_ bytes: [UInt8]) {
  let file = ELFSymbols { offset, into in
    check(offset >= 0, "it reads before the start")
    guard offset < bytes.count else { return 0 }
    let count = min(into.count, bytes.count - offset)
    bytes.withUnsafeBytes { into.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<(offset + count)])) }
    return count
  }
  guard let file else { return }
  _ = (file.parts, file.notes)
  let addresses: [UInt64] = [0, 0x10, 0x1000, 0x1010, 1 << 40, .max]
  let functions = file.functions(at: addresses)
  check(functions.count == addresses.count, "an answer is missing")
  for (address, function) in zip(addresses, functions) {
    if let function { check(function.start <= address && !function.name.isEmpty && function.name.count <= ELFSymbols.longestName, "a function that is not there") }
  }
}

/// The symbol, a line feed, and what a demangler says of it.
@Sendable private func functionName(_ bytes: [UInt8]) {
  let end = bytes.firstIndex(of: 0x0a) ?? bytes.count
  let name = FunctionName.tidy(Array(bytes[..<end]), demangled: { _ in Array(bytes[min(end + 1, bytes.count)...]) })
  check(name.count <= FunctionName.longest, "a name is too long")
  check(!name.contains { $0 <= 0x20 || $0 == 0x7f || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "\"") }, "a name is not one word")
}

/// A record. (`symbols` is for the modules that it names.)
@Sendable private func crash(_ bytes: [UInt8]) {
  let padded = bytes + [UInt8](repeating: 0, count: max(0, CrashRecord.length - bytes.count))
  for record in [CrashRecord(bytes), CrashRecord(padded)].compactMap({ $0 }) {
    check((try? record.identity.check()) != nil, "a program that could not count")
    check(record.frames?.allSatisfy { $0.module.map { $0 < record.modules.count } ?? true } ?? true, "a module that is not there")
    guard let name = CrashStack.name(record, isHasty: true) else { continue }
    check(name.count <= 4096 && name.starts(with: Array("crash/crash\n".utf8)), "a name that is none")
  }
}

@Sendable private func canaryFile(_ bytes: [UInt8]) {
  let file = bytes + [UInt8](repeating: 0, count: max(0, Layout.minimumSize - bytes.count))
  guard let reader = try? CounterFileReader(file, named: Array("fuzz".utf8)) else { return }
  check(reader.counts.count < 3 || !reader.counts.list.contains { $0.name.contains(0x0a) && $0.value > 1 << 32 }, "the canary is dead, as it should be")
}

@Sendable private func canary(_ bytes: [UInt8]) {
  check(!bytes.starts(with: Array("boom".utf8)), "the canary is dead, as it should be")
}

/// The first byte chooses the language.
@Sendable private func source(_ bytes: [UInt8]) {
  let languages: [Language] = [.c, .cPlusPlus, .python, .go, .shell]
  let text = Array(bytes.dropFirst())
  let lines = text.count { $0 == 0x0a } + 1
  let linter = Linter(Linter.Rules(), Tree(excluding: []))
  linter.look(at: Tree.Source(path: Path(Array("fuzz".utf8)), language: languages[Int(bytes.first ?? 0) % languages.count], bytes: text))
  for finding in linter.findings {
    check(finding.line >= 1 && finding.line <= lines && finding.column >= 1 && finding.column <= text.count + 1, "a finding is outside of the source")
  }
}
