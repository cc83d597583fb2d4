import Consent
import Dates
import Files
import Gate
import Reports

/// A run under way.
struct Attempt {
  let run: UploadRun
  let permission: UploadRun.Permission
  let tell: (UploadRun.Step) -> Void
  var summary = UploadRun.Summary()
  private let start = Clock.monotonic
  private var schedule: Schedule

  init(run: UploadRun, permission: @escaping UploadRun.Permission, tell: @escaping (UploadRun.Step) -> Void) {
    (self.run, self.permission, self.tell) = (run, permission, tell)
    schedule = Schedule.read(run.folder)
  }

  private var folder: UploadFolder { run.folder }
  /// Milliseconds since the start, and until the end.
  private var elapsed: Int { Int((Clock.monotonic - start) / 1_000_000) }
  private var left: Int { run.timeout - elapsed }
  /// Unix seconds.
  private var now: Int64 { run.now + Int64(elapsed / 1000) }

  // MARK: Before

  /// A time was set before which nobody should be asked.
  mutating func mustWait() -> Bool {
    guard schedule.holds(at: run.now), schedule.isAsked || !run.isByHand else { return false }
    summary.next = schedule.next
    summary.note(Fault(.busy, "the collector ", .bytes(run.destination.text), schedule.isAsked ? " has asked not to be called before " : " failed, and is not called before ", .bytes(Instant.text(schedule.next))))
    return true
  }

  mutating func makeReports(_ config: [UInt8]? = nil) throws(Fault) {
    tell(.making)
    var reports = ReportRun(folder.folder, at: run.now, isDurable: true)
    if let config { reports.config = config }
    do throws(Fault) {
      let made = try reports.run()
      summary.made = made.published
      summary.problems += made.problems
    } catch {
      // Somebody else makes them.
      if error.status != .busy { throw error }
      summary.problems.append(error.message)
    }
  }

  /// Of what could be sent, and is not in this run.
  mutating func leaveWaiting() {
    summary.waiting = ((try? folder.weeksOpen(at: run.now)) ?? []).filter { run.only == nil || run.only == $0 }
  }

  mutating func config(_ source: UploadRun.Config?, _ transport: any Transport) throws(Fault) -> UploadConfig {
    tell(.asking)
    return try patiently { attempt throws(Fault) in
      let timeout = min(attempt.left, UploadRun.exchange)
      if let source { return try source(transport, timeout) }
      return try ConfigStore(attempt.folder).fetch(attempt.run.destination, by: transport, timeout: timeout, now: attempt.run.now)
    }
  }

  // MARK: Patience

  /// Tries again after what may pass, longer apart each time, within the run's
  /// time. The last failure is written down for the runs to come.
  private mutating func patiently<Result>(_ body: (inout Attempt) throws(Fault) -> Result) throws(Fault) -> Result {
    var pause = 1000
    while true {
      do throws(Fault) {
        return try body(&self)
      } catch {
        guard error.status == .io || error.status == .timeout else { throw error }
        let asked = retryAfter
        retryAfter = 0
        // Half of it for sure: clients that failed together come back apart.
        let wait = max(asked * 1000, pause / 2 + Int(chance * Double(pause / 2)))
        // One that stumbles over a document gets the next one without delay.
        guard wait < left, !isStumbling else {
          schedule = schedule.afterFailure(at: now, retryAfter: asked, chance: chance)
          summary.next = schedule.next
          try? schedule.write(folder)
          throw error
        }
        tell(.pausing(wait, why: error.message))
        Kernel.pause(microseconds: wait * 1000)
        pause *= 2
      }
    }
  }

  /// Of the latest answer, in seconds.
  private var retryAfter = 0
  /// The collector answers, if not what it should: it is asked about the other
  /// documents, too. Else it is left alone.
  private var isAnswering = false
  private var isStumbling = false

  /// In [0, 1).
  private var chance: Double {
    var bits: UInt32 = 0
    let isFilled = withUnsafeMutableBytes(of: &bits) { Kernel.fillRandomly($0.baseAddress!, $0.count) }
    return Double(isFilled ? bits : UInt32(truncatingIfNeeded: Clock.monotonic)) / 4_294_967_296
  }

  // MARK: Sending

  mutating func deliver(_ config: UploadConfig, by transport: any Transport) throws(Fault) {
    let outbox = try Outbox(folder, Gate(config, asOf: try permission().asOf, now: now), only: run.only)
    for problem in outbox.problems { summary.note(Fault(.corrupt, message: problem)) }
    try spool(outbox)
    defer { settle() }
    var isOver = false
    for item in outbox.items {
      // What the collector did with the first would become of the rest.
      if isOver {
        if item.outcome.refusal == nil, summary.destroyed.isEmpty { summary.waiting.append(item.week) }
        continue
      }
      do throws(Fault) {
        try send(item.week, config, by: transport)
      } catch {
        summary.note(error)
        if error.status == .off {
          isOver = true
        } else if error.status != .corrupt {
          summary.waiting.append(item.week)
          isStumbling = isAnswering
          isOver = error.status != .busy && !isAnswering
        }
      }
    }
  }

  /// On disk before anything is sent, so that who is cut off sends the same bytes again.
  private func spool(_ outbox: Outbox) throws(Fault) {
    var fresh: [Path] = []
    for item in outbox.items where item.outcome.refusal == nil && !item.isWaiting {
      let path = folder.waiting(item.week)
      // Else somebody was quicker.
      if try File.create(path, with: item.document, durable: false) { fresh.append(path) }
    }
    if !fresh.isEmpty { try sync(fresh, in: folder.folder.local) }
  }

  /// What was marked reaches the medium. Until then a loss of power makes the
  /// next run send the same bytes again.
  private func settle() {
    let receipts = summary.sent.map { folder.receipt($0) }
    if receipts.isEmpty { return }
    try? sync(receipts, in: folder.folder.upload)
    try? Folder.sync(folder.folder.local)
  }

  /// One by one, or, when they are many, all of the file system at once: each
  /// sync makes the disk write out what it has in its cache.
  private func sync(_ files: [Path], in folder: Path) throws(Fault) {
    if files.count > 4 { return try Folder.sync(folder, withAllFiles: true) }
    for path in files {
      let descriptor = Kernel.open(path, .read)
      // Gone: somebody else has sent it.
      if descriptor == -Kernel.notFound { continue }
      guard descriptor >= 0 else { throw Fault(.io, "cannot open ", .path(path), ": ", .error(-descriptor)) }
      let status = Kernel.sync(descriptor)
      Kernel.close(descriptor)
      if status < 0 { throw Fault(.io, "cannot sync ", .path(path), ": ", .error(-status)) }
    }
    try Folder.sync(folder)
  }

  private mutating func send(_ week: Day, _ config: UploadConfig, by transport: any Transport) throws(Fault) {
    // Also made where the reference would.
    try Folder.make(folder.folder.upload, mode: 0o777)
    try Folder.refuseLink(folder.folder.upload)
    guard let lock = try SendLock.take(folder.lock(week), now: Clock.seconds) else {
      throw Fault(.busy, "another process is sending the report of ", .bytes(week.text))
    }
    defer { lock.release() }
    // Somebody may have been here meanwhile.
    if folder.isThere(folder.sent(week)) {
      Kernel.unlink(folder.waiting(week))
      return
    }
    guard let item = try Outbox.item(folder, Gate(config, asOf: try allowed(), now: now), week) else { return }
    if let refusal = item.outcome.refusal {
      summary.kept.append((week, refusal, item.x))
      // It would be sent by a program that does not look at its age.
      if item.isWaiting { try reject(week, code: 0, sentence(["not sent: ", .bytes(refusal.reason(nil, x: item.x))])) }
      return
    }
    guard item.isWaiting else { throw Fault(.busy, "the report of ", .bytes(week.text), " was taken away by another process") }
    // Less of it may go now than when it was spooled.
    if !item.isUnchanged { try File.replace(folder.waiting(week), with: item.document, durable: true) }
    tell(.sending(week, bytes: item.document.count))
    let answer = try patiently { attempt throws(Fault) in try attempt.exchange(week, item.document, transport) }
    if [200, 201, 202, 204].contains(answer.code) {
      try mark(week, item.document, config, answer)
      summary.sent.append(week)
      if schedule != Schedule() {
        schedule = Schedule()
        Kernel.unlink(folder.next)
      }
    } else {
      try reject(week, code: answer.code, answer.body)
    }
  }

  /// The day of consent. Where consent was withdrawn meanwhile, what waits is destroyed.
  private mutating func allowed() throws(Fault) -> Day? {
    let allowed = try permission()
    if allowed.mode == .on { return allowed.asOf }
    summary.destroyed += try WaitingUploads.destroy(in: folder.folder).compactMap { Day(text: $0) }
    throw Fault(.off, "nothing more is sent: the mode is ", .literal(allowed.mode.word), " now")
  }

  /// Throws what may pass. Asks for leave each time: there may have been a pause before.
  private mutating func exchange(_ week: Day, _ document: [UInt8], _ transport: any Transport) throws(Fault) -> Answer {
    _ = try allowed()
    var request = Request(
      url: run.destination.url([UInt8]("upload/") + week.text), document: Document(name: week.text + [UInt8](".json"), bytes: document),
      timeout: max(1, min(left, UploadRun.exchange)), most: UploadRun.answer)
    isAnswering = false
    let answer = try Redirects.follow(&request, run.destination, transport)
    if [200, 201, 202, 204].contains(answer.code) || (400..<500).contains(answer.code) && ![408, 425, 429].contains(answer.code) { return answer }
    retryAfter = min(answer.retryAfter, Int(Schedule.longest))
    isAnswering = retryAfter == 0 && answer.code != 429
    throw Fault(.io, "the collector ", .bytes(run.destination.text), " answers ", .number(answer.code))
  }

  private func mark(_ week: Day, _ document: [UInt8], _ config: UploadConfig, _ answer: Answer) throws(Fault) {
    var receipt = Receipt()
    (receipt.week, receipt.date, receipt.destination) = (week.text, Instant.text(now), run.destination.text)
    (receipt.hash, receipt.config, receipt.configHash) = (SHA256.text(of: document), config.version, config.hash)
    (receipt.code, receipt.answer) = (sentence([.number(answer.code)]), answer.body)
    try folder.mark(week, receipt, document)
  }

  private mutating func reject(_ week: Day, code: Int, _ answer: [UInt8]) throws(Fault) {
    try Folder.make(folder.folder.rejected, mode: 0o777)
    try Folder.refuseLink(folder.folder.rejected)
    try File.replace(folder.answer(week), with: sentence([.number(code)]) + [0x0a] + answer, durable: true)
    try folder.move(folder.waiting(week), to: folder.rejected(week))
    try Folder.sync(folder.folder.rejected)
    try Folder.sync(folder.folder.local)
    summary.rejected.append((week, code))
    if code != 0 {
      summary.note(Fault(.invalid, "the collector ", .bytes(run.destination.text), " refuses the report of ", .bytes(week.text), " with ", .number(code), "; its answer is in ", .path(folder.answer(week))))
    }
  }
}
