import CEntry
import CTel
import Counting
import Files

@c @implementation
public func tel_counter_inc(_ name: UnsafePointer<CChar>!) {
  if let name, Library.recorder.addQuickly(1, name) { return }
  addSlowly(1, name)
}

@c @implementation
public func tel_counter_add(_ name: UnsafePointer<CChar>!, _ n: UInt64) {
  if n > 0, let name, Library.recorder.addQuickly(n, name) { return }
  addSlowly(n, name)
}

@inline(never)
private func addSlowly(_ n: UInt64, _ name: UnsafePointer<CChar>?) {
  let text = bytes(of: name)
  if let drop = Library.recorder.add(n, named: text, text: name) { say(drop, text) }
}

@c @implementation
public func tel_counter_read(_ name: UnsafePointer<CChar>!, _ value: UnsafeMutablePointer<UInt64>!) -> tel_status {
  answering { () throws(Fault) in
    guard let name else { throw Fault(.invalid, "tel_counter_read needs a name, not NULL") }
    guard let value else { throw Fault(.invalid, "tel_counter_read needs a place for the value, not NULL") }
    guard let found = Library.recorder.value(of: bytes(of: name)) else {
      throw Fault(.notFound, "nobody has counted \"", .bytes([UInt8](cString: name)), "\" in this week's file")
    }
    value.pointee = found
  }
}

@c @implementation
public func tel_counter_named(_ name: UnsafePointer<CChar>!) -> OpaquePointer! {
  let text = bytes(of: name)
  let (counter, drop) = Library.recorder.counter(named: text)
  if let drop { say(drop, text) }
  return OpaquePointer(counter.base)
}

@c @implementation
public func tel_counter_named_bytes(_ name: UnsafeRawPointer!, _ length: Int) -> OpaquePointer! {
  // A length that no name can have is looked at no further.
  let text = UnsafeBufferPointer(
    start: name?.assumingMemoryBound(to: UInt8.self), count: name == nil || length < 0 || length > 4096 ? 0 : length)
  let (counter, drop) = Library.recorder.counter(named: text, asBytes: true)
  if let drop { say(drop, text) }
  return OpaquePointer(counter.base)
}

@c @implementation
public func tel_add(_ counter: OpaquePointer!, _ n: UInt64) {
  guard let counter else { return }
  if Library.recorder.addQuickly(n, to: Counter(UnsafeMutableRawPointer(counter))) { return }
  addSlowly(n, to: Counter(UnsafeMutableRawPointer(counter)))
}

@inline(never)
private func addSlowly(_ n: UInt64, to counter: Counter) {
  if let drop = Library.recorder.add(n, to: counter) { say(drop, counter.name) }
}

/// Nothing for NULL: an empty name is dropped like every bad one.
@inline(__always)
func bytes(of name: UnsafePointer<CChar>?) -> UnsafeBufferPointer<UInt8> {
  guard let name else { return UnsafeBufferPointer(start: nil, count: 0) }
  return UnsafeBufferPointer(start: UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self), count: Kernel.length(name))
}

/// Tells the logger about a dropped count, without allocating: a signal
/// handler may be counting.
@inline(never)
func say(_ drop: Recorder.Drop, _ name: UnsafeBufferPointer<UInt8>) {
  guard drop != .waiting, entry_has_logger() else { return }
  let why: StaticString =
    switch drop {
    case .name: Recorder.problem(withName: name) ?? "it is no counter name"
    case .full: "the counter file has as many names as it may have (tel_config.max_names)"
    case .space: "the counter file cannot grow: the disk, the quota or a limit of this process is used up"
    case .waiting: ""
    }
  withUnsafeTemporaryAllocation(byteCount: 400, alignment: 8) { buffer in
    var length = 0
    func append(_ bytes: UnsafeBufferPointer<UInt8>) {
      Text.forEachPrintable(bytes, limit: min(160, buffer.count &- length)) {
        buffer[length] = $0
        length &+= 1
      }
    }
    func append(_ text: StaticString) { append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)) }
    append("dropped a count of \"")
    append(name)
    append("\": ")
    append(why)
    entry_log(tel_level(TEL_WARNING), buffer.baseAddress, length)
  }
}
