import CPlugin
import CTel
import Exporters
import Files
import Reports

/// A plugin's exporter: one report at a time, in its format.
public final class PluginExporter: @unchecked Sendable {
  /// tel_write_fn.
  public typealias Write = @convention(c) (UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int32

  public let format: [UInt8]
  /// The URL of where it sends what it is told; nil if it sends nothing.
  public let destination: [UInt8]?
  private let functions: UnsafePointer<tel_exporter>
  private let state: UnsafeMutableRawPointer?
  private let plugin: [UInt8]
  private let services: cplugin_services
  private let lock = cplugin_lock_new()

  /// What is wrong is a sentence that begins with "its".
  init(_ offered: UnsafeRawPointer, state: UnsafeMutableRawPointer?, of plugin: [UInt8], _ services: cplugin_services) throws(Fault) {
    guard UInt(bitPattern: offered) % UInt(MemoryLayout<tel_exporter>.alignment) == 0 else { throw Fault(.plugin, "its tel_exporter is at an odd address") }
    try Plugin.checkSize(offered.load(as: UInt32.self), "tel_exporter", atLeast: MemoryLayout<tel_exporter>.size)
    functions = offered.assumingMemoryBound(to: tel_exporter.self)
    format = try Plugin.text(functions.pointee.format, "format")
    guard Manifest.isName(format) else { throw Fault(.plugin, "its format is \"", .bytes(format), "\", and must be 1 to 32 of a to z, 0 to 9 and \"-\"") }
    if ExportFormat(format) != nil { throw Fault(.plugin, "its format is \"", .bytes(format), "\", which libtel writes itself") }
    _ = try Plugin.text(functions.pointee.media_type, "media_type")
    _ = try Plugin.text(functions.pointee.suffix, "suffix")
    if let url = functions.pointee.destination { destination = try Plugin.text(url, "destination") } else { destination = nil }
    guard functions.pointee.begin != nil, functions.pointee.end != nil else { throw Fault(.plugin, "its tel_exporter has no function begin, or no end") }
    self.state = state
    self.plugin = plugin
    self.services = services
  }

  /// Answers what `write` has answered: TEL_OK, or what ended the export.
  public func export(_ document: ReportDocument, _ write: Write, _ context: UnsafeMutableRawPointer?) throws(Fault) -> Int32 {
    cplugin_lock_take(lock)
    defer { cplugin_lock_leave(lock) }
    var sink = cplugin_sink(write: write, context: context, status: Status.ok.rawValue)
    let status = withUnsafeMutablePointer(to: &sink) { carry(document, $0) }
    if sink.status == Status.ok.rawValue, status != Status.ok.rawValue {
      Path([UInt8]("tel/plugin:") + plugin + [UInt8]("-failed")).withCString { cplugin_count(services, $0) }
      throw Fault(Status(rawValue: status) ?? .plugin, "the plugin ", .bytes(plugin), " failed: ", .bytes(PluginTransport.name(of: status)))
    }
    return sink.status
  }

  private func carry(_ document: ReportDocument, _ sink: UnsafeMutablePointer<cplugin_sink>) -> tel_status {
    var visitor = tel_visitor()
    visitor.size = UInt32(MemoryLayout<tel_visitor>.size)
    let begun = cplugin_begin(functions, state, sink, &visitor)
    if begun != Status.ok.rawValue { return begun }
    let visited = tell(document, &visitor)
    let ended = cplugin_end(functions, state, &visitor, visited)
    return visited != Status.ok.rawValue ? visited : ended
  }
}
