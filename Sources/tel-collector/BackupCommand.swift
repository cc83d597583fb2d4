import ArgumentParser
import Collector
import Files
import JSON
import SQLiteStore

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Write all reports, and all that is published, as they are at one moment, into a file.",
    discussion: "It may be used while a collector serves. Built configs are files of their own, and belong in your repository.")

  @Argument(help: ArgumentHelp("The file; it must not be there.", valueName: "file"), completion: .file())
  var file: String
  @OptionGroup var options: SettingOptions
  @OptionGroup var format: Format

  func run() async throws {
    let folder = try Workshop.existingFolder(try options.checked())
    let path = Path(Array(file.utf8))
    var attributes = Kernel.Attributes()
    if Kernel.attributes(ofLinkAt: path, &attributes) == 0 { throw Fault(.invalid, .path(path), " is there already, and is not overwritten") }
    let store = try SQLiteStore(folder.store)
    try await store.backUp(to: path)
    try await store.close()
    let (reports, pending) = try SQLiteStore.verify(path)
    var output = Terminal()
    if format.json {
      output.json { json in
        json.beginObject()
        json.member("file", file)
        json.member("reports", reports)
        json.member("pending", pending)
        json.endObject()
      }
    } else {
      output.line("\(reports + pending) reports are in \(shown(Array(file.utf8)))")
    }
    try output.flush()
  }
}

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Put a backup in the place of a collector's reports.",
    discussion: "The file is checked first. No collector may serve from the folder meanwhile.")

  @Argument(help: ArgumentHelp("What \"tel-collector backup\" has written.", valueName: "file"), completion: .file())
  var file: String
  @Flag(help: "Replace reports that are there; they are kept as reports.db.before.")
  var replace = false
  @OptionGroup var options: SettingOptions
  @OptionGroup var format: Format

  func run() async throws {
    let settings = try options.checked()
    let path = Path(Array(file.utf8))
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(at: path, &attributes) == 0 else { throw Fault(.notFound, "there is no file ", .path(path)) }
    if Kernel.attributes(at: Path(path.bytes + [UInt8]("-wal")), &attributes) == 0, attributes.size > 0 {
      throw Fault(.busy, .path(path), " is in use: make a backup of it, and restore that")
    }
    let (reports, pending) = try SQLiteStore.verify(path)
    let folder = try DataFolder(settings.data)
    let lock = try folder.occupy()
    defer { lock.close() }
    if folder.hasStore, !replace { throw Fault(.invalid, "there are reports in ", .path(settings.data), " already; --replace puts them aside") }
    try Restoring(folder.store).put(path)
    var output = Terminal()
    if format.json {
      output.json { json in
        json.beginObject()
        json.member("data", settings.data.bytes)
        json.member("reports", reports)
        json.member("pending", pending)
        json.endObject()
      }
    } else {
      output.line("\(reports + pending) reports are in \(shown(settings.data.bytes))")
    }
    try output.flush()
  }
}

/// A file takes the place of a store, which is whole before or after, whenever it stops.
private struct Restoring {
  let store: Path

  init(_ store: Path) { self.store = store }

  private func beside(_ ending: StaticString) -> Path { Path(store.bytes + [UInt8](ending)) }

  func put(_ file: Path) throws(Fault) {
    let next = beside(".next")
    _ = Kernel.unlink(next)
    try copy(file, to: next)
    // What SQLite has beside a file belongs to that file alone, and goes with it.
    for ending in ["-wal", "-shm", ""] as [StaticString] {
      let before = Path(beside(".before").bytes + [UInt8](ending))
      let status = Kernel.rename(beside(ending), to: before)
      if status == -Kernel.notFound { _ = Kernel.unlink(before) } else if status < 0 { throw Fault(.io, "cannot put ", .path(beside(ending)), " aside: ", .error(-status)) }
    }
    let status = Kernel.rename(next, to: store)
    guard status >= 0 else { throw Fault(.io, "cannot write ", .path(store), ": ", .error(-status)) }
    try Folder.sync(store.parent)
  }

  private func copy(_ file: Path, to path: Path) throws(Fault) {
    let descriptor = Kernel.open(file, .read)
    guard descriptor >= 0 else { throw Fault(.io, "cannot open ", .path(file), ": ", .error(-descriptor)) }
    defer { Kernel.close(descriptor) }
    var new = try NewFile(beside: path, mode: 0o600)
    var offset = 0
    let piece = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      var buffer = piece
      let got = buffer.withUnsafeMutableBytes { Kernel.read(descriptor, $0.baseAddress!, $0.count, at: offset) }
      guard got >= 0 else { throw Fault(.io, "cannot read ", .path(file), ": ", .error(Int32(-got))) }
      if got == 0 { break }
      try new.append(Array(buffer[..<got]))
      offset += got
    }
    try new.replace(path, durable: true)
  }
}
