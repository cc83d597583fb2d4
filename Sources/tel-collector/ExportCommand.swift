import ArgumentParser
import Collector
import CollectorPages
import Files
import JSON
import Pages

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write the whole site, pages, charts, data and configs, as files into a folder.",
    discussion: "Any web server, and none, can show them. It may be used while a collector serves.")

  @Argument(help: ArgumentHelp("The folder; made if it is not there.", valueName: "folder"), completion: .directory)
  var folder: String
  @OptionGroup var options: SettingOptions
  @OptionGroup var format: Format

  func run() async throws {
    let engine = try Workshop.existing(try options.checked())
    let written = try await StaticSite(Path(Array(folder.utf8))).write(engine)
    try await engine.store.close()
    try written.say(folder, format)
  }
}

/// A site as files.
struct StaticSite {
  let folder: Path

  init(_ folder: Path) { self.folder = folder }

  struct Written {
    var files = 0
    var bytes = 0

    func say(_ folder: String, _ format: Format) throws {
      var output = Terminal()
      if format.json {
        output.json { json in
          json.beginObject()
          json.member("folder", folder)
          json.member("files", files)
          json.member("bytes", bytes)
          json.endObject()
        }
      } else {
        output.line("\(files) files are in \(shown(Array(folder.utf8)))")
      }
      try output.flush()
    }
  }

  func write(_ source: any SiteSource, where wanted: (String) -> Bool = { _ in true }) async throws -> Written {
    let site = try Site(source, isStatic: true)
    var written = Written()
    for address in try await site.addresses() where wanted(address) {
      let answer = try await site.answer(address, query: Query(nil))
      guard answer.status == 200 else { throw Fault(.corrupt, .bytes(Array(address.utf8)), " cannot be made: it answers ", .number(answer.status)) }
      try put(answer.body, at: address)
      written.files += 1
      written.bytes += answer.body.count
    }
    return written
  }

  private func put(_ body: [UInt8], at address: String) throws(Fault) {
    // Addresses are made of slugs, which are names of files. It is looked at all the same.
    let parts = address.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Array($0) }
    var path = folder
    for part in parts.dropLast() {
      guard !part.isEmpty, part[0] != UInt8(ascii: ".") else { throw Fault(.invalid, .bytes(Array(address.utf8)), " is no name of a file") }
      path = path.appending(part)
    }
    let name = parts.last ?? []
    guard name.first != UInt8(ascii: ".") else { throw Fault(.invalid, .bytes(Array(address.utf8)), " is no name of a file") }
    try Folder.make(path, mode: 0o755)
    try File.replace(path.appending(name.isEmpty ? [UInt8]("index.html") : name), with: body, durable: false)
  }
}
