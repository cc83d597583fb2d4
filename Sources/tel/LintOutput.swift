import CTel
import Files
import JSON
import Lint

extension Output {
  /// A line for each finding, as compilers print them.
  mutating func write(_ linter: Linter) {
    for finding in linter.findings {
      write(printable(sentence([.path(finding.path), ":", .number(finding.line), ":", .number(finding.column), ": "])), .strong)
      write(finding.kind.rawValue, .warning)
      line(": ", .bytes(finding.message))
    }
    line(
      .number(linter.files), linter.files == 1 ? " file, " : " files, ", .number(linter.uses), linter.uses == 1 ? " name, " : " names, ",
      .number(linter.findings.count), linter.findings.count == 1 ? " finding." : " findings.")
  }

  /// A line for each place of each name.
  mutating func write(listOf names: [NamePlace]) {
    for place in names.inOrder {
      write(printable(place.name))
      write("  \(place.kind.word)  ", .faint)
      line(.path(place.path), ":", .number(place.line), ":", .number(place.column))
    }
  }
}

extension [NamePlace] {
  /// By name; those of one name as they were found.
  fileprivate var inOrder: [NamePlace] {
    enumerated().sorted {
      let order = $0.element.name.order(to: $1.element.name)
      return order == 0 ? $0.offset < $1.offset : order < 0
    }.map { $0.element }
  }
}

extension JSONWriter {
  private mutating func place(_ path: Path, _ line: Int, _ column: Int) {
    member("file", path.bytes)
    member("line", UInt64(line))
    member("column", UInt64(column))
  }

  mutating func write(_ linter: Linter) {
    beginObject()
    member("files", UInt64(linter.files))
    member("uses", UInt64(linter.uses))
    key("findings")
    beginArray()
    for finding in linter.findings {
      beginObject()
      place(finding.path, finding.line, finding.column)
      member("kind", Array(finding.kind.rawValue.utf8))
      member("name", finding.name)
      member("message", finding.message)
      endObject()
    }
    endArray()
    endObject()
  }

  mutating func write(_ names: [NamePlace]) {
    beginArray()
    for name in names.inOrder {
      beginObject()
      member("name", name.name)
      member("kind", [UInt8](name.kind.word))
      place(name.path, name.line, name.column)
      endObject()
    }
    endArray()
  }

  /// SARIF 2.1.0, which services that review code read.
  mutating func sarif(_ findings: [Finding]) {
    beginObject()
    text("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
    text("version", "2.1.0")
    list("runs") { json in
      json.object("tool") { json in
        json.object("driver") { json in
          json.text("name", "tel lint")
          json.text("version", "\(TEL_VERSION_MAJOR).\(TEL_VERSION_MINOR).\(TEL_VERSION_PATCH)")
          json.key("rules")
          json.beginArray()
          for kind in Finding.Kind.allCases {
            json.beginObject()
            json.text("id", kind.rawValue)
            json.object("shortDescription") { $0.text("text", kind.description) }
            json.endObject()
          }
          json.endArray()
        }
      }
      json.text("columnKind", "unicodeCodePoints")
      json.key("results")
      json.beginArray()
      for finding in findings { json.result(finding) }
      json.endArray()
    }
    endObject()
  }

  private mutating func result(_ finding: Finding) {
    beginObject()
    text("ruleId", finding.kind.rawValue)
    text("level", finding.kind == .unapproved ? "note" : "warning")
    object("message") { $0.member("text", finding.message) }
    list("locations") { json in
      json.object("physicalLocation") { json in
        json.object("artifactLocation") { $0.member("uri", finding.path.uri) }
        json.object("region") { json in
          json.member("startLine", UInt64(finding.line))
          json.member("startColumn", UInt64(finding.column))
        }
      }
    }
    endObject()
  }

  private mutating func text(_ key: StaticString, _ value: String) { member(key, Array(value.utf8)) }

  private mutating func object(_ key: StaticString, _ body: (inout JSONWriter) -> Void) {
    self.key(key)
    beginObject()
    body(&self)
    endObject()
  }

  /// Of one object.
  private mutating func list(_ key: StaticString, _ body: (inout JSONWriter) -> Void) {
    self.key(key)
    beginArray()
    beginObject()
    body(&self)
    endObject()
    endArray()
  }
}

extension Finding.Kind {
  fileprivate var description: String {
    switch self {
    case .dynamic: "A counter's name is not constant."
    case .name: "A name breaks the rules for counter names."
    case .unapproved: "The upload config does not have the name."
    case .comment: "A comment to tel lint is of no use."
    }
  }
}

extension Path {
  /// A reference as in RFC 3986: relative, or of a file of this machine.
  fileprivate var uri: [UInt8] {
    var text = isAbsolute ? [UInt8]("file://") : []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): text.append(byte)
      case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "@"): text.append(byte)
      default: text += Array("%".utf8) + Array(String(byte, radix: 16, uppercase: true).utf8).leftPadded
      }
    }
    return text
  }
}

extension [UInt8] {
  fileprivate var leftPadded: [UInt8] { count == 1 ? [UInt8(ascii: "0")] + self : self }
}
