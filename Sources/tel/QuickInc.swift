/// `tel inc` as scripts write it, without the parser of arguments, which takes
/// longer to get ready than counting takes. What is not plain is left to it, so
/// that there is one place that explains mistakes.
extension IncCommand {
  /// Options with a value, then one or two words. Nil: ask the parser.
  static func quick(_ arguments: [String]) -> IncCommand? {
    guard arguments.first == "inc" else { return nil }
    var values: [String: Text] = [:]
    var words: [Text] = []
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("-") else {
        words.append(Text(argument: argument))
        continue
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let option = String(parts[0])
      guard ["--vendor", "--dir", "--program", "--program-version", "--toolchain"].contains(option), values[option] == nil else { return nil }
      guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst(), !value.hasPrefix("-") else { return nil }
      values[option] = Text(argument: value)
    }
    guard words.count == 1 || words.count == 2 else { return nil }
    var (command, place, moment) = (IncCommand(), Place(), Moment())
    place.vendor = values["--vendor"] ?? Text(argument: "tel")
    place.directory = values["--dir"]
    moment.day = nil
    command.place = place
    command.moment = moment
    command.program = values["--program"]
    command.programVersion = values["--program-version"] ?? Text(argument: "devel")
    command.toolchain = values["--toolchain"] ?? Text(argument: "shell")
    command.automation = false
    command.name = words[0]
    command.n = words.count == 2 ? words[1] : nil
    return command
  }
}
