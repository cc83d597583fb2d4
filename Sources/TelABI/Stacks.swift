import CEntry
import CTel
import Counting
import Files
import Frames
import Stacks

// tel_stack_inc itself is in CEntry/stack.c, where an unwinder sees its caller.

@c @implementation
public func entry_stack(_ name: UnsafePointer<CChar>!, _ addresses: UnsafePointer<UnsafeMutableRawPointer?>!, _ count: Int32) {
  var frames: [Frame] = []
  for index in 0..<Int(max(0, count)) {
    frames.append(Symbols.frame(returnAddress: UInt(bitPattern: addresses[index])))
  }
  record(name, frames)
}

@c @implementation
public func tel_stack_inc_frames(_ name: UnsafePointer<CChar>!, _ frames: UnsafePointer<tel_frame>!, _ count: Int) {
  let error = Kernel.lastError
  defer { Kernel.lastError = error }
  // More frames than this cannot fit into a name of 4096 bytes.
  let used = frames == nil ? 0 : min(max(0, count), 1024)
  var walked: [Frame] = []
  for index in 0..<used {
    let frame = frames[index]
    walked.append(
      Frame(
        scope: text(frame.scope), function: text(frame.function), line: frame.line, inlined: frame.flags & UInt32(TEL_FRAME_INLINED) != 0,
        offset: frame.offset))
  }
  record(name, walked)
}

/// A line feed would make two frames of one.
private func text(_ string: UnsafePointer<CChar>?) -> [UInt8] {
  guard let string else { return [] }
  return [UInt8](cString: string).map { $0 == 0x0a ? UInt8(ascii: "?") : $0 }
}

private func record(_ name: UnsafePointer<CChar>?, _ frames: [Frame]) {
  let plain = bytes(of: name)
  guard Recorder.problem(withName: plain) == nil else {
    say(Library.recorder.drop(1, .name), plain)
    return
  }
  let encoded = StackName.encode(name: Array(plain), frames: frames)
  encoded.withUnsafeBufferPointer { buffer in
    if let drop = Library.recorder.add(1, toStack: buffer) { say(drop, plain) }
  }
}
