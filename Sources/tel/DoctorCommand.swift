import ArgumentParser
import Consent
import Files
import JSON
import Survey

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look for what keeps telemetry from working, and say what to do.",
    discussion: "Nothing is changed. The exit status is 1 if something is wrong.")
  @OptionGroup var place: Place
  @OptionGroup var everywhere: Everywhere
  @OptionGroup var moment: Moment
  @OptionGroup var format: Format

  func run() throws {
    if Process.isPrivileged { throw Failure(.failure, "nothing is looked at: the command runs with more privileges than its user (set-user-ID or the like)") }
    var examinations: [Examination] = []
    do {
      for vendor in try everywhere.vendors(place) { examinations.append(Examination(of: vendor, at: moment.now)) }
    } catch let error as Fault {
      guard error.status == .off else { throw error }
      examinations = [Examination(vendor: place.vendor.bytes, without: error)]
    }
    var output = Output()
    if format.json {
      output.json { json in
        json.beginArray()
        for examination in examinations { examination.write(to: &json) }
        json.endArray()
      }
    } else {
      for (index, examination) in examinations.enumerated() {
        if index > 0 { output.line() }
        examination.write(to: &output)
      }
    }
    try output.flush()
    if examinations.contains(where: { !$0.isWell }) { throw ExitCode.failure }
  }
}

extension Examination {
  func write(to output: inout Output) {
    output.line("vendor ", .bytes(vendor), .bytes(folder.map { sentence([": ", .path($0.path)]) } ?? []))
    for verdict in verdicts {
      let grade = verdict.grade.rawValue
      output.write(grade + String(repeating: " ", count: 6 - grade.utf8.count), verdict.grade == .ok ? .good : verdict.grade == .bad ? .warning : .plain)
      let check = verdict.check.description
      output.write(check + String(repeating: " ", count: max(1, 13 - check.utf8.count)), .faint)
      output.write(printable(verdict.text))
      output.line()
      if !verdict.hint.isEmpty { output.line("                   -> ", .bytes(verdict.hint)) }
    }
  }

  func write(to json: inout JSONWriter) {
    json.beginObject()
    json.member("vendor", vendor)
    json.member("directory", folder?.path.bytes ?? [])
    json.key("checks")
    json.beginArray()
    for verdict in verdicts {
      json.beginObject()
      json.member("check", [UInt8](verdict.check))
      json.member("verdict", Array(verdict.grade.rawValue.utf8))
      json.member("message", verdict.text)
      json.member("hint", verdict.hint)
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }
}
