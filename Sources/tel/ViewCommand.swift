import ArgumentParser
import Consent
import Files
import Glibc
import Survey

struct ViewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "view", abstract: "Show all of it in a browser: what is here, and what would leave.",
    discussion: """
      Prints an address on this machine, with a key without which nobody sees
      anything, and serves pages there until it is ended. Files are only read, and
      nothing goes over the network. Pages are made by the program tel-view, which
      is installed with this one.
      """)
  @OptionGroup var place: Place
  @OptionGroup var everywhere: Everywhere
  @OptionGroup var moment: Moment
  @Option(help: ArgumentHelp("The port; without it 4040, or another if that is taken.", valueName: "number"))
  var port: UInt16?
  @Argument(help: ArgumentHelp("A telemetry directory from elsewhere, instead of --dir.", valueName: "directory"), completion: .directory)
  var folder: Text?

  func validate() throws {
    if folder != nil, place.directory != nil { throw ValidationError("the directory is given twice") }
    if folder?.bytes.isEmpty == true { throw ValidationError("the directory is an empty word") }
  }

  func run() throws {
    var words: [[UInt8]] = []
    func say(_ option: StaticString, _ value: [UInt8]) { words += [[UInt8](option), value] }
    if everywhere.all {
      if folder != nil { throw Failure(.validationFailure, "--all means every vendor: it does not go with a directory") }
      do { _ = try everywhere.vendors(place) } catch let failure as Failure where failure.exit == .validationFailure { throw failure } catch {}
      words.append([UInt8]("--all"))
    } else {
      _ = try place.checked()
      say("--vendor", place.vendor.bytes)
      if let folder = folder ?? place.directory { say("--dir", folder.bytes) }
    }
    if let day = moment.day { say("--as-of", day.day.text) }
    if let port { say("--port", Array(String(port).utf8)) }
    guard let program = ViewCommand.program else {
      throw Failure(.failure, "the program tel-view is not here: it is installed beside tel, or in libexec; some packages come without it")
    }
    throw Failure(.failure, "cannot start ", .path(program), ": ", .error(ViewCommand.become(program, words)))
  }

  /// Beside this program, or where `make install` puts it.
  private static var program: Path? {
    guard let own = Files.Process.executable else { return nil }
    return [own.parent, own.parent.parent.appending("libexec")].map { $0.appending("tel-view") }.first { $0.withCString { access($0, X_OK) } == 0 }
  }

  /// Answers the errno, if at all.
  private static func become(_ program: Path, _ words: [[UInt8]]) -> Int32 {
    var arguments: [UnsafeMutablePointer<CChar>?] = ([program.bytes] + words).map { word in Path(word).withCString { strdup($0) } }
    arguments.append(nil)
    execv(arguments[0]!, arguments)
    return errno
  }
}
