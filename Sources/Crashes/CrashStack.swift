import Files
import Frames

/// The counter's name: the stack, as far as the modules on disk are those that
/// have crashed.
enum CrashStack {
  /// As deep as the reference counts crashes.
  static let depth = 16

  /// Nil: it would take too long for somebody who waits.
  static func name(_ record: CrashRecord, isHasty: Bool) -> [UInt8]? {
    guard let taken = record.frames?.prefix(depth) else { return nil }
    var frames: [Frame?] = taken.map { _ in nil }
    for (number, module) in record.modules.enumerated() {
      let places = taken.indices.filter { taken[$0].module == number }
      if places.isEmpty { continue }
      let scope = scope(module.path)
      guard let named = functions(module, places.map { taken[$0].address }, record, isHasty) else { return nil }
      for (place, function) in zip(places, named) {
        if let function {
          frames[place] = Frame(scope: scope, function: function.name, line: 0, inlined: true, offset: function.offset)
        } else {
          var name = [UInt8]("0x")
          name.append(hexadecimal: taken[place].address)
          frames[place] = Frame(scope: scope, function: name, line: 0, inlined: true, offset: 0)
        }
      }
    }
    let unknown = Frame(scope: [UInt8]("unknown"), function: [UInt8]("0x0"), line: 0, inlined: true, offset: 0)
    return StackName.encode(name: [UInt8]("crash/crash"), frames: frames.map { $0 ?? unknown })
  }

  private static func functions(_ module: CrashRecord.Module, _ addresses: [UInt64], _ record: CrashRecord, _ isHasty: Bool) -> [ModuleFile.Found?]? {
    guard let file = ModuleFile(module.path) else { return addresses.map { _ in nil } }
    defer { file.close() }
    // Without a build-id it must not have been changed since.
    guard file.buildID == module.id, !module.id.isEmpty || file.modified <= record.time else { return addresses.map { _ in nil } }
    return file.functions(at: addresses, isHasty: isHasty)
  }

  /// `/usr/lib/libfoo.so.1` is `libfoo`, as for stacks that are counted by name.
  private static func scope(_ path: Path) -> [UInt8] {
    let stem = Array(path.name.prefix { $0 != UInt8(ascii: ".") })
    // A file may be called anything.
    return stem.isEmpty ? [UInt8]("unknown") : stem.map { $0 <= 0x20 || $0 == 0x7f ? UInt8(ascii: "?") : $0 }
  }
}

extension [UInt8] {
  fileprivate mutating func append(hexadecimal value: UInt64) {
    var shift = 60
    while shift > 0, value >> UInt64(shift) == 0 { shift -= 4 }
    while shift >= 0 {
      append(hexDigit(UInt8(value >> UInt64(shift) & 15)))
      shift -= 4
    }
  }
}
