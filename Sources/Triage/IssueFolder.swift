import Files

/// Issues in a folder, a Markdown file each. While this is there, no other
/// triage works on it.
public struct IssueFolder: IssueStore, ~Copyable {
  public static let most = 100_000
  private static let lockName: StaticString = ".tel-triage.lock"

  private let path: Path
  private let lock: Int32
  /// Of all issues, when the first is made: nobody else makes any meanwhile.
  private var marks: Set<[UInt8]>?

  /// `isLocked`: to write to it.
  public init(_ path: Path, isLocked: Bool) throws(Fault) {
    lock = try IssueFolder.locked(path, isLocked)
    self.path = path
  }

  private static func locked(_ path: Path, _ isLocked: Bool) throws(Fault) -> Int32 {
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(at: path, &attributes) == 0, Kernel.isDirectory(attributes) else { throw Fault(.notFound, "there is no folder ", .path(path)) }
    guard isLocked else { return -1 }
    let file = path.appending(lockName)
    let lock = Kernel.openLock(file)
    guard lock >= 0 else { throw Fault(.io, "cannot open ", .path(file), ": ", .error(-lock)) }
    guard Kernel.lock(lock, .exclusive) == 0 else {
      Kernel.close(lock)
      throw Fault(.busy, "another triage works on ", .path(path))
    }
    return lock
  }

  deinit { if lock >= 0 { Kernel.close(lock) } }

  /// Of a file that is an issue; nothing else is touched.
  static func isName(_ name: [UInt8]) -> Bool {
    name.ends(with: ".md") && name.count > 3 && name.count <= 255 && name.first != UInt8(ascii: ".") && !name.contains(UInt8(ascii: "/")) && !name.contains(0)
  }

  public func list(label: [UInt8]?) throws(Fault) -> [Issue] {
    let names = try Folder.names(in: path, where: { IssueFolder.isName($0) && $0.lowered != "readme.md" }) ?? []
    guard names.count <= IssueFolder.most else { throw Fault(.full, .path(path), " has more than ", .number(IssueFolder.most), " issues") }
    var issues: [Issue] = []
    for name in names {
      guard let text = try File.content(of: path.appending(name), limit: IssueFile.longest) else { continue }
      let issue = IssueFile(text, name: name).issue
      if label.map({ issue.labels.contains($0) }) ?? true { issues.append(issue) }
    }
    return issues
  }

  public func change(_ name: [UInt8], from hash: [UInt8], _ changes: [IssueChange]) throws(Fault) -> IssueOutcome {
    guard IssueFolder.isName(name) else { throw Fault(.invalid, "no issue has the name ", .bytes(name)) }
    let file = path.appending(name)
    guard let text = try File.content(of: file, limit: IssueFile.longest) else { return .changed }
    var issue = IssueFile(text, name: name)
    let before = issue.issue.hash
    guard issue.make(changes) else { return .already }
    guard before == hash else { return .changed }
    var attributes = Kernel.Attributes()
    let mode = Kernel.attributes(at: file, &attributes) == 0 ? attributes.mode & 0o777 : File.reportMode
    try File.replace(file, with: issue.text, mode: mode, durable: true)
    try Folder.sync(path)
    return .done
  }

  public mutating func create(_ issue: NewIssue) throws(Fault) -> IssueOutcome {
    // Whoever has renamed its file has it still.
    var known: Set<[UInt8]> = marks ?? []
    if marks == nil { for issue in try list(label: nil) { known.formUnion(issue.marks) } }
    let isNew = known.insert(Mark(.cluster, key: issue.key).text).inserted
    marks = known
    guard isNew else { return .already }
    let file = path.appending(IssueFolder.name(of: issue))
    guard try File.create(file, with: IssueFile.text(of: issue), durable: true) else { return .already }
    try Folder.sync(path)
    return .done
  }

  /// From its title and its key: the same for the same cluster.
  static func name(of issue: NewIssue) -> [UInt8] {
    var slug: [UInt8] = []
    for byte in issue.title.lowered.prefix(80) {
      if isWord(byte), byte != UInt8(ascii: "_") { slug.append(byte) } else if !slug.isEmpty, slug.last != UInt8(ascii: "-") { slug.append(UInt8(ascii: "-")) }
    }
    while slug.last == UInt8(ascii: "-") { slug.removeLast() }
    return slug + (slug.isEmpty ? [] : [UInt8(ascii: "-")]) + issue.key + [UInt8](".md")
  }
}
