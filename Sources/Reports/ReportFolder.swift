import Consent
import Dates
import Files

/// Names in `local/` and `upload/`, and what a listing of them says.
///
/// | name                       | what                                          |
/// |----------------------------|-----------------------------------------------|
/// | `local.<date>.json`        | a report; immutable                           |
/// | `<date>.begin`             | ours: since when each of its programs counted |
/// | `<date>.json`              | a report that awaits upload                   |
/// | `tel.lock`                 | ours: held during a run; its time is the last |
/// | `tel.state`                | ours: `State`                                 |
/// | `tel.<gen>.<date>.report`  | ours: staged for `local.<date>.json`          |
/// | `tel.<gen>.<date>.begin`   | ours: staged for `<date>.begin`               |
struct ReportFolder {
  let folder: TelemetryFolder

  var lock: Path { folder.local.appending("tel.lock") }
  var state: Path { folder.local.appending("tel.state") }

  func report(_ week: Day) -> Path { folder.local.appending([UInt8]("local.") + week.text + [UInt8](".json")) }
  func begin(_ week: Day) -> Path { folder.local.appending(week.text + [UInt8](".begin")) }

  /// A report of this week is published, or the reference says that it was.
  func isTaken(_ week: Day) throws(Fault) -> Bool {
    let name = week.text + [UInt8](".json")
    for path in [report(week), folder.upload.appending(name), folder.local.appending(name)] where try ReportFolder.exists(path) { return true }
    return false
  }

  /// Not to know is not the same as no.
  private static func exists(_ path: Path) throws(Fault) -> Bool {
    var attributes = Kernel.Attributes()
    let status = Kernel.attributes(ofLinkAt: path, &attributes)
    if status == 0 { return true }
    if status == -Kernel.notFound || status == -Kernel.notDirectory { return false }
    throw Fault(.io, "cannot look at ", .path(path), ": ", .error(-status))
  }

  /// What is in `local/`, each in byte order.
  final class Listing {
    var counterFiles: [[UInt8]] = []
    var staged: [[UInt8]] = []
    var temporaries: [[UInt8]] = []
    /// The weeks of published reports.
    var published: [Day] = []
    /// A report of ours was published.
    var hasBegins = false
    /// Reports and what belongs to them.
    var finished: [[UInt8]] = []
  }

  func listing() throws(Fault) -> Listing {
    let listing = Listing()
    for name in try Folder.names(in: folder.local, where: { _ in true }) ?? [] {
      if Harvest.isCounterFile(name) {
        listing.counterFiles.append(name)
      } else if name.begins(with: ".tmp-") {
        listing.temporaries.append(name)
      } else if Staged(name: name) != nil {
        listing.staged.append(name)
      } else if name.count == 16, name.ends(with: ".begin"), Day(text: name[..<10]) != nil {
        listing.hasBegins = true
        listing.finished.append(name)
      } else if name.count == 21, name.begins(with: "local."), name.ends(with: ".json"), let week = Day(text: name[6..<16]) {
        listing.published.append(week)
        listing.finished.append(name)
      }
    }
    return listing
  }

  /// Names in upload/.
  @inline(never)
  func sent() throws(Fault) -> [[UInt8]] { try Folder.names(in: folder.upload, where: { $0.ends(with: ".json") }) ?? [] }

  /// The greatest name in upload/, if it is before today; else nothing.
  func lastWeek(today: Day) throws(Fault) -> [UInt8] {
    guard let last = try sent().last else { return [] }
    let date = Array(last.dropLast(5))
    return date.precedes(today.text) ? date : []
  }

  /// A part of a report that is, or is not, part of history.
  struct Staged {
    enum Kind { case report, begin }
    var generation: UInt64
    var week: Day
    var kind: Kind

    var name: [UInt8] {
      var name = [UInt8]("tel.")
      name.append(decimal: generation)
      name.append(".")
      name += week.text
      name.append(kind == .report ? ".report" : ".begin")
      return name
    }

    init(generation: UInt64, week: Day, kind: Kind) {
      self.generation = generation
      self.week = week
      self.kind = kind
    }

    /// Nil unless `name` is exactly what a staged part is called.
    init?(name: [UInt8]) {
      let parts = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      guard parts.count == 4, Array(parts[0]) == "tel", let week = Day(text: parts[2]), parts[1].count <= 20 else { return nil }
      var generation: UInt64 = 0
      for digit in parts[1] {
        guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
        let (product, tooLarge) = generation.multipliedReportingOverflow(by: 10)
        let (sum, overflow) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
        if tooLarge || overflow { return nil }
        generation = sum
      }
      if Array(parts[3]) == "report" {
        kind = .report
      } else if Array(parts[3]) == "begin" {
        kind = .begin
      } else {
        return nil
      }
      self.generation = generation
      self.week = week
      guard self.name == name else { return nil }
    }
  }
}
