import CPlugin
import CTel
import Files

/// A plugin that runs in this process. It is never unloaded.
final class Plugin {
  let name: [UInt8]
  let version: [UInt8]
  let summary: [UInt8]
  /// Nil: the program registered it.
  let file: PluginFile?
  private(set) var schemes: [[UInt8]] = []
  private(set) var transport: PluginTransport?
  /// Whether it walks or names stacks.
  private(set) var hasStacks = false
  private(set) var exporter: PluginExporter?
  private let description: UnsafePointer<tel_plugin>
  /// What its start has stored.
  private var state: UnsafeMutableRawPointer?

  /// Bytes of a name or a text, at most.
  private static let longest = 256

  /// Checks the description, and nothing of the plugin has been called before.
  /// What is wrong is a sentence that begins with "it" or "its".
  init(_ given: UnsafePointer<tel_plugin>?, file: PluginFile?) throws(Fault) {
    guard let given else { throw Fault(.plugin, "its tel_plugin_entry answers NULL") }
    guard UInt(bitPattern: given) % UInt(MemoryLayout<tel_plugin>.alignment) == 0 else { throw Fault(.plugin, "its tel_plugin is at an odd address") }
    // The size is all there is to read until it is known.
    try Plugin.checkSize(UnsafeRawPointer(given).load(as: UInt32.self), "tel_plugin", atLeast: MemoryLayout<tel_plugin>.size)
    guard given.pointee.abi == UInt32(TEL_PLUGIN_ABI) else {
      throw Fault(.plugin, "it speaks ABI ", .number(Int(given.pointee.abi)), " of plugins, and this libtel speaks ", .number(Int(TEL_PLUGIN_ABI)), "; it must be built anew with this libtel's tel/plugin.h")
    }
    name = try Plugin.text(given.pointee.name, "name")
    version = try Plugin.text(given.pointee.version, "version")
    summary = try Plugin.text(given.pointee.summary, "summary")
    guard Manifest.isName(name) else { throw Fault(.plugin, "its name is \"", .bytes(name), "\", and must be 1 to 32 of a to z, 0 to 9 and \"-\"") }
    if let file, file.manifest.name != name {
      throw Fault(.plugin, "its name is \"", .bytes(name), "\", but \"", .bytes(file.manifest.name), "\" in its manifest")
    }
    guard given.pointee.query != nil else { throw Fault(.plugin, "it has no function query") }
    self.file = file
    description = given
  }

  /// Starts it, once, and asks what it offers.
  func start(_ services: cplugin_services, directory: Path, results: PluginResults, settings: [UInt8]?) throws(Fault) {
    let host = Path(name).withCString { name in
      Path(PluginHost.version).withCString { version in directory.withCString { cplugin_host(name, version, $0, services) } }
    }
    guard let host else { throw Fault(.plugin, "there is no memory for it") }
    var state: UnsafeMutableRawPointer?
    let status: Int32
    if let settings {
      status = Path(settings).withCString { cplugin_start(description, host, $0, &state) }
    } else {
      status = cplugin_start(description, host, nil, &state)
    }
    guard status == Status.ok.rawValue else {
      throw Fault(.plugin, "it does not start: ", .bytes(PluginTransport.name(of: status)), "; its reason may be in the log")
    }
    self.state = state
    if let offered = query(Plugin.interface) {
      let transport = try Plugin.transport(offered)
      schemes = try Plugin.schemes(of: transport)
      if let file { try check(against: file.manifest) }
      self.transport = PluginTransport(transport, state: state, of: name, isWatched: file != nil, services, results: results)
    }
    if let offered = query(Plugin.exports) { exporter = try PluginExporter(offered, state: state, of: name, services) }
    if let file { try checkExporter(against: file.manifest) }
    if let offered = query(Plugin.stacks) {
      cplugin_take_provider(services, try Plugin.provider(offered), state)
      hasStacks = true
    }
  }

  /// What it has under this id.
  func query(_ id: Path) -> UnsafeRawPointer? { id.withCString { cplugin_query(description, $0) } }

  /// The table that it has under this id, whose size is looked at and nothing
  /// else of it; nil if it offers none.
  func offer(_ id: [UInt8]) throws(Fault) -> (table: UnsafeRawPointer, state: UnsafeMutableRawPointer?)? {
    guard let table = query(Path(id)) else { return nil }
    guard UInt(bitPattern: table) % 8 == 0, table.load(as: UInt32.self) >= 8, table.load(as: UInt32.self) <= 4096 else {
      throw Fault(.plugin, "its table of ", .bytes(id), " is at an odd address, or its size is not that of a table")
    }
    return (table, state)
  }

  private static let exports = Path([UInt8](TEL_EXPORTER_ID))

  private func checkExporter(against manifest: Manifest) throws(Fault) {
    let format = exporter.map { $0.format } ?? []
    guard format == manifest.format else {
      throw Fault(.plugin, "it writes the format \"", .bytes(format), "\", and its manifest says \"", .bytes(manifest.format), "\"")
    }
    if (exporter?.destination != nil) != manifest.sends {
      throw Fault(.plugin, manifest.sends ? "its manifest says that it sends reports, and it names no destination" : "it sends reports, and its manifest does not say so")
    }
  }

  private static let stacks = Path([UInt8](TEL_STACK_PROVIDER_ID))

  private static func provider(_ offered: UnsafeRawPointer) throws(Fault) -> UnsafePointer<tel_stack_provider> {
    guard UInt(bitPattern: offered) % UInt(MemoryLayout<tel_stack_provider>.alignment) == 0 else { throw Fault(.plugin, "its tel_stack_provider is at an odd address") }
    try checkSize(offered.load(as: UInt32.self), "tel_stack_provider", atLeast: MemoryLayout<tel_stack_provider>.size)
    let provider = offered.assumingMemoryBound(to: tel_stack_provider.self)
    guard provider.pointee.unwind != nil || provider.pointee.symbolize != nil else {
      throw Fault(.plugin, "its tel_stack_provider has neither a function unwind nor symbolize")
    }
    return provider
  }

  /// What is told before it is loaded must be true.
  private func check(against manifest: Manifest) throws(Fault) {
    for scheme in manifest.schemes where !carries(scheme) {
      throw Fault(.plugin, "its manifest says that it carries documents to ", .bytes(scheme), ":, and it does not")
    }
    for scheme in schemes where !manifest.schemes.contains(where: { $0 == scheme }) {
      throw Fault(.plugin, "its manifest does not say that it carries documents to ", .bytes(scheme), ":")
    }
  }

  func carries(_ scheme: [UInt8]) -> Bool { schemes.contains { $0 == scheme } }

  private static let interface = Path([UInt8](TEL_TRANSPORT_ID))

  private static func transport(_ offered: UnsafeRawPointer) throws(Fault) -> UnsafePointer<tel_transport> {
    guard UInt(bitPattern: offered) % UInt(MemoryLayout<tel_transport>.alignment) == 0 else { throw Fault(.plugin, "its tel_transport is at an odd address") }
    try checkSize(offered.load(as: UInt32.self), "tel_transport", atLeast: MemoryLayout<tel_transport>.size)
    let transport = offered.assumingMemoryBound(to: tel_transport.self)
    guard transport.pointee.send != nil || transport.pointee.exchange != nil else {
      throw Fault(.plugin, "its tel_transport has neither a function send nor exchange")
    }
    return transport
  }

  private static func schemes(of transport: UnsafePointer<tel_transport>) throws(Fault) -> [[UInt8]] {
    guard let list = transport.pointee.schemes else { throw Fault(.plugin, "its tel_transport has no schemes") }
    var schemes: [[UInt8]] = []
    while let scheme = list[schemes.count] {
      guard schemes.count < Manifest.mostSchemes else { throw Fault(.plugin, "its tel_transport has more than ", .number(Manifest.mostSchemes), " schemes, or no end of them") }
      let text = try text(scheme, "scheme")
      guard Manifest.isScheme(text) else { throw Fault(.plugin, "\"", .bytes(text), "\" is no scheme of URLs in small letters") }
      schemes.append(text)
    }
    if schemes.isEmpty { throw Fault(.plugin, "its tel_transport has no schemes") }
    return schemes
  }

  static func checkSize(_ size: UInt32, _ what: StaticString, atLeast least: Int) throws(Fault) {
    // One of a newer release may be longer; something huge is no struct.
    guard Int(size) >= least, size <= 4096, size % 8 == 0 else {
      throw Fault(.plugin, "its ", .literal(what), ".size is ", .number(Int(size)), ", and must be sizeof(", .literal(what), "), ", .number(least))
    }
  }

  static func text(_ given: UnsafePointer<CChar>?, _ what: StaticString) throws(Fault) -> [UInt8] {
    guard let given else { throw Fault(.plugin, "its ", .literal(what), " is NULL") }
    let length = cplugin_length(given, longest)
    guard length >= 0 else { throw Fault(.plugin, "its ", .literal(what), " does not end within ", .number(longest), " bytes") }
    let bytes = [UInt8](copying: UnsafeRawBufferPointer(start: given, count: length))
    guard Text.isPrintable(bytes) else { throw Fault(.plugin, "its ", .literal(what), " is no text of one line") }
    return bytes
  }
}

/// TEL_TRANSPORT, as a literal of Swift.
let TEL_TRANSPORT_ID: StaticString = "tel.transport/1"
/// TEL_EXPORTER.
let TEL_EXPORTER_ID: StaticString = "tel.exporter/1"
/// TEL_STACK_PROVIDER.
let TEL_STACK_PROVIDER_ID: StaticString = "tel.stack-provider/1"
