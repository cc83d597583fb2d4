import CounterFile
import Files

/// What a process that died of a signal has left: CrashWatch/record.h, byte for
/// byte. Anybody may have written the file, and reading it never traps.
public struct CrashRecord {
  public static let length = 16384
  private static let mostFrames = 32
  private static let frames = 1024
  private static let mostModules = 32
  private static let modules = 1536
  private static let moduleLength = 448

  public enum State: Equatable {
    /// The process lives, or has ended in another way.
    case prepared
    /// It died while it wrote.
    case begun
    case complete
  }

  public struct Module {
    public let id: [UInt8]
    /// Empty if it was too long.
    public let path: Path
  }

  public struct Frame {
    /// As the module's own tables number it.
    public let address: UInt64
    /// Nil: in no file.
    public let module: Int?
  }

  public let state: State
  public let process: Int32
  public let start: UInt64
  public let boot: [UInt8]
  public let processSpace: UInt64
  /// Unix seconds.
  public let time: Int64
  public let signal: Int32
  public let identity: Identity
  public let modules: [Module]
  /// Innermost first. Nil if they are damaged.
  public let frames: [Frame]?

  /// Nil if these bytes are no record, or do not say who would count.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == CrashRecord.length, bytes.begins(with: "telcrash"), number(bytes, 8, 4) == 1, number(bytes, 12, 4) == UInt64(CrashRecord.length)
    else { return nil }
    switch number(bytes, 16, 4) {
    case 0: state = .prepared
    case 1: state = .begun
    case 2: state = .complete
    default: return nil
    }
    process = Int32(truncatingIfNeeded: number(bytes, 20, 4))
    start = number(bytes, 24, 8)
    boot = text(bytes, 32, 40)
    processSpace = number(bytes, 72, 8)
    time = Int64(truncatingIfNeeded: number(bytes, 80, 8))
    signal = Int32(truncatingIfNeeded: number(bytes, 88, 4))
    let metadataLength = Int(number(bytes, 104, 4))
    guard metadataLength <= 912, let identity = CrashRecord.identity(Array(bytes[112..<112 + metadataLength])) else { return nil }
    self.identity = identity
    (frames, modules) = CrashRecord.stack(bytes) ?? (nil, [])
  }

  private static func stack(_ bytes: [UInt8]) -> ([Frame], [Module])? {
    let (frameCount, moduleCount) = (Int(number(bytes, 96, 4)), Int(number(bytes, 100, 4)))
    guard frameCount > 0, frameCount <= mostFrames, moduleCount <= mostModules else { return nil }
    var found: [Module] = []
    for index in 0..<moduleCount {
      let at = modules + index * moduleLength
      let (idLength, pathLength) = (Int(number(bytes, at, 4)), Int(number(bytes, at + 4, 4)))
      guard idLength <= 32, pathLength < 408 else { return nil }
      let path = Array(bytes[(at + 40)..<(at + 40 + pathLength)])
      if path.contains(0) { return nil }
      found.append(Module(id: Array(bytes[(at + 8)..<(at + 8 + idLength)]), path: Path(path)))
    }
    var list: [Frame] = []
    for index in 0..<frameCount {
      let at = frames + index * 16
      let module = number(bytes, at + 8, 4)
      if module == 0xffff_ffff {
        list.append(Frame(address: 0, module: nil))
      } else {
        guard module < UInt64(moduleCount) else { return nil }
        list.append(Frame(address: number(bytes, at, 8), module: Int(module)))
      }
    }
    return (list, found)
  }

  /// From the lines of a counter file.
  private static func identity(_ lines: [UInt8]) -> Identity? {
    guard Text.isUTF8(lines) else { return nil }
    var values: [[UInt8]] = []
    for key in ["Program: ", "Version: ", "GoVersion: ", "GOOS: ", "GOARCH: "] as [StaticString] {
      guard let line = lines.split(separator: 0x0a).first(where: { Array($0).begins(with: key) }) else { return nil }
      values.append(Array(line.dropFirst(key.utf8CodeUnitCount)))
    }
    let identity = Identity(program: values[0], version: values[1], toolchain: values[2], os: values[3], arch: values[4])
    // The two come into the name of a file.
    guard (try? identity.check()) != nil, CrashRecord.isWord(values[3]), CrashRecord.isWord(values[4]) else { return nil }
    return identity
  }

  private static func isWord(_ text: [UInt8]) -> Bool {
    !text.isEmpty && text.count <= 32
      && text.allSatisfy { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }
}

/// In this machine's order of bytes; the place is there.
func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
  var value: UInt64 = 0
  for index in 0..<count { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
  return value
}

private func text(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> [UInt8] {
  let field = bytes[offset..<offset + count]
  return Array(field.prefix { $0 != 0 })
}
