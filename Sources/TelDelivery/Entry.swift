import CDelivery
import CPlugin
import CTel
import Consent
import Crashes
import Dates
import Delivery
import Exporters
import Files
import PluginHost
import Reports

// libtel-delivery.so: what libtel.so has no room for and most programs never
// need. CEntry/include/delivery.h is the agreement of the two.

/// What libtel.so offers, the plugins of this process, and the table that libtel.so calls.
private final class Core {
  let core: UnsafePointer<delivery_core>
  let table: UnsafeMutablePointer<delivery>
  private var known: PluginHost?

  private let lock = cplugin_lock_new()

  /// Made when it is first needed, for the directory that is then in use.
  func host(_ directory: UnsafePointer<CChar>?) -> PluginHost {
    cplugin_lock_take(lock)
    defer { cplugin_lock_leave(lock) }
    if let known { return known }
    let host = PluginHost(
      folder: PluginFolder.besideThisLibrary, directory: directory.map { Path(cString: $0) } ?? Path([]), log: core.pointee.log, count: core.pointee.count,
      takeProvider: core.pointee.take_provider)
    known = host
    return host
  }

  init(_ core: UnsafePointer<delivery_core>) {
    self.core = core
    table = UnsafeMutablePointer<delivery>.allocate(capacity: 1)
    table.initialize(
      to: delivery(
        size: UInt32(MemoryLayout<delivery>.size), version: core.pointee.version,
        load: { path, settings, directory in
          answering { () throws(Fault) in
            guard let path else { throw Fault(.invalid, "tel_plugin_load needs the path of a plugin, not NULL") }
            try current!.host(directory).load(Path(cString: path), settings: settings.map { [UInt8](cString: $0) })
          }
        },
        enlist: { plugin, settings, directory in
          answering { () throws(Fault) in
            guard let plugin else { throw Fault(.invalid, "tel_plugin_register needs a plugin, not NULL") }
            try current!.host(directory).enlist(plugin, settings: settings.map { [UInt8](cString: $0) })
          }
        },
        deliver: { job in
          answering { () throws(Fault) in try current!.deliver(job!.pointee) }
        },
        load_stacks: { directory in
          answering { () throws(Fault) in try current!.host(directory).loadStackProviders() }
        },
        count_crashes: { directory, mode, now, inPassing in
          guard let directory, directory.pointee != 0 else { return }
          _ = try? CrashRun(TelemetryFolder(Path(cString: directory)), at: now, isOff: mode == tel_mode(TEL_MODE_OFF), inPassing: inPassing).run()
        },
        find: { id, directory, table, state in
          answering { () throws(Fault) in
            guard let id, let table, let state else { throw Fault(.invalid, "the plugin of no interface was asked for") }
            (table.pointee, state.pointee) = try current!.host(directory).offer([UInt8](cString: id))
          }
        },
        visit: { path, visitor in
          var answer: tel_status = 0
          let status = answering { () throws(Fault) in
            let document = try ReportDocument.read(Path(cString: path!))
            var known = try copied(visitor!, "tel_visitor", zero: tel_visitor())
            answer = tell(document, &known)
          }
          return status != 0 ? status : answer
        },
        export_report: { path, format, write, context, directory in
          var answer: tel_status = 0
          let status = answering { () throws(Fault) in
            answer = try current!.export(Path(cString: path!), [UInt8](cString: format!), write!, context, directory)
          }
          return status != 0 ? status : answer
        }))
  }

  /// Answers what `write` has answered.
  func export(_ path: Path, _ format: [UInt8], _ write: tel_write_fn, _ context: UnsafeMutableRawPointer?, _ directory: UnsafePointer<CChar>?) throws(Fault) -> tel_status {
    let own = ExportFormat(format)
    let exporter = own == nil ? try host(directory).exporter(for: format) : nil
    if let exporter, let url = exporter.destination {
      throw Fault(.invalid, "the format \"", .bytes(format), "\" is sent to ", .bytes(url), ", and what leaves the machine is not all that was counted: \"tel export --format ", .bytes(format), "\" sends what may leave")
    }
    let exported = Exported([try ReportDocument.read(path)], at: Clock.seconds)
    if let exporter { return try exporter.export(exported.document, write, context) }
    var sink = cplugin_sink(write: write, context: context, status: Status.ok.rawValue)
    let text = own!.text(of: exported, version: PluginHost.version)
    return text.withUnsafeBytes { text in withUnsafeMutablePointer(to: &sink) { cplugin_write($0, text.baseAddress, text.count) } }
  }

  func deliver(_ job: delivery_job) throws(Fault) {
    let destination = try Destination([UInt8](cString: job.destination), from: .given)
    let folder = TelemetryFolder(Path(cString: job.directory))
    let (vendor, program) = ([UInt8](cString: job.vendor), [UInt8](cString: job.program))
    var run = UploadRun(folder, to: destination, at: job.now)
    // libtel.so has made the reports.
    run.makesReports = false
    if job.timeout_ms > 0 { run.timeout = min(Int(job.timeout_ms), UploadRun.longest) }
    let summary = try run.run(
      by: host(job.directory),
      allowed: { () throws(Fault) in
        // The environment was read when the program opened, and may not be read now: others may write it.
        let consent = try Consent.read(.given(folder.path), vendor: vendor, program: program, destination: destination.text, Variables())
        return (consent.mode, consent.asOf)
      })
    let result = job.result!
    result.pointee.sent = UInt32(clamping: summary.sent.count)
    result.pointee.rejected = UInt32(clamping: summary.rejected.count)
    result.pointee.waiting = UInt32(clamping: summary.waiting.count)
    for problem in summary.problems { problem.withUnsafeBytes { core.pointee.log(tel_level(TEL_WARNING), $0.baseAddress, $0.count) } }
    if let fault = summary.fault { throw fault }
  }
}

/// Set once, under the lock of libtel.so.
nonisolated(unsafe) private var current: Core?

private func answering(_ body: () throws(Fault) -> Void) -> tel_status {
  let error = Kernel.lastError
  defer { Kernel.lastError = error }
  do throws(Fault) {
    try body()
    return Status.ok.rawValue
  } catch {
    error.message.withUnsafeBytes { current!.core.pointee.set_message($0.baseAddress, $0.count) }
    return error.status.rawValue
  }
}

@c @implementation
public func tel_delivery_entry(_ core: UnsafePointer<delivery_core>!) -> UnsafePointer<delivery>! {
  guard core.pointee.version == tel_version_of_delivery, Int(core.pointee.size) >= MemoryLayout<delivery_core>.size else { return nil }
  if current == nil { current = Core(core) }
  return UnsafePointer(current!.table)
}

/// TEL_VERSION, which Swift cannot spell.
private let tel_version_of_delivery = UInt32(TEL_VERSION_MAJOR * 1_000_000 + TEL_VERSION_MINOR * 1000 + TEL_VERSION_PATCH)
