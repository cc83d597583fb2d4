import CPlugin
import CTel
import Delivery
import Files

/// The plugins of this process: those that it loaded, that the program registered,
/// and that wait in the folder. May be used from any thread.
public final class PluginHost: Transports, @unchecked Sendable {
  /// Functions that take what plugins log and count: of any thread, the second
  /// of a signal handler, too.
  public typealias Log = @convention(c) (tel_level, UnsafeRawPointer?, Int) -> Void
  public typealias Count = @convention(c) (UnsafePointer<CChar>?, UInt64) -> Void
  /// Takes what walks or names stacks, and its plugin's state.
  public typealias TakeProvider = @convention(c) (UnsafePointer<tel_stack_provider>?, UnsafeMutableRawPointer?) -> Void

  private let folder: Path?
  private let directory: Path
  private let results: PluginResults
  private let services: cplugin_services
  private let lock = cplugin_lock_new()
  private var plugins: [Plugin] = []
  /// Those that were loaded and then refused: their code is there, and is not
  /// given a second chance.
  private var refused: [(file: PluginFile, fault: Fault)] = []

  /// `folder` is the one folder whose plugins are loaded when they are needed;
  /// `directory` the telemetry directory, empty for none: plugins are told, and
  /// how their exchanges go is kept there.
  public init(folder: Path?, directory: Path = Path([]), log: Log? = nil, count: Count? = nil, takeProvider: TakeProvider? = nil) {
    self.folder = folder
    self.directory = directory
    results = PluginResults(directory: directory)
    services = cplugin_services(log: log, count: count, take_provider: takeProvider)
  }

  /// libtel's own.
  public static var version: [UInt8] {
    var text: [UInt8] = []
    text.append(decimal: Int(TEL_VERSION_MAJOR))
    text.append(UInt8(ascii: "."))
    text.append(decimal: Int(TEL_VERSION_MINOR))
    text.append(UInt8(ascii: "."))
    text.append(decimal: Int(TEL_VERSION_PATCH))
    return text
  }

  // MARK: Loading

  /// Loads the plugin in this file. One that is loaded already stays as it is.
  public func load(_ path: Path, settings: [UInt8]? = nil) throws(Fault) {
    try refuseIfPrivileged()
    cplugin_lock_take(lock)
    defer { cplugin_lock_leave(lock) }
    _ = try load(try PluginFile(path), settings: settings)
  }

  /// Takes a plugin that is in the program itself.
  public func enlist(_ description: UnsafePointer<tel_plugin>?, settings: [UInt8]? = nil) throws(Fault) {
    try refuseIfPrivileged()
    cplugin_lock_take(lock)
    defer { cplugin_lock_leave(lock) }
    do throws(Fault) {
      guard description != nil else { throw Fault(.invalid, "it is NULL") }
      _ = try add(Plugin(description, file: nil), settings: settings)
    } catch {
      throw Fault(error.status, "the program's plugin is not taken: ", .bytes(error.message))
    }
  }

  private func refuseIfPrivileged() throws(Fault) {
    if Process.isPrivileged { throw Fault(.plugin, "no plugin is loaded: the program runs with more privileges than its user (set-user-ID or the like)") }
  }

  private func load(_ file: PluginFile, settings: [UInt8]?) throws(Fault) -> Plugin {
    for plugin in plugins where plugin.file.map({ $0.isSame(as: file) }) ?? false { return plugin }
    for old in refused where old.file.isSame(as: file) { throw old.fault }
    do throws(Fault) {
      try refuseSecond(file.manifest.name)
      var now = Kernel.Attributes()
      guard Kernel.attributes(ofLinkAt: file.path, &now) == 0, now.device == file.device, now.inode == file.inode else {
        throw Fault(.plugin, "it was replaced just now; try again")
      }
    } catch {
      throw PluginFile.refusal(of: file.path, error)
    }
    do throws(Fault) {
      return try add(Plugin(try PluginHost.description(in: file), file: file), settings: settings)
    } catch {
      let fault = PluginFile.refusal(of: file.path, error)
      refused.append((file, fault))
      throw fault
    }
  }

  private static func description(in file: PluginFile) throws(Fault) -> UnsafePointer<tel_plugin>? {
    var library: UnsafeMutableRawPointer?
    let problem = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { room in
      library = file.path.withCString { cplugin_open($0, room.baseAddress, room.count) }
      return [UInt8](cString: room.baseAddress.unsafelyUnwrapped)
    }
    guard let library else { throw Fault(.plugin, "the loader refuses it: ", .bytes(problem)) }
    guard let entry = cplugin_entry(library) else { throw Fault(.plugin, "it exports no function tel_plugin_entry") }
    return cplugin_call_entry(entry)
  }

  private func add(_ plugin: Plugin, settings: [UInt8]?) throws(Fault) -> Plugin {
    try refuseSecond(plugin.name)
    try plugin.start(services, directory: directory, results: results, settings: settings)
    // Its start may have registered another.
    try refuseSecond(plugin.name)
    plugins.append(plugin)
    return plugin
  }

  private func refuseSecond(_ name: [UInt8]) throws(Fault) {
    for plugin in plugins where plugin.name == name {
      throw Fault(.plugin, "there is a plugin \"", .bytes(name), "\" already, ", .bytes(PluginHost.origin(of: plugin)))
    }
  }

  private static func origin(of plugin: Plugin) -> [UInt8] { plugin.file.map { sentence(["from ", .path($0.path)]) } ?? [UInt8]("the program's own") }

  // MARK: Transports

  /// Of what is loaded, or else of the folder, where only the plugin that offers it is loaded.
  public func transport(for scheme: [UInt8]) throws(Fault) -> any Transport {
    cplugin_lock_take(lock)
    defer { cplugin_lock_leave(lock) }
    for plugin in plugins { if plugin.carries(scheme), let transport = plugin.transport { return transport } }
    try refuseIfPrivileged()
    var problem: Fault?
    for name in try candidates() {
      do throws(Fault) {
        let file = try PluginFile(path(of: name))
        guard file.manifest.schemes.contains(where: { $0 == scheme }) else { continue }
        if let transport = try load(file, settings: nil).transport { return transport }
      } catch {
        // Which of them would have been the one is not known.
        if problem == nil || name == scheme + [UInt8](".so") { problem = error }
      }
    }
    if let problem { throw Fault(.plugin, "nobody carries documents to ", .bytes(scheme), ":; ", .bytes(problem.message)) }
    throw Fault(.unsupported, "no plugin carries documents to ", .bytes(scheme), ":; \"tel plugins\" lists those that there are")
  }

  // MARK: Exporters

  /// Of what is loaded, or else of the folder, where only a plugin whose manifest says so is loaded.
  public func exporter(for format: [UInt8]) throws(Fault) -> PluginExporter {
    cplugin_lock_take(lock)
    defer { cplugin_lock_leave(lock) }
    for plugin in plugins { if let exporter = plugin.exporter, exporter.format == format { return exporter } }
    try refuseIfPrivileged()
    var problem: Fault?
    for name in try candidates() {
      do throws(Fault) {
        let file = try PluginFile(path(of: name))
        guard file.manifest.format == format else { continue }
        if let exporter = try load(file, settings: nil).exporter { return exporter }
      } catch {
        if problem == nil || name == format + [UInt8](".so") { problem = error }
      }
    }
    if let problem { throw Fault(.plugin, "nobody writes the format \"", .bytes(format), "\"; ", .bytes(problem.message)) }
    throw Fault(.unsupported, "nobody writes the format \"", .bytes(format), "\": it is none of json, csv, prometheus and otlp, and no plugin offers it")
  }

  // MARK: Stacks

  /// Loads the folder's plugins that walk or name stacks, in the order of their
  /// names, without those that must be asked for. What is wrong with one does not
  /// keep the others out; the first problem is told.
  public func loadStackProviders() throws(Fault) {
    try refuseIfPrivileged()
    cplugin_lock_take(lock)
    defer { cplugin_lock_leave(lock) }
    var problem: Fault?
    for name in try candidates() {
      do throws(Fault) {
        let file = try PluginFile(path(of: name))
        if file.manifest.stacks == .usual { _ = try load(file, settings: nil) }
      } catch {
        if problem == nil { problem = error }
      }
    }
    if let problem { throw problem }
  }

  // MARK: Other interfaces

  /// What a plugin offers under this id: of what is loaded, or else of the folder,
  /// where only a plugin whose manifest says so is loaded.
  public func offer(_ id: [UInt8]) throws(Fault) -> (table: UnsafeRawPointer, state: UnsafeMutableRawPointer?) {
    cplugin_lock_take(lock)
    defer { cplugin_lock_leave(lock) }
    for plugin in plugins { if let offer = try plugin.offer(id) { return offer } }
    try refuseIfPrivileged()
    var problem: Fault?
    for name in try candidates() {
      do throws(Fault) {
        let file = try PluginFile(path(of: name))
        guard file.manifest.offers.contains(where: { $0 == id }) else { continue }
        if let offer = try load(file, settings: nil).offer(id) { return offer }
        throw Fault(.plugin, .path(file.path), " says that it offers ", .bytes(id), ", and does not")
      } catch {
        if problem == nil { problem = error }
      }
    }
    if let problem { throw Fault(.plugin, "nobody offers ", .bytes(id), "; ", .bytes(problem.message)) }
    throw Fault(.unsupported, "no plugin offers ", .bytes(id), "; \"tel plugins\" lists those that there are")
  }

  private func path(of name: [UInt8]) -> Path { folder.map { $0.appending(name) } ?? Path(name) }

  /// The names of the folder's plugins; loaded ones, too.
  private func candidates() throws(Fault) -> [[UInt8]] {
    guard let folder else { return [] }
    return try Folder.names(in: folder) { $0.ends(with: ".so") && $0.first != UInt8(ascii: ".") } ?? []
  }

  // MARK: Inventory

  /// A plugin as "tel plugins" shows it.
  public struct Entry {
    public enum State: Sendable {
      /// Of the program itself; loaded from a file; waiting in the folder; not to be used.
      case registered, loaded, waiting, refused
    }

    public var state: State
    /// Nothing, where it was refused before it was known.
    public var name: [UInt8] = []
    public var version: [UInt8] = []
    public var summary: [UInt8] = []
    public var schemes: [[UInt8]] = []
    /// Whether it walks or names stacks.
    public var hasStacks = false
    /// Whether it makes functions, for probes.
    public var makesFunctions = false
    /// The format that it writes reports in, and where it sends them. (Of one
    /// that is not loaded it is known only that it sends them.)
    public var format: [UInt8] = []
    public var destination: [UInt8] = []
    public var sends = false
    public var path: Path?
    /// Why it is refused.
    public var problem: [UInt8] = []
    /// How its latest exchange went, in words, whichever process made it, and
    /// when, in Unix seconds; nothing if none is known.
    public var last: [UInt8] = []
    public var lastTime: Int64 = 0

    /// The rest is to be filled in.
    public init(_ state: State, at path: Path? = nil, problem: [UInt8] = []) {
      self.state = state
      self.path = path
      self.problem = problem
    }
  }

  /// What is loaded, in the order of loading, and then what else is in the folder.
  public func inventory() -> [Entry] {
    cplugin_lock_take(lock)
    defer { cplugin_lock_leave(lock) }
    var entries: [Entry] = []
    for plugin in plugins {
      var entry = Entry(plugin.file == nil ? .registered : .loaded, at: plugin.file?.path)
      (entry.name, entry.version, entry.summary, entry.schemes) = (plugin.name, plugin.version, plugin.summary, plugin.schemes)
      entry.hasStacks = plugin.hasStacks
      entry.makesFunctions = plugin.file?.manifest.makesFunctions ?? false
      if let exporter = plugin.exporter {
        (entry.format, entry.destination, entry.sends) = (exporter.format, exporter.destination ?? [], exporter.destination != nil)
      }
      entries.append(entry)
    }
    do throws(Fault) {
      for name in try candidates() { if let entry = waiting(path(of: name)) { entries.append(entry) } }
    } catch {
      entries.append(Entry(.refused, at: folder, problem: error.message))
    }
    for result in results.all {
      for index in 0..<entries.count where entries[index].name == result.name {
        (entries[index].last, entries[index].lastTime) = (result.text, result.time)
      }
    }
    return entries
  }

  /// What the file says of itself; nil if it is loaded.
  private func waiting(_ path: Path) -> Entry? {
    do throws(Fault) {
      let file = try PluginFile(path)
      for plugin in plugins where plugin.file.map({ $0.isSame(as: file) }) ?? false { return nil }
      var entry = PluginHost.entry(of: file)
      for old in refused where old.file.isSame(as: file) { (entry.state, entry.problem) = (.refused, old.fault.message) }
      return entry
    } catch {
      return Entry(.refused, at: path, problem: error.message)
    }
  }

  /// What a file says of itself, when all that can be looked at without loading it is sound.
  public static func entry(of path: Path) throws(Fault) -> Entry { entry(of: try PluginFile(path)) }

  private static func entry(of file: PluginFile) -> Entry {
    let manifest = file.manifest
    var entry = Entry(.waiting, at: file.path)
    (entry.name, entry.version, entry.summary, entry.schemes) = (manifest.name, manifest.version, manifest.summary, manifest.schemes)
    entry.hasStacks = manifest.stacks != .none
    entry.makesFunctions = manifest.makesFunctions
    (entry.format, entry.sends) = (manifest.format, manifest.sends)
    return entry
  }
}
