import CounterFile
import Files

/// The user said off: what was counted and is in no report goes at once.
extension ReportRun {
  /// How long another report run is waited for: turns of 20 ms or more.
  private static let turns = 250

  /// Deletes the counter files, whoever counts into them, and what a report run
  /// that was cut short has left. No run is under way meanwhile, so that none
  /// brings back what it had read. Finished reports stay. Answers the number of
  /// counter files. The mode file must say off already: then nobody makes others.
  public func discard() throws(Fault) -> Int {
    for _ in 0..<ReportRun.turns {
      do throws(Fault) { return try locked(isDiscarding: true).discarded } catch { if error.status != .busy { throw error } }
      Kernel.pause(microseconds: 20000)
    }
    throw Fault(.busy, "telemetry is off, but counter files are still in ", .path(local), ": reports are being made; try again")
  }

  func discardAll() throws(Fault) -> Summary {
    var summary = Summary()
    let listing = try files.listing()
    var problem: Fault?
    for name in listing.counterFiles {
      do throws(Fault) { try LiveFile.discard(local.appending(name)) } catch { problem = error }
    }
    for name in listing.temporaries { Kernel.unlink(local.appending(name)) }
    // What was committed is a finished report; the rest never was. If that cannot
    // be told, the next run sets it aside.
    if !listing.staged.isEmpty, let state = state(listing) { try settle(listing.staged, state, isLost: false, &summary) }
    if isDurable { try Folder.sync(local) }
    if let problem { throw problem }
    summary.discarded = listing.counterFiles.count
    return summary
  }

  private func state(_ listing: ReportFolder.Listing) -> State? {
    guard let content = try? File.content(of: files.state, limit: State.limit) else { return listing.hasBegins ? nil : State() }
    return State(content)
  }
}
