import CAtomics
import CounterFile
import Files

/// Moving handles to the file that is current.
extension Recorder {
  /// Gives the handle a slot in the current file and moves there what is in
  /// its own cell. Answers why not. Any thread, any time, several at once.
  func settle(_ counter: Counter) -> Drop? {
    // Each turn but the last sees a rotation happen.
    for _ in 0..<64 {
      guard let file else { return .waiting }
      let before = counter.cell
      if before == counter.ownCell || !file.holds(before) {
        let isDrop = counter.has(Counter.isDrop)
        let slot = file.slot(of: counter.name, maximum: isDrop ? .max : maximumNames, spare: isDrop ? 0 : Recorder.spare)
        switch slot {
        case .cell(let cell): guard counter.move(from: before, to: UnsafeMutableRawPointer(cell)) else { continue }
        case .full: return refuse(counter, .full, before)
        case .noSpace: return refuse(counter, .space, before)
        case .corrupt, .gone:
          // The next slow path finds a file to count into.
          _ = counter.move(from: before, to: counter.ownCell)
          return .waiting
        }
      }
      let cell = counter.cell
      // A rotation may have passed this handle before the cell was set.
      guard let now = self.file, now.holds(cell) else {
        _ = counter.move(from: cell, to: counter.ownCell)
        continue
      }
      let own = atomic_swap_u64(counter.ownCell, 0)
      if own > 0 { Counter.add(own, to: cell) }
      return nil
    }
    return .waiting
  }

  /// No slot: what waits in memory is dropped, too. A handle that others add
  /// to directly is led to the counter of what was dropped.
  private func refuse(_ counter: Counter, _ reason: Drop, _ before: UnsafeMutableRawPointer) -> Drop {
    if counter.has(Counter.isDrop) { return .waiting }
    let own = atomic_swap_u64(counter.ownCell, 0)
    if own > 0 { _ = drop(own, reason) }
    guard counter.has(Counter.isExposed) else {
      _ = counter.move(from: before, to: counter.ownCell)
      return reason
    }
    let word = base + 24 + reason.rawValue &* 8
    if atomic_get_pointer(word) == nil { _ = drop(0, reason) }
    if let known = atomic_get_pointer(word) { _ = counter.move(from: before, to: Counter(known).cell) }
    return reason
  }

  /// Slow. Makes this the file to count into, or none: then counts stay in
  /// memory. Handles that somebody may add to directly get their slot now, the
  /// others when they are added to next.
  public func count(into file: MappedFile?) {
    atomic_set_pointer(base, file.map { UnsafeMutableRawPointer($0.storage) })
    recent.forget()
    settleAll()
  }

  /// Slow. Also catches what was added to a handle's own cell by a thread that
  /// had loaded its address before there was a file.
  public func settleAll() {
    let file = file
    var next = atomic_get_pointer(base + 8).map(Counter.init)
    while let counter = next {
      next = counter.next
      let cell = counter.cell
      guard let file else {
        if cell != counter.ownCell { atomic_set_pointer(counter.base, counter.ownCell) }
        continue
      }
      if counter.has(Counter.isExposed), cell != counter.ownCell, isDropCell(cell) {
        // Refused earlier. There may be room now.
        _ = counter.move(from: cell, to: counter.ownCell)
      }
      if counter.has(Counter.isExposed) && !counter.has(Counter.isDrop) || atomic_get_u64(counter.ownCell) != 0 {
        _ = settle(counter)
      } else if cell != counter.ownCell, !file.holds(cell) {
        _ = counter.move(from: cell, to: counter.ownCell)
      }
    }
  }

  func isDropCell(_ cell: UnsafeMutableRawPointer) -> Bool {
    for reason in 0...2 {
      if let known = atomic_get_pointer(base + 24 + reason * 8), Counter(known).cell == cell { return true }
    }
    return false
  }

  /// Slow. Forgets what is in memory: it was counted in mode off.
  public func discard() {
    var next = atomic_get_pointer(base + 8).map(Counter.init)
    while let counter = next {
      next = counter.next
      // Looking first leaves a forked child's pages shared.
      if atomic_get_u64(counter.ownCell) != 0 { atomic_set_u64(counter.ownCell, 0) }
    }
  }
}
