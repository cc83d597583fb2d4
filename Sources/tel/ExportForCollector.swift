import ArgumentParser
import Dates
import Delivery
import Exporters
import Files
import Gate
import Reports
import Survey

// What leaves the machine passes the gate, whatever its format.

extension ExportCommand {
  /// Where it would go, and what may: with the same consent as an upload.
  private func gate(to given: Text?, isAgreed: Bool = false) throws -> (uploading: Uploading, gate: Gate) {
    let uploading = try Uploading(Vendor(place), given)
    if isAgreed { try uploading.refuseUnlessAgreed() }
    try uploading.refuseDirectoryFromEnvironment()
    let consent = try uploading.consent()
    guard consent.mode == .on else { throw Failure(.failure, "nothing is exported: ", .bytes(consent.reason)) }
    if fetch {
      Complaint.say(sentence(["asking ", .bytes(uploading.destination.text), " what it approves"]))
      _ = try uploading.fetch(at: moment.now)
    }
    guard let config = try uploading.pinned() else {
      throw Failure(.failure, "what ", .bytes(uploading.destination.text), " approves is not known here; \"tel import\" takes its upload config, --fetch asks for it")
    }
    var reports = ReportRun(uploading.vendor.folder, at: moment.now, isDurable: true)
    reports.config = config.version
    for problem in try reports.run().problems { Complaint.say(problem) }
    return (uploading, Gate(config, asOf: consent.asOf, now: moment.now))
  }

  private func chosenWeek(_ folder: UploadFolder) throws -> Day {
    if let day = week?.day { return day }
    guard let latest = try folder.weeksOpen(at: moment.now).last else { throw Failure(.failure, "no week waits to be sent") }
    return latest
  }

  private func refuse(_ item: Outbox.Item) throws {
    if let refusal = item.outcome.refusal {
      throw Failure(.failure, "nothing of the report of ", .bytes(item.week.text), " may leave: ", .bytes(refusal.reason(nil, x: item.x)))
    }
  }

  func writeForCollector() throws {
    let (uploading, gate) = try gate(to: target.destination)
    let folder = UploadFolder(uploading.vendor.folder)
    let week = try chosenWeek(folder)
    guard let item = try Outbox.export(week, folder, gate) else {
      throw Failure(.failure, "there is no report of a week that ended on ", .bytes(week.text))
    }
    try refuse(item)
    var screen = Output()
    if let output {
      let path = Path(output.bytes)
      guard try File.create(path, with: item.document, durable: true) else { throw Failure(.failure, .path(path), " is there already, and is not overwritten") }
      screen.line("Wrote the document of ", .bytes(week.text), ", ", .number(item.document.count), " bytes, to ", .path(path), ".")
    } else {
      screen.write(exactly: item.document)
    }
    try screen.flush()
  }

  /// For a plugin that sends it there: the user must have agreed to that, by
  /// name, and what the collector there approves must be known.
  func toBeSent(to url: [UInt8]) throws -> Exported {
    guard !(week?.isThis ?? false), output == nil else {
      throw Failure(.validationFailure, "the format is sent to ", .bytes(url), ": it goes with a week that is over, and without --output")
    }
    return Exported([try approvedDocument(to: Text(bytes: url), isAgreed: true)], vendor: place.vendor.bytes, at: moment.now)
  }

  /// What the gate lets through of a week that was not sent yet.
  func approvedDocument(to given: Text?, isAgreed: Bool = false) throws -> ReportDocument {
    let (uploading, gate) = try gate(to: given, isAgreed: isAgreed)
    let folder = UploadFolder(uploading.vendor.folder)
    let week = try chosenWeek(folder)
    let outbox = try Outbox(folder, gate, only: week)
    for problem in outbox.problems { throw Failure(.failure, .bytes(problem)) }
    guard let item = outbox.items.first else { throw Failure(.failure, "there is no report of a week that ended on ", .bytes(week.text), " and was not sent yet") }
    try refuse(item)
    return try ReportDocument(report: item.document, origin: folder.report(week))
  }
}
