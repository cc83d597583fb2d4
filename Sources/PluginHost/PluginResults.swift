import Files

/// How the latest exchange of each plugin went, kept for `tel plugins` in
/// `local/upload.plugins` of the telemetry directory: a line for each, `<name>
/// <Unix seconds> <text>`. It is a help for people: what goes wrong with it is
/// nobody's failure, and of two processes at once one is not heard.
struct PluginResults {
  struct Result: Sendable, Equatable {
    var name: [UInt8]
    var time: Int64
    /// "code 201", or a sentence on what failed.
    var text: [UInt8]
  }

  /// Within these seconds the same is not written again.
  private static let quiet: Int64 = 60
  private static let limit = 64 << 10
  private static let longestText = 500

  private let path: Path?

  /// An empty path: there is no telemetry directory, and nothing is kept.
  init(directory: Path) { path = directory.bytes.isEmpty ? nil : directory.appending("local").appending("upload.plugins") }

  var all: [Result] {
    guard let path, let content = try? File.content(of: path, limit: PluginResults.limit) else { return [] }
    var results: [Result] = []
    var start = 0
    for index in 0..<content.count where content[index] == 0x0a {
      if let result = PluginResults.result(Array(content[start..<index])) { results.append(result) }
      start = index + 1
    }
    return results
  }

  private static func result(_ line: [UInt8]) -> Result? {
    guard let first = line.firstIndex(of: 0x20), Manifest.isName(Array(line[..<first])) else { return nil }
    let rest = Array(line[(first + 1)...])
    guard let second = rest.firstIndex(of: 0x20), (1...11).contains(second) else { return nil }
    var time: Int64 = 0
    for digit in rest[..<second] {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      time = time * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    return Result(name: Array(line[..<first]), time: time, text: Array(rest[(second + 1)...]))
  }

  /// `before` is what this process has kept of the same plugin. Answers what is kept now.
  func keep(_ result: Result, before: Result?) -> Result {
    if let before, before.text == result.text, result.time >= before.time, result.time - before.time < PluginResults.quiet { return before }
    guard let path else { return result }
    var content: [UInt8] = []
    for old in all where old.name != result.name { PluginResults.append(old, to: &content) }
    PluginResults.append(result, to: &content)
    try? File.replace(path, with: content, durable: false)
    return result
  }

  private static func append(_ result: Result, to content: inout [UInt8]) {
    content += result.name
    content.append(0x20)
    content.append(decimal: Int(max(0, result.time)))
    content.append(0x20)
    // Messages have no line breaks; cut where a character ends.
    result.text.withUnsafeBufferPointer { text in Text.forEachPrintable(text, limit: longestText) { content.append($0) } }
    content.append(0x0a)
  }
}
