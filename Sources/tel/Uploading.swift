import ArgumentParser
import Consent
import Dates
import Delivery
import Files
import Gate
import PluginHost

/// Where reports of a vendor would go, and whether they may.
struct Uploading {
  let vendor: Vendor
  let destination: Destination
  let plugins: PluginHost

  /// The collector of the Go project.
  static let go: StaticString = "https://telemetry.go.dev"

  /// `given`: by the command line.
  init(_ vendor: Vendor, _ given: Text?) throws {
    self.vendor = vendor
    plugins = PluginHost(folder: Process.executable.flatMap(PluginFolder.ofProgram), directory: vendor.folder.path)
    if vendor.name == "tel" {
      throw Failure(.failure, "nothing is ever sent of the vendor tel, which is nobody's: programs count there that name no vendor; name one with --vendor")
    }
    if let given {
      do throws(Fault) { destination = try Destination(given.bytes, from: .given) } catch { throw Failure.usage(error) }
    } else if let recorded = vendor.folder.destination {
      guard try vendor.folder.isAgreed(recorded) else {
        throw Failure(
          .failure, "nothing is sent: ", .path(vendor.folder.destinationFile), " names ", .bytes(recorded),
          ", but what the user has agreed to is another destination; \"tel on --destination URL\" records one")
      }
      destination = try Destination(recorded, from: .recorded)
    } else if vendor.name == "go" {
      destination = try Destination([UInt8](Uploading.go), from: .recorded)
    } else {
      throw Failure(
        .failure, "nothing is sent: no destination is recorded for the vendor ", .bytes(vendor.name), "; \"tel on --destination URL\" records one")
    }
  }

  /// A directory that the environment names may be anybody's.
  func refuseDirectoryFromEnvironment() throws {
    if case .standard = vendor.place, Variables.now().directory != nil {
      throw Failure(.failure, "nothing is sent from the directory that TEL_DIR names, ", .path(vendor.folder.path), "; name it with --dir")
    }
  }

  /// Where nobody watches, the command line is a program's word and not the user's.
  func refuseUnlessAgreed() throws {
    let recorded = vendor.folder.destination ?? (vendor.name == "go" ? [UInt8](Uploading.go) : [])
    guard try recorded == destination.text && vendor.folder.isAgreed(recorded) else {
      throw Failure(.failure, "nothing is sent: the user has not agreed to ", .bytes(destination.text))
    }
  }

  func consent() throws(Fault) -> Consent { try Consent.read(vendor.place, vendor: vendor.name, destination: destination.text) }

  /// What the user allows now; `once` is his word for this time, which stands
  /// for the mode file's and for no other layer's.
  func permission(once: Bool = false) -> UploadRun.Permission {
    { () throws(Fault) in
      let consent = try self.consent()
      return once ? (consent.modeOfOthers, nil) : (consent.mode, consent.asOf)
    }
  }

  var configs: ConfigStore { ConfigStore(UploadFolder(vendor.folder)) }

  /// Asks the collector; for the Go toolchain's own telemetry, the go command.
  func fetch(at now: Int64, timeout: Int = 30_000) throws(Fault) -> UploadConfig {
    if let goConfig = goConfig(at: now) { return try goConfig(timeout) }
    return try configs.fetch(destination, by: try plugins.transport(for: destination.scheme), timeout: timeout, now: now)
  }

  /// Nil for what the destination offers.
  private func goConfig(at now: Int64) -> ((_ timeout: Int) throws(Fault) -> UploadConfig)? {
    guard vendor.name == "go" else { return nil }
    return { timeout throws(Fault) in try GoConfig.fetch(into: configs, from: destination.text, timeout: timeout, now: now) }
  }

  /// For an upload run.
  func config(at now: Int64) -> UploadRun.Config? {
    guard let goConfig = goConfig(at: now) else { return nil }
    return { _, timeout throws(Fault) in try goConfig(timeout) }
  }

  /// What was fetched last, of this destination.
  func pinned() throws(Fault) -> UploadConfig? {
    guard let pinned = try configs.pinned(), pinned.pin.destination == destination.text else { return nil }
    return pinned.config
  }
}

/// Where to, on the command line.
struct Target: ParsableArguments {
  @Option(help: ArgumentHelp("Where to, instead of the recorded destination.", valueName: "url"))
  var destination: Text?
}

extension Uploading {
  /// The folder that the command line so far names.
  static func folder(_ arguments: [String]) -> TelemetryFolder? {
    func value(of option: String) -> Text? {
      let at = arguments.lastIndex { $0 == option || $0.hasPrefix(option + "=") }
      guard let at else { return nil }
      if arguments[at] != option { return Text(argument: String(arguments[at].dropFirst(option.count + 1))) }
      return at + 1 < arguments.count ? Text(argument: arguments[at + 1]) : nil
    }
    let place = value(of: "--dir").map { Consent.Place.given(Path($0.bytes)) } ?? .standard
    return try? Consent.folder(place, vendor: value(of: "--vendor")?.bytes ?? [UInt8]("tel"))
  }

  /// Weeks that are in it.
  static func words(_ arguments: [String], _ weeks: (UploadFolder) throws -> [Day]) -> [String] {
    guard let folder = folder(arguments) else { return [] }
    let found = (try? weeks(UploadFolder(folder))) ?? []
    return Set(found.map { String(decoding: $0.text, as: UTF8.self) }).sorted()
  }

  /// Weeks that may be sent: those that have a report or a document.
  @Sendable static func openWeeks(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
    self.words(words) { folder in
      let done = try folder.weeksSent() + folder.weeksRejected()
      return try (folder.weeksWithReport() + folder.weeksWaiting()).filter { !done.contains($0) }
    }
  }

  @Sendable static func sentWeeks(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
    self.words(words) { try $0.weeksSent() }
  }
}

extension Day: ExpressibleByArgument {
  public init?(argument: String) { self.init(text: Array(argument.utf8)) }
}
