import Consent
import Dates
import Files
import Gate

// Delivery by hand, where there is no network.

extension Outbox {
  /// The document of this week, for somebody to carry to the collector. It waits
  /// on disk from now on, as what is being sent does: whoever sends it, later or
  /// at once, sends the same bytes. Nil if there is no report of the week.
  public static func export(_ week: Day, _ folder: UploadFolder, _ gate: Gate) throws(Fault) -> Item? {
    try folder.holding(week) { () throws(Fault) in
      if folder.isThere(folder.sent(week)) { throw Fault(.invalid, "the report of ", .bytes(week.text), " was sent already; \"tel sent ", .bytes(week.text), "\" prints it") }
      if folder.isThere(folder.rejected(week)) {
        throw Fault(.invalid, "the report of ", .bytes(week.text), " is not sent again: the collector's answer is in ", .path(folder.answer(week)))
      }
      var item = try Outbox.item(folder, gate, week)
      if let fresh = item, fresh.outcome.refusal == nil, !fresh.isWaiting, try !File.create(folder.waiting(week), with: fresh.document, durable: true) {
        // Somebody was quicker.
        item = try Outbox.item(folder, gate, week)
      }
      guard let item, item.outcome.refusal == nil else { return item }
      // Less of it may go now than when it was written.
      if item.isWaiting, !item.isUnchanged { try File.replace(folder.waiting(week), with: item.document, durable: true) }
      try Folder.sync(folder.folder.local)
      return item
    }
  }
}

extension UploadFolder {
  public enum Arrival: Sendable {
    /// What waited is marked as sent now.
    case marked
    /// It was marked before; the receipt is kept with it.
    case known
  }

  /// The collector has confirmed a document that was carried to it. `pin` is the
  /// config in force, `now` Unix seconds.
  public func confirm(_ receipt: CollectorReceipt, from destination: Destination, _ pin: ConfigStore.Pin?, now: Int64) throws(Fault) -> Arrival {
    let week = receipt.week
    return try holding(week) { () throws(Fault) in
      let isSent = isThere(sent(week))
      let path = isSent ? sent(week) : waiting(week)
      guard let document = try File.content(of: path, limit: Report.limit) else {
        throw Fault(.notFound, "the receipt is of the week ", .bytes(week.text), ", of which nothing waits here and nothing was sent; \"tel export ", .bytes(week.text), "\" prints what would be")
      }
      let hash = SHA256.text(of: document)
      guard hash == receipt.hash else {
        throw Fault(.invalid, "the receipt is not of ", .path(path), ": the collector has received ", .bytes(receipt.hash), ", and here is ", .bytes(hash))
      }
      var kept = isSent ? try Receipt.read(week, in: self) ?? Receipt() : Receipt()
      if kept.hash != hash {
        let config = try Report(document, origin: path).config
        (kept.week, kept.date, kept.destination, kept.hash) = (week.text, Instant.text(now), destination.text, hash)
        (kept.config, kept.code) = (config, [UInt8]("hand"))
        if let pin, pin.version == config { kept.configHash = pin.hash }
      }
      kept.answer = receipt.text
      if isSent { try File.replace(self.receipt(week), with: kept.text, durable: true) } else { try mark(week, kept, document) }
      try Folder.sync(folder.upload)
      try Folder.sync(folder.local)
      return isSent ? .known : .marked
    }
  }

  /// It has arrived. The receipt is there before the mark.
  func mark(_ week: Day, _ receipt: Receipt, _ document: [UInt8]) throws(Fault) {
    try File.replace(self.receipt(week), with: receipt.text, durable: false)
    if isThere(waiting(week)) { return try move(waiting(week), to: sent(week)) }
    // Consent was withdrawn while it was on its way: that it was sent stays known.
    _ = try File.create(sent(week), with: document, durable: false)
  }

  func move(_ from: Path, to: Path) throws(Fault) {
    let status = Kernel.rename(from, to: to)
    if status < 0 { throw Fault(.io, "cannot rename ", .path(from), " to ", .path(to), ": ", .error(-status)) }
  }

  /// While nobody sends this week.
  fileprivate func holding<Result>(_ week: Day, _ body: () throws(Fault) -> Result) throws(Fault) -> Result {
    try Folder.make(folder.upload, mode: 0o777)
    try Folder.refuseLink(folder.upload)
    guard let lock = try SendLock.take(self.lock(week), now: Clock.seconds) else {
      throw Fault(.busy, "another process is sending the report of ", .bytes(week.text))
    }
    defer { lock.release() }
    return try body()
  }
}
