import ArgumentParser
import Consent
import CounterFile
import Dates
import Files
import JSON
import Reports
import Survey

struct FsckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fsck", abstract: "Check the files: where and how one is damaged, and what can be saved.",
    discussion: """
      Without files: all that is in the telemetry directory. Nothing is changed.
      The exit status is 1 if a file is damaged.
      """)
  @OptionGroup var place: Place
  @OptionGroup var everywhere: Everywhere
  @OptionGroup var format: Format
  @Argument(help: ArgumentHelp("Files of a telemetry directory, also such as were set aside.", valueName: "file"), completion: .file())
  var files: [Text] = []

  func run() throws {
    _ = try place.checked()
    if Process.isPrivileged { throw Failure(.failure, "no file is read: the command runs with more privileges than its user (set-user-ID or the like)") }
    if everywhere.all, !files.isEmpty { throw Failure(.validationFailure, "--all is for the files of every vendor: it does not go with files") }
    var checked: [(path: Path, check: FileCheck)] = []
    var isGood = true
    func look(_ path: Path) {
      do throws(Fault) { checked.append((path, try Checker.check(path))) } catch {
        Complaint.say(error.message)
        isGood = false
      }
    }
    if files.isEmpty {
      for vendor in try everywhere.vendors(place) {
        for path in try Checker.files(of: vendor.folder) { look(path) }
        checked += try Checker.ledger(of: vendor.folder)
      }
    } else {
      for file in files { look(Path(file.bytes)) }
    }
    try format.json ? printJSON(checked) : printText(checked)
    if !isGood || checked.contains(where: { !$0.check.damage.isEmpty }) { throw ExitCode.failure }
  }

  private func printText(_ checked: [(path: Path, check: FileCheck)]) throws {
    var output = Output()
    for (path, check) in checked where !check.damage.isEmpty || !check.notes.isEmpty {
      output.write(printable(path.bytes), .strong)
      output.write(check.damage.isEmpty ? ": readable\n" : ": damaged\n", check.damage.isEmpty ? .good : .warning)
      for finding in check.damage + check.notes {
        output.write("  ")
        output.write(printable(finding.offset.map { sentence(["byte ", .number($0), ": "]) } ?? []) + printable(finding.text))
        output.line()
      }
      if !check.damage.isEmpty, path.name.ends(with: ".count") || !check.saved.isEmpty { saved(check, &output) }
    }
    let damaged = checked.count { !$0.check.damage.isEmpty }
    if checked.isEmpty {
      output.line("There is nothing to check.")
    } else {
      output.line(.number(checked.count), checked.count == 1 ? " file checked, " : " files checked, ", .number(damaged), " damaged.")
    }
    try output.flush()
  }

  private func saved(_ check: FileCheck, _ output: inout Output) {
    if check.saved.isEmpty { return output.line("  nothing can be saved") }
    output.line("  can be saved: ", .number(check.saved.count), check.saved.count == 1 ? " counter" : " counters")
    for (name, value) in check.saved {
      let (head, frames) = parts(ofName: name)
      output.column(String(value), width: 12)
      output.write("  ")
      output.write(printable(head, doublingBackslash: true))
      output.line()
      output.frames(frames, indent: 18)
    }
  }

  private func printJSON(_ checked: [(path: Path, check: FileCheck)]) throws {
    var output = Output()
    output.json { json in
      json.beginArray()
      for (path, check) in checked {
        json.beginObject()
        json.member("file", path.bytes)
        json.member("damaged", !check.damage.isEmpty)
        for (key, findings) in [("damage", check.damage), ("notes", check.notes)] as [(StaticString, [FileCheck.Finding])] {
          json.key(key)
          json.beginArray()
          for finding in findings {
            json.beginObject()
            if let offset = finding.offset { json.member("offset", UInt64(offset)) }
            json.member("message", finding.text)
            json.endObject()
          }
          json.endArray()
        }
        json.key("saved")
        json.counts(check.saved)
        json.endObject()
      }
      json.endArray()
    }
    try output.flush()
  }
}
