import ArgumentParser
import Consent
import Files
import Glibc
import Reports

struct OffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "off", abstract: "Count nothing and write nothing, from this moment.",
    discussion: """
      What was counted and is in no report is deleted, also under the hands of
      programs that run. What becomes of finished reports is asked on a terminal;
      elsewhere they are kept. For the vendor go, which is the Go toolchain,
      nothing is deleted, as by "go telemetry off".
      """)
  @OptionGroup var place: Place
  @OptionGroup var everywhere: Everywhere
  @OptionGroup var format: Format
  @Flag(help: "Keep the reports of finished weeks.")
  var keep = false
  @Flag(help: "Delete the reports of finished weeks, too.")
  var clean = false

  func validate() throws {
    if keep && clean { throw ValidationError("--keep and --clean exclude each other") }
  }

  func run() throws {
    if clean, !everywhere.all, place.vendor.bytes == "go" {
      throw Failure(.validationFailure, "for the vendor go, \"off\" deletes nothing, as the Go toolchain does not: leave out --clean")
    }
    // All are off before anything is asked.
    var discarded: [[UInt8]: Int] = [:]
    var changes = try ModeChanges(everywhere.vendors(place)) { vendor in
      let change = try ModeChange(.off, vendor)
      if vendor.name != "go" { discarded[vendor.name] = try ReportRun(change.consent.folder, at: Clock.seconds, isDurable: true).discard() }
      return change
    }
    var finished: [[UInt8]: FinishedReports] = [:]
    try changes.afterwards { change in
      if change.vendor != "go" { finished[change.vendor] = try FinishedReports(in: change.consent.folder) }
    }
    let there = changes.done.compactMap { finished[$0.vendor] }.filter { !$0.isEmpty }
    let isDeleting = try !there.isEmpty && wantsClean(there)
    try changes.afterwards { change in
      guard let discarded = discarded[change.vendor], let finished = finished[change.vendor] else { return }
      let isDeleted = isDeleting && !finished.isEmpty
      if isDeleted { try finished.delete() }
      change.said = sentence(discarded, finished, isDeleted)
      change.keys = [
        ("counter_files_deleted", discarded), ("reports_deleted", isDeleted ? finished.count : 0), ("reports_kept", isDeleted ? 0 : finished.count),
      ]
    }
    try changes.print(format, all: everywhere.all)
  }

  private func sentence(_ discarded: Int, _ finished: FinishedReports, _ isDeleted: Bool) -> [UInt8] {
    var text = discarded == 0 ? [] : Files.sentence(["Deleted what was counted: ", .bytes(number(discarded, "counter file")), ". "])
    if isDeleted {
      text += Files.sentence(["Deleted ", .bytes(number(finished.count, "report")), "."])
    } else if !finished.isEmpty {
      text += Files.sentence(["Kept ", .bytes(number(finished.count, "report")), "."])
    }
    return text.trimmed
  }

  /// Said, or asked on a terminal, once for all. Else: no, and that is said.
  private func wantsClean(_ finished: [FinishedReports]) throws -> Bool {
    if keep || clean { return clean }
    let reports = number(finished.reduce(0) { $0 + $1.count }, "report")
    let places = finished.count == 1 ? Files.sentence([.path(finished[0].folder)]) : Files.sentence([.number(finished.count), " directories"])
    guard !format.json, Process.isTerminal(STDIN_FILENO), Process.isTerminal(STDERR_FILENO) else {
      Complaint.say(Files.sentence([.bytes(reports), " of finished weeks stay in ", .bytes(places), "; \"tel off --clean\" deletes them, --keep keeps them quietly"]))
      return false
    }
    Question.put(Files.sentence(["Delete the ", .bytes(reports), " of finished weeks in ", .bytes(places), ", too? [y/N] "]))
    return Question.isYes(readLine(strippingNewline: true))
  }

  private func number(_ count: Int, _ noun: StaticString) -> [UInt8] {
    Files.sentence([.number(count), " ", .literal(noun), count == 1 ? "" : "s"])
  }
}

/// The reports of finished weeks, and what goes with them: since when their
/// programs counted, the ledger, copies of what was sent or refused with receipts
/// and answers, and damaged files that were set aside.
private struct FinishedReports {
  let folder: Path
  private let places: [Path]
  private var reports: [Path] = []
  private var others: [Path] = []

  init(in telemetry: TelemetryFolder) throws(Fault) {
    folder = telemetry.local
    places = [telemetry.local, telemetry.upload, telemetry.rejected, telemetry.quarantine]
    for name in try Folder.names(in: folder, where: { _ in true }) ?? [] {
      switch FileKind(local: name) {
      case .report, .waiting: reports.append(folder.appending(name))
      case .begin, .staged: others.append(folder.appending(name))
      default: break
      }
    }
    func add(_ place: Path, _ isOne: ([UInt8]) -> Bool) throws(Fault) {
      others += (try Folder.names(in: place, where: isOne) ?? []).map { place.appending($0) }
    }
    try add(telemetry.upload) { name in
      switch FileKind(upload: name) {
      case .uploaded, .receipt: true
      default: false
      }
    }
    try add(telemetry.rejected) { ![nil, .temporary].contains(FileKind(rejected: $0)) }
    try add(telemetry.quarantine) { FileKind(quarantine: $0) != nil }
  }

  var count: Int { reports.count }
  var isEmpty: Bool { reports.isEmpty && others.isEmpty }

  /// The ledger goes last: a state without reports is an ordinary one, reports
  /// without a state are not.
  func delete() throws(Fault) {
    for place in places { try Folder.refuseLink(place) }
    for path in reports + others + [folder.appending("tel.state")] {
      let status = Kernel.unlink(path)
      if status < 0, status != -Kernel.notFound { throw Fault(.io, "cannot delete ", .path(path), ": ", .error(-status)) }
    }
  }
}
