import ArgumentParser
import CPluginCheck
import Files
import Glibc
import JSON
import PluginHost

/// Tries a plugin as a strict host would. Each check is a process of its own, this
/// command again: what crashes, exits or spins there is a verdict here.
struct PluginsCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Try a plugin: a verdict for each thing that a host relies on.",
    discussion: """
      Its code runs, in processes of its own that are ended when they take too
      long. Nothing is sent but to this machine, and to --url. The exit status is
      1 if a check has FAILED; a note is worth reading and is no failure.
      """)
  @OptionGroup var format: Format
  @Option(help: ArgumentHelp("What the plugin's start is given.", valueName: "text"))
  var settings: Text?
  @Option(help: ArgumentHelp("Where a transport can fetch something from, for checks of answers.", valueName: "url"))
  var url: Text?
  @Option(help: ArgumentHelp("How long a check may take, in seconds.", valueName: "seconds"))
  var limit = 10
  @Flag(name: .customLong("no-valgrind"), help: "Do not look for errors of memory with valgrind, which takes some seconds.")
  var withoutValgrind = false
  /// The number of the check that this process is for.
  @Option(help: .hidden)
  var trial: Int?
  @Argument(help: ArgumentHelp("The plugin.", valueName: "file"), completion: .file())
  var file: Text

  func validate() throws {
    guard (1...3600).contains(limit) else { throw ValidationError("--limit is 1 to 3600 seconds") }
  }

  func run() throws {
    if Process.isPrivileged { throw Failure(.failure, "no plugin is tried: the command runs with more privileges than its user (set-user-ID or the like)") }
    if let trial { attempt(trial) }
    let findings = examine()
    let failures = findings.count { $0.verdict == .failed }
    var output = Output()
    if format.json {
      output.json { json in
        json.beginArray()
        for finding in findings { finding.write(to: &json) }
        json.endArray()
      }
    } else {
      for finding in findings { finding.write(to: &output) }
      output.line()
      output.line(
        .number(findings.count { $0.verdict == .ok }), " ok, ", .number(findings.count { $0.verdict == .note }), " to note, ", .number(failures), " FAILED, ",
        .number(findings.count { $0.verdict == .notTried }), " not tried")
    }
    try output.flush()
    if failures > 0 { throw ExitCode.failure }
  }

  // MARK: In a process of its own

  private func attempt(_ number: Int) -> Never {
    let settings = settings.map { Path($0.bytes) }
    let url = url.map { Path($0.bytes) }
    Path(file.bytes).withCString { path in
      withOptionalC(settings) { settings in withOptionalC(url) { url in plugincheck_run(path, number, settings, url) } }
    }
  }

  private func withOptionalC<Result>(_ text: Path?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    if let text { return text.withCString { body($0) } }
    return body(nil)
  }

  // MARK: All of them

  private func examine() -> [Finding] {
    var findings: [Finding] = []
    var obstacle: [UInt8]?
    var path = Path(file.bytes)
    do throws(Fault) {
      let entry = try PluginHost.entry(of: path)
      path = entry.path ?? path
      findings.append(Finding("file", "manifest", .ok, entry.name + [0x20] + entry.version))
    } catch {
      findings.append(Finding("file", "manifest", .failed, error.message))
      obstacle = sentence(["without a good manifest no host loads it"])
    }
    let valgrind = Valgrind.find()
    var number = 0
    while number < plugincheck_count() {
      let row = plugincheck_at(number)
      defer { number += 1 }
      let (suite, name) = ([UInt8](cString: row.suite), [UInt8](cString: row.name))
      if let obstacle {
        findings.append(Finding(suite, name, .notTried, obstacle))
        continue
      }
      var finding = Finding(suite, name, plugincheck_try(words(number, path), limit))
      if finding.verdict == .absent {
        // One line for all of an interface that it does not have.
        findings.append(Finding(suite, [UInt8]("interface"), .notTried, finding.text))
        while number + 1 < plugincheck_count(), [UInt8](cString: plugincheck_at(number + 1).suite) == suite { number += 1 }
        continue
      }
      if row.for_valgrind, finding.verdict == .ok {
        if withoutValgrind {
          finding = Finding(suite, name, .notTried, [UInt8]("--no-valgrind"))
        } else if let valgrind {
          finding = Finding(suite, name, valgrind.examine(words(number, path), of: path))
        } else {
          finding = Finding(suite, name, .notTried, [UInt8]("valgrind is not installed"))
        }
      }
      findings.append(finding)
      if row.is_gate, finding.verdict == .failed || finding.verdict == .notTried { obstacle = sentence(["\"", .bytes(name), "\" of ", .bytes(suite), " is not ok"]) }
    }
    return findings
  }

  private func words(_ number: Int, _ path: Path) -> [[UInt8]] {
    var words = [[UInt8]("/proc/self/exe"), [UInt8]("plugins"), [UInt8]("check"), [UInt8]("--trial"), Array("\(number)".utf8)]
    if let settings { words.append([UInt8]("--settings=") + settings.bytes) }
    if let url { words.append([UInt8]("--url=") + url.bytes) }
    return words + [[UInt8]("--"), path.bytes]
  }
}

private func plugincheck_try(_ words: [[UInt8]], _ limit: Int, log: Int32 = -1) -> plugincheck_result {
  var arguments = words.map { word in Path(word).withCString { strdup($0) } } + [nil]
  defer { for word in arguments { free(word) } }
  return plugincheck_try(&arguments, Int32(limit * 1000), log)
}

/// What came of one check.
private struct Finding {
  enum Verdict: String {
    case ok, note
    case failed = "FAILED"
    case notTried = "not tried"
    /// The plugin does not offer the interface.
    case absent
  }

  let suite: [UInt8]
  let name: [UInt8]
  let verdict: Verdict
  let text: [UInt8]

  init(_ suite: [UInt8], _ name: [UInt8], _ verdict: Verdict, _ text: [UInt8]) { (self.suite, self.name, self.verdict, self.text) = (suite, name, verdict, text) }

  init(_ suite: StaticString, _ name: StaticString, _ verdict: Verdict, _ text: [UInt8]) { self.init([UInt8](suite), [UInt8](name), verdict, text) }

  init(_ suite: [UInt8], _ name: [UInt8], _ result: plugincheck_result) {
    let verdict: Verdict =
      switch result.verdict {
      case PLUGINCHECK_OK: .ok
      case PLUGINCHECK_NOTE: .note
      case PLUGINCHECK_NOT_TRIED: .notTried
      case PLUGINCHECK_ABSENT: .absent
      default: .failed
      }
    self.init(suite, name, verdict, withUnsafeBytes(of: result.text) { Array($0.prefix { $0 != 0 }) })
  }

  func write(to output: inout Output) {
    func padded(_ text: [UInt8], _ width: Int) -> [UInt8] { text + [UInt8](repeating: 0x20, count: max(1, width - text.count)) }
    output.write(padded(Array(verdict.rawValue.utf8), 11), verdict == .ok ? .good : verdict == .failed ? .warning : .plain)
    output.write(padded(suite, 22) + (text.isEmpty ? name : padded(name, 17)), .faint)
    output.write(printable(text))
    output.line()
  }

  func write(to json: inout JSONWriter) {
    json.beginObject()
    json.member("suite", suite)
    json.member("check", name)
    json.member("verdict", Array(verdict.rawValue.lowercased().utf8))
    json.member("message", text)
    json.endObject()
  }
}

/// Errors of memory that are the plugin's: those with its code on the stack.
private struct Valgrind {
  let program: [UInt8]

  /// It is slow, and starts slowly.
  private static let limit = 120
  /// The descriptor that plugincheck_try gives it.
  private static let log: StaticString = "201"

  static func find() -> Valgrind? {
    for folder in (Process.variable("PATH") ?? []).split(separator: UInt8(ascii: ":")) where folder.first == UInt8(ascii: "/") {
      let path = Path(Array(folder)).appending("valgrind")
      if path.withCString({ access($0, X_OK) }) == 0 { return Valgrind(program: path.bytes) }
    }
    return nil
  }

  func examine(_ words: [[UInt8]], of plugin: Path) -> plugincheck_result {
    let log = plugincheck_log()
    defer { close(log) }
    let options: [[UInt8]] = [
      program, [UInt8]("--quiet"), [UInt8]("--leak-check=full"), [UInt8]("--show-leak-kinds=definite"), [UInt8]("--child-silent-after-fork=yes"), [UInt8]("--xml=yes"),
      [UInt8]("--xml-fd=") + [UInt8](Valgrind.log),
    ]
    var own = words
    own[0] = Process.executable?.bytes ?? words[0]
    var result = plugincheck_try(options + own, Valgrind.limit, log: log)
    guard result.verdict == PLUGINCHECK_OK else { return result }
    let problems = Valgrind.problems(in: Valgrind.content(of: log), of: plugin)
    if let first = problems.first {
      result.verdict = PLUGINCHECK_FAILED
      let more = problems.count > 1 ? sentence([", and ", .number(problems.count - 1), " more"]) : []
      withUnsafeMutableBytes(of: &result.text) { $0.copyBytes(from: (sentence(["valgrind: ", .bytes(first), .bytes(more)]) + [0]).prefix($0.count - 1)) }
    } else {
      withUnsafeMutableBytes(of: &result.text) { $0.copyBytes(from: Array("valgrind finds no error and no leak".utf8) + [0]) }
    }
    return result
  }

  private static func content(of log: Int32) -> [UInt8] {
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    lseek(log, 0, SEEK_SET)
    while content.count < 16 << 20 {
      let count = read(log, &buffer, buffer.count)
      if count <= 0 { break }
      content += buffer[..<count]
    }
    return content
  }

  private static func problems(in content: [UInt8], of plugin: Path) -> [[UInt8]] {
    let text = String(decoding: content, as: UTF8.self)
    let mark = "<obj>\(String(decoding: plugin.bytes, as: UTF8.self))</obj>"
    func part(_ text: Substring, _ start: String, _ end: String) -> Substring? {
      guard let from = text.range(of: start)?.upperBound, let to = text[from...].range(of: end)?.lowerBound else { return nil }
      return text[from..<to]
    }
    var found: [[UInt8]] = []
    for piece in text.ranges(of: "<error>").map({ text[$0.upperBound...] }) {
      let error = piece.range(of: "</error>").map { piece[..<$0.lowerBound] } ?? piece
      // Unwinders write what may not be there to a pipe, to learn whether it is.
      guard error.contains(mark), !error.contains("<kind>SyscallParam</kind>") else { continue }
      found.append(Array((part(error, "<text>", "</text>") ?? part(error, "<what>", "</what>") ?? "an error of memory").utf8))
    }
    return found
  }
}

extension Substring {
  /// Of the standard library's, with one result.
  fileprivate func range(of text: String) -> Range<Index>? { firstRange(of: text) }
}
