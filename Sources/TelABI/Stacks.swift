import CEntry
import CTel
import Counting

// The entry points are in CEntry/stack.c, where an unwinder sees their caller.

@c @implementation
public func entry_add_stack(_ name: UnsafePointer<CChar>!, _ encoded: UnsafePointer<CChar>!, _ length: Int) -> OpaquePointer! {
  let name = bytes(of: name)
  guard Recorder.problem(withName: name) == nil else {
    say(Library.recorder.drop(1, .name), name)
    return nil
  }
  let text = UnsafeBufferPointer(start: UnsafeRawPointer(encoded).assumingMemoryBound(to: UInt8.self), count: length)
  let (counter, drop) = Library.recorder.add(1, toStack: text)
  if let drop { say(drop, name) }
  return counter.map { OpaquePointer($0.base) }
}
