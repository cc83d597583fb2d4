/// A struct of the caller's, which begins with its size. One of an older
/// release is shorter: the members that it lacks are zero, "the default". One
/// of a newer release is longer: fine, as long as it asks for nothing new.
public func copied<Struct>(_ given: UnsafePointer<Struct>, _ name: StaticString, zero: Struct) throws(Fault) -> Struct {
  let size = Int(UnsafeRawPointer(given).load(as: UInt32.self))
  let known = MemoryLayout<Struct>.size
  // Every release's struct ends where a pointer could follow.
  guard size >= 8, size <= largest, size % MemoryLayout<UInt>.size == 0 else {
    throw Fault(.invalid, .literal(name), ".size is ", .number(size), ": set it to sizeof(", .literal(name), "), as TEL_INIT does")
  }
  var copy = zero
  withUnsafeMutableBytes(of: &copy) { $0.copyMemory(from: UnsafeRawBufferPointer(start: given, count: min(size, known))) }
  if size > known {
    for offset in known..<size where UnsafeRawPointer(given).load(fromByteOffset: offset, as: UInt8.self) != 0 {
      throw Fault(.invalid, .literal(name), " has a member at offset ", .number(offset), " that this libtel does not know; leave it zero")
    }
  }
  return copy
}

/// Something larger was not meant to be a struct of ours.
private let largest = 4096
