import ArgumentParser
import Exporters
import Files
import PluginHost
import Survey

/// What turns a week into a format's text: libtel itself, or a plugin.
struct ExportWriter {
  private enum Kind {
    case own(ExportFormat)
    case plugin(PluginExporter)
  }
  private let kind: Kind

  init(_ format: [UInt8], _ vendor: Vendor, _ plugins: [Text]) throws {
    let host = PluginHost(folder: Process.executable.flatMap(PluginFolder.ofProgram), directory: vendor.folder.path)
    for file in plugins { try host.load(Path(file.bytes)) }
    if let own = ExportFormat(format) {
      kind = .own(own)
    } else {
      do throws(Fault) { kind = .plugin(try host.exporter(for: format)) } catch {
        throw error.status == .unsupported ? Failure.usage(error) : error as any Error
      }
    }
  }

  /// Where a plugin sends what it is told; nil if nothing is sent.
  var destination: [UInt8]? {
    if case .plugin(let exporter) = kind { return exporter.destination }
    return nil
  }

  func text(_ exported: Exported) throws(Fault) -> [UInt8] {
    switch kind {
    case .own(let format): return format.text(of: exported, version: PluginHost.version)
    case .plugin(let exporter):
      let text = Collected()
      let status = try withExtendedLifetime(text) { () throws(Fault) in
        try exporter.export(exported.document, { context, bytes, count in Collected.of(context).take(bytes, count) }, Unmanaged.passUnretained(text).toOpaque())
      }
      guard status == Status.ok.rawValue else { throw Fault(.full, "there is more of it than ", .number(Collected.most >> 20), " MiB") }
      return text.bytes
    }
  }
}

/// What a plugin writes.
private final class Collected {
  static let most = 1 << 30
  private(set) var bytes: [UInt8] = []

  static func of(_ context: UnsafeMutableRawPointer?) -> Collected { Unmanaged<Collected>.fromOpaque(context!).takeUnretainedValue() }

  func take(_ more: UnsafeRawPointer?, _ count: Int) -> Int32 {
    guard let more, count >= 0, count <= Collected.most - bytes.count else { return Status.full.rawValue }
    bytes.append(copying: UnsafeRawBufferPointer(start: more, count: count))
    return Status.ok.rawValue
  }
}
