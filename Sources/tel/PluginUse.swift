import Consent
import Delivery
import Files
import JSON
import PluginHost
import Survey

/// What a plugin may see, and where what it carries goes: of the vendors that have
/// counted for this user.
struct PluginUse {
  /// A place that the user has named for a vendor's reports.
  struct Target {
    let vendor: [UInt8]
    let destination: [UInt8]
    /// The user has agreed to just this.
    let isAgreed: Bool
    let mode: Mode

    /// Reports are carried there.
    var isUsed: Bool { isAgreed && mode == .on }
  }

  let sees: [UInt8]
  private(set) var targets: [Target] = []
  /// In words; nothing of one that is refused.
  private(set) var used: [UInt8] = []

  /// `others`: entries that come before it, of which the first carries.
  init(of entry: PluginHost.Entry, after others: ArraySlice<PluginHost.Entry>, _ known: [Target]) {
    var seen: [[UInt8]] = []
    if !entry.format.isEmpty, !entry.sends { seen.append([UInt8]("reports")) }
    if !entry.schemes.isEmpty || entry.sends { seen.append([UInt8]("reports that passed the gate")) }
    if entry.hasStacks { seen.append([UInt8]("addresses of stacks")) }
    if entry.makesFunctions { seen.append([UInt8]("calls of functions that are probed")) }
    sees = seen.isEmpty ? [UInt8]("nothing") : Array(seen.joined(separator: [UInt8](", ")))
    if entry.state == .refused { return }
    for target in known {
      if entry.destination == target.destination {
        targets.append(target)
        continue
      }
      guard let scheme = (try? Destination(target.destination, from: .given))?.scheme, entry.schemes.contains(where: { $0 == scheme }) else { continue }
      let isFirst = !others.contains { $0.state != .refused && $0.schemes.contains { $0 == scheme } }
      if isFirst { targets.append(target) }
    }
    if !entry.schemes.isEmpty {
      let vendors = targets.filter { $0.isUsed }.map { $0.vendor }
      used = vendors.isEmpty ? [UInt8]("no") : [UInt8]("by ") + Array(vendors.joined(separator: [UInt8](", ")))
    } else if !entry.format.isEmpty {
      used = [UInt8]("by tel export --format ") + entry.format
    } else if entry.hasStacks || entry.makesFunctions {
      used = [UInt8]("by programs that ask for it")
    }
  }

  /// Of the vendor that is meant, or else of all.
  static func targets(_ place: Place) throws -> [Target] {
    var vendors = [try? Vendor(place)].compactMap { $0 }
    if place.directory == nil, !CommandLineText.has("--vendor"), Variables.now().directory == nil { vendors = (try? Vendor.all()) ?? [] }
    return vendors.compactMap { vendor in
      guard vendor.name != "tel", let destination = vendor.folder.destination ?? (vendor.name == "go" ? [UInt8](UploadState.go) : nil) else { return nil }
      let mode = (try? Consent.read(vendor.place, vendor: vendor.name, destination: destination))?.mode ?? .off
      return Target(vendor: vendor.name, destination: destination, isAgreed: (try? vendor.folder.isAgreed(destination)) ?? false, mode: mode)
    }
  }

  func write(to output: inout Output) {
    output.row("  sees", sees)
    for target in targets {
      let why: [UInt8] = !target.isAgreed ? [UInt8]("nothing, for what the user agreed to is another destination") : target.mode == .on ? [UInt8]("agreed to") : sentence(["nothing while the mode is ", .literal(target.mode.word)])
      output.row("  sends to", .bytes(target.destination), " for ", .bytes(target.vendor), ": ", .bytes(why))
    }
    if !used.isEmpty { output.row("  used", used) }
  }

  func write(to json: inout JSONWriter) {
    json.member("sees", sees)
    json.key("sends")
    json.beginArray()
    for target in targets {
      json.beginObject()
      json.member("vendor", target.vendor)
      json.member("destination", target.destination)
      json.member("agreed", target.isAgreed)
      json.member("mode", [UInt8](target.mode.word))
      json.endObject()
    }
    json.endArray()
    json.member("used", used)
  }
}
