import CPosix
import Files
import Frames

/// Names for return addresses, from what the dynamic linker knows: exported
/// functions by name, others as their module and offset.
public enum Symbols {
  /// The frame of a return address. No path, argument or value gets into it:
  /// the scope is the module's file name without folder and endings.
  public static func frame(returnAddress: UInt) -> Frame {
    // The call is the instruction before; a return address may be the next function's first.
    let pc = returnAddress &- 1
    var info = Dl_info()
    guard dladdr(UnsafeRawPointer(bitPattern: pc), &info) != 0 else {
      return Frame(scope: [UInt8]("unknown"), function: [UInt8]("0x0"), line: 0, inlined: true, offset: 0)
    }
    let scope = info.dli_fname.map { module(Path(cString: $0)) } ?? [UInt8]("unknown")
    if let name = info.dli_sname, let start = info.dli_saddr {
      return Frame(scope: scope, function: [UInt8](cString: name), line: 0, inlined: true, offset: UInt64(pc &- UInt(bitPattern: start)))
    }
    let offset = UInt64(pc &- UInt(bitPattern: info.dli_fbase))
    return Frame(scope: scope, function: [UInt8]("0x") + hexadecimal(offset), line: 0, inlined: true, offset: 0)
  }

  /// `/usr/lib/libfoo.so.1` is `libfoo`; a dot would end the scope in a name.
  static func module(_ path: Path) -> [UInt8] {
    let name = path.name
    let stem = name.firstIndex(of: UInt8(ascii: ".")).map { Array(name[..<$0]) } ?? name
    return stem.isEmpty ? [UInt8]("unknown") : stem
  }

  private static func hexadecimal(_ value: UInt64) -> [UInt8] {
    var digits: [UInt8] = []
    var rest = value
    repeat {
      digits.append(hexDigit(UInt8(rest & 15)))
      rest >>= 4
    } while rest != 0
    return digits.reversed()
  }
}
