import ArgumentParser
import Consent
import CounterFile
import Counting
import Files
import Reports

struct IncCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inc", abstract: "Add to a counter, or to many.",
    discussion: """
      Without a name, or with the name -, reads lines of a name and, if it is not
      1, a number from standard input, and counts each as it comes.
      While telemetry is off nothing is counted, and that is no failure.
      """)
  @OptionGroup var place: Place
  @OptionGroup var moment: Moment
  @Option(help: ArgumentHelp("The program that counts; else TEL_PROGRAM says it.", valueName: "name"))
  var program: Text?
  @Option(help: ArgumentHelp("The program's version.", valueName: "version"))
  var programVersion = Text(argument: "devel")
  @Option(help: ArgumentHelp("What the program runs on, such as bash5.2.", valueName: "name"))
  var toolchain = Text(argument: "shell")
  @Flag(help: "Runs under CI and test runners are use of this program: they do not lower the mode.")
  var automation = false
  @Argument(help: ArgumentHelp("The counter: chart or chart:bucket.", valueName: "name"))
  var name: Text?
  @Argument(help: ArgumentHelp("How many to add (default: 1).", valueName: "n"))
  var n: Text?

  func run() throws {
    let settings = Settings(place: try place.checked(), vendor: place.vendor.bytes, identity: try identity(), variables: .now(isAutomationUse: automation))
    guard let name, name.bytes != "-" else {
      if n != nil { throw Failure(.validationFailure, "numbers come with the names on standard input, not on the command line") }
      let tally = try Tally(settings, clock: moment)
      try tally.open()
      let isGood = try CountLines.fromStandardInput { line in try tally.add(line.n, to: line.name) } between: { try tally.look() }
      tally.close()
      if !isGood { throw ExitCode.failure }
      return
    }
    if let problem = name.bytes.withUnsafeBufferPointer({ Recorder.problem(withName: $0) }) {
      throw Failure(.validationFailure, "\"", .bytes(name.bytes), "\" is no counter name: ", .literal(problem))
    }
    guard let n = CountLines.number(n?.bytes ?? [UInt8]("1")) else {
      throw Failure(.validationFailure, "\"", .bytes(n!.bytes), "\" is no number to add: it must be whole, from 0 to 18446744073709551615")
    }
    let tally = try Tally(settings, clock: moment)
    try tally.open()
    try tally.add(n, to: name.bytes)
    tally.close()
  }

  private func identity() throws -> Identity {
    guard let program = program?.bytes ?? (Process.isPrivileged ? nil : Process.variable("TEL_PROGRAM")), !program.isEmpty else {
      throw Failure(.validationFailure, "which program counts? Say it with --program, or in the variable TEL_PROGRAM")
    }
    let identity = Identity(program: program, version: programVersion.bytes, toolchain: Identity.recorded(toolchain: toolchain.bytes))
    do throws(Fault) { try identity.check() } catch { throw Failure.usage(error) }
    return identity
  }
}
