import ChartConfig
import Dates
import Files
import Gate

/// What people wrote about charts: in the chart config, and what of it the upload
/// config has.
struct Catalog: Sendable {
  struct Entry: Sendable {
    var title, description, owner, why, unit: [UInt8]
    var issues: [[UInt8]]
    var expires: Day?
    /// As it is written; empty if it is not known.
    var rate: [UInt8]
    /// All of it, for documents.
    var text: Chart?
  }

  let newest: ConfigShelf.Built?
  private var entries: [[UInt8]: [[UInt8]: Entry]] = [:]

  init(_ shelf: ConfigShelf, _ texts: [Chart]) {
    newest = shelf.newest
    for program in newest?.config.programs ?? [] {
      for counter in program.counters + program.stacks {
        let name = Array(counter.name.prefix { $0 != UInt8(ascii: ":") })
        entries[program.name, default: [:]][name] = Entry(
          title: [], description: [], owner: counter.owner, why: counter.why, unit: [], issues: [], expires: counter.expires, rate: counter.rate.text)
      }
    }
    for text in texts {
      let known = entries[text.program]?[text.name]
      entries[text.program, default: [:]][text.name] = Entry(
        title: text.title, description: text.description, owner: text.owner, why: text.why, unit: text.unit, issues: text.issues, expires: text.expires, rate: known?.rate ?? [], text: text)
    }
  }

  func entry(_ program: [UInt8], _ key: ChartKey) -> Entry? { key.isAbout ? nil : entries[program]?[key.name] }

  func title(_ program: [UInt8], _ key: ChartKey) -> [UInt8] {
    if key.isAbout {
      switch key.name {
      case [UInt8]("version"): return [UInt8]("Versions")
      case [UInt8]("os"): return [UInt8]("Operating systems")
      case [UInt8]("arch"): return [UInt8]("Architectures")
      default: return [UInt8]("Toolchains")
      }
    }
    if let title = entry(program, key)?.title, !title.isEmpty { return title }
    return key.name.isEmpty ? [UInt8]("(no name)") : key.name
  }
}
