import ChartConfig
import Collector
import Files
import Glibc
import NIOCore
import SQLiteStore
import Store

/// What the commands that work in a data folder need.
enum Workshop {
  static func engine(_ settings: Settings, _ folder: DataFolder, _ journal: Journal) throws -> Engine {
    let shelf = try ConfigShelf(settings.configFolder)
    let metrics = Metrics()
    let store = try SQLiteStore(folder.store) { reports, nanoseconds in metrics.committed(reports, nanoseconds: nanoseconds) }
    return Engine(settings, store, shelf, texts: try texts(settings), metrics: metrics, journal: journal)
  }

  /// For a command that looks at a folder, or works in it beside a collector that
  /// serves: it must be there already.
  /// What it does is told by the command itself.
  static func existing(_ settings: Settings) throws -> Engine {
    try engine(settings, try existingFolder(settings), Journal(settings.log, to: nil))
  }

  static func existingFolder(_ settings: Settings) throws(Fault) -> DataFolder {
    let folder = DataFolder(existing: settings.data)
    guard folder.hasStore else { throw Fault(.notFound, "there are no reports in ", .path(settings.data), "; --data names the folder that \"tel-collector serve\" has") }
    return folder
  }

  /// As many open files as the process may have at all; says how many that is.
  static func allDescriptors() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(7), &limit) == 0 else { return 1024 }  // RLIMIT_NOFILE
    limit.rlim_cur = limit.rlim_max
    if setrlimit(__rlimit_resource_t(7), &limit) != 0 { getrlimit(__rlimit_resource_t(7), &limit) }
    return Int(clamping: limit.rlim_cur)
  }

  /// The texts of the chart config. A config that has errors shows nothing wrong
  /// to anybody: what it approves was built long ago.
  static func texts(_ settings: Settings) throws(Fault) -> [Chart] {
    if settings.charts.isEmpty { return [] }
    let loaded = try LoadedConfig(settings.charts.map { String(decoding: $0.bytes, as: UTF8.self) })
    if loaded.problems.errors > 0 {
      throw Fault(.corrupt, "the chart config has errors; tel-collector config check ", .path(settings.charts[0]), " tells them")
    }
    return loaded.source.charts
  }

  /// A sentence for what may go wrong when a port is opened.
  static func fault(of error: any Error, _ settings: Settings) -> any Error {
    guard let error = error as? IOError else { return error }
    return Fault(.io, "cannot listen on ", .bytes(Array(settings.listen.utf8)), ", port ", .number(settings.port), ": ", .error(error.errnoCode), "; --port names another")
  }
}
