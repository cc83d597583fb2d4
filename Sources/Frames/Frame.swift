/// One line of a stack.
public struct Frame: Equatable, Sendable {
  /// Package, module or library; empty if there is none.
  public var scope: [UInt8]
  public var function: [UInt8]
  /// From the function's first line, or, if `inlined`, from the file's. 0 if unknown.
  public var line: Int64
  public var inlined: Bool
  /// Of the program counter, from the function's entry.
  public var offset: UInt64

  public init(scope: [UInt8], function: [UInt8], line: Int64, inlined: Bool, offset: UInt64) {
    self.scope = scope
    self.function = function
    self.line = line
    self.inlined = inlined
    self.offset = offset
  }

  /// Scope and function in one, and where the last dot parts them again: a
  /// function's own dots belong to the path then.
  var symbol: (path: [UInt8], name: ArraySlice<UInt8>) {
    let dot = UInt8(ascii: ".")
    if let inFunction = function.lastIndex(of: dot) {
      let front = Array(function[..<inFunction])
      return (scope.isEmpty ? front : scope + [dot] + front, function[(inFunction + 1)...])
    }
    return (scope, function[...])
  }

  /// `:+8,+0x75`: line and offset.
  var position: [UInt8] {
    var text = [UInt8(ascii: ":")]
    if inlined {
      text.append(UInt8(ascii: "="))
    } else if line >= 0 {
      text.append(UInt8(ascii: "+"))
    }
    if line < 0 { text.append(UInt8(ascii: "-")) }
    text += digits(line.magnitude, base: 10)
    text += [UInt8(ascii: ","), UInt8(ascii: "+"), UInt8(ascii: "0"), UInt8(ascii: "x")]
    return text + digits(offset, base: 16)
  }
}

private func digits(_ number: UInt64, base: UInt64) -> [UInt8] {
  var digits: [UInt8] = []
  var rest = number
  repeat {
    let digit = UInt8(rest % base)
    digits.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
    rest /= base
  } while rest != 0
  return digits.reversed()
}
