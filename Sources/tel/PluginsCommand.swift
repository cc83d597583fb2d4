import ArgumentParser
import Consent
import Dates
import Files
import JSON
import PluginHost

struct PluginsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugins", abstract: "List the plugins, or try one.", subcommands: [PluginsListCommand.self, PluginsCheckCommand.self], defaultSubcommand: PluginsListCommand.self)
}

struct PluginsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the plugins: what each may see, where it sends, how its latest exchange went. It need not be named.",
    discussion: """
      Without files: those in the folder tel/plugins beside libtel. Nothing is
      loaded. A file that is named is loaded, with all checks; the exit status is
      1 if one is refused.
      """)
  @OptionGroup var place: Place
  @OptionGroup var format: Format
  @Argument(help: ArgumentHelp("Plugins to try.", valueName: "file"), completion: .file())
  var files: [Text] = []

  func run() throws {
    let chosen = try place.checked()
    // Without a home there is nothing to remember: not what this is about.
    let directory = (try? Consent.folder(chosen, vendor: place.vendor.bytes))?.path ?? Path([])
    let own = Process.executable.flatMap(PluginFolder.ofProgram)
    let host = PluginHost(folder: files.isEmpty ? own : nil, directory: directory)
    var refused: [PluginHost.Entry] = []
    for file in files {
      do throws(Fault) { try host.load(Path(file.bytes)) } catch {
        refused.append(PluginHost.Entry(.refused, at: Path(file.bytes), problem: error.message))
      }
    }
    let entries = host.inventory() + refused
    let targets = try PluginUse.targets(place)
    let uses = entries.indices.map { PluginUse(of: entries[$0], after: entries[..<$0], targets) }
    var output = Output()
    if format.json {
      output.json { json in
        json.beginArray()
        for (entry, use) in zip(entries, uses) { entry.write(to: &json, use) }
        json.endArray()
      }
    } else if entries.isEmpty {
      output.line("There is no plugin.")
    } else {
      for (index, entry) in entries.enumerated() {
        if index > 0 { output.line() }
        entry.write(to: &output, uses[index])
      }
    }
    try output.flush()
    if !refused.isEmpty { throw ExitCode.failure }
  }
}

extension PluginHost.Entry {
  private var word: StaticString {
    switch state {
    case .registered: "registered"
    case .loaded: "loaded"
    case .waiting: "waiting"
    case .refused: "refused"
    }
  }

  /// The time of the latest exchange, RFC 3339 in UTC.
  private var lastMoment: [UInt8] {
    guard !last.isEmpty else { return [] }
    let day = Day(unixSeconds: lastTime)
    let second = Int(lastTime - day.start)
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
    return day.text + Array("T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))Z".utf8)
  }

  fileprivate func write(to output: inout Output, _ use: PluginUse) {
    output.write(printable(name.isEmpty ? path?.name ?? [] : name), .strong)
    if !version.isEmpty { output.write(printable([0x20] + version)) }
    output.line()
    if !summary.isEmpty { output.row("  what", summary) }
    output.row("  state", [UInt8](word), state == .refused ? .warning : .plain)
    if let path { output.row("  file", path.bytes) }
    if !schemes.isEmpty { output.row("  transport", Array(schemes.joined(separator: [0x20]))) }
    if !format.isEmpty { output.row("  exporter", !sends ? format : destination.isEmpty ? format + [UInt8](", and sends it") : format + [UInt8](", and sends it to ") + destination) }
    if hasStacks { output.row("  stacks", [UInt8]("walks or names them")) }
    use.write(to: &output)
    if !last.isEmpty { output.row("  last", lastMoment + [0x20] + last) }
    if !problem.isEmpty { output.row("  problem", problem, .warning) }
  }

  fileprivate func write(to json: inout JSONWriter, _ use: PluginUse) {
    json.beginObject()
    json.member("state", [UInt8](word))
    json.member("name", name)
    json.member("version", version)
    json.member("summary", summary)
    json.member("file", path?.bytes ?? [])
    json.key("transport")
    json.beginArray()
    for scheme in schemes { json.string(scheme) }
    json.endArray()
    json.member("exporter", format)
    json.member("destination", destination)
    json.key("stacks")
    json.bool(hasStacks)
    use.write(to: &json)
    json.member("last", last)
    json.member("last_time", lastMoment)
    json.member("problem", problem)
    json.endObject()
  }
}
