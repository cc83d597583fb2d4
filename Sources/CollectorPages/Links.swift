import Dates
import Files
import Pages
import Publishing

/// Addresses as a page writes them: relative to itself, so that all of them work
/// wherever the site lies.
struct Links: Sendable {
  /// `./`, `../`, `../../`…: from the page to the first one.
  let root: [UInt8]

  /// `path` is the page's own, as it came.
  init(from path: String) {
    let depth = path.utf8.dropFirst().count { $0 == UInt8(ascii: "/") }
    root = depth == 0 ? [UInt8]("./") : Array([[UInt8]](repeating: [UInt8]("../"), count: depth).joined())
  }

  var home: Address { Address(path: root) }

  func to(_ path: StaticString) -> Address { Address(path: root + [UInt8](path)) }

  func program(_ name: [UInt8]) -> Address { Address(path: root + [UInt8]("programs/") + Slug.of(name) + [UInt8]("/")) }

  func stacks(_ program: [UInt8]) -> Address { Address(path: root + [UInt8]("stacks/") + Slug.of(program) + [UInt8]("/")) }

  func chart(_ program: [UInt8], _ key: ChartKey, _ ending: StaticString = "/") -> Address {
    Address(path: root + [UInt8]("charts/") + Slug.of(program) + [UInt8]("/") + key.slug + [UInt8](ending))
  }

  func data(_ span: TimeSpan, _ ending: StaticString) -> Address { Address(path: root + [UInt8]("data/") + Array(span.name.utf8) + [UInt8](ending)) }

  func reports(_ day: Day) -> Address { Address(path: root + [UInt8]("data/reports/") + day.text + [UInt8](".ndjson")) }

  func config(_ version: [UInt8], _ ending: StaticString) -> Address { Address(path: root + [UInt8]("config/") + version + [UInt8](ending)) }
}

/// Which chart of a program: those about the reports themselves have names that
/// a counter may have, too.
struct ChartKey: Hashable, Sendable {
  let name: [UInt8]
  let isAbout: Bool

  init(_ name: [UInt8], _ kind: ChartData.Kind) { (self.name, isAbout) = (name, kind == .about) }

  private static let about: Set<[UInt8]> = [[UInt8]("version"), [UInt8]("os"), [UInt8]("arch"), [UInt8]("toolchain")]

  /// A counter with such a name has its first letter written out.
  var slug: [UInt8] {
    guard !isAbout, ChartKey.about.contains(name) else { return Slug.of(name) }
    var slug: [UInt8] = [UInt8(ascii: "=")]
    slug.append(hex: [name[0]])
    return slug + name.dropFirst()
  }
}
