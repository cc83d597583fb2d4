import ChartConfig
import Dates
import Files
import Gate
import JSON

/// A chart config from its files, with the lists that it names, and what is wrong.
struct LoadedConfig {
  let files: [SourceFile]
  let source: ConfigSource
  let problems: Problems
  /// Of no use where there are errors.
  let draft: Draft
  /// The same with the least padding.
  let least: Draft

  /// Of a list file or of tags, in bytes.
  private static let longestList = 4 << 20

  init(_ names: [String]) throws(Fault) {
    var files: [SourceFile] = []
    for name in names {
      let path = Path(Array(name.utf8))
      guard let text = try File.content(of: path, limit: 16 << 20) else { throw Fault(.notFound, "there is no file ", .path(path)) }
      files.append(SourceFile(name: name, text: text))
    }
    let source = ConfigSource(files)
    var problems = source.problems
    var lists: Lists = [:]
    for list in source.sources {
      do throws(Fault) { lists[list] = try LoadedConfig.words(of: list, beside: Path(Array(names[list.position.file].utf8)), &problems) } catch {
        problems.error(list.position, shown(error.message))
        lists[list] = []
      }
    }
    // What is wrong in one is wrong in the other, and told once.
    let isSound = problems.errors == 0
    draft = source.draft(with: lists, &problems)
    var again = Problems()
    least = source.draft(with: lists, isLeast: true, &again)
    if isSound, problems.errors == 0, draft.text(version: Number.first.text).count > UploadConfig.limit {
      problems.error(Position(file: 0, line: 1, column: 1), "the upload config would have more than 4 MiB, which no client reads")
    }
    problems.sort()
    (self.files, self.source, self.problems) = (files, source, problems)
  }

  private static func words(of list: ListSource, beside file: Path, _ problems: inout Problems) throws(Fault) -> [[UInt8]] {
    let path = list.path.first == UInt8(ascii: "/") ? Path(list.path) : file.parent.appending(list.path)
    switch list.kind {
    case .file:
      guard let text = try File.content(of: path, limit: longestList) else { throw Fault(.notFound, "there is no file ", .path(path)) }
      var words: [[UInt8]] = []
      for (number, line) in text.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
        let word = Array(line.prefix { $0 != UInt8(ascii: "#") }).trimmed
        if word.isEmpty { continue }
        guard ProgramFacts.isVersion(word) else {
          throw Fault(.corrupt, "line ", .number(number + 1), " of ", .path(path), " is no version: ", .bytes(Array(word.prefix(80))))
        }
        words.append(word)
      }
      if words.isEmpty { problems.warning(list.position, "\(shown(path.bytes)) is empty") }
      return words
    case .tags(let prefix):
      let tags = try GitTags.names(of: path, limit: longestList)
      let words = tags.filter { $0.starts(with: prefix) }.map { Array($0.dropFirst(prefix.count)) }.filter { Version($0).kind == .semantic && ProgramFacts.isVersion($0) }
      if words.isEmpty { problems.warning(list.position, "no tag of \(shown(path.bytes)) is a version", hint: "of a module in a folder the tags begin with that: tag-prefix: folder/") }
      return words
    }
  }

  /// Charts that have expired: the client sends them no more.
  func expired(on day: Day) -> Problems {
    var problems = problems
    for chart in source.charts {
      if let end = chart.expires, day >= end {
        problems.warning(chart.expiresPlace, "\(shown(chart.counter)) is not sent since \(shown(end.text))", hint: "remove the record, or say why it is needed longer and put expires off")
      }
    }
    problems.sort()
    return problems
  }
}

extension Problems {
  /// As compilers show them, with the line.
  func write(to output: inout Terminal, _ files: [SourceFile]) {
    for problem in list {
      let file = files[problem.position.file]
      let (line, column) = (problem.position.line, problem.position.column)
      output.line("\(shown(Array(file.name.utf8))):\(line):\(column): \(problem.severity.rawValue): \(problem.message)")
      let text = file.line(line).map { $0 == 0x09 ? 0x20 : $0 }
      if !text.isEmpty, text.count <= 200 {
        output.line("    " + shown(text))
        let before = String(decoding: text.prefix(column - 1), as: UTF8.self).unicodeScalars.count
        output.line("    " + String(repeating: " ", count: before) + "^")
      }
      if !problem.hint.isEmpty { output.line("    hint: \(problem.hint)") }
    }
    if more > 0 { output.line("and \(more) more") }
  }

  func write(to json: inout JSONWriter, _ files: [SourceFile]) {
    json.member("errors", errors)
    json.member("warnings", warnings)
    json.list("problems", list) { json, problem in
      json.beginObject()
      json.member("severity", problem.severity.rawValue)
      json.member("file", files[problem.position.file].name)
      json.member("line", problem.position.line)
      json.member("column", problem.position.column)
      json.member("message", problem.message)
      json.member("hint", problem.hint)
      json.endObject()
    }
  }

  var summary: String {
    "\(errors) \(errors == 1 ? "error" : "errors"), \(warnings) \(warnings == 1 ? "warning" : "warnings")"
  }
}
