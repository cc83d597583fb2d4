import ArgumentParser
import Files
import Gate
import JSON
import Lint

struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint", abstract: "Look in sources for counter names that are not constant, wrong, or approved by nobody.",
    discussion: """
      Reads C, C++, Python, Go and shell scripts; a folder with all that is in it,
      but for hidden files, node_modules and what symbolic links name. The sources
      are never run. A comment excepts a call in its line or in the next:
      tel-lint: allow REASON, or tel-lint: one of NAME NAME.
      The exit status is 1 if something was found.
      """)
  @Option(
    name: .customLong("config"), help: ArgumentHelp("An upload config: names that it does not have are reported.", valueName: "file"), completion: .file())
  var config: Text?
  @Option(help: ArgumentHelp("The program of the upload config that the sources make (default: any).", valueName: "name"))
  var program: Text?
  @Option(
    name: .customLong("call"), parsing: .singleValue,
    help: ArgumentHelp("A function of your own that takes a counter's name, as its first argument or as the one behind the colon.", valueName: "function[:n]"))
  var calls: [Text] = []
  @Option(
    name: .customLong("closed-list"), parsing: .singleValue,
    help: ArgumentHelp("Names that begin with this chart are made from a list in the program: they need not be constant.", valueName: "chart"))
  var closedLists: [Text] = []
  @Option(
    parsing: .singleValue, help: ArgumentHelp("Leave out files and folders of this name or path; * stands for any text.", valueName: "pattern"))
  var exclude: [Text] = []
  @Flag(help: "List the constant names, and where they stand.")
  var names = false
  @Option(help: ArgumentHelp("How findings are printed: text, json or sarif.", valueName: "format"))
  var format: LintFormat = .text
  @Flag(help: "Print JSON; the manual describes its keys.")
  var json = false
  @Argument(help: ArgumentHelp("Sources, and folders of them (default: the current folder).", valueName: "path"), completion: .file())
  var paths: [Text] = []

  func run() throws {
    let tree = Tree(excluding: exclude.map { $0.bytes })
    let linter = Linter(try rules(), tree)
    for path in paths.isEmpty ? [Text(argument: ".")] : paths {
      if path.bytes.isEmpty { throw Failure(.validationFailure, "the path of a source is empty") }
      tree.visit(Path(path.bytes)) { linter.look(at: $0) }
    }
    for problem in tree.problems { Complaint.say(problem) }
    var output = Output()
    switch (names, json ? .json : format) {
    case (true, .text): output.write(listOf: linter.names)
    case (true, .json): output.json { $0.write(linter.names) }
    case (true, .sarif): throw Failure(.validationFailure, "--names has no SARIF: only findings have")
    case (false, .text): output.write(linter)
    case (false, .json): output.json { $0.write(linter) }
    case (false, .sarif): output.json { $0.sarif(linter.findings) }
    }
    try output.flush()
    if !tree.problems.isEmpty || (!names && !linter.findings.isEmpty) { throw ExitCode.failure }
  }

  private func rules() throws -> Linter.Rules {
    var rules = Linter.Rules()
    rules.closedLists = closedLists.map { $0.bytes }
    for call in calls {
      guard let wrapper = Wrapper(call.bytes) else {
        throw Failure(.validationFailure, "\"", .bytes(call.bytes), "\" is no function: --call takes a name, or a name, a colon and a number from 1 to 9")
      }
      rules.wrappers.append(wrapper)
    }
    guard let config else {
      if program != nil { throw Failure(.validationFailure, "--program is one of an upload config: name that with --config") }
      return rules
    }
    let path = Path(config.bytes)
    guard let text = try File.content(of: path, limit: UploadConfig.limit) else { throw Failure(.failure, "there is no file ", .path(path)) }
    // It has its version from its collector; here it need not have one yet.
    let parsed = try UploadConfig(text, version: [UInt8]("v0.0.0"), origin: config.bytes)
    if let program, parsed.program(program.bytes) == nil {
      throw Failure(.failure, "the upload config ", .path(path), " has no program ", .bytes(program.bytes))
    }
    (rules.config, rules.configName, rules.program) = (parsed, path.name, program?.bytes)
    return rules
  }
}

enum LintFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, sarif
}
