import Files

/// A file of settings: `key = value` or `key: value` in a line, and comments
/// from `#` at its beginning.
public struct SettingsFile: Sendable {
  public private(set) var given: [Given] = []
  public private(set) var problems: [SettingsProblem] = []

  private static let limit = 1 << 20

  public init(_ name: String) throws(Fault) {
    let path = Path(Array(name.utf8))
    guard let text = try File.content(of: path, limit: SettingsFile.limit) else { throw Fault(.notFound, "there is no file ", .path(path)) }
    self.init(name, text)
  }

  init(_ name: String, _ text: [UInt8]) {
    var lines: [String: Int] = [:]
    for (index, line) in text.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
      let line = Array(line).trimmed
      if line.isEmpty || line[0] == UInt8(ascii: "#") { continue }
      let place = "\(name):\(index + 1)"
      guard let sign = line.firstIndex(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }) else {
        problems.append(SettingsProblem(place: place, message: "this is no setting", hint: "a line is: key = value"))
        continue
      }
      let key = String(decoding: Array(line[..<sign]).trimmed, as: UTF8.self)
      let value = String(decoding: Array(line[(sign + 1)...]).trimmed, as: UTF8.self)
      if let before = lines[key], Setting.named(key)?.isList != true {
        problems.append(SettingsProblem(place: place, message: "\(Spelling.shown(key)) is set twice", hint: "the other is in line \(before)"))
        continue
      }
      if lines[key] != nil, let at = given.firstIndex(where: { $0.name == key }) {
        given[at] = Given(key, given[at].value + "," + SettingsFile.beside(name, key, value), given[at].origin)
        continue
      }
      lines[key] = index + 1
      given.append(Given(key, SettingsFile.beside(name, key, value), .file(name: name, line: index + 1)))
    }
  }

  /// Paths are meant from the folder of the file.
  private static func beside(_ name: String, _ key: String, _ value: String) -> String {
    guard ["data", "configs", "charts"].contains(key), !value.isEmpty else { return value }
    let folder = Path(Array(name.utf8)).parent
    let values = key == "charts" ? Setting.list(value) : [value]
    return values.map { text in
      let path = Path(Array(text.utf8))
      return path.isAbsolute || folder.bytes == "." ? text : String(decoding: folder.appending(path.bytes).bytes, as: UTF8.self)
    }.joined(separator: ",")
  }
}
