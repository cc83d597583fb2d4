import Files
import Frames

/// How a place in a program or library is named, whoever found it.
public enum FrameOfModule {
  /// `/usr/lib/libfoo.so.1` is `libfoo`; a dot would end the scope in a name.
  public static func scope(_ path: Path) -> [UInt8] {
    let name = FunctionName.clean(Array(path.name.prefix { $0 != UInt8(ascii: ".") }))
    return name.isEmpty ? [UInt8]("unknown") : name
  }

  /// Without a function: the address, as the file has it, and the build, so that
  /// whoever has the file can name it later. `demangled`: as `FunctionName.tidy` has it.
  public static func frame(
    _ function: ELFSymbols.Function?, at address: UInt64, scope: [UInt8], buildID: [UInt8], demangled: ([UInt8]) -> [UInt8]? = FunctionName.inProcess
  ) -> Frame {
    if let function {
      return Frame(scope: scope, function: FunctionName.tidy(function.name, demangled: demangled), line: 0, inlined: true, offset: address &- function.start)
    }
    var module = scope
    if !buildID.isEmpty {
      module.append(UInt8(ascii: "@"))
      module.append(hex: Array(buildID.prefix(6)))
    }
    return Frame(scope: module, function: [UInt8]("0x") + hexadecimal(address), line: 0, inlined: true, offset: 0)
  }

  private static func hexadecimal(_ number: UInt64) -> [UInt8] {
    var digits: [UInt8] = []
    var rest = number
    repeat {
      digits.append(hexDigit(UInt8(rest & 15)))
      rest >>= 4
    } while rest != 0
    return digits.reversed()
  }
}
