import CStacks
import CSymbols
import CTel
import Files
import Frames
import Stacks

// libtel-stacks.so: names for stacks, which a program that counts events never
// needs. CEntry/include/stacks.h is the agreement with libtel.so.

@c @implementation
public func tel_stacks_entry(_ version: UInt32) -> UnsafePointer<stacks>! {
  guard version == UInt32(TEL_VERSION_MAJOR * 1_000_000 + TEL_VERSION_MINOR * 1000 + TEL_VERSION_PATCH) else { return nil }
  // Several threads may ask at once, and each is given its own.
  let table = UnsafeMutablePointer<stacks>.allocate(capacity: 1)
  table.initialize(
    to: stacks(
      size: UInt32(MemoryLayout<stacks>.size), version: version,
      join: { job, looks in
        guard let job else { return false }
        return csymbols_join_python(job.pointee.addresses, &job.pointee.count, &job.pointee.python, job.pointee.depth, looks)
      },
      write: { job, into in
        guard let job, let into else { return 0 }
        return write(job.pointee, into)
      },
      keep: { job in
        guard let job = job?.pointee, let addresses = job.addresses else { return false }
        csymbols_hold_python(addresses + Int(job.count), job.python)
        return csymbols_stay(addresses, job.count)
      }))
  return UnsafePointer(table)
}

private func write(_ job: stacks_job, _ into: UnsafeMutableRawPointer) -> Int {
  let name = StackName.encode(name: [UInt8](cString: job.name), frames: frames(of: job))
  let length = min(name.count, Int(STACKS_MOST))
  name.withUnsafeBytes { Kernel.copy(into, $0.baseAddress!, length) }
  return length
}

private func frames(of job: stacks_job) -> [Frame] {
  if let given = job.frames { return (0..<Int(job.count)).map { frame(of: given[$0]) } }
  let addresses = UnsafeBufferPointer(start: job.addresses, count: job.addresses == nil ? 0 : Int(job.count))
  guard let provider = job.provider else { return Symbols.frames(returnAddresses: addresses) + framesOfPython(job.python) }
  return Symbols.frames(returnAddresses: addresses, asking: { told(by: provider.pointee, of: $0) }) + framesOfPython(job.python)
}

private func frame(of told: tel_frame) -> Frame {
  Frame(
    scope: text(told.scope), function: text(told.function), line: told.line, inlined: told.flags & UInt32(TEL_FRAME_INLINED) != 0, offset: told.offset)
}

/// Twice what a name may have: what is cut there is cut in the name, too.
private let roomForPython = 2 * Int(STACKS_MOST)

private func framesOfPython(_ count: UInt32) -> [Frame] {
  guard count > 0 else { return [] }
  return withUnsafeTemporaryAllocation(of: tel_frame.self, capacity: Int(count)) { room in
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: roomForPython) { texts in
      let found = csymbols_name_python(room.baseAddress, count, texts.baseAddress, roomForPython)
      return (0..<Int(found)).map { frame(of: room[$0]) }
    }
  }
}

/// A line feed would make two frames of one.
private func text(_ string: UnsafePointer<CChar>?) -> [UInt8] {
  guard let string else { return [] }
  return [UInt8](cString: string).map { $0 == 0x0a ? UInt8(ascii: "?") : $0 }
}

/// Inlined into one another at one address, at most.
private let mostInlined = 32

private func told(by provider: stacks_provider, of pc: UInt) -> [Frame] {
  withUnsafeTemporaryAllocation(of: tel_frame.self, capacity: mostInlined) { room in
    let count = csymbols_ask(UnsafeRawPointer(provider.table), provider.state, pc, room.baseAddress, UInt32(mostInlined))
    var frames: [Frame] = []
    for index in 0..<Int(count) {
      let frame = room[index]
      guard let function = frame.function else { return [] }
      frames.append(
        Frame(
          scope: frame.scope.map { [UInt8](cString: $0) } ?? [], function: [UInt8](cString: function), line: frame.line,
          inlined: frame.flags & UInt32(TEL_FRAME_INLINED) != 0, offset: frame.offset))
    }
    return frames
  }
}
