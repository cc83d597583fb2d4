import Dates
import Files

/// Who counts, and for which days: what a counter file is about.
public struct Metadata: Sendable, Equatable {
  public var begin: Day
  public var end: Day
  public var identity: Identity

  public init(begin: Day, end: Day, identity: Identity) {
    self.begin = begin
    self.end = end
    self.identity = identity
  }
}

/// One build of a program. Processes with equal identities share a file.
public final class Identity: Sendable, Equatable {
  public let program: [UInt8]
  public let version: [UInt8]
  /// GoVersion in the files.
  public let toolchain: [UInt8]
  public let os: [UInt8]
  public let arch: [UInt8]

  public init(program: [UInt8], version: [UInt8], toolchain: [UInt8], os: [UInt8] = Identity.os, arch: [UInt8] = Identity.arch) {
    self.program = program
    self.version = version
    self.toolchain = toolchain
    self.os = os
    self.arch = arch
  }

  public static func == (a: Identity, b: Identity) -> Bool {
    a.program == b.program && a.version == b.version && a.toolchain == b.toolchain && a.os == b.os && a.arch == b.arch
  }

  /// Equal for equal identities, and seldom for others.
  public var hash: UInt64 {
    var hash: UInt64 = 0
    for text in [program, version, toolchain, os, arch] {
      for byte in text { hash = (hash ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15 }
      hash ^= hash >> 29
    }
    return hash
  }

  /// Processes of the reference may have the same file: those of a release, and
  /// of all other toolchains of Go.
  public var isShared: Bool { toolchain.begins(with: "go") || toolchain == "devel" }

  /// How a toolchain is recorded. One of Go's is what the reference would say:
  /// a release, or `devel`; else a program's Go processes had another file.
  public static func recorded(toolchain: [UInt8]) -> [UInt8] {
    toolchain.begins(with: "go") && !isGoRelease(toolchain) ? [UInt8]("devel") : toolchain
  }

  /// `go1`, `go1.27`, `go1.27.3`, `go1.27rc1`: numbers without leading zeros,
  /// and nothing behind.
  private static func isGoRelease(_ text: [UInt8]) -> Bool {
    var at = 2
    func number() -> Bool {
      let start = at
      while at < text.count, isDigit(text[at]) { at += 1 }
      return at > start && (text[start] != UInt8(ascii: "0") || at == start + 1)
    }
    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    func dot() -> Bool {
      guard at < text.count, text[at] == UInt8(ascii: ".") else { return false }
      at += 1
      return true
    }
    guard number() else { return false }
    if at == text.count { return true }
    guard dot(), number() else { return false }
    if at == text.count { return true }
    if dot() { return number() && at == text.count }
    let letters = at
    while at < text.count, text[at] >= UInt8(ascii: "a"), text[at] <= UInt8(ascii: "z") { at += 1 }
    if at == letters || Array(text[letters..<at]) == "devel" { return false }
    return at == text.count || number() && at == text.count
  }

  /// Go's names of this platform.
  public static var os: [UInt8] { [UInt8]("linux") }
  public static var arch: [UInt8] {
    #if arch(x86_64)
      [UInt8]("amd64")
    #elseif arch(arm64)
      [UInt8]("arm64")
    #elseif arch(i386)
      [UInt8]("386")
    #else
      [UInt8]("unknown")
    #endif
  }

  /// Refuses what would break the lines of the metadata or the file's name.
  public func check() throws(Fault) {
    try Identity.check(program, "program", mayHaveSlash: true, mayBeEmpty: false)
    try Identity.check(version, "version", mayHaveSlash: false, mayBeEmpty: true)
    try Identity.check(toolchain, "toolchain", mayHaveSlash: false, mayBeEmpty: false)
    if base.isEmpty || base == "." || base == ".." {
      throw Fault(.invalid, "the program \"", .bytes(program), "\" has no last path element to name its counter file by")
    }
    // The dates have a fixed length, so one week is as good as another.
    let length = Metadata(begin: Day(0), end: Day(0), identity: self).text.count
    if length > Layout.maximumMetadata {
      throw Fault(
        .invalid, "program, version and toolchain are too long together: ", .number(length), " bytes of metadata, at most ",
        .number(Layout.maximumMetadata), " are possible")
    }
    let name = fileName(begin: Day(0), distinguished: true)
    if name.count > 255 {
      throw Fault(.invalid, "program, version and toolchain are too long for a file name: ", .number(name.count), " bytes, at most 255 are possible")
    }
  }

  private static func check(_ text: [UInt8], _ what: StaticString, mayHaveSlash: Bool, mayBeEmpty: Bool) throws(Fault) {
    if text.isEmpty && !mayBeEmpty { throw Fault(.invalid, "the ", .literal(what), " is empty") }
    for byte in text where byte < 0x20 || byte == 0x7f {
      throw Fault(.invalid, "the ", .literal(what), " \"", .bytes(text), "\" has a control character (", .number(Int(byte)), "); it must be printable, on one line")
    }
    if !Text.isUTF8(text) { throw Fault(.invalid, "the ", .literal(what), " \"", .bytes(text), "\" is not UTF-8") }
    if !Text.isPrintable(text) {
      throw Fault(.invalid, "the ", .literal(what), " \"", .bytes(text), "\" has a character that cannot be printed; it must be printable, on one line")
    }
    if !mayHaveSlash && text.contains(UInt8(ascii: "/")) {
      throw Fault(.invalid, "the ", .literal(what), " \"", .bytes(text), "\" has a slash, which no file name can have")
    }
  }

  /// The last path element of the program.
  public var base: [UInt8] { Path(program).name }

  /// `<base>[@<version>]-<toolchain>-<os>-<arch>-<begin>.v1.count`.
  /// `tag`, eight hexadecimal digits, tells programs with one base apart.
  public func fileName(begin: Day, tag: UInt32? = nil) -> [UInt8] {
    var name = base
    if let tag {
      name.append(UInt8(ascii: "~"))
      name.append(hex: [UInt8(truncatingIfNeeded: tag >> 24), UInt8(truncatingIfNeeded: tag >> 16), UInt8(truncatingIfNeeded: tag >> 8), UInt8(truncatingIfNeeded: tag)])
    }
    if !version.isEmpty {
      name.append(UInt8(ascii: "@"))
      name += version
    }
    for part in [toolchain, os, arch, begin.text] {
      name.append(UInt8(ascii: "-"))
      name += part
    }
    return name + [UInt8](".v1.count")
  }

  private func fileName(begin: Day, distinguished: Bool) -> [UInt8] { fileName(begin: begin, tag: distinguished ? 0 : nil) }
}

extension Metadata {
  /// The seven lines and the empty one, byte for byte as the reference writes them.
  public var text: [UInt8] {
    var text: [UInt8] = []
    func line(_ key: StaticString, _ value: [UInt8]) {
      text.append(key)
      text.append(": ")
      text += value
      text.append("\n")
    }
    line("TimeBegin", Instant.midnight(begin))
    line("TimeEnd", Instant.midnight(end))
    line("Program", identity.program)
    line("Version", identity.version)
    line("GoVersion", identity.toolchain)
    line("GOOS", identity.os)
    line("GOARCH", identity.arch)
    text.append("\n")
    return text
  }

  /// The first H bytes of the file.
  public var header: [UInt8] {
    let text = text
    let length = Layout.headerLength(metadataLength: text.count)
    var header = [UInt8](Layout.prefix)
    withUnsafeBytes(of: UInt32(length)) { header += $0 }
    header += text
    header += Array(repeating: 0, count: length - header.count)
    return header
  }
}
