import Dates
import Delivery
import Files
import Gate

// Files that uploads leave. Those of the reference's kind are reports.
extension Checker {
  /// `<date>.receipt`: readable, of this week, and of what lies beside it.
  package static func receipt(_ bytes: [UInt8], _ path: Path, _ check: inout FileCheck) {
    guard let receipt = Receipt(bytes) else { return check.damage("it is no receipt: it has no sha256 of 64 digits") }
    if Array(path.name.prefix(10)) != receipt.week { check.note("it is of the week ", .bytes(receipt.week), ", but not its name") }
    let copy = path.parent.appending(path.name.prefix(10) + [UInt8](".json"))
    let document = try? File.content(of: copy, limit: Report.limit)
    guard let document else { return check.note("what it is of is not beside it: ", .path(copy)) }
    if receipt.proof(of: document) == .different { check.damage("it is of other bytes than ", .path(copy), " has; \"tel sent --verify\" compares them") }
  }

  package static func answer(_ bytes: [UInt8], _ check: inout FileCheck) {
    let code = bytes.prefix { $0 != 0x0a }
    if code.isEmpty || !code.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) { check.damage(at: 0, "the first line is no code of an answer") }
  }

  /// `config/<sha256>.json`.
  package static func config(_ bytes: [UInt8], _ path: Path, _ check: inout FileCheck) {
    if SHA256.text(of: bytes) + [UInt8](".json") != path.name { check.damage("it is not what its name says, and is not used: its SHA-256 is ", .bytes(SHA256.text(of: bytes))) }
    do throws(Fault) { _ = try UploadConfig(bytes, version: [UInt8]("v0.0.0"), origin: path.bytes) } catch { check.damage(.bytes(error.message)) }
  }

  /// `upload.config`, which names one.
  package static func pin(_ bytes: [UInt8], _ path: Path, _ check: inout FileCheck) {
    guard let pin = ConfigStore.Pin(bytes) else { return check.damage("it does not say which upload config is in force; the next upload asks anew") }
    let config = path.parent.parent.appending("config").appending(pin.hash + [UInt8](".json"))
    var there = Kernel.Attributes()
    if Kernel.attributes(at: config, &there) != 0 { check.note("the upload config that it names is not there; the next upload asks anew: ", .path(config)) }
  }

  package static func schedule(_ bytes: [UInt8], _ check: inout FileCheck) {
    if Schedule(bytes) == Schedule() { check.damage(at: 0, "it says no time, and keeps nobody waiting") }
  }
}
