import ArgumentParser
import Files

/// The command line as bytes. Paths and names need not be UTF-8, but the parser
/// works on String, which would replace what is malformed: a count would go to
/// another name. So each byte that is not part of a character travels as a
/// private character, U+10FF00 and the byte, and comes back as itself.
struct Text: ExpressibleByArgument {
  var bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  init(argument: String) { bytes = CommandLineText.bytes(of: argument) }

  var defaultValueDescription: String { String(decoding: bytes, as: UTF8.self) }
}

enum CommandLineText {
  private static let carrier: UInt32 = 0x10ff00

  /// The program's arguments without its name. Those that every command knows
  /// may stand before it; they are moved behind it, where the parser knows them.
  static func arguments() throws -> [String] {
    var all: [String] = []
    for index in 1..<max(1, Int(CommandLine.argc)) {
      if let argument = CommandLine.unsafeArgv[index] { all.append(string(of: argument)) }
    }
    let withValue = ["--vendor", "--dir", "--as-of"]
    var moved: [String] = []
    while let first = all.first {
      if withValue.contains(first) {
        guard all.count > 1 else { throw Failure(.validationFailure, .bytes(Array(first.utf8)), " needs a value behind it") }
        moved += all[..<2]
        all.removeFirst(2)
      } else if first == "--json" || first == "--all" || withValue.contains(where: { first.hasPrefix($0 + "=") }) {
        moved.append(all.removeFirst())
      } else {
        break
      }
    }
    guard let command = all.first else {
      if moved.isEmpty { return [] }
      throw Failure(.validationFailure, .bytes(bytes(of: moved[0])), " needs a command behind it; \"tel --help\" lists them")
    }
    // Behind its own subcommand.
    if command == "service" || command == "plugins" { return all + moved }
    return command.hasPrefix("-") ? all : [command] + moved + all.dropFirst()
  }

  /// Whether this option is on the command line.
  static func has(_ option: String) -> Bool {
    CommandLine.arguments.dropFirst().prefix { $0 != "--" }.contains { $0 == option || $0.hasPrefix(option + "=") }
  }

  static func string(of argument: UnsafePointer<CChar>) -> String {
    let bytes = [UInt8](cString: argument)
    var text = String.UnicodeScalarView()
    var index = 0
    while index < bytes.count {
      if let scalar = character(bytes, at: index), scalar.value < carrier {
        text.append(scalar)
        index += UTF8.width(scalar)
      } else {
        text.append(Unicode.Scalar(carrier | UInt32(bytes[index]))!)
        index += 1
      }
    }
    return String(text)
  }

  static func bytes(of text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      if scalar.value >= carrier {
        bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        bytes += Array(UTF8.encode(scalar)!)
      }
    }
    return bytes
  }
}

/// The character that begins here; nil if it is malformed.
func character(_ text: [UInt8], at index: Int) -> Unicode.Scalar? {
  var decoder = UTF8()
  var iterator = text[index...].makeIterator()
  if case .scalarValue(let scalar) = decoder.decode(&iterator) { return scalar }
  return nil
}
