import CAtomics
import CounterFile
import Files

/// Everything that recording needs, in memory that is there before the first
/// call and is never given back. No method but those marked slow locks,
/// allocates or waits; all but those may run in a signal handler.
///
/// | offset | what                                              |
/// |--------|---------------------------------------------------|
/// | 0      | the file to count into, NULL while there is none  |
/// | 8      | the newest handle; each points to the one before  |
/// | 16     | names allowed in a file                           |
/// | 24     | one pointer for each reason to drop, to its handle|
/// | 64     | a handle for when there is no memory for handles  |
/// | 128    | the registry                                      |
/// | 8448   | names that were counted lately                    |
public struct Recorder {
  let base: UnsafeMutableRawPointer

  static let emergencyOffset = 64
  static let registryOffset = 128
  static let recentOffset = 8448
  public static let memoryLength = recentOffset + RecentNames.memoryLength
  public static let standardMaximum = 1000
  /// Kept free at a file's end for the counters of what was dropped.
  static let spare = 320

  /// `base`: `memoryLength` zeroed bytes, aligned to 64, that live as long as the process.
  @inline(__always)
  public init(at base: UnsafeMutableRawPointer) { self.base = base }

  @inline(__always)
  var registry: Registry { Registry(base: base + Recorder.registryOffset) }

  @inline(__always)
  var recent: RecentNames { RecentNames(base: base + Recorder.recentOffset) }

  @inline(__always)
  public var file: MappedFile? {
    atomic_get_pointer(base).map { MappedFile($0.assumingMemoryBound(to: MappedFile.Storage.self)) }
  }

  public var maximumNames: Int {
    get {
      let maximum = atomic_get_u64(base + 16)
      return maximum == 0 ? Recorder.standardMaximum : Int(truncatingIfNeeded: maximum)
    }
    nonmutating set { atomic_set_u64(base + 16, UInt64(newValue)) }
  }

  // MARK: Adding

  /// Adds to the counter that this text names. False if it is not known where
  /// that is: then `add(_:named:)` finds it.
  @inline(__always)
  public func addQuickly(_ n: UInt64, _ text: UnsafePointer<CChar>) -> Bool {
    guard let cell = recent.cell(of: text) else { return false }
    Counter.add(n, to: cell)
    return true
  }

  /// Adds to the counter of this name. Answers why not, if it was dropped. A
  /// text that ends behind the name is known from then on.
  public func add(_ n: UInt64, named name: UnsafeBufferPointer<UInt8>, text: UnsafePointer<CChar>? = nil) -> Drop? {
    guard n > 0 else { return nil }
    guard !name.isEmpty else { return drop(n, .name) }
    let hash = Registry.hash(name)
    let known = registry.find(name, hash: hash)
    let drop = known.map { add(n, to: $0) } ?? add(n, toNew: name, hash: hash)
    // Also a new name's, at once: a forked child need not write it down again.
    if let text, drop == nil, let counter = known ?? registry.find(name, hash: hash) {
      recent.remember(text, name.count, counter.cell) { file }
    }
    return drop
  }

  /// Adds through a handle. False if that is more than one instruction: then
  /// `add(_:to:)` does it.
  @inline(__always)
  public func addQuickly(_ n: UInt64, to counter: Counter) -> Bool {
    let cell = counter.cell
    guard cell != counter.ownCell else { return false }
    Counter.add(n, to: cell)
    return true
  }

  /// Adds through a handle.
  @inline(__always)
  public func add(_ n: UInt64, to counter: Counter) -> Drop? { addQuickly(n, to: counter) ? nil : addSlowly(n, to: counter) }

  /// The handle's cell is its own: there is no file, or it has no slot yet.
  @inline(never)
  private func addSlowly(_ n: UInt64, to counter: Counter) -> Drop? {
    guard n > 0 else { return nil }
    let error = Kernel.lastError
    defer { Kernel.lastError = error }
    if file != nil, let reason = settle(counter), reason != .waiting { return drop(n, reason) }
    add(n, toCellOf: counter)
    return nil
  }

  /// Adds where the handle leads now.
  private func add(_ n: UInt64, toCellOf counter: Counter) {
    let cell = counter.cell
    Counter.add(n, to: cell)
    // Into memory: there was no file, or another thread, in a rotation, has led
    // the handle home for a moment. Nobody else would look here.
    if cell == counter.ownCell, file != nil { _ = settle(counter) }
  }

  @inline(never)
  private func add(_ n: UInt64, toNew name: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Drop? {
    let error = Kernel.lastError
    defer { Kernel.lastError = error }
    guard Name.problem(name) == nil else { return drop(n, .name) }
    return addChecked(n, toNew: name, hash: hash)
  }

  /// The name is a good one.
  private func addChecked(_ n: UInt64, toNew name: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Drop? {
    // No handle for what the file will refuse: memory stays bounded.
    var slot: UnsafeMutableRawPointer?
    if let file {
      switch file.slot(of: name, maximum: maximumNames, spare: Recorder.spare) {
      case .full: return drop(n, .full)
      case .noSpace: return drop(n, .space)
      case .cell(let cell): slot = UnsafeMutableRawPointer(cell)
      case .corrupt, .gone: break
      }
    }
    if let counter = counter(named: name, hash: hash, flags: 0) { return add(n, to: counter) }
    // No room for another handle; but the counter is there.
    guard let slot else { return drop(n, .full) }
    Counter.add(n, to: slot)
    return nil
  }

  // MARK: Handles

  /// The handle of this name. A bad name gives the handle that counts drops.
  public func counter(named name: UnsafeBufferPointer<UInt8>, asBytes: Bool = false) -> (counter: Counter, dropped: Drop?) {
    let problem = asBytes ? Name.problemAsBytes(name) : Name.problem(name)
    guard problem == nil else { return (dropCounter(.name), .name) }
    guard let counter = counter(named: name, hash: Registry.hash(name), flags: Counter.isExposed) else {
      return (dropCounter(.full), .full)
    }
    counter.set(Counter.isExposed)
    if counter.isAtHome, file != nil { _ = settle(counter) }
    return (counter, nil)
  }

  /// Of a stack's name, which has line feeds: made, checked and kept short by
  /// whoever encoded it. Answers its handle, too, unless there is none.
  public func add(_ n: UInt64, toStack name: UnsafeBufferPointer<UInt8>) -> (counter: Counter?, dropped: Drop?) {
    guard !name.isEmpty, name.count <= Layout.maximumName else { return (nil, drop(n, .name)) }
    let hash = Registry.hash(name)
    let known = registry.find(name, hash: hash)
    let drop = known.map { add(n, to: $0) } ?? addChecked(n, toNew: name, hash: hash)
    return (drop == nil ? known ?? registry.find(name, hash: hash) : nil, drop)
  }

  func counter(named name: UnsafeBufferPointer<UInt8>, hash: UInt64, flags: UInt32) -> Counter? {
    guard let (counter, isNew) = registry.counter(name, hash: hash, flags: flags) else { return nil }
    if isNew { enlist(counter) }
    return counter
  }

  private func enlist(_ counter: Counter) {
    while true {
      let newest = atomic_get_pointer(base + 8)
      counter.setNext(newest)
      if atomic_replace_pointer(base + 8, newest, counter.base) { return }
    }
  }

  /// What is in the file, or in memory while there is none. Nil: never counted.
  public func value(of name: UnsafeBufferPointer<UInt8>) -> UInt64? {
    guard !name.isEmpty, name.count <= Layout.maximumName else { return nil }
    if let counter = registry.find(name, hash: Registry.hash(name)) {
      if file != nil, atomic_get_u64(counter.ownCell) != 0 { _ = settle(counter) }
      let cell = counter.cell
      // The handle of a counter that was refused leads to the counter of what was dropped.
      if cell != counter.ownCell, counter.has(Counter.isDrop) || !isDropCell(cell) { return atomic_get_u64(cell) }
      let own = atomic_get_u64(counter.ownCell)
      if own != 0 || (file == nil && counter.has(Counter.isExposed)) { return own }
    }
    return file?.cell(of: name).map { atomic_get_u64($0) }
  }

  // MARK: Dropping

  /// Why something was not counted. `waiting` alone is no drop: the count is
  /// in memory until the file is usable again.
  public enum Drop: Int, CaseIterable, Sendable {
    case name, full, space, waiting

    /// The counter that says so.
    public var counter: StaticString {
      switch self {
      case .name: "tel/dropped:name"
      case .full: "tel/dropped:full"
      case .space, .waiting: "tel/dropped:space"
      }
    }
  }

  /// Counts it among the dropped.
  public func drop(_ n: UInt64, _ reason: Drop) -> Drop {
    let counter = dropCounter(reason)
    // The one of last resort has no name to be settled by.
    if counter.name.isEmpty {
      Counter.add(n, to: counter.ownCell)
      return reason
    }
    add(n, toCellOf: counter)
    return reason
  }

  /// For when there is no memory for handles: its count is never seen.
  private var emergency: Counter {
    let counter = Counter(base + Recorder.emergencyOffset)
    // Every thread writes the same.
    atomic_set_pointer(counter.base, counter.ownCell)
    return counter
  }

  private func dropCounter(_ reason: Drop) -> Counter {
    let word = base + 24 + min(reason.rawValue, 2) &* 8
    if let known = atomic_get_pointer(word) { return Counter(known) }
    let literal = reason.counter
    let name = UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    guard let counter = counter(named: name, hash: Registry.hash(name), flags: Counter.isDrop) else {
      return emergency
    }
    counter.set(Counter.isDrop)
    atomic_set_pointer(word, counter.base)
    return counter
  }
}

extension Recorder {
  /// Why a counter cannot have this name; nil if it can.
  public static func problem(withName name: UnsafeBufferPointer<UInt8>) -> StaticString? { Name.problem(name) }
}
