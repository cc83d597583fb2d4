import Consent
import CounterFile
import Dates
import Files

/// Which file a program counts into when the name it should have is taken by
/// something else: never silently none.
struct FileChoice {
  let identity: Identity
  let folder: TelemetryFolder
  let today: Day
  let seconds: Int64

  init(_ identity: Identity, _ folder: TelemetryFolder, today: Day, at seconds: Int64) {
    self.identity = identity
    self.folder = folder
    self.today = today
    self.seconds = seconds
  }

  /// Opens the file of this week. The week that is answered may end on another
  /// day: if a file of this program exists, its end counts.
  func open(_ wanted: Week) throws(Fault) -> (MappedFile, Week) {
    var week = wanted
    var tag: UInt32?
    // Every turn changes something; a few are enough for honest files.
    for _ in 0..<16 {
      let metadata = Metadata(begin: week.begin, end: week.end, identity: identity)
      let path = folder.local.appending(identity.fileName(begin: week.begin, tag: tag))
      switch try Opening(path: path, header: metadata.header).run() {
      case .opened(let file): return (file, week)
      case .corrupt(let device, let inode):
        _ = try Quarantine.setAside(path, device: device, inode: inode, into: folder.quarantine, at: seconds)
      case .otherHeader(let header):
        guard let found = FileChoice.metadata(of: header) else {
          try setAside(path)
          continue
        }
        if found.identity == identity, found.begin == week.begin, found.end != week.end, found.end > today, found.end <= week.begin.advanced(by: 7) {
          week = Week(begin: found.begin, end: found.end)
        } else {
          tag = FileChoice.tag(metadata, turn: tag)
        }
      }
    }
    throw Fault(.busy, "cannot find a name for a counter file in ", .path(folder.local), ": all are taken by other programs")
  }

  private func setAside(_ path: Path) throws(Fault) {
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(ofLinkAt: path, &attributes) == 0 else { return }
    _ = try Quarantine.setAside(path, device: attributes.device, inode: attributes.inode, into: folder.quarantine, at: seconds)
  }

  /// Nil: not metadata that any counter file has.
  private static func metadata(of header: [UInt8]) -> Metadata? {
    guard let header = CounterFileHeader(header),
      let begin = header.value(of: "TimeBegin").flatMap({ Instant(rfc3339: $0) }),
      let end = header.value(of: "TimeEnd").flatMap({ Instant(rfc3339: $0) }),
      let program = header.value(of: "Program"), let version = header.value(of: "Version"),
      let toolchain = header.value(of: "GoVersion"), let os = header.value(of: "GOOS"), let arch = header.value(of: "GOARCH")
    else { return nil }
    return Metadata(begin: begin.day, end: end.day, identity: Identity(program: program, version: version, toolchain: toolchain, os: os, arch: arch))
  }

  /// The same for all processes of one program and week: FNV-1a of the metadata.
  private static func tag(_ metadata: Metadata, turn: UInt32?) -> UInt32 {
    var hash: UInt32 = turn ?? 2_166_136_261
    for byte in metadata.text { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return hash
  }
}
