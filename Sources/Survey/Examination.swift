import Consent
import Files

/// A verdict on each thing that was looked at.
package struct Verdict {
  package enum Grade: String {
    case ok
    /// Worth knowing; nothing needs to be done.
    case note
    /// Something does not work, or soon will not.
    case bad
  }

  package var check: StaticString
  package var grade: Grade
  package var text: [UInt8]
  /// What to do; nothing if nothing is to be done.
  package var hint: [UInt8]
}

/// All verdicts on a telemetry folder.
package struct Examination {
  package let vendor: [UInt8]
  package let folder: TelemetryFolder?
  package private(set) var verdicts: [Verdict] = []

  package var isWell: Bool { verdicts.allSatisfy { $0.grade != .bad } }

  /// There is no folder to look at.
  package init(vendor: [UInt8], without fault: Fault) {
    self.vendor = vendor
    folder = nil
    add("directory", .bad, .bytes(fault.message), hint: "set HOME to an absolute path, or TEL_DIR")
  }

  package init(of vendor: Vendor, at now: Int64) {
    self.vendor = vendor.name
    folder = vendor.folder
    let patient = Patient(vendor: vendor, now: now)
    guard patient.place(&self) else { return }
    patient.fileSystem(&self)
    patient.time(&self)
    patient.locks(&self)
    patient.content(&self)
    UploadChecks(vendor, at: now)?.run(&self)
  }

  package mutating func add(_ check: StaticString, _ grade: Verdict.Grade, _ pieces: Piece..., hint: Piece...) {
    verdicts.append(Verdict(check: check, grade: grade, text: sentence(pieces), hint: sentence(hint)))
  }
}
