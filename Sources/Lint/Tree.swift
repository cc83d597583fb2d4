import Files

/// The sources below some folders.
public final class Tree {
  public struct Source {
    public var path: Path
    public var language: Language
    public var bytes: [UInt8]

    public init(path: Path, language: Language, bytes: [UInt8]) { (self.path, self.language, self.bytes) = (path, language, bytes) }
  }

  /// What is no source is passed over in silence; of these somebody should know.
  public private(set) var problems: [[UInt8]] = []
  private let excluded: [[UInt8]]
  private var packages: [[UInt8]: [[UInt8]]] = [:]
  /// Larger files are data.
  public static let largest = 8 << 20
  private static let deepest = 200

  /// `excluded`: names, or paths, of files and folders; a `*` stands for any text.
  public init(excluding excluded: [[UInt8]]) { self.excluded = excluded }

  /// Hands out the sources at this path, in byte order: hidden folders and files,
  /// node_modules, and what a symbolic link names are left out.
  public func visit(_ path: Path, _ take: (Source) -> Void) {
    var attributes = Kernel.Attributes()
    let status = Kernel.attributes(at: path, &attributes)
    guard status == 0 else {
      problems.append(sentence(["cannot look at ", .path(path), ": ", .error(-status)]))
      return
    }
    guard Kernel.isDirectory(attributes) else {
      guard Kernel.isRegular(attributes) else {
        problems.append(sentence([.path(path), " is no regular file"]))
        return
      }
      if !read(path, isNamed: true, take) { problems.append(sentence([.path(path), " is no source in C, C++, Python, Go or shell that can be read"])) }
      return
    }
    var folders: [(path: Path, depth: Int)] = [(path, 0)]
    while let (folder, depth) = folders.popLast() {
      let names: [[UInt8]]
      do throws(Fault) { names = try Folder.names(in: folder) { $0.first != UInt8(ascii: ".") } ?? [] } catch {
        problems.append(error.message)
        continue
      }
      var inner: [(Path, Int)] = []
      for name in names {
        let path = folder.bytes == "." ? Path(name) : folder.appending(name)
        if name == "node_modules" || isExcluded(path) { continue }
        var attributes = Kernel.Attributes()
        guard Kernel.attributes(ofLinkAt: path, &attributes) == 0 else { continue }
        if Kernel.isDirectory(attributes) {
          if depth < Tree.deepest { inner.append((path, depth + 1)) }
        } else if Kernel.isRegular(attributes), attributes.size <= Int64(Tree.largest) {
          _ = read(path, isNamed: false, take)
        } else if Kernel.isRegular(attributes), Tree.language(ofName: name) != nil {
          problems.append(sentence([.path(path), " is not looked at: it is larger than 8 MiB"]))
        }
      }
      folders += inner.reversed()
    }
  }

  private func read(_ path: Path, isNamed: Bool, _ take: (Source) -> Void) -> Bool {
    let language = Tree.language(ofName: path.name)
    // A file whose name says nothing may begin with what runs it.
    guard language != nil || (isNamed || !path.name.contains(UInt8(ascii: "."))) else { return false }
    guard let bytes = content(path, limit: Tree.largest, isStart: language == nil) else { return false }
    guard let language = language ?? Tree.language(ofFirstLine: bytes) else { return false }
    guard let whole = content(path, limit: Tree.largest, isStart: false), !whole.prefix(1024).contains(0) else { return false }
    // Two languages have headers that are called alike.
    let isCPlusPlus = language == .c && path.name.last == UInt8(ascii: "h") && (whole.hasPart([UInt8]("namespace ")) || whole.hasPart([UInt8]("template")) || whole.hasPart([UInt8]("class ")))
    take(Source(path: path, language: isCPlusPlus ? .cPlusPlus : language, bytes: whole))
    return true
  }

  /// A file that another one names; nil if there is none that can be read.
  func content(ofOther path: Path, limit: Int) -> [UInt8]? { content(path, limit: limit, isStart: false) }

  private func content(_ path: Path, limit: Int, isStart: Bool) -> [UInt8]? {
    let descriptor = path.withCString { Kernel.openThroughLinks($0) }
    guard descriptor >= 0 else { return nil }
    defer { Kernel.close(descriptor) }
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(of: descriptor, &attributes) == 0, Kernel.isRegular(attributes), attributes.size <= Int64(limit) else { return nil }
    do throws(Fault) { return try File.content(of: descriptor, size: isStart ? min(128, Int(attributes.size)) : Int(attributes.size), named: path) } catch { return nil }
  }

  func goFiles(in folder: Path) -> [[UInt8]] {
    if let known = packages[folder.bytes] { return known }
    var names: [[UInt8]]?
    do throws(Fault) { names = try Folder.names(in: folder) { $0.ends(with: ".go") } } catch {}
    packages[folder.bytes] = names ?? []
    return names ?? []
  }

  // MARK: What is what

  private static let endings: [(StaticString, Language)] = [
    (".c", .c), (".h", .c), (".cc", .cPlusPlus), (".cpp", .cPlusPlus), (".cxx", .cPlusPlus), (".hh", .cPlusPlus), (".hpp", .cPlusPlus), (".hxx", .cPlusPlus),
    (".py", .python), (".pyw", .python), (".go", .go), (".sh", .shell), (".bash", .shell), (".ksh", .shell),
  ]

  static func language(ofName name: [UInt8]) -> Language? { endings.first { name.ends(with: $0.0) }?.1 }

  static func isHeader(_ name: [UInt8]) -> Bool { name.ends(with: ".h") || name.ends(with: ".hh") || name.ends(with: ".hpp") || name.ends(with: ".hxx") }

  /// `#!/bin/sh`, `#!/usr/bin/env python3`.
  static func language(ofFirstLine bytes: [UInt8]) -> Language? {
    guard bytes.begins(with: "#!") else { return nil }
    let line = bytes.prefix { $0 != 0x0a }
    for word in line.dropFirst(2).split(whereSeparator: { isBlank($0) || $0 == UInt8(ascii: "/") }) {
      let word = Array(word)
      if ["sh", "bash", "dash", "ksh"].contains(where: { word == $0 as StaticString }) { return .shell }
      if word.begins(with: "python") { return .python }
    }
    return nil
  }

  private func isExcluded(_ path: Path) -> Bool {
    excluded.contains { pattern in
      let name = path.name
      if !pattern.contains(UInt8(ascii: "/")) { return Tree.matches(name[...], pattern[...]) }
      var pattern = pattern[...]
      while pattern.last == UInt8(ascii: "/") { pattern.removeLast() }
      if !pattern.contains(UInt8(ascii: "/")) { return Tree.matches(name[...], pattern) }
      return Tree.matches(path.bytes[...], pattern) || Tree.matches(path.bytes[...], [UInt8(ascii: "*"), UInt8(ascii: "/")] + pattern)
    }
  }

  /// Whether the text is what the pattern says.
  static func matches(_ text: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    var (at, on) = (text.startIndex, pattern.startIndex)
    var star: (pattern: Int, text: Int)?
    while at < text.endIndex {
      if on < pattern.endIndex, pattern[on] == UInt8(ascii: "*") {
        star = (on + 1, at)
        on += 1
      } else if on < pattern.endIndex, pattern[on] == text[at] {
        at += 1
        on += 1
      } else if let last = star {
        star = (last.pattern, last.text + 1)
        (on, at) = (last.pattern, last.text + 1)
      } else {
        return false
      }
    }
    return pattern[on...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
