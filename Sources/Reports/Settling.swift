import Consent
import CounterFile
import Dates
import Files

/// What earlier runs have left: steps R2 and R6.
extension ReportRun {
  func readState(_ listing: ReportFolder.Listing, _ summary: inout Summary) throws(Fault) -> (State, isLost: Bool) {
    let content: [UInt8]?
    do throws(Fault) { content = try File.content(of: files.state, limit: State.limit) } catch {
      guard error.status == .corrupt else { throw error }
      content = []
    }
    if let content {
      if let state = State(content) { return (state, false) }
      try setAside(files.state, "it is damaged; what was reported before is not known, so that nothing of weeks that have a report is counted again", &summary)
    } else {
      // Where a ".begin" was published, there was a state.
      if !listing.hasBegins { return (State(), false) }
      summary.problems.append(
        sentence([
          .path(files.state), " is missing; what was reported before is not known, so that nothing of weeks that have a report is counted again",
        ]))
    }
    // Above every generation that is about.
    var generation: UInt64 = 0
    for name in listing.staged {
      if let staged = ReportFolder.Staged(name: name), staged.generation < UInt64.max / 4 { generation = max(generation, staged.generation) }
    }
    return (State(generation: generation, ledgers: []), true)
  }

  /// A run in passing leaves a state and reports that the medium may not have
  /// yet. Their names must not come to be there without the content, nor the
  /// files be deleted from which they were made.
  func secure(_ state: State, _ listing: ReportFolder.Listing) throws(Fault) {
    if state.ledgers.isEmpty { return }
    try sync(files.state)
    // Their counts are in reports of weeks that ended later than the files began.
    guard let first = state.ledgers.compactMap({ Harvest.dayHint($0.file) }).min() else { return }
    for week in listing.published where week > first {
      for path in [files.report(week), files.begin(week)] { try sync(path, isOurs: false) }
    }
  }

  /// Publishes what was committed, deletes what was not. `areFresh`: this run
  /// has just written them, and knows that they are whole.
  func settle(_ names: [[UInt8]], _ state: State, isLost: Bool, areFresh: Bool = false, _ summary: inout Summary) throws(Fault) {
    // The state must be on the medium before what relies on it is seen, and
    // before anything is deleted.
    if isDurable, areFresh || !names.isEmpty { try Folder.sync(local) }
    if names.isEmpty { return }
    // A ".begin" sorts before its ".report", and is there before it is needed.
    for name in names {
      guard let staged = ReportFolder.Staged(name: name) else { continue }
      let path = local.appending(name)
      if isLost {
        try setAside(path, "whether it was committed is not known", &summary)
      } else if staged.generation > state.generation {
        try check(Kernel.unlink(path), "delete", path)
      } else if staged.kind == .begin {
        try check(Kernel.rename(path, to: files.begin(staged.week)), "rename", path)
      } else if !areFresh, try !isWhole(path) {
        try setAside(path, "it is damaged", &summary)
      } else {
        let status = Kernel.renameToNew(path, to: files.report(staged.week))
        if status == -Kernel.exists {
          summary.problems.append(sentence([.path(path), " waits: a report of that week was made by somebody else; rename or remove ", .path(files.report(staged.week))]))
        } else {
          try check(status, "rename", path)
          summary.published.append(staged.week)
        }
      }
    }
    if isDurable { try Folder.sync(local) }
  }

  private func check(_ status: Int32, _ verb: StaticString, _ path: Path) throws(Fault) {
    if status < 0, status != -Kernel.notFound { throw Fault(.io, "cannot ", .literal(verb), " ", .path(path), ": ", .error(-status)) }
  }

  /// A staged report that lost its end, or is all zeros, was hit by something
  /// that the protocol does not know.
  private func isWhole(_ path: Path) throws(Fault) -> Bool {
    let descriptor = Kernel.open(path, .read)
    if descriptor == -Kernel.linkMet { return false }
    // Only what was read may condemn it: it holds counts that are nowhere else.
    guard descriptor >= 0 else { throw Fault(.io, "cannot open ", .path(path), ": ", .error(-descriptor)) }
    defer { Kernel.close(descriptor) }
    var attributes = Kernel.Attributes()
    let status = Kernel.attributes(of: descriptor, &attributes)
    guard status == 0 else { throw Fault(.io, "cannot look at ", .path(path), ": ", .error(-status)) }
    guard Kernel.isRegular(attributes) else { return false }
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    var (offset, last): (Int, UInt8?) = (0, nil)
    while true {
      let got = piece.withUnsafeMutableBytes { Kernel.read(descriptor, $0.baseAddress!, $0.count, at: offset) }
      guard got >= 0 else { throw Fault(.io, "cannot read ", .path(path), ": ", .error(Int32(-got))) }
      if got == 0 { return last == UInt8(ascii: "}") }
      if Kernel.hasByte(0, piece, got) || offset == 0 && piece[0] != UInt8(ascii: "{") { return false }
      last = piece[got - 1]
      offset += got
    }
  }

  private func setAside(_ path: Path, _ why: StaticString, _ summary: inout Summary) throws(Fault) {
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(ofLinkAt: path, &attributes) == 0 else { return }
    _ = try Quarantine.setAside(path, device: attributes.device, inode: attributes.inode, into: files.folder.quarantine, at: now)
    summary.problems.append(sentence([.path(path), " was moved to ", .path(files.folder.quarantine), ": ", .literal(why)]))
  }

  /// Temporary files of processes that were killed. Nobody works on one for
  /// longer than a moment, so that a minute is safe; by the real clock.
  func forgetTemporaries(_ names: [[UInt8]]) {
    for name in names {
      let path = local.appending(name)
      var attributes = Kernel.Attributes()
      if Kernel.attributes(ofLinkAt: path, &attributes) == 0, Clock.seconds &- attributes.modified > 60 {
        Kernel.unlink(path)
      }
    }
  }
}
