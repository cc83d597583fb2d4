import Consent
import CounterFile
import Dates
import Delivery
import Files
import Gate
import PluginHost

/// What keeps reports from being sent.
package struct UploadChecks {
  private let vendor: Vendor
  private let now: Int64
  private let folder: UploadFolder
  private let state: UploadState
  private let mode: Mode

  /// Weeks that have no more days than these left are told.
  private static let soon = 7
  /// An upload config that is older, in days, is told.
  private static let old = 35

  /// Nil of a vendor that sends nothing.
  package init?(_ vendor: Vendor, at now: Int64) {
    guard vendor.name != "tel", let state = try? UploadState(of: vendor.folder, vendor: vendor.name, at: now) else { return nil }
    (self.vendor, self.now, self.state) = (vendor, now, state)
    folder = UploadFolder(vendor.folder)
    mode = (try? Consent.read(vendor.place, vendor: vendor.name))?.mode ?? .off
  }

  private var isOn: Bool { mode == .on }

  package func run(_ found: inout Examination) {
    failures(&found)
    guard let destination = destination(&found) else { return }
    transport(destination, &found)
    config(destination, &found)
    waiting(&found)
    if !state.rejected.isEmpty {
      found.add("rejected", .note, .bytes(list(state.rejected)), hint: "the answers of the collector are in ", .path(vendor.folder.rejected))
    }
  }

  private func destination(_ found: inout Examination) -> Destination? {
    guard let text = state.destination else {
      found.add("destination", isOn ? .note : .ok, "none is recorded: nothing can be sent", hint: isOn ? "\"tel on --destination URL\" records one" : "")
      return nil
    }
    do throws(Fault) {
      let destination = try Destination(text, from: .recorded)
      guard state.isAgreed else {
        found.add("destination", .bad, .bytes(text), ", but what you agreed to is another one: nothing is sent", hint: "\"tel on --destination URL\", if you agree")
        return destination
      }
      found.add("destination", .ok, .bytes(text))
      return destination
    } catch {
      found.add("destination", .bad, .bytes(error.message), hint: "\"tel on --destination URL\" records another")
      return nil
    }
  }

  /// By the manifests alone: no plugin's code runs.
  private func transport(_ destination: Destination, _ found: inout Examination) {
    let host = PluginHost(folder: Process.executable.flatMap(PluginFolder.ofProgram), directory: vendor.folder.path)
    let entries = host.inventory()
    guard let entry = entries.first(where: { $0.state == .waiting && $0.schemes.contains { $0 == destination.scheme } }) else {
      let file = destination.scheme + [UInt8](".so")
      let refused = entries.first { $0.state == .refused && ($0.path?.name == file || $0.schemes.contains { $0 == destination.scheme }) }
      return found.add(
        "transport", isOn ? .bad : .note, "no plugin carries documents to ", .bytes(destination.scheme), ":",
        .bytes(refused.map { sentence(["; ", .bytes($0.problem)]) } ?? []), hint: "install libtel's plugins; \"tel plugins\" lists those that there are")
    }
    found.add("transport", .ok, .bytes(entry.name), " ", .bytes(entry.version), ", ", .path(entry.path ?? Path([])))
    if entry.last.isEmpty { return }
    let isGood = entry.last.begins(with: "code 2") || entry.last.begins(with: "code 3")
    found.add("exchange", isGood ? .ok : .note, .bytes(Instant.text(entry.lastTime)), ": ", .bytes(entry.last))
  }

  /// What programs have counted in files that are not reported yet. The command
  /// counts nothing: how its latest exchange went is above.
  private func failures(_ found: inout Examination) {
    let (start, end) = ([UInt8]("tel/plugin:"), [UInt8]("-failed"))
    var counted: [(name: [UInt8], value: UInt64)] = []
    for path in (try? Inventory.counterFiles(in: vendor.folder)) ?? [] {
      guard let bytes = try? File.content(of: path, limit: Layout.maximumSize), let reader = try? CounterFileReader(bytes, named: path.bytes) else { continue }
      for count in reader.counts.list where count.name.starts(with: start) && count.name.suffix(end.count) == end[...] {
        let name = Array(count.name.dropFirst(start.count).dropLast(end.count))
        if let at = counted.firstIndex(where: { $0.name == name }) { counted[at].value += count.value } else { counted.append((name, count.value)) }
      }
    }
    if counted.isEmpty { return }
    let list = Array(counted.map { sentence([.bytes($0.name), " ", .number(Int(clamping: $0.value))]) }.joined(separator: [UInt8](", ")))
    found.add("plugins", .note, "exchanges that failed in programs: ", .bytes(list), hint: "\"tel upload\" says why, if it fails still")
  }

  private func config(_ destination: Destination, _ found: inout Examination) {
    let store = ConfigStore(folder)
    do throws(Fault) {
      guard let pin = store.pin() else {
        return found.add("config", .ok, "what the collector approves was not asked yet: the next upload does")
      }
      guard let (_, config, _) = try store.pinned() else {
        return found.add("config", .note, "the upload config ", .bytes(pin.version), " is not here any more, or was changed", hint: "\"tel config --fetch\"")
      }
      if pin.destination != destination.text {
        return found.add("config", .note, .bytes(pin.version), " is from another destination, ", .bytes(pin.destination), ", and is not used", hint: "\"tel config --fetch\"")
      }
      let counters = config.programs.flatMap { $0.counters + $0.stacks }
      let expired = counters.count { $0.isExpired(Day(unixSeconds: now)) }
      let age = Instant(rfc3339: pin.fetched).map { Int((now - $0.seconds) / 86400) } ?? 0
      let text = sentence([.bytes(config.version), ", asked on ", .bytes(Array(pin.fetched.prefix(10)))])
      if age > UploadChecks.old, isOn {
        found.add("config", .note, .bytes(text), ", ", .number(age), " days ago", hint: "\"tel config --fetch\"")
      } else if expired > 0 {
        found.add("config", .ok, .bytes(text), "; of ", .number(counters.count), " counters and stacks ", .number(expired), " have expired and are not sent")
      } else {
        found.add("config", .ok, .bytes(text))
      }
    } catch { found.add("config", .bad, .bytes(error.message), hint: "its author must mend it: nothing is sent by it") }
  }

  private func waiting(_ found: inout Examination) {
    guard isOn else { return }
    if state.schedule.failures > 0 {
      let isHeld = state.schedule.holds(at: now)
      found.add(
        "failures", state.schedule.failures > 2 ? .bad : .note, .number(Int(state.schedule.failures)), state.schedule.failures == 1 ? " upload" : " uploads in a row",
        " failed", .bytes(isHeld ? sentence(["; the next try is not before ", .bytes(Instant.text(state.schedule.next))]) : []), hint: "\"tel upload\" tries again and says why")
    }
    guard let oldest = state.waiting.first else { return found.add("waiting", .ok, "nothing is to be sent") }
    let left = UploadState.deadline(of: oldest).number - Day(unixSeconds: now).number
    if left <= UploadChecks.soon {
      found.add(
        "waiting", .bad, "the report of ", .bytes(oldest.text), " is sent until ", .bytes(UploadState.deadline(of: oldest).text), ", or never", hint: "\"tel upload\"")
    } else {
      found.add("waiting", .ok, "to be sent: ", .bytes(list(state.waiting)))
    }
  }
}
