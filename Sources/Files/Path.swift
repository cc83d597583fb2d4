/// A path in the file system: any bytes but NUL.
public struct Path: Sendable, Equatable {
  public var bytes: [UInt8]

  /// Up to the first NUL, which no path can contain.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes.firstIndex(of: 0).map { Array(bytes[..<$0]) } ?? bytes
  }

  public init(cString: UnsafePointer<CChar>) { bytes = [UInt8](cString: cString) }

  public var isAbsolute: Bool { bytes.first == UInt8(ascii: "/") }

  /// As seen from the current directory: the host may change that later.
  public var absolute: Path {
    if isAbsolute || bytes.isEmpty { return self }
    return Process.directory.map { $0.appending(bytes) } ?? self
  }

  /// This path, a slash unless it ends in one, and a name.
  public func appending(_ name: [UInt8]) -> Path {
    var path = self
    path.startElement(name.count)
    path.bytes += Path(name).bytes
    return path
  }

  public func appending(_ name: StaticString) -> Path {
    var path = self
    path.startElement(name.utf8CodeUnitCount)
    path.bytes.append(name)
    return path
  }

  private mutating func startElement(_ length: Int) {
    bytes.reserveCapacity(bytes.count + 1 + length)
    if bytes.last != UInt8(ascii: "/") { bytes.append(UInt8(ascii: "/")) }
  }

  /// Without the last element; "/" and "." are their own parents.
  public var parent: Path {
    var end = bytes.count
    while end > 1, bytes[end - 1] == UInt8(ascii: "/") { end -= 1 }
    while end > 0, bytes[end - 1] != UInt8(ascii: "/") { end -= 1 }
    while end > 1, bytes[end - 1] == UInt8(ascii: "/") { end -= 1 }
    return end == 0 ? Path([UInt8(ascii: ".")]) : Path(Array(bytes[..<end]))
  }

  public var name: [UInt8] {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return bytes }
    return Array(bytes[(slash + 1)...])
  }

  public func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    var terminated = bytes
    terminated.append(0)
    return terminated.withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
  }
}
