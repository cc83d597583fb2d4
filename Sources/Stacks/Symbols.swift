import CSymbols
import Files
import Frames

/// Names for return addresses: from a plugin, from the symbol tables of the files
/// that the process was loaded from, or else the place in the module. No path,
/// argument or value gets into a frame.
public struct Symbols {
  /// A plugin: the frames of an address, inlined ones first; their scope may be empty.
  public typealias Provider = (_ pc: UInt) -> [Frame]

  /// The frames of these return addresses, innermost first.
  public static func frames(returnAddresses: UnsafeBufferPointer<UnsafeMutableRawPointer?>, asking provider: Provider? = nil) -> [Frame] {
    // The call is the instruction before; a return address may be the next function's first.
    let addresses = returnAddresses.map { UInt(bitPattern: $0) &- 1 }
    var modules: [Module] = []
    let owners = addresses.map { address in owner(of: address, among: &modules) }
    for index in 0..<modules.count {
      modules[index].read(at: zip(addresses, owners).filter { $0.1 == index }.map { $0.0 })
    }
    var frames: [Frame] = []
    for (address, owner) in zip(addresses, owners) {
      guard owner >= 0 else {
        frames.append(Frame(scope: [UInt8]("unknown"), function: [UInt8]("0x0"), line: 0, inlined: true, offset: 0))
        continue
      }
      let told = provider?(address) ?? []
      if told.isEmpty {
        frames.append(modules[owner].frame(at: address))
      } else {
        for frame in told { frames.append(modules[owner].completed(frame)) }
      }
    }
    return frames
  }

  private static func owner(of address: UInt, among modules: inout [Module]) -> Int {
    for index in 0..<modules.count where address >= modules[index].start && address < modules[index].end { return index }
    guard let module = Module(at: address) else { return -1 }
    modules.append(module)
    return modules.count - 1
  }
}

/// A part of the program or of a library that is in memory.
private struct Module {
  let start: UInt
  let end: UInt
  private let bias: UInt
  private let path: Path
  private let parts: UnsafeRawBufferPointer
  private let buildID: [UInt8]
  private let scope: [UInt8]
  /// Of the addresses that were asked for.
  private var functions: [(address: UInt, function: ELFSymbols.Function)] = []

  init?(at address: UInt) {
    let found = UnsafeMutablePointer<csymbols_module>.allocate(capacity: 1)
    defer { found.deallocate() }
    guard csymbols_find(address, found) else { return nil }
    (start, end, bias) = (found.pointee.start, found.pointee.end, found.pointee.bias)
    let given = Path(cString: csymbols_path(found))
    path = found.pointee.is_program ? Path([UInt8]("/proc/self/exe")) : given
    parts = UnsafeRawBufferPointer(start: found.pointee.parts, count: found.pointee.parts_length)
    buildID = [UInt8](copying: UnsafeRawBufferPointer(start: csymbols_build_id_of(found), count: Int(found.pointee.build_id_length)))
    scope = FrameOfModule.scope(found.pointee.is_program ? Process.executable ?? Path([]) : given)
  }

  mutating func read(at addresses: [UInt]) {
    guard !addresses.isEmpty else { return }
    let descriptor = path.withCString { Kernel.openThroughLinks($0) }
    guard descriptor >= 0 else { return }
    defer { Kernel.close(descriptor) }
    guard let file = ELFSymbols(read: { offset, into in into.isEmpty ? 0 : Kernel.read(descriptor, into.baseAddress!, into.count, at: offset) }), isLoaded(from: file)
    else { return }
    let sorted = addresses.sorted()
    let found = file.functions(at: sorted.map { UInt64($0 &- bias) })
    for (address, function) in zip(sorted, found) { if let function { functions.append((address, function)) } }
  }

  /// It may have been replaced since: by another build, with other symbols.
  private func isLoaded(from file: ELFSymbols) -> Bool {
    guard let inFile = file.parts, inFile.count == parts.count, inFile.withUnsafeBytes({ Kernel.equal($0.baseAddress!, parts.baseAddress!, parts.count) }) else {
      return false
    }
    return file.buildID == buildID
  }

  func frame(at address: UInt) -> Frame {
    let function = functions.first { $0.address == address }?.function
    return FrameOfModule.frame(function, at: UInt64(address &- bias), scope: scope, buildID: buildID)
  }

  /// What a plugin told, in our words.
  func completed(_ told: Frame) -> Frame {
    var frame = told
    frame.scope = told.scope.isEmpty ? scope : FunctionName.clean(told.scope)
    frame.function = FunctionName.tidy(told.function)
    return frame
  }
}
