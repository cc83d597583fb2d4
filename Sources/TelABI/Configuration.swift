import CEntry
import CTel
import Consent
import CounterFile
import Counting
import Files

/// A `tel_config`, copied and checked.
struct Configuration {
  var flags: UInt32 = 0
  var maximumNames = Recorder.standardMaximum
  private var directory: [UInt8]?
  private var program: [UInt8]?
  private var version: [UInt8]?
  private var toolchain: [UInt8]?
  private var vendor: [UInt8]?
  /// Nil for the system's clock.
  let now: (@convention(c) () -> Int64)?

  private static let most: UInt32 = 100_000

  init(_ config: UnsafePointer<tel_config>?) throws(Fault) {
    guard let config else {
      now = nil
      return
    }
    let copy = try copied(config, "tel_config", zero: tel_config())
    flags = copy.flags
    let knownFlags = UInt32(TEL_ROTATE | TEL_NO_REPORT | TEL_AUTOMATION | TEL_UPLOAD | TEL_STACK_PLUGINS)
    if flags & ~knownFlags != 0 { throw Fault(.invalid, "tel_config.flags has bits that this libtel does not know: ", .number(Int(flags & ~knownFlags))) }
    if copy.reserved != 0 { throw Fault(.invalid, "tel_config.reserved must be 0") }
    if copy.max_names > Configuration.most { throw Fault(.invalid, "tel_config.max_names is ", .number(Int(copy.max_names)), ", at most 100000 are possible") }
    if copy.max_names != 0 { maximumNames = Int(copy.max_names) }
    directory = copy.directory.map { Path(cString: $0).absolute.bytes }
    program = copy.program.map { [UInt8](cString: $0) }
    version = copy.version.map { [UInt8](cString: $0) }
    toolchain = copy.toolchain.map { Identity.recorded(toolchain: [UInt8](cString: $0)) }
    vendor = copy.vendor.map { [UInt8](cString: $0) }
    now = copy.now
    if let uploader = copy.uploader, uploader.pointee != 0x2f { throw Fault(.invalid, "tel_config.uploader is no absolute path") }
    if let directory = copy.directory, directory.pointee == 0 { throw Fault(.invalid, "tel_config.directory is empty; leave it NULL for the user's own") }
  }

  func settings() throws(Fault) -> Settings {
    var program = program
    if program == nil { program = try Configuration.executableName() }
    let identity = Identity(
      program: program ?? [], version: version ?? [UInt8]("devel"),
      toolchain: toolchain ?? Configuration.ownToolchain)
    try identity.check()
    let vendor = vendor ?? [UInt8]("tel")
    try Consent.check(vendor: vendor)
    let variables = Variables.now(isAutomationUse: flags & UInt32(TEL_AUTOMATION) != 0)
    return Settings(place: place, vendor: vendor, identity: identity, variables: variables)
  }

  private var place: Consent.Place { directory.map { .given(Path($0)) } ?? .standard }

  /// The first configuration stays; what this one names must be the same.
  func check(against open: Settings) throws(Fault) {
    func same(_ asked: [UInt8]?, _ has: [UInt8], _ what: StaticString) throws(Fault) {
      if let asked, asked != has {
        throw Fault(.busy, "this process is open with the ", .literal(what), " \"", .bytes(has), "\", not \"", .bytes(asked), "\"; a process counts as one program")
      }
    }
    try same(program, open.identity.program, "program")
    try same(version, open.identity.version, "version")
    try same(toolchain, open.identity.toolchain, "toolchain")
    try same(vendor, open.vendor, "vendor")
    if let directory {
      guard case .given(let path) = open.place else {
        throw Fault(.busy, "this process is open with the user's telemetry directory, not \"", .bytes(directory), "\"")
      }
      try same(directory, path.bytes, "directory")
    }
  }

  private static func executableName() throws(Fault) -> [UInt8] {
    guard let path = Process.executable, !path.name.isEmpty else {
      throw Fault(.invalid, "tel_config.program is not set, and the name of the executable cannot be found")
    }
    return path.name
  }

  /// What built libtel.
  private static var ownToolchain: [UInt8] {
    #if swift(>=6.4)
      [UInt8]("swift6")
    #else
      [UInt8]("swift6.3")
    #endif
  }
}
