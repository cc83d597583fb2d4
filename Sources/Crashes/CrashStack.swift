import Files
import Frames
import Stacks

/// The counter's name: the stack, as far as the modules on disk are those that
/// have crashed.
enum CrashStack {
  /// As deep as the reference counts crashes.
  static let depth = 16
  /// Symbols that are read when somebody waits, in bytes.
  private static let hastyLimit = 2 << 20

  /// Nil: it would take too long for somebody who waits.
  static func name(_ record: CrashRecord, isHasty: Bool) -> [UInt8]? {
    guard let taken = record.frames?.prefix(depth) else { return nil }
    var frames: [Frame?] = taken.map { _ in nil }
    for (number, module) in record.modules.enumerated() {
      let places = taken.indices.filter { taken[$0].module == number }
      if places.isEmpty { continue }
      let scope = FrameOfModule.scope(module.path)
      // Names are wanted in ascending order.
      let order = sortedIndices(places.count) { taken[places[$0]].address < taken[places[$1]].address }.map { places[$0] }
      guard let named = functions(module, order.map { taken[$0].address }, record, isHasty) else { return nil }
      for (place, function) in zip(order, named) {
        // Whoever counts it may know other names than the next one does: as they are.
        frames[place] = FrameOfModule.frame(function, at: taken[place].address, scope: scope, buildID: module.id, demangled: { _ in nil })
      }
    }
    let unknown = Frame(scope: [UInt8]("unknown"), function: [UInt8]("0x0"), line: 0, inlined: true, offset: 0)
    return StackName.encode(name: [UInt8]("crash/crash"), frames: frames.map { $0 ?? unknown })
  }

  /// None of a file that is gone, or was changed since.
  private static func functions(_ module: CrashRecord.Module, _ addresses: [UInt64], _ record: CrashRecord, _ isHasty: Bool) -> [ELFSymbols.Function?]? {
    let none = addresses.map { _ in ELFSymbols.Function?.none }
    guard module.path.isAbsolute, case let descriptor = module.path.withCString({ Kernel.openThroughLinks($0) }), descriptor >= 0 else { return none }
    defer { Kernel.close(descriptor) }
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(of: descriptor, &attributes) == 0, Kernel.isRegular(attributes),
      let file = ELFSymbols(read: { offset, into in into.isEmpty ? 0 : Kernel.read(descriptor, into.baseAddress!, into.count, at: offset) }),
      file.buildID == module.id, !module.id.isEmpty || attributes.modified <= record.time
    else { return none }
    return isHasty && file.tableLength > UInt64(hastyLimit) ? nil : file.functions(at: addresses)
  }
}
