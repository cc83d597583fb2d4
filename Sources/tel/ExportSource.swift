import Consent
import Dates
import Delivery
import Exporters
import Files
import Reports
import Survey

/// Where counts come from that stay on this machine: read, and nothing written.
struct ExportSource {
  private let vendor: Vendor

  init(_ vendor: Vendor) { self.vendor = vendor }

  /// Of the latest week, if none is named.
  func report(of given: Day?, at now: Int64) throws -> Exported {
    let folder = UploadFolder(vendor.folder)
    let weeks = try folder.weeksWithReport()
    guard let week = given ?? weeks.last else {
      throw Failure(.failure, "no week has a report in ", .path(vendor.folder.local), "; \"tel export this\" has the counts so far, and \"tel report\" makes reports that are due")
    }
    guard weeks.contains(week) else { throw Failure(.failure, "there is no report of a week that ended on ", .bytes(week.text)) }
    return Exported([try ReportDocument.read(folder.report(week))], vendor: vendor.name, at: now)
  }

  /// The counts so far of the week that is not over, of all counter files, with
  /// those that are 0: nothing goes down before the week ends.
  func running(at now: Int64) throws(Fault) -> (Exported, problems: [[UInt8]]) {
    var documents: [ReportDocument] = []
    var problems: [[UInt8]] = []
    for path in try Inventory.counterFiles(in: vendor.folder) {
      do throws(Fault) {
        let document = try ReportDocument.read(path)
        if let end = Day(text: document.end), end.start > now { documents.append(document) }
      } catch {
        // It may have been counted up and removed since the folder was read.
        if error.status != .notFound { problems.append(error.message) }
      }
    }
    return (Exported(documents, vendor: vendor.name, at: now), problems)
  }
}
